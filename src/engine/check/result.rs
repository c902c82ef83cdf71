//! What a check asks and what it found.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::document::logic::Truth;
use crate::engine::evidence::RequestId;

/// What a check found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckResult {
    /// Whether it holds.
    pub truth: Truth,
    /// The value looked at, with its unit, as shown to a human. From a closed set of forms; texts
    /// of telemetry are quoted and cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The moment the answer tells about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_at: Option<Timestamp>,
    /// The moment it began to hold, as far as the answer goes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began_at: Option<Timestamp>,
    /// Why the truth is what it is.
    pub why: String,
}

impl CheckResult {
    /// An inconclusive result without evidence.
    pub fn unknown(why: impl Into<String>) -> Self {
        Self {
            truth: Truth::Inconclusive,
            value: None,
            observed_at: None,
            began_at: None,
            why: why.into(),
        }
    }
}

/// A check with its question, ready to be evaluated in one run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// The answer to this question decides.
    Asks(RequestId),
    /// The incident context decides.
    Context,
    /// The question cannot be asked, so the check is inconclusive.
    Impossible(String),
}

impl Bound {
    /// The question, if there is one.
    pub fn request(&self) -> Option<RequestId> {
        match self {
            Self::Asks(id) => Some(*id),
            Self::Context | Self::Impossible(_) => None,
        }
    }
}
