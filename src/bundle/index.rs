//! What is in a bundle: `index.json`, and the index inside each pack.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::channel::CanaryRef;
use crate::document::Digest;
use crate::document::model::{Kind, Mode, Status, Tier};

/// The version of the bundle format without evidence.
pub const FORMAT: u32 = 1;
/// The version of the bundle format that says whether there is evidence.
pub const FORMAT_EVIDENCE: u32 = 2;
/// The version of the bundle format with a second content: the newest this build reads.
pub const FORMAT_CANARY: u32 = 3;

/// Name of the index among the files of a release.
pub const INDEX_FILE: &str = "index.json";
/// Name of the policy among the files of a release.
pub const GOVERNANCE_FILE: &str = "governance.json";
/// Name of the index inside a pack.
pub const PACK_INDEX_FILE: &str = "pack.json";

/// `index.json`: what the release is made from and which packs it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    /// Version of the bundle format.
    pub format: u32,
    /// Version of the document format.
    pub schema: String,
    /// Oldest version of `rbk` that understands the release.
    pub minimum_agent: String,
    /// The git commit it was built from.
    pub commit: String,
    /// The packs in order.
    pub packs: Vec<PackRef>,
    /// Digest of `governance.json`.
    pub governance: Digest,
    /// Runbooks by their highest tier.
    pub runbooks_by_tier: BTreeMap<Tier, u32>,
    /// Who approved what is in it, from format 2 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<EvidenceRef>,
    /// Set by whoever published it although its policy demands approvals and nothing shows them, from format 2 on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub without_evidence: bool,
    /// A second content that some agents use first, from format 3 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canary: Option<CanaryRef>,
}

impl Index {
    /// The format that has everything the index says.
    pub(super) fn needed_format(&self) -> u32 {
        match self.evidence.is_some() || self.without_evidence {
            _ if self.canary.is_some() => FORMAT_CANARY,
            true => FORMAT_EVIDENCE,
            false => FORMAT,
        }
    }
}

/// The evidence as the index names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceRef {
    /// Digest of the last statement, which vouches for all before it.
    pub head: Digest,
    /// How many statements there are.
    pub statements: u64,
    /// The files that hold them, in order.
    pub files: Vec<PackRef>,
}

/// A pack, or a file of evidence, as the index names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackRef {
    /// Name among the files of the release.
    pub name: String,
    /// Digest of its bytes.
    pub digest: Digest,
    /// Its length in bytes.
    pub length: u64,
}

/// `pack.json`: the documents of a pack.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackIndex {
    /// The documents, by kind and id.
    pub documents: Vec<DocumentRef>,
}

/// A document of a pack.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentRef {
    /// `Runbook`, or `Signature` for one that is routed nowhere.
    pub kind: Kind,
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Where it is in its life.
    pub status: Status,
    /// A runbook's highest tier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// A runbook's highest mode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// Digest of its closure: what was tested and approved.
    pub digest: Digest,
    /// Entry of the pack that holds the closure as canonical JSON.
    pub closure: String,
    /// Entry of the pack that holds the YAML it was written as.
    pub source: String,
    /// Digest of that YAML.
    pub source_digest: Digest,
}
