//! What is looked at before anything else at every event: facts of the event, then stop conditions.

use super::state::{Flow, Phase, Turn};
use crate::document::model::{HaltLevel, Outcome};
use crate::engine::event::{Event, EventKind};
use crate::engine::incident::Alert;
use crate::engine::moment::since;
use crate::engine::reason::Reason;
use crate::engine::trace::{Note, Record};

/// Most alerts and most facts a run remembers.
const MAX_CONTEXT: usize = 1_000;

impl Turn<'_> {
    /// Takes note of what happened.
    pub(super) fn accept(&mut self, event: Event) {
        self.state.now = self.state.now.max(event.at);
        let now = self.state.now;
        match event.kind {
            EventKind::Tick => {}
            EventKind::Answered {
                request,
                as_of,
                answer,
            } => {
                self.state.evidence.accept(request, as_of, answer, now);
            }
            EventKind::Approval {
                question,
                by,
                team,
                approve,
            } => self.answered(question, &by, team.as_deref(), approve),
            EventKind::ActionEnded { execution, result } => self.action_ended(&execution, result),
            EventKind::Commander { active } => {
                self.state.took_over |= active;
                self.state.incident.commander_active = Some(active);
                self.note(Note::Commander { active });
            }
            EventKind::Halt { level } => {
                self.state.halt = self.state.halt.max(Some(level));
                self.note(Note::Halt { level });
            }
            EventKind::Freeze => {
                self.state.frozen_since.get_or_insert(now);
                self.note(Note::Freeze);
            }
            EventKind::Severity { severity } => {
                self.state.incident.severity = Some(severity.clone());
                self.note(Note::Severity { severity });
            }
            EventKind::Alert { name, firing } => self.alert(name, firing),
            EventKind::Fact { name, value } => {
                let facts = &mut self.state.incident.facts;
                if facts.len() < MAX_CONTEXT || facts.contains_key(&name) {
                    facts.insert(name, value);
                }
            }
        }
        self.state.evidence.expire(now);
    }

    fn note(&mut self, note: Note) {
        self.record(Record::Noted { note });
    }

    fn alert(&mut self, name: crate::document::id::AlertName, firing: bool) {
        let now = self.state.now;
        let alerts = self.state.incident.alerts.get_or_insert_default();
        let room = alerts.len() < MAX_CONTEXT;
        let open = alerts
            .iter_mut()
            .find(|a| a.name == name && a.until.is_none());
        match (open, firing) {
            (Some(alert), false) => alert.until = Some(now),
            (None, true) if room => alerts.push(Alert {
                name,
                since: now,
                until: None,
            }),
            (Some(_), true) | (None, _) => {}
        }
    }

    /// Ends the run when a stop condition holds. True when it has ended.
    pub(super) fn interrupted(&mut self) -> bool {
        match self.stop() {
            None => false,
            Some(Flow::Go(phase) | Flow::Wait(phase)) => {
                self.state.phase = phase;
                true
            }
        }
    }

    fn stop(&mut self) -> Option<Flow> {
        let detail = |text: &str| text.to_owned();
        match self.state.halt {
            Some(HaltLevel::StopNow) => {
                return Some(self.end(Outcome::Stopped, Reason::KillSwitch, detail("stop_now")));
            }
            Some(HaltLevel::PauseNew) if !self.state.phase.is_under_way() => {
                return Some(self.end(Outcome::Stopped, Reason::KillSwitch, detail("pause_new")));
            }
            Some(HaltLevel::PauseNew | HaltLevel::AdviseOnly) | None => {}
        }
        if self.state.took_over {
            let detail = detail("an incident commander took over");
            return Some(self.end(Outcome::Stopped, Reason::Commander, detail));
        }
        // An undo under way ends first: the run escalates right after it in any case.
        if matches!(self.state.phase, Phase::RollingBack(_)) {
            return None;
        }
        if self.is_more_severe() {
            let severity = self.state.incident.severity.clone().unwrap_or_default();
            let detail = format!("severity is now {}", crate::engine::text::quote(&severity));
            return Some(self.end(Outcome::Escalated, Reason::SeverityRaised, detail));
        }
        let limit = self.state.budgets(self.prepared).wall_clock;
        let used = since(self.state.now, self.state.begun);
        if limit.is_some_and(|limit| used >= limit) {
            return Some(self.over_budget("wall_clock"));
        }
        None
    }

    /// Whether the severity is worse than when the run began. A severity that cannot be compared
    /// counts as worse.
    fn is_more_severe(&self) -> bool {
        match (&self.state.incident.severity, &self.state.severity_at_begin) {
            (Some(now), Some(then)) if now == then => false,
            (Some(now), Some(then)) => self.prepared.is_worse(now, then).unwrap_or(true),
            (Some(_), None) => true,
            (None, _) => false,
        }
    }

    /// The end of a run that was paused while something was under way.
    pub(super) fn paused(&mut self) -> Option<Flow> {
        (self.state.halt == Some(HaltLevel::PauseNew)).then(|| {
            let detail = "pause_new: nothing new is started".to_owned();
            self.end(Outcome::Stopped, Reason::KillSwitch, detail)
        })
    }
}
