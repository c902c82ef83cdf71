//! What happens: everything a run is told, always with its moment.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::command::ExecutionId;
use super::evidence::{Answer, RequestId};
use crate::document::Digest;
use crate::document::id::AlertName;
use crate::document::model::HaltLevel;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When. A run's time never goes backwards: an earlier moment counts as the latest one known.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum EventKind {
    /// Time passed.
    Tick,
    /// A question was answered.
    Answered {
        /// Which.
        request: RequestId,
        /// The moment the answer tells about, not before the question was asked.
        as_of: Timestamp,
        /// The answer.
        answer: Answer,
    },
    /// A human answered a request for approval.
    Approval {
        /// The request's id: the digest of the call asked about.
        question: Digest,
        /// The human's login, authenticated by the driver.
        by: String,
        /// The team in whose name; any the human belongs to when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        team: Option<String>,
        /// Whether the call may be made.
        approve: bool,
    },
    /// The executor reported.
    ActionEnded {
        /// Which execution.
        execution: ExecutionId,
        /// What it reported. No report at all is noticed by the clock.
        result: ActionResult,
    },
    /// An incident commander took over, or handed back.
    Commander {
        /// Whether one is in control.
        active: bool,
    },
    /// The kill switch was thrown. Within a run it only tightens.
    Halt {
        /// How much is stopped.
        level: HaltLevel,
    },
    /// Somebody declared a freeze of everything, beginning now.
    Freeze,
    /// The severity of the incident changed.
    Severity {
        /// The new one.
        severity: String,
    },
    /// An alert began or ceased to fire.
    Alert {
        /// Which.
        name: AlertName,
        /// Whether it fires.
        firing: bool,
    },
    /// A fact of the incident became known.
    Fact {
        /// Its name, without `incident.`.
        name: String,
        /// Its value.
        value: Value,
    },
}

/// What the executor reported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum ActionResult {
    /// Done.
    Ok,
    /// Refused or failed: the action had no effect as far as the executor knows.
    Error {
        /// Its text: untrusted.
        message: String,
    },
}
