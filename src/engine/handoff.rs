//! What a human gets who takes over: who, by when, what is known, what was done, what is armed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::call::Call;
use super::reason::Reason;
use crate::document::id::StepId;
use crate::document::model::Outcome;

/// An incident handed over to a human.
///
/// Texts of logs, executors and other untrusted sources appear only quoted, cut and made harmless
/// (see [`super::text::quote`]).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Handoff {
    /// The team it goes to, resolved.
    pub to: String,
    /// The target as documents name it, e.g. `owner_of_dependency`.
    pub target: String,
    /// When it has to be acknowledged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledge_by: Option<Timestamp>,
    /// Who is told when nobody acknowledges, resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub then: Option<String>,
    /// Whether somebody is woken up.
    pub page: bool,
    /// How the run ended.
    pub outcome: Outcome,
    /// Why.
    pub reason: Reason,
    /// The fields policy and runbook ask for, by name; all of them are filled below.
    pub fields: Vec<String>,
    /// The incident and what became of the run, in a sentence.
    pub summary: String,
    /// What speaks for the diagnosis.
    pub evidence: Vec<Evidence>,
    /// What speaks against it.
    pub evidence_against: Vec<Evidence>,
    /// What is not known.
    pub unknown: Vec<Evidence>,
    /// What was done, in order, with its result.
    pub actions_taken: Vec<ActionTaken>,
    /// What can still be undone, and how.
    pub armed_undo: Vec<ArmedUndo>,
    /// What would have been done.
    pub proposed: Vec<String>,
    /// What to do next.
    pub next_step: String,
}

/// An observation with its source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Check or condition.
    pub name: String,
    /// What it found.
    pub finding: String,
}

/// Something the run did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActionTaken {
    /// The call.
    pub call: Call,
    /// When it was started.
    pub at: Timestamp,
    /// What is known about its effect.
    pub effect: Effect,
}

/// What is known about the effect of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// It was started and has not ended.
    InFlight,
    /// The executor did not answer.
    Unknown,
    /// It was done; whether it helped is not established.
    Done,
    /// It was done and its verification held.
    Verified,
    /// The executor refused or failed, in its own (quoted) words.
    Failed {
        /// The quotation.
        error: String,
    },
    /// It was done and undone.
    Undone,
}

/// An undo that still works.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArmedUndo {
    /// The step it undoes.
    pub step: StepId,
    /// The call to make.
    pub call: Call,
    /// When it stops working.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
}
