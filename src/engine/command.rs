//! What a run asks its driver to do.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::authorize::{ApprovalDemand, Authorised};
use super::call::{Call, Constraints};
use super::evidence::{Request, RequestId};
use super::handoff::Handoff;
use super::machine::Ended;
use crate::document::Digest;
use crate::document::id::StepId;
use crate::document::model::Mode;

/// Something the driver has to do.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Answer a question, by an `Answered` event with this id.
    Ask {
        /// Its id.
        id: RequestId,
        /// The question.
        request: Request,
        /// When the run gives up on it.
        deadline: Timestamp,
    },
    /// Ask humans for a go-ahead, answered by `Approval` events.
    RequestApproval(Box<ApprovalRequest>),
    /// Run an action, answered by an `ActionEnded` event.
    Execute(Box<Execution>),
    /// Hand the incident over to a human. Needs no answer.
    Escalate(Box<Handoff>),
    /// The run is over; nothing follows.
    End(Ended),
}

/// A question to humans.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalRequest {
    /// Its id: the digest of `call`. Answers name it.
    pub id: Digest,
    /// The step it belongs to.
    pub step: StepId,
    /// The call they decide about; the approval holds for it and for no other.
    pub call: Box<CallText>,
    /// Who may answer, and how many have to.
    pub demand: ApprovalDemand,
    /// When the question lapses.
    pub expires_at: Timestamp,
}

/// A call as shown to a human.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallText {
    /// The step, the action and its target, in a line.
    pub summary: String,
    /// Arguments, name and value.
    pub arguments: Vec<(String, String)>,
    /// What would undo it.
    pub undo: Option<String>,
}

/// Names an execution within a run; fit as an idempotency key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ExecutionId(String);

impl ExecutionId {
    /// The `number`-th execution of the run about `incident`.
    pub(crate) fn new(incident: &str, number: usize) -> Self {
        Self(format!("{incident}/{number}"))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ExecutionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An action to run. It can be made from an [`Authorised`] call only, and cannot be read back from
/// text.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Execution {
    id: ExecutionId,
    call: Call,
    mode: Mode,
    constraints: Constraints,
    deadline: Timestamp,
}

impl Execution {
    pub(crate) fn new(id: ExecutionId, authorised: Authorised, now: Timestamp) -> Self {
        Self {
            id,
            mode: authorised.mode(),
            constraints: authorised.constraints(),
            deadline: super::moment::after(now, authorised.timeout()),
            call: authorised.into_call(),
        }
    }

    /// Names it in the answer; the same number is never used twice in a run.
    pub fn id(&self) -> &ExecutionId {
        &self.id
    }

    /// The call.
    pub fn call(&self) -> &Call {
        &self.call
    }

    /// The effective mode.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// What the executor must keep to.
    pub fn constraints(&self) -> Constraints {
        self.constraints
    }

    /// When the run no longer waits for the answer.
    pub fn deadline(&self) -> Timestamp {
        self.deadline
    }
}
