//! The end of a run: outcome, reason, and the handoff to a human.

use super::Ended;
use super::state::{Flow, Phase, Turn};
use crate::document::model::{Escalate, Mode, Outcome};
use crate::engine::command::Command;
use crate::engine::handoff::{ActionTaken, ArmedUndo, Effect, Handoff};
use crate::engine::moment::after;
use crate::engine::prepared::Standing;
use crate::engine::reason::Reason;
use crate::engine::trace::Record;

/// Who is told when nothing says so.
const SERVICE_ONCALL: &str = "service_oncall";

impl Turn<'_> {
    /// Ends the run for a reason.
    pub(super) fn end(&mut self, outcome: Outcome, reason: Reason, detail: String) -> Flow {
        self.finish(outcome, Some(reason), detail, None)
    }

    /// Ends the run for a reason and hands over to a target of its own.
    pub(super) fn end_with(
        &mut self,
        outcome: Outcome,
        reason: Reason,
        detail: String,
        to: Option<&str>,
    ) -> Flow {
        self.finish(outcome, Some(reason), detail, to)
    }

    pub(super) fn over_budget(&mut self, what: &str) -> Flow {
        let detail = format!("the budget `{what}` is used up");
        self.end(Outcome::Escalated, Reason::BudgetExceeded, detail)
    }

    /// A state that no run should reach, e.g. one kept by another version: a human takes over.
    pub(super) fn broken(&mut self) -> Flow {
        let detail = "the state of the run does not fit its documents".to_owned();
        self.end(Outcome::Escalated, Reason::NoRunbook, detail)
    }

    pub(super) fn finish(
        &mut self,
        outcome: Outcome,
        reason: Option<Reason>,
        detail: String,
        to: Option<&str>,
    ) -> Flow {
        let handoff = reason
            .filter(|_| matches!(outcome, Outcome::Escalated | Outcome::Stopped))
            .map(|reason| Box::new(self.handoff(outcome, reason, &detail, to)));
        let ended = Ended {
            outcome,
            reason,
            detail,
        };
        if let Some(handoff) = &handoff
            && !self.is_silent()
        {
            self.commands.push(Command::Escalate(handoff.clone()));
        }
        self.record(Record::Ended {
            ended: ended.clone(),
            handoff,
        });
        self.commands.push(Command::End(ended.clone()));
        Flow::Wait(Phase::Ended(ended))
    }

    /// In shadow nobody is told, unless something was done.
    fn is_silent(&self) -> bool {
        let state = &self.state;
        let policy = self.prepared.policy();
        let runbook = state.runbook(self.prepared);
        let shadowed = policy.rollout(&state.incident.service) <= Mode::Shadow
            || state.shadow
            || runbook.is_some_and(|runbook| {
                runbook.standing() != Standing::Stable
                    || runbook.spec().autonomy.mode <= Mode::Shadow
            });
        shadowed && state.done.is_empty()
    }

    fn handoff(&self, outcome: Outcome, reason: Reason, detail: &str, to: Option<&str>) -> Handoff {
        let state = &self.state;
        let policy = self.prepared.policy();
        let told_by = state.told_by.as_ref();
        let runbook = state
            .runbook(self.prepared)
            .or_else(|| self.prepared.runbook(told_by?));
        let said: Option<&Escalate> = runbook.and_then(|r| r.escalate()).or(policy.escalate());
        let fallback = policy.escalate();
        let target = to
            .or(said.map(|e| e.to.as_str()))
            .unwrap_or(SERVICE_ONCALL)
            .to_owned();
        let pick = |get: fn(&Escalate) -> Option<_>| said.and_then(get).or(fallback.and_then(get));
        let mut fields = policy
            .governance()
            .defaults
            .as_ref()
            .map_or_else(Vec::new, |d| d.handoff.clone());
        for field in runbook
            .map(|r| r.spec().handoff.as_slice())
            .unwrap_or_default()
        {
            if !fields.contains(field) {
                fields.push(field.clone());
            }
        }
        let incident = &state.incident;
        let next = said
            .and_then(|e| e.then.as_ref())
            .or(fallback.and_then(|e| e.then.as_ref()));
        let mut handoff = Handoff {
            to: self.resolve_target(&target),
            target,
            acknowledge_by: pick(|e| e.ack_within).map(|within| after(state.now, within)),
            then: next.map(|then| self.resolve_target(then)),
            page: said
                .and_then(|e| e.page)
                .or(fallback.and_then(|e| e.page))
                .unwrap_or(false),
            outcome,
            reason,
            fields,
            summary: format!(
                "{}: {} in {} {outcome}, {reason}: {detail}",
                crate::engine::text::quote(&incident.id),
                incident.service,
                incident.environment
            ),
            evidence: state.findings.pro.clone(),
            evidence_against: state.findings.contra.clone(),
            unknown: state.findings.unknown.clone(),
            actions_taken: Vec::new(),
            armed_undo: Vec::new(),
            proposed: state.proposed.clone(),
            next_step: String::new(),
        };
        for done in &state.done {
            handoff.actions_taken.push(ActionTaken {
                call: done.call.clone(),
                at: done.at,
                effect: done.effect.clone(),
            });
            let effective = !matches!(done.effect, Effect::Undone | Effect::Failed { .. });
            let usable = |a: &&super::state::Armed| a.expires.is_none_or(|at| state.now < at);
            if let Some(armed) = done.undo.as_ref().filter(usable).filter(|_| effective) {
                handoff.armed_undo.push(ArmedUndo {
                    step: done.call.step.clone(),
                    call: armed.call.clone(),
                    expires: armed.expires,
                });
            }
        }
        handoff.next_step = next_step(&handoff);
        handoff
    }

    /// The team behind a target's name.
    fn resolve_target(&self, target: &str) -> String {
        let service = &self.state.incident.service;
        let oncall = || self.prepared.oncall(service).map(ToString::to_string);
        let resolved = match target {
            SERVICE_ONCALL => oncall(),
            "owner_of_dependency" => self
                .state
                .incident
                .dependency()
                .and_then(|dependency| self.prepared.oncall(&dependency))
                .map(ToString::to_string)
                .or_else(oncall),
            team => Some(team.to_owned()),
        };
        let policy = self.prepared.policy();
        resolved
            // A service without an owner goes to whoever is next in line.
            .or_else(|| policy.escalate()?.then.clone())
            .unwrap_or_else(|| target.to_owned())
    }
}

fn next_step(handoff: &Handoff) -> String {
    let in_flight = handoff
        .actions_taken
        .iter()
        .find(|taken| matches!(taken.effect, Effect::InFlight | Effect::Unknown));
    if let Some(taken) = in_flight {
        return format!(
            "Find out whether `{}` took effect. {}",
            taken.call.action,
            handoff.reason.help()
        );
    }
    if let Some(proposed) = handoff.proposed.first() {
        return format!("Consider {proposed}. {}", handoff.reason.help());
    }
    handoff.reason.help().to_owned()
}
