//! Verification: whether the symptom went away and nothing else suffers.

use std::collections::BTreeMap;

use super::gather::Gathered;
use super::state::{Flow, Phase, Turn, Verifying};
use crate::document::condition::Term;
use crate::document::id::CheckName;
use crate::document::logic::Truth;
use crate::document::model::{OnFailure, Outcome};
use crate::document::unit::Duration;
use crate::engine::check::CheckResult;
use crate::engine::handoff::Effect;
use crate::engine::moment::{after, since};
use crate::engine::prepared::{PreparedCondition, PreparedStep, PreparedVerify};
use crate::engine::reason::Reason;
use crate::engine::trace::{Record, VerifyEnd};

/// Time between two looks.
const INTERVAL: Duration = Duration::from_secs(30);

impl Turn<'_> {
    /// Begins to observe the effect of an action, or goes on when nothing has to be observed.
    pub(super) fn begin_verifying(&mut self, index: usize, failure_only: bool) -> Flow {
        let Some((runbook, step)) = self.here() else {
            return self.broken();
        };
        let Some(verify) = &step.verify else {
            // Only calls that change nothing have no verification.
            if failure_only {
                let detail = format!("step `{}` did not answer", step.id);
                return self.end(Outcome::Escalated, Reason::ActionTimeout, detail);
            }
            return self.step_done();
        };
        let scope = self.scope();
        let bound = self.bind_all(&runbook.checks, &verify.checks(), &scope);
        let now = self.state.now;
        Flow::Go(Phase::Verifying(Verifying {
            index,
            next_look: after(now, verify.settle),
            looking: None,
            deadline: after(now, verify.within.max(verify.settle)),
            failure_only,
            success_since: None,
            bound,
            looks: 0,
            seen: BTreeMap::new(),
        }))
    }

    pub(super) fn verifying(&mut self, mut verifying: Verifying) -> Flow {
        let Some((runbook, step)) = self.here() else {
            return self.broken();
        };
        let Some(verify) = &step.verify else {
            return self.broken();
        };
        let look = match verifying.looking {
            Some(look) => look,
            None if self.state.now >= verifying.next_look => self.state.now,
            None => return Flow::Wait(Phase::Verifying(verifying)),
        };
        verifying.looking = Some(look);
        let wanted = Self::wanted(&runbook.checks, &verifying.bound);
        match self.gather(&wanted, look) {
            Gathered::Waiting => return Flow::Wait(Phase::Verifying(verifying)),
            Gathered::OverBudget => return self.over_budget("queries"),
            Gathered::Complete => {}
        }
        let checks: BTreeMap<CheckName, CheckResult> = verifying
            .bound
            .iter()
            .filter_map(|(name, bound)| {
                Some((
                    name.clone(),
                    self.evaluate(runbook.checks.get(name)?, bound),
                ))
            })
            .collect();
        note(&mut verifying, &checks);
        verifying.looking = None;
        let seen = Look::new(verify, &checks);
        if seen.success.and(seen.guard).is_pass() {
            verifying.success_since.get_or_insert(look);
        } else {
            verifying.success_since = None;
        }
        let held = verifying
            .success_since
            .is_some_and(|began| since(look, began) >= verify.hold);
        let verdict = if let Some(why) = seen.failed(verify) {
            Some((VerifyEnd::Failed, why))
        } else if held {
            let why = format!("`{}` held for {}", verify.success.text, verify.hold);
            Some((VerifyEnd::Held, why))
        } else if look >= verifying.deadline {
            Some(seen.at_the_end(verify))
        } else {
            None
        };
        match verdict {
            Some((end, why)) => self.verified(step, verifying, end, why),
            None => {
                verifying.next_look = after(look, INTERVAL).min(verifying.deadline);
                Flow::Go(Phase::Verifying(verifying))
            }
        }
    }

    fn verified(
        &mut self,
        step: &PreparedStep,
        verifying: Verifying,
        end: VerifyEnd,
        why: String,
    ) -> Flow {
        // What was not answered for is neither a success nor to be undone: it may still be under way.
        let end = match end {
            _ if verifying.failure_only => VerifyEnd::Unknown,
            end => end,
        };
        self.record(Record::Verified {
            step: step.id.clone(),
            end,
            looks: verifying.looks,
            checks: verifying.seen,
            why: why.clone(),
        });
        let detail = format!("step `{}`: {why}", step.id);
        match end {
            VerifyEnd::Held => {
                if let Some(done) = self.state.done.get_mut(verifying.index) {
                    done.effect = Effect::Verified;
                }
                self.step_done()
            }
            VerifyEnd::Failed => match step.on_failure {
                OnFailure::Rollback if self.has_undo() => self.begin_rollback(detail),
                OnFailure::Rollback | OnFailure::Escalate => {
                    self.end(Outcome::Escalated, Reason::VerifyFailed, detail)
                }
            },
            VerifyEnd::Inconclusive => {
                self.end(Outcome::Escalated, Reason::VerifyInconclusive, detail)
            }
            VerifyEnd::Unknown => self.end(Outcome::Escalated, Reason::ActionTimeout, detail),
        }
    }

    fn step_done(&mut self) -> Flow {
        if let Some(flow) = self.paused() {
            return flow;
        }
        self.state.step += 1;
        self.begin_step()
    }
}

fn note(verifying: &mut Verifying, checks: &BTreeMap<CheckName, CheckResult>) {
    verifying.looks += 1;
    for (name, result) in checks {
        let summary = verifying.seen.entry(name.clone()).or_default();
        match result.truth {
            Truth::Pass => summary.pass += 1,
            Truth::Fail => summary.fail += 1,
            Truth::Inconclusive => summary.inconclusive += 1,
        }
        summary.last.clone_from(&result.value);
    }
}

/// What one look saw.
struct Look {
    success: Truth,
    failure: Truth,
    guard: Truth,
}

impl Look {
    fn new(verify: &PreparedVerify, checks: &BTreeMap<CheckName, CheckResult>) -> Self {
        let truth = |condition: &PreparedCondition| {
            condition.condition.eval(&mut |atom| match &atom.term {
                Term::Check(name) => checks.get(name).map_or(Truth::Inconclusive, |r| r.truth),
                Term::Builtin(_) => Truth::Inconclusive,
            })
        };
        Self {
            success: truth(&verify.success),
            failure: verify.failure.as_ref().map_or(Truth::Fail, truth),
            guard: verify.guard.as_ref().map_or(Truth::Pass, truth),
        }
    }

    fn failed(&self, verify: &PreparedVerify) -> Option<String> {
        let text =
            |c: &Option<PreparedCondition>| c.as_ref().map(|c| c.text.clone()).unwrap_or_default();
        if self.failure.is_pass() {
            Some(format!("failure `{}` holds", text(&verify.failure)))
        } else if self.guard.is_fail() {
            Some(format!("guard `{}` does not hold", text(&verify.guard)))
        } else {
            None
        }
    }

    /// When time is up and success has not held for long enough.
    fn at_the_end(&self, verify: &PreparedVerify) -> (VerifyEnd, String) {
        let success = &verify.success.text;
        if self.success.is_fail() {
            let why = format!("`{success}` does not hold after {}", verify.within);
            (VerifyEnd::Failed, why)
        } else {
            let why = format!(
                "`{success}` did not hold for {} within {}",
                verify.hold, verify.within
            );
            (VerifyEnd::Inconclusive, why)
        }
    }
}
