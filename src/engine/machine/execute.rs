//! Running an action: the last look at the policy, the execution, its result, another attempt.

use jiff::Timestamp;

use super::state::{Armed, Done, Executing, Flow, Phase, Turn};
use crate::document::model::{OnFailure, Outcome};
use crate::document::unit::Duration;
use crate::engine::authorize::Authorised;
use crate::engine::call::Call;
use crate::engine::command::{Command, Execution, ExecutionId};
use crate::engine::event::ActionResult;
use crate::engine::handoff::Effect;
use crate::engine::moment::{after, since};
use crate::engine::reason::Reason;
use crate::engine::text;
use crate::engine::trace::{Note, Record, Stage};

/// How old preflight evidence may be at the write when the policy does not say.
const DEFAULT_MAX_AGE: Duration = Duration::from_secs(60);

/// How often preflight is repeated because its evidence grew too old before the write.
const MAX_ROUNDS: u32 = 3;

impl Turn<'_> {
    /// Starts the step's action, if everything still allows it.
    pub(super) fn execute(
        &mut self,
        call: &Call,
        undo: Option<Armed>,
        preflight_at: Timestamp,
        rounds: u32,
    ) -> Flow {
        let Some((_, step)) = self.here() else {
            return self.broken();
        };
        let verdict = match self.judge_step(Stage::Last) {
            Ok(verdict) => verdict,
            Err(reason) => return self.refused(&reason),
        };
        let Some(authorised) = verdict.authorised() else {
            return self.broken();
        };
        let tier = authorised.call().tier;
        let changed = authorised.call() != call;
        let max_age = self
            .prepared
            .policy()
            .evidence_max_age(tier)
            .unwrap_or(DEFAULT_MAX_AGE);
        // Preflight and undo were made for one call on evidence of one time. Another release in the
        // meantime may have made it another call.
        if changed || since(self.state.now, preflight_at) > max_age {
            if rounds >= MAX_ROUNDS {
                let detail = format!(
                    "step `{}`: the evidence changes, or grows older than {max_age}, before the write",
                    step.id
                );
                return self.end(Outcome::Escalated, Reason::PreflightInconclusive, detail);
            }
            let step = step.id.clone();
            self.record(Record::Noted {
                note: Note::EvidenceTooOld { step },
            });
            return self.preflight_round(true, rounds + 1);
        }
        let budget = self.state.budgets(self.prepared).actions;
        let made = self
            .state
            .done
            .iter()
            .filter(|done| !done.call.undo)
            .count();
        if budget.is_some_and(|most| made >= usize::try_from(most).unwrap_or(usize::MAX)) {
            return self.over_budget("actions");
        }
        if let Some(armed) = &undo {
            self.record(Record::Armed {
                undo: Box::new(armed.call.clone()),
                expires: armed.expires,
            });
        }
        let writes = step.action.writes();
        let (index, deadline) = self.start(authorised, undo, writes);
        Flow::Wait(Phase::Executing(Executing { index, deadline }))
    }

    /// Issues the command and remembers the call.
    pub(super) fn start(
        &mut self,
        authorised: Authorised,
        undo: Option<Armed>,
        writes: bool,
    ) -> (usize, Timestamp) {
        let index = self.state.done.len();
        let id = ExecutionId::new(&self.state.incident.id, index + 1);
        let execution = Execution::new(id.clone(), authorised, self.state.now);
        let deadline = execution.deadline();
        self.record(Record::Executed {
            execution: id.clone(),
            call: Box::new(execution.call().clone()),
            mode: execution.mode(),
            attempt: self.state.attempt,
        });
        self.state.done.push(Done {
            id,
            call: execution.call().clone(),
            mode: execution.mode(),
            writes,
            at: self.state.now,
            ended: None,
            effect: Effect::InFlight,
            undo,
        });
        self.commands.push(Command::Execute(Box::new(execution)));
        (index, deadline)
    }

    /// Takes the executor's report. One that comes after the run gave up waiting is recorded and
    /// changes nothing: the effect was taken as possible already.
    pub(super) fn action_ended(&mut self, id: &ExecutionId, result: ActionResult) {
        let now = self.state.now;
        let Some(done) = self.state.done.iter_mut().find(|done| done.id == *id) else {
            return;
        };
        if done.ended.is_some() {
            return;
        }
        done.ended = Some(now);
        if done.effect == Effect::InFlight {
            done.effect = match &result {
                ActionResult::Ok => Effect::Done,
                ActionResult::Error { message } => Effect::Failed {
                    error: text::quote(message),
                },
            };
        }
        self.record(Record::ActionEnded {
            execution: id.clone(),
            result: Some(result),
        });
    }

    /// Whether the execution is over by now; notes when its time is up.
    pub(super) fn settle_execution(&mut self, index: usize, deadline: Timestamp) -> Option<Effect> {
        let now = self.state.now;
        let done = self.state.done.get_mut(index)?;
        if done.effect == Effect::InFlight {
            if now < deadline {
                return None;
            }
            done.effect = Effect::Unknown;
            let id = done.id.clone();
            self.record(Record::ActionEnded {
                execution: id,
                result: None,
            });
        }
        self.state.done.get(index).map(|done| done.effect.clone())
    }

    pub(super) fn executing(&mut self, executing: Executing) -> Flow {
        let Executing { index, deadline } = executing;
        let Some(effect) = self.settle_execution(index, deadline) else {
            return Flow::Wait(Phase::Executing(executing));
        };
        match effect {
            Effect::Failed { error } => self.failed(&error),
            Effect::Unknown => self.begin_verifying(index, true),
            _ => self.begin_verifying(index, false),
        }
    }

    /// The executor refused or failed: another attempt, or the end.
    fn failed(&mut self, error: &str) -> Flow {
        let Some((_, step)) = self.here() else {
            return self.broken();
        };
        let may_retry = step.action.spec().idempotent && self.state.halt.is_none();
        if let Some(retry) = step
            .retry
            .filter(|r| may_retry && self.state.attempt < r.attempts)
        {
            self.state.attempt += 1;
            let note = Note::Retry {
                step: step.id.clone(),
                attempt: self.state.attempt,
            };
            self.record(Record::Noted { note });
            let until = after(self.state.now, retry.cooldown.unwrap_or_default());
            return Flow::Go(Phase::Retrying { until });
        }
        let detail = format!("step `{}`: {error}", step.id);
        match step.on_failure {
            OnFailure::Rollback if self.has_undo() => self.begin_rollback(detail),
            OnFailure::Rollback | OnFailure::Escalate => {
                self.end(Outcome::Escalated, Reason::ActionFailed, detail)
            }
        }
    }

    /// Another attempt passes preflight again; the go-ahead for the same call still holds.
    pub(super) fn retrying(&mut self, until: Timestamp) -> Flow {
        if self.state.now < until {
            return Flow::Wait(Phase::Retrying { until });
        }
        self.begin_preflight(true)
    }
}
