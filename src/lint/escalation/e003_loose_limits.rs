//! E003: stop conditions and budgets that are missing, or looser than the policy.

use crate::diagnostic::{Applicability, Severity};
use crate::document::NodeRef;
use crate::document::Route;
use crate::document::edit::NewValue;
use crate::document::model::{Budgets, Defaults};
use crate::document::unit::Duration;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";
const GOVERNANCE: &str = "runbooks/governance.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "E003",
    name: "loose-limits",
    severity: Severity::Error,
    locked: true,
    category: Category::Escalation,
    needs: Needs::Repository,
    summary: "The policy names every stop condition and budget, and a runbook only tightens them.",
    why: "Stop conditions and budgets are what ends a run that goes wrong in a way nobody thought of. A runbook that loosens them for itself takes away the protection of all the others' systems.",
    remedy: "Remove the budget from the runbook, or make it smaller than the policy's. In the policy, name all stop conditions and all budgets.",
    bad: &[
        Example::edit(
            RUNBOOK,
            "  decide: #",
            "  budgets: {wall_clock: «2h»}\n  decide: #",
        ),
        Example::edit(
            GOVERNANCE,
            "stop_when: [commander_takes_over, kill_switch,",
            "«stop_when»: [commander_takes_over,",
        ),
    ],
    good: &[Example::edit(
        RUNBOOK,
        "  decide: #",
        "  budgets: {wall_clock: 30m}\n  decide: #",
    )],
    check: Check::Document(check),
};

/// Everything that ends a run early.
const STOP_CONDITIONS: [&str; 6] = [
    "commander_takes_over",
    "kill_switch",
    "severity_raised",
    "budget_used",
    "new_signature",
    "confidence_falls",
];

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    if let Some(governance) = scope.governance() {
        policy(scope, governance.spec.defaults.as_ref(), findings);
    }
    let Some(runbook) = scope.runbook() else {
        return;
    };
    let Some(policy) = scope.repository.policy() else {
        return;
    };
    let limits = policy
        .document
        .spec
        .defaults
        .as_ref()
        .and_then(|defaults| defaults.budgets);
    let (Some(own), Some(limits)) = (runbook.spec.budgets, limits) else {
        return;
    };
    for (name, own, limit) in budgets(&own, &limits) {
        if own > limit {
            let own_place = Route::root().key("spec").key("budgets").key(name);
            let defaults = Route::root().key("spec").key("defaults");
            let of_policy = defaults.key("budgets").key(name);
            findings
                .report(&RULE, scope.value(own_place.clone()))
                .message(format!("the budget `{name}` is larger than the policy's"))
                .label("looser than the policy")
                .related(policy.scope.value(of_policy.clone()), "the policy's limit")
                .help("a runbook may only make budgets smaller")
                .fix_if(
                    "use the policy's limit",
                    Applicability::Safe,
                    policy.scope.node(&of_policy).and_then(|limit| {
                        scope.edits(|editor| editor.replace(&own_place, &copied(limit)))
                    }),
                );
        }
    }
}

/// A scalar as it is written elsewhere.
fn copied(node: NodeRef<'_>) -> NewValue {
    match node.as_str() {
        Some(text) => NewValue::text(text),
        None => NewValue::Literal(node.raw().to_owned()),
    }
}

/// Budgets that both sides name, in one unit each.
fn budgets(own: &Budgets, limits: &Budgets) -> Vec<(&'static str, u64, u64)> {
    let millis = |time: Option<Duration>| time.map(Duration::as_millis);
    let count = |count: Option<u32>| count.map(u64::from);
    [
        (
            "wall_clock",
            millis(own.wall_clock).zip(millis(limits.wall_clock)),
        ),
        ("actions", count(own.actions).zip(count(limits.actions))),
        ("queries", count(own.queries).zip(count(limits.queries))),
    ]
    .into_iter()
    .filter_map(|(name, both)| both.map(|(own, limit)| (name, own, limit)))
    .collect()
}

fn policy(scope: &DocumentScope<'_>, defaults: Option<&Defaults>, findings: &mut Findings) {
    let route = Route::root().key("spec").key("defaults");
    let Some(defaults) = defaults else {
        findings
            .report(&RULE, scope.identity())
            .message("the policy has no `defaults`, so nothing ends a run that goes wrong")
            .help("add `defaults` with stop conditions and budgets");
        return;
    };
    let missing: Vec<_> = STOP_CONDITIONS
        .into_iter()
        .filter(|name| defaults.stop_when.iter().all(|known| known != name))
        .collect();
    if !missing.is_empty() {
        let stop_when = route.clone().key("stop_when");
        let names: Vec<NewValue> = missing.iter().copied().map(NewValue::text).collect();
        findings
            .report(&RULE, scope.key(stop_when.clone()))
            .message(format!("runs are not stopped by {}", missing.join(", ")))
            .label("incomplete")
            .help(format!("add {}", missing.join(", ")))
            .fix_if(
                format!("add {}", missing.join(", ")),
                Applicability::Safe,
                scope.edits(|editor| editor.append(&stop_when, &names)),
            );
    }
    let budgets = defaults.budgets.unwrap_or_default();
    let absent = [
        ("wall_clock", budgets.wall_clock.is_none()),
        ("actions", budgets.actions.is_none()),
        ("queries", budgets.queries.is_none()),
    ];
    let absent: Vec<_> = absent
        .into_iter()
        .filter_map(|(name, absent)| absent.then_some(name))
        .collect();
    if !absent.is_empty() {
        findings
            .report(&RULE, scope.key(route.key("budgets")))
            .message(format!(
                "the policy sets no budget for {}",
                absent.join(", ")
            ))
            .label("incomplete")
            .help("set all three: `wall_clock`, `actions` and `queries`");
    }
}
