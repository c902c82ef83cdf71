//! Signatures (DESIGN §3.5): how one failure mode is recognised.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Check, Support};
use crate::document::id::{CheckName, ClassId, PathId, PostmortemId, RunbookId, SignatureId};
use crate::document::unit::Duration;

/// How one failure mode is recognised, and nothing else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signature {
    /// The class it belongs to.
    pub incident_class: ClassId,
    /// The postmortems it was learned from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub derived_from: Vec<PostmortemId>,
    /// What all its evidence must share: `service`, `environment`, …
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub correlate: Vec<String>,
    /// Time within which all required conditions must have held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Duration>,
    /// Conditions that must all hold.
    #[serde(default)]
    pub require: BTreeMap<CheckName, Check>,
    /// Conditions that add to the score.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub support: BTreeMap<CheckName, Support>,
    /// Conditions that rule it out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub exclude: BTreeMap<CheckName, Check>,
    /// Order in which required conditions must have begun to hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sequence: Vec<CheckName>,
    /// Events that must not have happened around an anchor.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub negate: Vec<Negation>,
    /// Thresholds of the verdict.
    pub score: Score,
    /// Another signature, and the exclusion or support condition that tells it apart.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub distinguish_from: BTreeMap<SignatureId, CheckName>,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<Route>,
}

/// Thresholds on the score, both between 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// From here on the verdict is `match`.
    pub match_at: f64,
    /// From here on the verdict is `ambiguous`.
    pub ambiguous_at: f64,
}

/// An event that must not have happened around an anchor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Negation {
    /// The event.
    pub check: Check,
    /// The required condition whose first match the window is laid around.
    pub anchor: CheckName,
    /// Length of the window.
    pub window: Duration,
    /// Shift of the window against the anchor; it begins at the anchor when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slide: Option<Duration>,
    /// How much earlier than the anchor the window begins, instead of a shift to later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Duration>,
    /// The time from the first required condition to the last is added to the window.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub span: bool,
}

/// The runbook that answers a signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// The runbook.
    pub runbook: RunbookId,
    /// The path its decision table is expected to choose; another writing path escalates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<PathId>,
}
