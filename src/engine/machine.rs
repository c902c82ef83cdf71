//! The state machine: one run from the first event to its outcome.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::call::PastAction;
use super::command::Command;
use super::event::Event;
use super::incident::Incident;
use super::moment::after;
use super::prepared::Prepared;
use super::reason::Reason;
use super::trace::{Inputs, Trace};
use crate::document::id::SignatureId;
use crate::document::model::{HaltLevel, Outcome};

mod approval;
mod decide;
mod execute;
mod finish;
mod gather;
mod interrupt;
mod preflight;
mod recognise;
mod rollback;
mod sieve;
mod snapshot;
mod state;
mod step;
mod verify;

use state::{Flow, Turn};
pub use state::{Phase, State};

/// What a run begins with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunInput {
    /// The incident.
    pub incident: Incident,
    /// When the agent was called.
    pub begin: Timestamp,
    /// The kill switch as it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub halt: Option<HaltLevel>,
    /// What other runs did lately: as far back as the longest limit looks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<PastAction>,
    /// Signatures to score although they belong to another scope: to be recorded, not acted on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub watch: Vec<SignatureId>,
    /// Who runs it; may never approve its own calls.
    pub agent: String,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// The outcome.
    pub outcome: Outcome,
    /// Why, unless the path ran to its end.
    pub reason: Option<Reason>,
    /// In words.
    pub detail: String,
}

/// A state that cannot be continued.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResumeError {
    /// The documents are not the ones the run was begun with.
    #[error(
        "runbook `{runbook}` has changed since the run began: end the run and begin another one"
    )]
    DocumentsChanged {
        /// The runbook.
        runbook: String,
    },
}

/// A run: its state, its trace, and the documents it is decided with.
#[derive(Clone, Debug)]
pub struct Engine {
    prepared: Arc<Prepared>,
    state: State,
    trace: Trace,
}

impl Engine {
    /// Begins a run. The commands returned are its first questions.
    pub fn start(prepared: Arc<Prepared>, input: RunInput) -> (Self, Vec<Command>) {
        let policy = prepared.policy().document();
        let inputs = Inputs {
            incident: input.incident.id.clone(),
            service: input.incident.service.clone(),
            environment: input.incident.environment.clone(),
            agent: input.agent.clone(),
            begun: input.begin,
            policy: format!(
                "{}@{}",
                policy.metadata.id,
                policy.metadata.version.as_deref().unwrap_or("?")
            ),
            unusable: prepared
                .unusable()
                .iter()
                .map(ToString::to_string)
                .collect(),
        };
        let mut engine = Self {
            state: State::new(input),
            trace: Trace::new(inputs),
            prepared,
        };
        let commands = engine.turn(|turn| {
            if !turn.interrupted() {
                turn.advance();
            }
        });
        (engine, commands)
    }

    /// Continues a run from a state kept elsewhere.
    ///
    /// # Errors
    /// When the chosen runbook is not the one the run was begun with, byte for byte.
    pub fn resume(
        prepared: Arc<Prepared>,
        state: State,
        trace: Trace,
    ) -> Result<Self, ResumeError> {
        if let Some(chosen) = &state.chosen {
            let same = prepared
                .runbook(&chosen.runbook)
                .is_some_and(|runbook| runbook.digest == chosen.closure);
            if !same {
                return Err(ResumeError::DocumentsChanged {
                    runbook: chosen.runbook.to_string(),
                });
            }
        }
        Ok(Self {
            prepared,
            state,
            trace,
        })
    }

    /// Takes an event and says what to do next. After the end nothing follows.
    pub fn step(&mut self, event: Event) -> Vec<Command> {
        if self.ended().is_some() {
            return Vec::new();
        }
        self.turn(|turn| {
            turn.accept(event);
            if !turn.interrupted() {
                turn.advance();
            }
        })
    }

    fn turn(&mut self, act: impl FnOnce(&mut Turn<'_>)) -> Vec<Command> {
        let mut turn = Turn {
            prepared: &self.prepared,
            state: &mut self.state,
            trace: &mut self.trace,
            commands: Vec::new(),
        };
        act(&mut turn);
        turn.commands
    }

    /// When the run wants to be told that time passed, if nothing else happens before.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        if self.ended().is_some() {
            return None;
        }
        // An undo that has begun is ended whatever the time.
        let budgets = self.state.budgets(&self.prepared);
        let clock = match self.state.phase {
            Phase::RollingBack(_) => None,
            _ => budgets.wall_clock,
        };
        let end = clock.map(|limit| after(self.state.begun, limit));
        [
            end,
            self.state.evidence.next_deadline(),
            self.state.phase.deadline(&self.state),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// How the run ended, when it has.
    pub fn ended(&self) -> Option<&Ended> {
        match &self.state.phase {
            Phase::Ended(ended) => Some(ended),
            _ => None,
        }
    }

    /// The state, to be kept and resumed, or compared.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The trace so far.
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// The trace, when the run is no longer needed.
    pub fn into_trace(self) -> Trace {
        self.trace
    }
}

impl Turn<'_> {
    /// Moves from phase to phase until one has to wait.
    fn advance(&mut self) {
        loop {
            let phase = std::mem::replace(&mut self.state.phase, Phase::Reading);
            let flow = match phase {
                Phase::Reading => self.reading(),
                Phase::Scoring(scoring) => self.scoring(scoring),
                Phase::Sieving(sieving) => self.sieving(sieving),
                Phase::Deciding(deciding) => self.deciding(deciding),
                Phase::Preflight(preflight) => self.preflight(preflight),
                Phase::Approval(approval) => self.approval(approval),
                Phase::Snapshot(snapshot) => self.snapshot(snapshot),
                Phase::Executing(executing) => self.executing(executing),
                Phase::Retrying { until } => self.retrying(until),
                Phase::Verifying(verifying) => self.verifying(verifying),
                Phase::RollingBack(rollback) => self.rolling_back(rollback),
                Phase::Ended(ended) => Flow::Wait(Phase::Ended(ended)),
            };
            match flow {
                Flow::Go(phase) => self.state.phase = phase,
                Flow::Wait(phase) => {
                    self.state.phase = phase;
                    return;
                }
            }
        }
    }
}
