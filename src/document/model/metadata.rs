//! What every document says about itself.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::document::id::TeamId;

/// Identity, ownership and life cycle of a document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Metadata {
    /// Unique within its kind, compared without case.
    #[serde(default)]
    pub id: String,
    /// One line a human understands without reading the rest.
    #[serde(default)]
    pub title: String,
    /// Semantic version, as text so that a malformed one can be reported. Fixtures have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The team that answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<TeamId>,
    /// Where it is in its life.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Free key-value pairs for the owner's own use; they mean nothing to `rbk`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// The day by which somebody has to have read it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_by: Option<Date>,
    /// For a deprecated document: the id that takes its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<String>,
}

impl Metadata {
    /// Whether nothing is said at all.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The version, when it is semantic.
    pub fn semver(&self) -> Option<semver::Version> {
        self.version.as_deref()?.parse().ok()
    }

    /// Whether agents may act on it, as far as its own life cycle is concerned.
    pub fn is_stable(&self) -> bool {
        self.status == Some(Status::Stable)
    }
}

/// The life cycle of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Being written; nothing may act on it.
    Draft,
    /// Evaluated, recorded, never acted on.
    Shadow,
    /// In force.
    Stable,
    /// Postmortems only: read and agreed by the people involved.
    Reviewed,
    /// On its way out; `replaced_by` names what takes its place.
    Deprecated,
}
