//! Reviewed departures from a lint rule.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Lets one rule pass on one object until a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// Code of the rule, e.g. `P009`.
    pub rule: String,
    /// The object, `Kind/id`, e.g. `Runbook/queue-backlog`.
    pub object: String,
    /// Route within the object the exception is limited to, e.g. `spec.paths.drain`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Where it is tracked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// Why it is acceptable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Last day it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Date>,
}
