//! The decision trace: what was looked at, what was considered, what was done, and why.
//!
//! Entries are in the order in which things happened. The same trace feeds the differences that tests
//! show, the handoff and the audit log.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::authorize::{ApprovalDemand, RefusalReason};
use super::call::Call;
use super::check::CheckResult;
use super::command::ExecutionId;
use super::event::ActionResult;
use super::evidence::Arguments;
use super::handoff::Handoff;
use super::machine::Ended;
use super::policy::EffectiveMode;
use super::ranking::Choice;
use super::refusal::Refusal;
use super::signature::SignatureResult;
use crate::document::Digest;
use crate::document::id::{
    ActionId, CheckName, EnvironmentId, PathId, RunbookId, ServiceId, SignatureId, StepId,
};
use crate::document::logic::Truth;
use crate::document::model::{HaltLevel, Mode, Tier};

mod lines;
mod read;

/// What a run looked at, considered and did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// Version of this format.
    pub version: u32,
    /// What the run was about and what it was decided with.
    pub inputs: Inputs,
    /// What happened, in order.
    pub entries: Vec<Entry>,
    /// How much was left out after [`MAX_ENTRIES`]: never a call, its effect, or the end.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub omitted: u64,
}

/// Most entries of a trace; a run has a few dozen unless somebody floods it with events.
pub const MAX_ENTRIES: usize = 10_000;

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// What a run was about and what it was decided with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inputs {
    /// The incident.
    pub incident: String,
    /// Its service.
    pub service: ServiceId,
    /// Its environment.
    pub environment: EnvironmentId,
    /// The agent that ran it.
    pub agent: String,
    /// When it began.
    pub begun: Timestamp,
    /// `id@version` of the policy.
    pub policy: String,
    /// Documents that could not be used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unusable: Vec<String>,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub what: Record,
}

/// What can be recorded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum Record {
    /// Signatures were scored.
    Scored {
        /// Whether this is the second look, before a write.
        again: bool,
        /// Every candidate, best first.
        candidates: Vec<SignatureResult>,
        /// What came of it.
        choice: Choice,
    },
    /// A runbook was considered and not chosen.
    RunbookRejected {
        /// Which.
        runbook: RunbookId,
        /// Why.
        why: String,
    },
    /// A runbook was chosen.
    RunbookChosen {
        /// Which.
        runbook: RunbookId,
        /// Its version.
        version: Option<String>,
        /// The digest of its closure.
        closure: Digest,
        /// The signature that led to it; none when an alert did.
        signature: Option<SignatureId>,
        /// The path the signature's route names.
        route: Option<PathId>,
        /// Why it may run tier 0 only.
        limit: Option<Refusal>,
    },
    /// The decision table was evaluated.
    Decided {
        /// The rows tried, in order.
        rows: Vec<RowResult>,
        /// The checks looked at.
        checks: BTreeMap<CheckName, CheckResult>,
        /// The path taken.
        path: Option<PathId>,
        /// Why, in the author's words.
        because: Option<String>,
    },
    /// A step was checked against the policy.
    Judged {
        /// The step.
        step: StepId,
        /// Its action.
        action: ActionId,
        /// The stage at which it was checked.
        stage: Stage,
        /// Its computed tier, once its arguments are valid.
        tier: Option<Tier>,
        /// What it acts on.
        target: Option<String>,
        /// The effective mode with every limit.
        mode: Option<EffectiveMode>,
        /// Everything against it.
        reasons: Vec<RefusalReason>,
    },
    /// A step was proposed instead of run.
    Proposed {
        /// The step.
        step: StepId,
        /// Its action.
        action: ActionId,
        /// Its arguments, as far as they can be told.
        arguments: Arguments,
        /// The effective mode.
        mode: Mode,
    },
    /// Preflight was evaluated.
    Preflight {
        /// The step.
        step: StepId,
        /// Whether this is the second look, after the go-ahead.
        again: bool,
        /// Its conditions in order.
        conditions: Vec<ConditionTruth>,
        /// All of them together.
        result: Truth,
    },
    /// Humans were asked.
    ApprovalAsked {
        /// The step.
        step: StepId,
        /// The digest of the call.
        question: Digest,
        /// Who has to answer.
        demand: ApprovalDemand,
    },
    /// A human answered.
    ApprovalAnswered {
        /// Who.
        by: String,
        /// What.
        approve: bool,
        /// Why it does not count; it counts when absent.
        ignored: Option<String>,
    },
    /// What the undo needs was captured.
    Snapshot {
        /// The step.
        step: StepId,
        /// What was captured.
        values: Arguments,
        /// Why it is not complete.
        problem: Option<String>,
    },
    /// An undo was armed.
    Armed {
        /// The call that undoes the step.
        undo: Box<Call>,
        /// When it stops working.
        expires: Option<Timestamp>,
    },
    /// An action was started.
    Executed {
        /// Its id.
        execution: ExecutionId,
        /// The call.
        call: Box<Call>,
        /// The effective mode.
        mode: Mode,
        /// Which attempt of its step, from 1.
        attempt: u32,
    },
    /// An action ended.
    ActionEnded {
        /// Its id.
        execution: ExecutionId,
        /// What the executor reported; nothing when it did not answer in time.
        result: Option<ActionResult>,
    },
    /// The effect of a step was observed.
    Verified {
        /// The step.
        step: StepId,
        /// What came of it.
        end: VerifyEnd,
        /// How often it was looked at.
        looks: u32,
        /// What each check found, summed up.
        checks: BTreeMap<CheckName, CheckSummary>,
        /// What decided.
        why: String,
    },
    /// Something happened around the run.
    Noted {
        /// What.
        note: Note,
    },
    /// The run ended.
    Ended {
        /// How.
        #[serde(flatten)]
        ended: Ended,
        /// What was handed over.
        handoff: Option<Box<Handoff>>,
    },
}

/// When a step is checked against the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Before anything else is done about it.
    First,
    /// After the go-ahead, or before another attempt.
    Again,
    /// Immediately before it is run.
    Last,
    /// As the undo of an earlier step.
    Undo,
}

/// A row of the decision table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowResult {
    /// Its position, from 0.
    pub row: usize,
    /// Its condition; none for the last row.
    pub when: Option<String>,
    /// Whether it holds.
    pub truth: Truth,
}

/// A preflight condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConditionTruth {
    /// Its text.
    pub text: String,
    /// Whether the action brought it, or the path.
    pub from_action: bool,
    /// Whether it holds.
    pub truth: Truth,
    /// What each check and predicate in it said.
    pub why: Vec<AtomTruth>,
}

/// A check or predicate within a condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AtomTruth {
    /// As written.
    pub name: String,
    /// Whether it holds.
    pub truth: Truth,
    /// The value looked at.
    pub value: Option<String>,
    /// Why.
    pub why: String,
}

/// How a verification ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerifyEnd {
    /// Success held.
    Held,
    /// It did not help, or something else suffers.
    Failed,
    /// It cannot be told.
    Inconclusive,
    /// The executor had not answered: watched for failure only, none was seen.
    Unknown,
}

/// What a check found over a verification.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckSummary {
    /// How often it held.
    pub pass: u32,
    /// How often it did not.
    pub fail: u32,
    /// How often it could not be told.
    pub inconclusive: u32,
    /// The last value.
    pub last: Option<String>,
}

/// Something that happened around the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "note", rename_all = "snake_case")]
pub enum Note {
    /// A commander took over or handed back.
    Commander {
        /// Whether one is in control.
        active: bool,
    },
    /// The kill switch was thrown.
    Halt {
        /// How much is stopped.
        level: HaltLevel,
    },
    /// A freeze was declared.
    Freeze,
    /// The severity changed.
    Severity {
        /// The new one.
        severity: String,
    },
    /// A step is tried again.
    Retry {
        /// The step.
        step: StepId,
        /// Which attempt, from 1.
        attempt: u32,
    },
    /// The writes of the run are undone.
    RollbackBegins {
        /// How many.
        writes: usize,
    },
    /// Preflight evidence grew too old and is asked for again.
    EvidenceTooOld {
        /// The step.
        step: StepId,
    },
}

impl Trace {
    pub(crate) fn new(inputs: Inputs) -> Self {
        Self {
            version: 1,
            inputs,
            entries: Vec::with_capacity(16),
            omitted: 0,
        }
    }

    pub(crate) fn record(&mut self, at: Timestamp, what: Record) {
        let essential = matches!(
            what,
            Record::Executed { .. } | Record::ActionEnded { .. } | Record::Ended { .. }
        );
        if self.entries.len() < MAX_ENTRIES || essential {
            self.entries.push(Entry { at, what });
        } else {
            self.omitted = self.omitted.saturating_add(1);
        }
    }
}
