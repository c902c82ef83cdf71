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

    /// The value and what it comes to, in a few words for a human.
    pub fn finding(&self) -> String {
        // When something happened is part of the words already.
        let told = |value: &String| {
            self.why.starts_with(value.as_str()) || value.parse::<Timestamp>().is_ok()
        };
        match self.value.as_ref().filter(|value| !told(value)) {
            Some(value) => format!("{value}, {}", self.why),
            None => self.why.clone(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_tells_each_value_once() {
        for (value, why, told) in [
            (Some("8%"), "at least 5% for 3m", "8%, at least 5% for 3m"),
            (Some("5%"), "at least 5%", "5%, at least 5%"),
            (Some("400"), "400 matching lines", "400 matching lines"),
            (
                Some("2026-11-02T10:04:00Z"),
                "deploy at 2026-11-02T10:04:00Z",
                "deploy at 2026-11-02T10:04:00Z",
            ),
            (None, "there is no data", "there is no data"),
        ] {
            let result = CheckResult {
                value: value.map(str::to_owned),
                ..CheckResult::unknown(why)
            };
            assert_eq!(result.finding(), told);
        }
    }
}
