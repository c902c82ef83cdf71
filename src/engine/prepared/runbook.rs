//! Runbooks made ready to run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Preparation, PreparedAction, PreparedCheck, PreparedCondition, QueryCache, Standing};
use crate::closure::Closure;
use crate::document::Digest;
use crate::document::id::{
    ActionId, AlertName, CheckName, EnvironmentId, PathId, RunbookId, ServiceId, StepId,
};
use crate::document::model::{
    Budgets, Decision, DecisionOutcome, Escalate, OnFailure, Outcome, Path, Retry, Runbook, Step,
    Tier, Verify,
};
use crate::document::unit::Duration;
use crate::engine::arguments::DoNotTouch;
use crate::engine::policy::{Policy, tighter};
use crate::engine::scope::ArgumentTemplates;

/// Time after settling in which success must have held when a step does not say.
const DEFAULT_SLACK: Duration = Duration::from_secs(300);

/// A runbook ready to run.
#[derive(Debug)]
pub struct PreparedRunbook {
    pub(crate) id: RunbookId,
    pub(crate) closure: Closure,
    pub(crate) digest: Digest,
    pub(crate) checks: BTreeMap<CheckName, PreparedCheck>,
    pub(crate) rows: Vec<PreparedRow>,
    pub(crate) paths: BTreeMap<PathId, PreparedPath>,
    pub(crate) actions: BTreeMap<ActionId, Arc<PreparedAction>>,
    pub(crate) do_not_touch: DoNotTouch,
    pub(crate) budgets: Budgets,
}

/// A row of the decision table.
#[derive(Debug)]
pub(crate) struct PreparedRow {
    pub(crate) when: Option<PreparedCondition>,
    pub(crate) outcome: RowOutcome,
    pub(crate) because: Option<String>,
}

/// What a row does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RowOutcome {
    /// Take this path.
    Path(PathId),
    /// Hand over to this target, or to the runbook's.
    Escalate(Option<String>),
    /// There is nothing to do.
    Dismiss,
}

/// A path ready to be taken.
#[derive(Debug)]
pub(crate) struct PreparedPath {
    pub(crate) preflight: Vec<PreparedCondition>,
    pub(crate) steps: Vec<PreparedStep>,
    pub(crate) outcome: Outcome,
    pub(crate) writes: bool,
}

/// A step ready to be taken.
#[derive(Debug)]
pub(crate) struct PreparedStep {
    pub(crate) id: StepId,
    pub(crate) action: Arc<PreparedAction>,
    pub(crate) arguments: ArgumentTemplates,
    pub(crate) tier: Option<Tier>,
    pub(crate) verify: Option<PreparedVerify>,
    pub(crate) on_failure: OnFailure,
    pub(crate) retry: Option<Retry>,
}

/// How a step's effect is observed.
#[derive(Debug)]
pub(crate) struct PreparedVerify {
    pub(crate) settle: Duration,
    pub(crate) hold: Duration,
    pub(crate) within: Duration,
    pub(crate) success: PreparedCondition,
    pub(crate) failure: Option<PreparedCondition>,
    pub(crate) guard: Option<PreparedCondition>,
}

impl PreparedVerify {
    pub(crate) fn checks(&self) -> BTreeSet<CheckName> {
        [
            Some(&self.success),
            self.failure.as_ref(),
            self.guard.as_ref(),
        ]
        .into_iter()
        .flatten()
        .flat_map(PreparedCondition::checks)
        .collect()
    }
}

impl PreparedRunbook {
    pub(super) fn new(
        closure: Closure,
        policy: &Policy,
        queries: &mut QueryCache,
    ) -> Result<Self, Vec<String>> {
        let spec = &closure.runbook.spec;
        let mut preparation = Preparation::new(&closure.queries, queries);
        let checks = preparation.checks("checks", &spec.checks);
        let actions: BTreeMap<ActionId, Arc<PreparedAction>> = closure
            .actions
            .iter()
            .filter_map(|(id, action)| {
                let action = PreparedAction::new(id, action, &mut preparation)?;
                Some((id.clone(), Arc::new(action)))
            })
            .collect();
        let paths = spec
            .paths
            .iter()
            .filter_map(|(id, path)| {
                let path = prepare_path(id, path, &checks, &actions, &mut preparation)?;
                Some((id.clone(), path))
            })
            .collect();
        let last = spec.decide.len().saturating_sub(1);
        let rows = spec
            .decide
            .iter()
            .enumerate()
            .filter_map(|(index, row)| {
                prepare_row(index, index == last, row, spec, &checks, &mut preparation)
            })
            .collect();
        if spec.decide.last().is_none_or(|row| row.otherwise.is_none()) {
            preparation.problem("decide: the last row must be `otherwise`");
        }
        let do_not_touch = preparation.kept("scope", DoNotTouch::new(&spec.scope.do_not_touch));
        let digest = preparation.kept("closure", closure.digest());
        let budgets = tighter(policy.budgets(), spec.budgets.unwrap_or_default());
        let parts = preparation.finish(do_not_touch.zip(digest))?;
        let (do_not_touch, digest) = parts;
        Ok(Self {
            id: closure.runbook.id(),
            closure,
            digest,
            checks,
            rows,
            paths,
            actions,
            do_not_touch,
            budgets,
        })
    }

    pub(crate) fn spec(&self) -> &Runbook {
        &self.closure.runbook.spec
    }

    /// Every check, those of its actions included.
    pub(super) fn all_checks(&self) -> impl Iterator<Item = &PreparedCheck> {
        let of_actions = self
            .actions
            .values()
            .flat_map(|action| action.checks.values());
        self.checks.values().chain(of_actions)
    }

    pub(crate) fn standing(&self) -> Standing {
        Standing::of(self.closure.runbook.metadata.status)
    }

    pub(crate) fn covers(&self, service: &ServiceId, environment: &EnvironmentId) -> bool {
        let scope = &self.spec().scope;
        scope.services.contains(service) && scope.environments.contains(environment)
    }

    pub(crate) fn alerts(&self) -> &[AlertName] {
        &self.spec().alerts
    }

    pub(crate) fn escalate(&self) -> Option<&Escalate> {
        self.spec().escalate.as_ref()
    }

    /// The closure it was prepared from.
    pub fn closure(&self) -> &Closure {
        &self.closure
    }
}

fn prepare_row(
    index: usize,
    is_last: bool,
    row: &Decision,
    spec: &Runbook,
    checks: &BTreeMap<CheckName, PreparedCheck>,
    preparation: &mut Preparation<'_>,
) -> Option<PreparedRow> {
    let place = format!("decide[{index}]");
    let when = match &row.when {
        Some(text) => Some(preparation.condition(&place, text, checks, false)?),
        None if row.otherwise.is_some() && is_last => None,
        None => {
            preparation.problem(format!("{place}: a row needs `when`"));
            return None;
        }
    };
    let outcome = match (&row.path, &row.escalate, row.outcome, row.otherwise) {
        (Some(path), None, None, None) => {
            if !spec.paths.contains_key(path) {
                preparation.problem(format!("{place}: there is no path `{path}`"));
            }
            RowOutcome::Path(path.clone())
        }
        (None, Some(to), None, None) => RowOutcome::Escalate(Some(to.clone())),
        (None, None, Some(Outcome::Dismissed), None)
        | (None, None, None, Some(DecisionOutcome::Dismiss)) => RowOutcome::Dismiss,
        (None, None, None, Some(DecisionOutcome::Escalate)) => RowOutcome::Escalate(None),
        _ => {
            preparation.problem(format!(
                "{place}: a row needs exactly one of `path`, `escalate`, `outcome: dismissed`, `otherwise`"
            ));
            return None;
        }
    };
    Some(PreparedRow {
        when,
        outcome,
        because: row.because.clone(),
    })
}

fn prepare_path(
    id: &PathId,
    path: &Path,
    checks: &BTreeMap<CheckName, PreparedCheck>,
    actions: &BTreeMap<ActionId, Arc<PreparedAction>>,
    preparation: &mut Preparation<'_>,
) -> Option<PreparedPath> {
    let place = format!("paths.{id}");
    let preflight = path
        .preflight
        .iter()
        .filter_map(|text| preparation.condition(&place, text, checks, true))
        .collect();
    let steps: Vec<PreparedStep> = path
        .steps
        .iter()
        .filter_map(|step| prepare_step(&place, step, checks, actions, preparation))
        .collect();
    let Some(outcome) = path.outcome else {
        preparation.problem(format!("{place}: a path needs an outcome"));
        return None;
    };
    Some(PreparedPath {
        preflight,
        writes: steps.iter().any(|step| step.action.writes()),
        steps,
        outcome,
    })
}

fn prepare_step(
    place: &str,
    step: &Step,
    checks: &BTreeMap<CheckName, PreparedCheck>,
    actions: &BTreeMap<ActionId, Arc<PreparedAction>>,
    preparation: &mut Preparation<'_>,
) -> Option<PreparedStep> {
    let place = format!("{place}.{}", step.id);
    let Some(action) = actions.get(&step.action) else {
        preparation.problem(format!(
            "{place}: action `{}` is not part of the closure",
            step.action
        ));
        return None;
    };
    let verify = match &step.verify {
        Some(verify) => Some(prepare_verify(&place, verify, action, checks, preparation)?),
        None => None,
    };
    Some(PreparedStep {
        id: step.id.clone(),
        action: Arc::clone(action),
        arguments: preparation.kept(&place, ArgumentTemplates::parse(&step.with))?,
        tier: step.tier,
        verify,
        on_failure: step.on_failure.unwrap_or(OnFailure::Escalate),
        retry: step.retry,
    })
}

fn prepare_verify(
    place: &str,
    verify: &Verify,
    action: &PreparedAction,
    checks: &BTreeMap<CheckName, PreparedCheck>,
    preparation: &mut Preparation<'_>,
) -> Option<PreparedVerify> {
    let floor = action.spec().verify_floor;
    let settle = verify
        .settle
        .max(floor.map(|f| f.settle))
        .unwrap_or_default();
    let hold = verify.hold.max(floor.map(|f| f.hold)).unwrap_or_default();
    let Some(success) = &verify.success else {
        preparation.problem(format!("{place}: a verification needs a success condition"));
        return None;
    };
    let mut condition = |text: &str| preparation.condition(place, text, checks, false);
    let success = condition(success)?;
    let optional =
        |text: &Option<String>, condition: &mut dyn FnMut(&str) -> Option<PreparedCondition>| {
            match text {
                None => Some(None),
                Some(text) => condition(text).map(Some),
            }
        };
    Some(PreparedVerify {
        settle,
        hold,
        within: verify
            .within
            .unwrap_or_else(|| settle.saturating_add(hold).saturating_add(DEFAULT_SLACK)),
        success,
        failure: optional(&verify.failure, &mut condition)?,
        guard: optional(&verify.guard, &mut condition)?,
    })
}
