//! Undoing the writes of a run, last in, first out; then a human takes over.

use super::state::{Flow, Phase, RollingBack, Turn};
use crate::document::model::Outcome;
use crate::engine::authorize::judge_undo;
use crate::engine::handoff::Effect;
use crate::engine::reason::Reason;
use crate::engine::refusal::Refusal;
use crate::engine::trace::{Note, Record, Stage};

impl Turn<'_> {
    /// The calls that took or may have taken effect and can be undone, in the order made.
    fn undoable(&self) -> Vec<usize> {
        let done = self.state.done.iter().enumerate();
        done.filter(|(_, done)| {
            !done.call.undo
                && done.undo.is_some()
                && matches!(
                    done.effect,
                    Effect::Done | Effect::Unknown | Effect::Verified
                )
        })
        .map(|(index, _)| index)
        .collect()
    }

    pub(super) fn has_undo(&self) -> bool {
        !self.undoable().is_empty()
    }

    pub(super) fn begin_rollback(&mut self, why: String) -> Flow {
        let left = self.undoable();
        self.record(Record::Noted {
            note: Note::RollbackBegins { writes: left.len() },
        });
        Flow::Go(Phase::RollingBack(RollingBack {
            left,
            running: None,
            deadline: None,
            why,
        }))
    }

    pub(super) fn rolling_back(&mut self, mut rollback: RollingBack) -> Flow {
        if let (Some((index, undone)), Some(deadline)) = (rollback.running, rollback.deadline) {
            match self.settle_execution(index, deadline) {
                None => return Flow::Wait(Phase::RollingBack(rollback)),
                Some(Effect::Done) => {
                    if let Some(done) = self.state.done.get_mut(undone) {
                        done.effect = Effect::Undone;
                    }
                    rollback.running = None;
                    rollback.deadline = None;
                }
                Some(effect) => {
                    let what = match effect {
                        Effect::Failed { error } => error,
                        _ => "the executor did not answer".to_owned(),
                    };
                    let detail = format!("{}; the undo failed: {what}", rollback.why);
                    return self.end(Outcome::Escalated, Reason::RollbackFailed, detail);
                }
            }
        }
        let Some(next) = rollback.left.pop() else {
            return match self.paused() {
                Some(flow) => flow,
                None => self.end(Outcome::Escalated, Reason::RolledBack, rollback.why),
            };
        };
        match self.undo(next) {
            Ok((index, deadline)) => {
                rollback.running = Some((index, next));
                rollback.deadline = Some(deadline);
                Flow::Wait(Phase::RollingBack(rollback))
            }
            Err(refused) => {
                let detail = format!("{}; the undo was refused: {refused}", rollback.why);
                self.end(Outcome::Escalated, Reason::RollbackFailed, detail)
            }
        }
    }

    fn undo(&mut self, index: usize) -> Result<(usize, jiff::Timestamp), String> {
        let gone = || "the call is not known".to_owned();
        let runbook = self.state.runbook(self.prepared).ok_or_else(gone)?;
        let done = self.state.done.get(index).ok_or_else(gone)?;
        let armed = done.undo.clone().ok_or_else(gone)?;
        let mode = done.mode;
        if armed
            .expires
            .is_some_and(|expires| self.state.now >= expires)
        {
            return Err(Refusal::UndoExpired.to_string());
        }
        let judged = judge_undo(runbook, &self.situation(&[]), &armed.call, mode);
        self.record(Record::Judged {
            step: armed.call.step.clone(),
            action: armed.call.action.clone(),
            stage: Stage::Undo,
            tier: Some(armed.call.tier),
            target: armed.call.target.clone(),
            mode: None,
            reasons: judged.as_ref().err().cloned().into_iter().collect(),
        });
        let authorised = judged.map_err(|reason| format!("{}: {}", reason.code, reason.message))?;
        Ok(self.start(authorised, None, true))
    }
}
