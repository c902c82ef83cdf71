//! The policy's own tests: a situation, and the mode it comes to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Contribution, EffectiveMode, ModeQuestion, ModeSource, Policy};
use crate::document::model::{Mode, PolicyTest, PolicyTestGiven};

/// What came of a test of the policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyTestResult {
    /// The test's name.
    pub name: String,
    /// Whether the policy does what the test says.
    pub passed: bool,
    /// What the policy does, and why.
    pub effective: EffectiveMode,
    /// Why the test could not be evaluated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Runs one of the policy's own tests. A situation that cannot be read fails.
pub fn evaluate_policy_test(policy: &Policy, test: &PolicyTest) -> PolicyTestResult {
    let given = &test.given;
    let moment = given.at.as_deref().map(str::parse::<Timestamp>).transpose();
    let rollout = given.rollout.or_else(|| {
        given
            .service
            .as_ref()
            .map(|service| policy.rollout(service))
    });
    let frozen =
        moment.as_ref().ok().copied().flatten().and_then(|at| {
            policy.freeze_at(&given.environment, given.tier, given.action.as_ref(), at)
        });
    let mut effective = policy.effective_mode(&ModeQuestion {
        environment: &given.environment,
        tier: given.tier,
        runbook: given.runbook,
        action: None,
        rollout,
        halt: given.kill_switch,
        frozen,
        status: None,
    });
    for (source, detail) in exceeded(policy, given) {
        effective.mode = Mode::Off;
        effective.contributions.push(Contribution {
            source,
            mode: Mode::Off,
            detail: detail.to_owned(),
        });
    }
    let error = moment
        .is_err()
        .then(|| "`at` is not a moment with zone".to_owned());
    PolicyTestResult {
        name: test.name.clone(),
        passed: error.is_none() && effective.mode == test.expect,
        effective,
        error,
    }
}

/// The caps that a situation is above, and the budgets it has used up.
fn exceeded(policy: &Policy, given: &PolicyTestGiven) -> Vec<(ModeSource, &'static str)> {
    fn is_more<T: Ord>(asked: Option<T>, most: Option<T>) -> bool {
        matches!((asked, most), (Some(asked), Some(most)) if asked > most)
    }
    fn is_used<T: Ord>(used: Option<T>, most: Option<T>) -> bool {
        matches!((used, most), (Some(used), Some(most)) if used >= most)
    }
    let caps = policy.caps(given.tier);
    let used = given.used.unwrap_or_default();
    let budgets = policy.budgets();
    let (cap, budget) = (ModeSource::Caps, ModeSource::Budgets);
    [
        (cap, "max_targets", is_more(given.targets, caps.max_targets)),
        (
            cap,
            "actions_per_hour",
            is_more(given.per_hour, caps.actions_per_hour),
        ),
        (
            cap,
            "max_time_limit",
            is_more(given.time_limit, caps.max_time_limit),
        ),
        (
            budget,
            "wall_clock",
            is_used(used.wall_clock, budgets.wall_clock),
        ),
        (budget, "actions", is_used(used.actions, budgets.actions)),
        (budget, "queries", is_used(used.queries, budgets.queries)),
    ]
    .into_iter()
    .filter_map(|(source, name, exceeded)| exceeded.then_some((source, name)))
    .collect()
}
