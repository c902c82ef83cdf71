//! A step of the path: its arguments, its tier, the policy.

use super::state::{Flow, Turn};
use crate::document::model::{Mode, Outcome};
use crate::engine::authorize::{RefusalReason, Request, Situation, Verdict, judge};
use crate::engine::evidence::Arguments;
use crate::engine::prepared::{PreparedRunbook, PreparedStep};
use crate::engine::reason::Reason;
use crate::engine::refusal::Refusal;
use crate::engine::scope::changes;
use crate::engine::trace::{Record, Stage};

impl<'a> Turn<'a> {
    /// The runbook and the step the run is at.
    pub(super) fn here(&self) -> Option<(&'a PreparedRunbook, &'a PreparedStep)> {
        let runbook = self.state.runbook(self.prepared)?;
        Some((runbook, self.state.prepared_step(self.prepared)?))
    }

    /// Begins the next step, or ends the run with the path's outcome.
    pub(super) fn begin_step(&mut self) -> Flow {
        self.state.attempt = 1;
        self.state.approved = None;
        if self.here().is_none() {
            return self.end_of_path();
        }
        self.begin_preflight(false)
    }

    /// Fills in the step's arguments and asks the policy.
    pub(super) fn judge_step(&mut self, stage: Stage) -> Result<Verdict, RefusalReason> {
        let Some((runbook, step)) = self.here() else {
            return Err(RefusalReason::new(
                Refusal::OutsideClosure,
                "there is no such step",
            ));
        };
        let filled = step.arguments.fill(&self.scope());
        let (arguments, unfilled) = match filled {
            Ok(arguments) => (arguments, None),
            Err(error) => (Arguments::new(), Some(error.to_string())),
        };
        if let Some(message) = unfilled {
            let reason = RefusalReason::new(Refusal::ArgumentInvalid, message);
            self.record_judgement(step, stage, None, vec![reason.clone()]);
            return Err(reason);
        }
        let request = Request {
            step,
            arguments,
            retry: self.state.attempt > 1,
        };
        let run = self.state.run();
        let verdict = judge(self.prepared, runbook, &self.situation(&run), &request);
        self.record_judgement(step, stage, Some(&verdict), verdict.reasons.clone());
        let obstacle = match stage {
            Stage::First => verdict.early_obstacle(),
            Stage::Again | Stage::Last | Stage::Undo => verdict
                .reasons
                .iter()
                .find(|r| stage == Stage::Last || r.code != Refusal::Commander),
        };
        match obstacle {
            Some(reason) => Err(reason.clone()),
            None => Ok(verdict),
        }
    }

    fn record_judgement(
        &mut self,
        step: &PreparedStep,
        stage: Stage,
        verdict: Option<&Verdict>,
        reasons: Vec<RefusalReason>,
    ) {
        let call = verdict.and_then(|v| v.call.as_ref());
        self.record(Record::Judged {
            step: step.id.clone(),
            action: step.action.id.clone(),
            stage,
            tier: call.map(|call| call.tier),
            target: call.and_then(|call| call.target.clone()),
            mode: verdict.and_then(|v| v.mode.clone()),
            reasons,
        });
    }

    /// The circumstances of a call now.
    pub(super) fn situation<'s>(
        &'s self,
        run: &'s [crate::engine::call::PastAction],
    ) -> Situation<'s> {
        let state = &*self.state;
        let chosen = state.chosen.as_ref();
        Situation {
            incident: &state.incident,
            now: state.now,
            halt: state.halt,
            frozen_since: state.frozen_since,
            changes: changes(&state.evidence, state.feed),
            history: &state.history,
            run,
            limit: chosen.and_then(|chosen| chosen.limit),
            shadow: state.shadow,
            approved: state.approved,
        }
    }

    /// Ends the run because a step was refused.
    pub(super) fn refused(&mut self, reason: &RefusalReason) -> Flow {
        let ends = reason.code.reason();
        if let Some(mode) = proposing(ends) {
            self.propose_rest(mode);
        }
        let outcome = match ends {
            Reason::KillSwitch | Reason::Commander => Outcome::Stopped,
            _ => Outcome::Escalated,
        };
        let detail = format!("{}: {}", reason.code, reason.message);
        self.end(outcome, ends, detail)
    }

    /// Records the rest of the path as proposed.
    fn propose_rest(&mut self, mode: Mode) {
        let Some(runbook) = self.state.runbook(self.prepared) else {
            return;
        };
        let path = self
            .state
            .decided
            .as_ref()
            .and_then(|d| runbook.paths.get(&d.path));
        let scope = self.scope();
        for step in path
            .into_iter()
            .flat_map(|p| &p.steps)
            .skip(self.state.step)
        {
            let arguments = step.arguments.fill(&scope).unwrap_or_default();
            let shown: Vec<String> = arguments.iter().map(|(n, v)| format!("{n}={v}")).collect();
            self.state.proposed.push(format!(
                "step `{}`: {} {}",
                step.id,
                step.action.id,
                shown.join(", ")
            ));
            self.record(Record::Proposed {
                step: step.id.clone(),
                action: step.action.id.clone(),
                arguments,
                mode,
            });
        }
    }

    fn end_of_path(&mut self) -> Flow {
        let runbook = self.state.runbook(self.prepared);
        let decided = self.state.decided.as_ref();
        let path = decided.and_then(|d| Some((d, runbook?.paths.get(&d.path)?)));
        match path {
            Some((decided, path)) => {
                let detail = format!("path `{}` is complete", decided.path);
                // A path may end in a human's hands on purpose.
                let hands_over = matches!(path.outcome, Outcome::Escalated | Outcome::Stopped);
                let reason = hands_over.then_some(Reason::Decided);
                self.finish(path.outcome, reason, detail, None)
            }
            None => self.broken(),
        }
    }
}

fn proposing(reason: Reason) -> Option<Mode> {
    match reason {
        Reason::ModeOff => Some(Mode::Off),
        Reason::ModeShadow => Some(Mode::Shadow),
        Reason::ModeAdvise => Some(Mode::Advise),
        _ => None,
    }
}
