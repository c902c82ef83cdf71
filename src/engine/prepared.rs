//! Documents made ready to run: conditions and templates parsed, literals converted, once.
//!
//! A document that cannot be prepared is never acted on: it is left out and listed among the
//! [`Unusable`] ones with the reason.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::arguments::Vocabulary;
use super::check::PreparedCheck;
use super::policy::Policy;
use crate::document::id::{RunbookId, ServiceId, SignatureId, TeamId};
use crate::document::model::{Document, Service, Status};
use crate::document::unit::Duration;

mod action;
mod places;
mod preparation;
mod runbook;
mod signature;
mod sources;

pub(crate) use action::PreparedAction;
pub(crate) use places::Places;
pub(crate) use preparation::{Preparation, PreparedCondition, PreparedQuery, QueryCache};
pub use runbook::PreparedRunbook;
pub(crate) use runbook::{PreparedStep, PreparedVerify, RowOutcome};
pub(crate) use signature::PreparedNegation;
pub use signature::PreparedSignature;
pub use sources::Sources;

/// How far back the change feed is read at least: the latest change of a type is what templates
/// name.
const FEED_LOOK_BACK: Duration = Duration::from_secs(24 * 3_600);

/// A document that cannot be used, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unusable {
    /// `Runbook/id` or `Signature/id`.
    pub document: String,
    /// What is wrong with it, in the order found.
    pub problems: Vec<String>,
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.document, self.problems.join("; "))
    }
}

/// Everything runs need, prepared once and shared by all of them.
#[derive(Debug)]
pub struct Prepared {
    pub(crate) policy: Policy,
    pub(crate) services: Arc<BTreeMap<ServiceId, Document<Service>>>,
    pub(crate) severities: Vec<String>,
    pub(crate) vocabulary: Arc<Vocabulary>,
    pub(crate) runbooks: BTreeMap<RunbookId, PreparedRunbook>,
    pub(crate) signatures: BTreeMap<SignatureId, PreparedSignature>,
    pub(crate) places: Places,
    /// How far back the change feed has to be read.
    pub(crate) feed_look_back: Duration,
    unusable: Vec<Unusable>,
}

impl Prepared {
    /// Prepares everything that can be prepared.
    pub fn new(sources: Sources) -> Self {
        let vocabulary = sources.vocabulary;
        let policy = Policy::new(sources.governance);
        let mut unusable = sources.unresolved;
        let mut queries = QueryCache::default();
        let mut runbooks = BTreeMap::new();
        for closure in sources.runbooks {
            let id = RunbookId::from(closure.runbook.metadata.id.as_str());
            match PreparedRunbook::new(closure, &policy, &mut queries) {
                Ok(runbook) => {
                    runbooks.insert(id, runbook);
                }
                Err(problems) => unusable.push(Unusable {
                    document: format!("Runbook/{id}"),
                    problems,
                }),
            }
        }
        let mut signatures = BTreeMap::new();
        for closure in sources.signatures {
            let id = SignatureId::from(closure.signature.metadata.id.as_str());
            match PreparedSignature::new(closure, &mut queries) {
                Ok(signature) => {
                    signatures.insert(id, signature);
                }
                Err(problems) => unusable.push(Unusable {
                    document: format!("Signature/{id}"),
                    problems,
                }),
            }
        }
        let of_runbooks = runbooks.values().flat_map(PreparedRunbook::all_checks);
        let of_signatures = signatures.values().flat_map(PreparedSignature::checks);
        let feed_look_back = of_runbooks
            .chain(of_signatures)
            .filter_map(PreparedCheck::change_look_back)
            .fold(FEED_LOOK_BACK, Duration::max);
        Self {
            places: Places::new(&runbooks, &signatures),
            feed_look_back,
            policy,
            services: sources.services,
            severities: sources.severities,
            vocabulary,
            runbooks,
            signatures,
            unusable,
        }
    }

    /// Documents that cannot be used; a run treats them as if they were not there.
    pub fn unusable(&self) -> &[Unusable] {
        &self.unusable
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// A runbook that can be used.
    pub fn runbook(&self, id: &RunbookId) -> Option<&PreparedRunbook> {
        self.runbooks.get(id)
    }

    /// A signature that can be used.
    pub fn signature(&self, id: &SignatureId) -> Option<&PreparedSignature> {
        self.signatures.get(id)
    }

    /// The on-call team of a service, when the policy knows the team.
    pub fn oncall(&self, service: &ServiceId) -> Option<&TeamId> {
        let team = &self.services.get(service)?.spec.oncall.team;
        self.policy
            .governance()
            .teams
            .contains_key(team)
            .then_some(team)
    }

    /// How much worse severity `a` is than `b`: whether it is, or `None` when one is not known.
    pub(crate) fn is_worse(&self, a: &str, b: &str) -> Option<bool> {
        let rank = |name: &str| self.severities.iter().position(|s| s == name);
        Some(rank(a)? < rank(b)?)
    }
}

/// How far a document's status lets it go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    /// Draft or deprecated: as if it were not there.
    Ignored,
    /// Evaluated and recorded.
    Shadow,
    /// In force.
    Stable,
}

impl Standing {
    pub(crate) fn of(status: Option<Status>) -> Self {
        match status {
            Some(Status::Stable) => Self::Stable,
            Some(Status::Shadow) => Self::Shadow,
            Some(Status::Draft | Status::Reviewed | Status::Deprecated) | None => Self::Ignored,
        }
    }
}
