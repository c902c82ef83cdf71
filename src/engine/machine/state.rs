//! The state of a run. All of it is plain data: two runs with equal states do the same from here.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Ended, RunInput};
use crate::document::Digest;
use crate::document::id::{CheckName, PathId, RunbookId, SignatureId, StepId};
use crate::document::logic::Truth;
use crate::document::model::{Budgets, HaltLevel, Mode, Signal};
use crate::engine::authorize::ApprovalDemand;
use crate::engine::call::{Call, PastAction};
use crate::engine::check::Bound;
use crate::engine::command::{Command, ExecutionId};
use crate::engine::evidence::{EvidenceStore, RequestId};
use crate::engine::handoff::{Effect, Evidence};
use crate::engine::incident::Incident;
use crate::engine::prepared::{Prepared, PreparedRunbook, PreparedStep};
use crate::engine::refusal::Refusal;
use crate::engine::signature::{BoundSignature, SignatureResult};
use crate::engine::trace::{CheckSummary, Record, Trace};

/// Everything a run remembers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct State {
    pub(super) now: Timestamp,
    pub(super) begun: Timestamp,
    pub(super) incident: Incident,
    pub(super) severity_at_begin: Option<String>,
    pub(super) agent: String,
    pub(super) halt: Option<HaltLevel>,
    pub(super) frozen_since: Option<Timestamp>,
    pub(super) took_over: bool,
    pub(super) history: Vec<PastAction>,
    pub(super) watch: Vec<SignatureId>,
    pub(super) evidence: EvidenceStore,
    pub(super) feed: Option<RequestId>,
    pub(super) queries_used: u32,
    /// The signature acted on is not stable.
    pub(super) shadow: bool,
    /// The runbook that says whom to tell although it was not chosen.
    pub(super) told_by: Option<RunbookId>,
    pub(super) chosen: Option<Chosen>,
    pub(super) decided: Option<Decided>,
    pub(super) support: Vec<Support>,
    pub(super) findings: Findings,
    pub(super) step: usize,
    pub(super) attempt: u32,
    pub(super) approved: Option<Digest>,
    pub(super) done: Vec<Done>,
    pub(super) proposed: Vec<String>,
    pub(super) phase: Phase,
}

/// The runbook of a run and how it was come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Chosen {
    pub(super) runbook: RunbookId,
    pub(super) closure: Digest,
    pub(super) signature: Option<SignatureId>,
    pub(super) route: Option<PathId>,
    pub(super) limit: Option<Refusal>,
}

/// The path of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Decided {
    pub(super) path: PathId,
    /// Checks that support the chosen row by passing.
    pub(super) positive: Vec<CheckName>,
}

/// A piece of evidence that may support the decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Support {
    pub(super) signal: Option<Signal>,
    pub(super) truth: Truth,
}

/// What the handoff will say about the evidence.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Findings {
    pub(super) pro: Vec<Evidence>,
    pub(super) contra: Vec<Evidence>,
    pub(super) unknown: Vec<Evidence>,
}

/// A call that was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Done {
    pub(super) id: ExecutionId,
    pub(super) call: Call,
    pub(super) mode: Mode,
    pub(super) writes: bool,
    pub(super) at: Timestamp,
    pub(super) ended: Option<Timestamp>,
    pub(super) effect: Effect,
    pub(super) undo: Option<Armed>,
}

/// An undo that was prepared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Armed {
    pub(super) call: Call,
    pub(super) expires: Option<Timestamp>,
}

/// Where a run stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case")]
pub enum Phase {
    /// The change feed is read.
    Reading,
    /// Signatures are scored.
    Scoring(Scoring),
    /// Signatures of other scopes are looked at, because no candidate fits.
    Sieving(Sieving),
    /// The decision table is evaluated.
    Deciding(Deciding),
    /// A step's conditions are looked at.
    Preflight(Preflight),
    /// Humans are asked.
    Approval(Approval),
    /// What the undo needs is captured.
    Snapshot(Snapshot),
    /// An action is under way.
    Executing(Executing),
    /// A failed action waits for its next attempt.
    Retrying {
        /// Until then.
        until: Timestamp,
    },
    /// The effect of an action is observed, settling included.
    Verifying(Verifying),
    /// The writes of the run are undone.
    RollingBack(RollingBack),
    /// The run is over.
    Ended(Ended),
}

/// See [`Phase::Scoring`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scoring {
    pub(super) since: Timestamp,
    pub(super) again: bool,
    pub(super) bound: BTreeMap<SignatureId, BoundSignature>,
    pub(super) negations_bound: bool,
    /// Signatures beyond the candidates have been looked at.
    pub(super) sieved: bool,
    /// Signatures scored before.
    pub(super) known: Vec<SignatureResult>,
}

/// See [`Phase::Sieving`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sieving {
    /// Signatures not known to fail, with the questions of their required conditions so far.
    pub(super) left: BTreeMap<SignatureId, Vec<Bound>>,
    pub(super) known: Vec<SignatureResult>,
}

/// See [`Phase::Deciding`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deciding {
    pub(super) bound: BTreeMap<CheckName, Bound>,
}

/// See [`Phase::Preflight`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preflight {
    pub(super) call: Call,
    /// Evidence must not be older than this.
    pub(super) since: Timestamp,
    pub(super) again: bool,
    pub(super) demand: Option<ApprovalDemand>,
    pub(super) action_checks: BTreeMap<CheckName, Bound>,
    pub(super) runbook_checks: BTreeMap<CheckName, Bound>,
    pub(super) signature: Option<BoundSignature>,
    /// How often the evidence grew too old before the write.
    pub(super) rounds: u32,
}

/// See [`Phase::Approval`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Approval {
    pub(super) call: Call,
    pub(super) question: Digest,
    pub(super) demand: ApprovalDemand,
    pub(super) expires_at: Timestamp,
    pub(super) given: Vec<Given>,
    pub(super) denied_by: Option<String>,
}

/// An approval that counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Given {
    pub(super) principal: String,
    pub(super) team: String,
}

/// See [`Phase::Snapshot`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    pub(super) call: Call,
    pub(super) since: Timestamp,
    pub(super) bound: BTreeMap<String, Bound>,
    /// The oldest evidence preflight stands on.
    pub(super) preflight_at: Timestamp,
    pub(super) rounds: u32,
}

/// See [`Phase::Executing`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Executing {
    pub(super) index: usize,
    pub(super) deadline: Timestamp,
}

/// See [`Phase::Verifying`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verifying {
    pub(super) index: usize,
    pub(super) next_look: Timestamp,
    /// The look whose answers are awaited.
    pub(super) looking: Option<Timestamp>,
    pub(super) deadline: Timestamp,
    /// The executor did not answer: watch for failure only.
    pub(super) failure_only: bool,
    pub(super) success_since: Option<Timestamp>,
    pub(super) bound: BTreeMap<CheckName, Bound>,
    pub(super) looks: u32,
    pub(super) seen: BTreeMap<CheckName, CheckSummary>,
}

/// See [`Phase::RollingBack`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RollingBack {
    /// Calls to undo, the next one last.
    pub(super) left: Vec<usize>,
    /// The undo under way and the call it undoes.
    pub(super) running: Option<(usize, usize)>,
    pub(super) deadline: Option<Timestamp>,
    pub(super) why: String,
}

/// Where to go after a phase has done what it could.
pub(super) enum Flow {
    /// On to the next phase, now.
    Go(Phase),
    /// Stay until something happens.
    Wait(Phase),
}

impl Phase {
    /// When this phase has to go on.
    pub(super) fn deadline(&self, state: &State) -> Option<Timestamp> {
        match self {
            Self::Approval(approval) => Some(approval.expires_at),
            Self::Executing(executing) => Some(executing.deadline),
            Self::Retrying { until } => Some(*until),
            Self::Verifying(v) if v.looking.is_none() => Some(v.next_look.max(state.now)),
            Self::RollingBack(rollback) => rollback.deadline,
            Self::Verifying(_)
            | Self::Reading
            | Self::Scoring(_)
            | Self::Sieving(_)
            | Self::Deciding(_)
            | Self::Preflight(_)
            | Self::Snapshot(_)
            | Self::Ended(_) => None,
        }
    }

    /// Whether something the run did still takes or shows its effect.
    pub(super) fn is_under_way(&self) -> bool {
        matches!(
            self,
            Self::Executing(_) | Self::Verifying(_) | Self::RollingBack(_)
        )
    }
}

impl State {
    pub(super) fn new(input: RunInput) -> Self {
        Self {
            now: input.begin,
            begun: input.begin,
            severity_at_begin: input.incident.severity.clone(),
            incident: input.incident,
            agent: input.agent,
            halt: input.halt,
            frozen_since: None,
            took_over: false,
            history: input.history,
            watch: input.watch,
            evidence: EvidenceStore::default(),
            feed: None,
            queries_used: 0,
            shadow: false,
            told_by: None,
            chosen: None,
            decided: None,
            support: Vec::new(),
            findings: Findings::default(),
            step: 0,
            attempt: 1,
            approved: None,
            done: Vec::new(),
            proposed: Vec::new(),
            phase: Phase::Reading,
        }
    }

    /// Where the run stands.
    pub fn phase(&self) -> &Phase {
        &self.phase
    }

    /// The latest moment the run knows.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The incident as it is known now.
    pub fn incident(&self) -> &Incident {
        &self.incident
    }

    /// The step the run is at, or was at when it ended.
    pub fn current_step<'p>(&self, prepared: &'p Prepared) -> Option<&'p StepId> {
        self.prepared_step(prepared).map(|step| &step.id)
    }

    pub(super) fn runbook<'p>(&self, prepared: &'p Prepared) -> Option<&'p PreparedRunbook> {
        prepared.runbook(&self.chosen.as_ref()?.runbook)
    }

    pub(super) fn prepared_step<'p>(&self, prepared: &'p Prepared) -> Option<&'p PreparedStep> {
        let path = self
            .runbook(prepared)?
            .paths
            .get(&self.decided.as_ref()?.path)?;
        path.steps.get(self.step)
    }

    pub(super) fn budgets(&self, prepared: &Prepared) -> Budgets {
        self.runbook(prepared)
            .map_or_else(|| prepared.policy().budgets(), |runbook| runbook.budgets)
    }

    /// What this run did, as limits see it.
    pub(super) fn run(&self) -> Vec<PastAction> {
        let past = |done: &Done| PastAction {
            action: done.call.action.clone(),
            target: done.call.target.clone(),
            tier: done.call.tier,
            at: done.at,
            ended: done.ended,
            undo: done.call.undo,
        };
        self.done.iter().map(past).collect()
    }
}

/// One event's worth of work on a run.
pub(super) struct Turn<'a> {
    pub(super) prepared: &'a Prepared,
    pub(super) state: &'a mut State,
    pub(super) trace: &'a mut Trace,
    pub(super) commands: Vec<Command>,
}

impl Turn<'_> {
    pub(super) fn record(&mut self, record: Record) {
        self.trace.record(self.state.now, record);
    }
}
