//! The bundle in a release that was synchronised, and what of it an agent may act on.

use std::collections::BTreeMap;

use jiff::Timestamp;
use thiserror::Error;

use crate::bundle::{Bundle, Channel, Follower, OpenError, Unapproved, demands_evidence};
use crate::distribution::Release;
use crate::document::model::Kind;

/// How much an agent wants to see of who approved what it acts on. The agent's operator says so, never what was downloaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EvidenceDemand {
    /// What the policy in the bundle promises: where it names a repository and who has to approve, that they did.
    #[default]
    Promised,
    /// Evidence, whatever the policy promises.
    Always,
    /// None: for trying things out.
    Never,
}

/// What an agent's operator says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// How much it wants to see of who approved what.
    pub evidence: EvidenceDemand,
    /// Which content of a release it uses.
    pub follower: Follower,
}

/// What of a release may be acted on.
#[derive(Clone, Debug)]
pub struct Usable {
    /// The bundle, without what is refused.
    pub bundle: Bundle,
    /// Which of the release's contents it is.
    pub channel: Channel,
    /// Documents that are refused, by kind and id, each with why.
    pub refused: BTreeMap<(Kind, String), String>,
}

/// Why the bundle in a release cannot be used.
#[derive(Debug, Error)]
pub enum ReleaseError {
    /// It cannot be read.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It does not show that it was approved.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Unapproved(Vec<Unapproved>),
    /// Every document in it is refused.
    #[error("none of its documents may be used: {}", .0.iter().map(|((kind, id), why)| format!("{kind}/{id}: {why}")).collect::<Vec<_>>().join("; "))]
    NothingLeft(BTreeMap<(Kind, String), String>),
}

/// Reads the bundle of a release as it may be used at a moment; every byte is checked on the way. Documents whose evidence does
/// not hold, or whose exception has ended, are refused alone.
///
/// # Errors
/// See [`ReleaseError`].
pub fn open_release(
    release: &Release,
    terms: &Terms,
    at: Timestamp,
) -> Result<Usable, ReleaseError> {
    let read = |name: &str| release.read(name).map_err(|refusal| refusal.to_string());
    let (bundle, channel) = Bundle::open_for(&read, &terms.follower)?;
    let is_demanded = match terms.evidence {
        EvidenceDemand::Promised => demands_evidence(&bundle.governance.spec),
        EvidenceDemand::Always => true,
        EvidenceDemand::Never => false,
    };
    if !is_demanded {
        let refused = BTreeMap::new();
        return Ok(Usable {
            bundle,
            channel,
            refused,
        });
    }
    let admission = bundle.admission(at);
    if !admission.whole.is_empty() {
        return Err(ReleaseError::Unapproved(admission.whole));
    }
    let refused = admission.documents;
    let bundle = bundle.without(&refused);
    if bundle.documents.is_empty() {
        return Err(ReleaseError::NothingLeft(refused));
    }
    Ok(Usable {
        bundle,
        channel,
        refused,
    })
}
