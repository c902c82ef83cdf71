//! What is in a bundle: `index.json`, and the index inside each pack.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::document::Digest;
use crate::document::model::{Kind, Mode, Status, Tier};

/// The version of the bundle format this build writes and reads.
pub const FORMAT: u32 = 1;

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
}

/// A pack as the index names it.
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
