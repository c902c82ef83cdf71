//! Preflight: what must hold before a step, on fresh evidence.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::gather::{Gathered, Wanted};
use super::recognise::wanted_by_signature;
use super::state::{Flow, Phase, Preflight, Support, Turn};
use crate::document::condition::{Builtin, Term};
use crate::document::id::CheckName;
use crate::document::logic::Truth;
use crate::document::model::{Outcome, Signal};
use crate::document::unit::Duration;
use crate::engine::arguments::DoNotTouch;
use crate::engine::authorize::frozen;
use crate::engine::check::{Bound, CheckResult, PreparedCheck};
use crate::engine::moment::before;
use crate::engine::prepared::{PreparedAction, PreparedCondition, PreparedRunbook};
use crate::engine::reason::Reason;
use crate::engine::scope::changes;
use crate::engine::signature::{BoundSignature, Facts, Role, score};
use crate::engine::trace::{AtomTruth, ConditionTruth, Record, Stage};

/// How far back an unexpected change counts (`changes_known`).
const RECENT: Duration = Duration::from_secs(300);

impl Turn<'_> {
    /// Asks the policy and begins to look at the step's conditions, all of it anew when `again`.
    pub(super) fn begin_preflight(&mut self, again: bool) -> Flow {
        self.preflight_round(again, 0)
    }

    /// Begins another round because the evidence grew too old before the write.
    pub(super) fn preflight_round(&mut self, again: bool, rounds: u32) -> Flow {
        let stage = if again { Stage::Again } else { Stage::First };
        let verdict = match self.judge_step(stage) {
            Ok(verdict) => verdict,
            Err(reason) => return self.refused(&reason),
        };
        let (Some((runbook, step)), Some(call)) = (self.here(), verdict.call) else {
            return self.broken();
        };
        let action = &step.action;
        let max_age = self.prepared.policy().evidence_max_age(call.tier);
        let since = match max_age {
            Some(age) if !again && rounds == 0 => before(self.state.now, age),
            _ => self.state.now,
        };
        let scope = self.scope();
        let with_params = scope.clone().with_params(&call.arguments);
        let of_action = names(&action.preflight);
        let mut of_runbook: BTreeSet<CheckName> = self
            .path_preflight(runbook)
            .iter()
            .flat_map(PreparedCondition::checks)
            .collect();
        of_runbook.extend(
            self.state
                .decided
                .iter()
                .flat_map(|d| d.positive.iter().cloned()),
        );
        let action_checks = self.bind_all(&action.checks, &of_action, &with_params);
        let runbook_checks = self.bind_all(&runbook.checks, &of_runbook, &scope);
        let signature = self.bind_signature(&scope);
        Flow::Go(Phase::Preflight(Preflight {
            call,
            since,
            again,
            demand: verdict.approval.filter(|_| self.state.approved.is_none()),
            action_checks,
            runbook_checks,
            signature,
            rounds,
        }))
    }

    fn bind_signature(&mut self, scope: &crate::engine::scope::Scope) -> Option<BoundSignature> {
        let id = self.state.chosen.as_ref()?.signature.clone()?;
        let signature = self.prepared.signature(&id)?;
        let own = signature.require.iter().map(|(_, c)| c);
        let all = own
            .chain(signature.exclude.iter().map(|(_, c)| c))
            .chain(signature.support.iter().map(|(_, c, _)| c));
        Some(BoundSignature(
            all.map(|check| self.bind(check, scope)).collect(),
        ))
    }

    fn path_preflight<'r>(&self, runbook: &'r PreparedRunbook) -> &'r [PreparedCondition] {
        let decided = self.state.decided.as_ref();
        let path = decided.and_then(|decided| runbook.paths.get(&decided.path));
        path.map(|path| path.preflight.as_slice())
            .unwrap_or_default()
    }

    pub(super) fn preflight(&mut self, preflight: Preflight) -> Flow {
        let Some((runbook, step)) = self.here() else {
            return self.broken();
        };
        let action = &*step.action;
        let wanted = self.wanted_by_preflight(runbook, action, &preflight);
        match self.gather(&wanted, preflight.since) {
            Gathered::Waiting => return Flow::Wait(Phase::Preflight(preflight)),
            Gathered::OverBudget => return self.over_budget("queries"),
            Gathered::Complete => {}
        }
        let oldest = wanted
            .iter()
            .filter_map(|(id, _)| Some(self.state.evidence.taken(*id)?.at))
            .fold(self.state.now, Timestamp::min);
        let view = View {
            turn: self,
            runbook,
            action,
            preflight: &preflight,
            of_action: results(&action.checks, &preflight.action_checks, self),
            of_runbook: results(&runbook.checks, &preflight.runbook_checks, self),
        };
        let own = action.preflight.iter().map(|c| (c, true));
        let conditions: Vec<ConditionTruth> = own
            .chain(view.turn.path_preflight(runbook).iter().map(|c| (c, false)))
            .map(|(condition, from_action)| view.condition(condition, from_action))
            .collect();
        let support = view.support();
        let result = Truth::all(conditions.iter().map(|c| c.truth));
        let first = conditions
            .iter()
            .find(|c| c.truth == result)
            .map(|c| c.text.clone());
        self.state.support = support;
        self.record(Record::Preflight {
            step: step.id.clone(),
            again: preflight.again,
            conditions,
            result,
        });
        let detail = || format!("step `{}`: `{}`", step.id, first.unwrap_or_default());
        match result {
            Truth::Fail => self.end(Outcome::Escalated, Reason::PreflightFailed, detail()),
            Truth::Inconclusive => {
                self.end(Outcome::Escalated, Reason::PreflightInconclusive, detail())
            }
            Truth::Pass => match preflight.demand {
                Some(demand) => self.begin_approval(preflight.call, demand),
                None => self.begin_snapshot(preflight.call, oldest, preflight.rounds),
            },
        }
    }

    fn wanted_by_preflight(
        &mut self,
        runbook: &PreparedRunbook,
        action: &PreparedAction,
        preflight: &Preflight,
    ) -> Vec<Wanted> {
        let mut wanted = Self::wanted(&action.checks, &preflight.action_checks);
        wanted.extend(Self::wanted(&runbook.checks, &preflight.runbook_checks));
        let signature = self
            .state
            .chosen
            .as_ref()
            .and_then(|c| self.prepared.signature(c.signature.as_ref()?));
        if let (Some(signature), Some(bound)) = (signature, &preflight.signature) {
            wanted.extend(wanted_by_signature(signature, bound));
        }
        wanted.push(self.wanted_feed());
        wanted
    }
}

fn names(conditions: &[PreparedCondition]) -> BTreeSet<CheckName> {
    conditions
        .iter()
        .flat_map(PreparedCondition::checks)
        .collect()
}

fn results(
    checks: &BTreeMap<CheckName, PreparedCheck>,
    bound: &BTreeMap<CheckName, Bound>,
    turn: &Turn<'_>,
) -> BTreeMap<CheckName, CheckResult> {
    bound
        .iter()
        .filter_map(|(name, bound)| Some((name.clone(), turn.evaluate(checks.get(name)?, bound))))
        .collect()
}

/// What conditions are evaluated on.
struct View<'v, 't> {
    turn: &'v Turn<'t>,
    runbook: &'v PreparedRunbook,
    action: &'v PreparedAction,
    preflight: &'v Preflight,
    of_action: BTreeMap<CheckName, CheckResult>,
    of_runbook: BTreeMap<CheckName, CheckResult>,
}

impl View<'_, '_> {
    fn condition(&self, condition: &PreparedCondition, from_action: bool) -> ConditionTruth {
        let checks = if from_action {
            &self.of_action
        } else {
            &self.of_runbook
        };
        let mut why = Vec::new();
        let truth = condition.condition.eval(&mut |atom| {
            let found = match &atom.term {
                Term::Check(name) => checks
                    .get(name)
                    .map(|r| (r.truth, r.value.clone(), r.why.clone())),
                Term::Builtin(builtin) => {
                    let (truth, why) = self.builtin(*builtin);
                    Some((truth, None, why))
                }
            };
            let unknown = || {
                (
                    Truth::Inconclusive,
                    None,
                    "there is no such check".to_owned(),
                )
            };
            let (truth, value, reason) = found.unwrap_or_else(unknown);
            why.push(AtomTruth {
                name: atom.to_string(),
                truth,
                value,
                why: reason,
            });
            truth
        });
        ConditionTruth {
            text: condition.text.clone(),
            from_action,
            truth,
            why,
        }
    }

    fn builtin(&self, builtin: Builtin) -> (Truth, String) {
        match builtin {
            Builtin::OwnerKnown => self.owner_known(),
            Builtin::NoCommander => self.no_commander(),
            Builtin::NotFrozen => self.not_frozen(),
            Builtin::ChangesKnown => self.changes_known(),
            Builtin::RollbackArmed => self.rollback_armed(),
            Builtin::Corroborated(kinds) => self.corroborated(kinds),
        }
    }

    fn owner_known(&self) -> (Truth, String) {
        let service = &self.turn.state.incident.service;
        match self.turn.prepared.oncall(service) {
            Some(team) => (Truth::Pass, team.to_string()),
            None => (
                Truth::Fail,
                format!("`{service}` has no on-call team in the policy"),
            ),
        }
    }

    fn no_commander(&self) -> (Truth, String) {
        match self.turn.state.incident.commander_active {
            Some(true) => (Truth::Fail, "one is in control".to_owned()),
            Some(false) => (Truth::Pass, "none is in control".to_owned()),
            None => (Truth::Inconclusive, "it is not known".to_owned()),
        }
    }

    fn not_frozen(&self) -> (Truth, String) {
        let turn = self.turn;
        let freeze = frozen(
            turn.prepared.policy(),
            &turn.situation(&[]),
            self.preflight.call.tier,
            self.action,
        );
        match freeze {
            Some(freeze) => (Truth::Fail, format!("freeze `{freeze}`")),
            None => (Truth::Pass, "no freeze".to_owned()),
        }
    }

    /// Changes of a type that signature or runbook look at have been taken into account; any other
    /// recent one has not.
    fn changes_known(&self) -> (Truth, String) {
        let turn = self.turn;
        let Some(changes) = changes(&turn.state.evidence, turn.state.feed) else {
            return (
                Truth::Inconclusive,
                "the change feed could not be read".to_owned(),
            );
        };
        let signature = turn
            .state
            .chosen
            .as_ref()
            .and_then(|c| c.signature.as_ref());
        let signature = signature.and_then(|id| turn.prepared.signature(id));
        let mut looked_at: BTreeSet<&str> = self
            .runbook
            .checks
            .values()
            .filter_map(PreparedCheck::change_kind)
            .collect();
        looked_at.extend(signature.into_iter().flat_map(|s| s.change_kinds()));
        let from = before(turn.state.now, RECENT);
        let unexpected = changes
            .iter()
            .find(|change| change.at >= from && !looked_at.contains(change.kind.as_str()));
        match unexpected {
            Some(change) => {
                let kind = crate::engine::text::quote(&change.kind);
                (Truth::Fail, format!("{kind} at {}", change.at))
            }
            None => (Truth::Pass, "nothing unexpected changed".to_owned()),
        }
    }

    /// Everything about the undo that can be told before its snapshot is captured.
    fn rollback_armed(&self) -> (Truth, String) {
        if !self.action.needs_undo() {
            return (Truth::Pass, "no undo is needed".to_owned());
        }
        match undo_problem(
            self.runbook,
            self.action,
            self.preflight,
            &self.runbook.do_not_touch,
        ) {
            Some(problem) => (Truth::Fail, problem),
            None => (Truth::Pass, "the undo is resolved".to_owned()),
        }
    }

    fn corroborated(&self, kinds: usize) -> (Truth, String) {
        let support = self.support();
        let of = |counts: fn(Truth) -> bool| -> BTreeSet<Signal> {
            let counted = support.iter().filter(|s| counts(s.truth));
            counted.filter_map(|s| s.signal).collect()
        };
        let found = of(Truth::is_pass);
        let possible = of(|truth| !truth.is_fail());
        let why = format!("{} kinds of evidence: {found:?}", found.len());
        if found.len() >= kinds {
            (Truth::Pass, why)
        } else if possible.len() >= kinds || support.iter().any(|s| s.truth.is_inconclusive()) {
            (Truth::Inconclusive, why)
        } else {
            (Truth::Fail, why)
        }
    }

    /// The evidence that may support the decision: positive checks of the chosen row, required and
    /// supporting conditions of the signature.
    fn support(&self) -> Vec<Support> {
        let turn = self.turn;
        let positive = turn.state.decided.iter().flat_map(|d| &d.positive);
        let mut support: Vec<Support> = positive
            .filter_map(|name| {
                Some(Support {
                    signal: self.runbook.checks.get(name)?.signal(),
                    truth: self.of_runbook.get(name)?.truth,
                })
            })
            .collect();
        let signature = turn
            .state
            .chosen
            .as_ref()
            .and_then(|c| c.signature.as_ref());
        let signature = signature.and_then(|id| turn.prepared.signature(id));
        if let (Some(signature), Some(bound)) = (signature, &self.preflight.signature) {
            let facts = Facts {
                evidence: &turn.state.evidence,
                incident: &turn.state.incident,
                now: turn.state.now,
            };
            let scored = score(signature, bound, facts);
            let counted = scored.of(Role::Require).chain(scored.of(Role::Support));
            support.extend(counted.map(|condition| Support {
                signal: condition.signal,
                truth: condition.result.truth,
            }));
        }
        support
    }
}

fn undo_problem(
    runbook: &PreparedRunbook,
    action: &PreparedAction,
    preflight: &Preflight,
    _do_not_touch: &DoNotTouch,
) -> Option<String> {
    let Some(undo) = &action.undo else {
        return Some("the action has no undo".to_owned());
    };
    let Some(other) = runbook.actions.get(&undo.action) else {
        return Some(format!(
            "the undo `{}` is not part of the closure",
            undo.action
        ));
    };
    if other.spec().tier > preflight.call.tier {
        return Some(format!(
            "the undo `{}` has a higher tier than the action",
            undo.action
        ));
    }
    for path in undo.arguments.references() {
        let known = match path {
            [root, name, ..] if root == "params" => preflight.call.arguments.contains_key(name),
            [root, name, ..] if root == "snapshot" => action.snapshot.contains_key(name),
            _ => false,
        };
        if !known {
            return Some(format!(
                "the undo names `{}`, which is not there",
                path.join(".")
            ));
        }
    }
    None
}
