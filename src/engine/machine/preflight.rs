//! Preflight: what must hold before a step, on fresh evidence.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::gather::{Gathered, Wanted};
use super::recognise::wanted_by_signature;
use super::state::{Flow, Phase, Preflight, Turn};
use crate::document::id::CheckName;
use crate::document::logic::Truth;
use crate::document::model::Outcome;
use crate::engine::check::{Bound, CheckResult, PreparedCheck};
use crate::engine::moment::before;
use crate::engine::prepared::{PreparedAction, PreparedCondition, PreparedRunbook};
use crate::engine::reason::Reason;
use crate::engine::signature::BoundSignature;
use crate::engine::trace::{ConditionTruth, Record, Stage};

mod predicates;

use predicates::View;

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
