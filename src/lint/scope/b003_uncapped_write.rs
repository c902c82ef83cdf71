//! B003: a write that nothing keeps small.

use crate::diagnostic::{Applicability, Severity};
use crate::document::Route;
use crate::document::edit::NewValue;
use crate::document::model::{Action, Governance, Limits, ParamType, Tier};
use crate::document::unit::Duration;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const GOVERNANCE: &str = "runbooks/governance.yaml";
const ACTION: &str = "runbooks/catalog/actions/k8s.rollout-undo.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "B003",
    name: "uncapped-write",
    severity: Severity::Error,
    locked: true,
    category: Category::Scope,
    needs: Needs::Repository,
    summary: "Every write names its target, how many it may touch, how much and how often, within the policy's caps.",
    why: "A loop in an agent, or two agents at once, turn one restart into a hundred. Caps, rate limits and cool-downs are what keeps a mistake small.",
    remedy: "Give the action `target`, `blast_radius.max_targets` and `limits` with `rate`, `cooldown` and `concurrency`, its numeric parameters `minimum` and `maximum`, and the policy all four `caps` for tiers 1 and 2.",
    bad: &[
        Example::edit(
            ACTION,
            "limits: {rate: 2 per 1h, cooldown: 15m, concurrency: 1}",
            "limits: «{rate: 2 per 1h, concurrency: 1}»",
        ),
        Example::edit(ACTION, "max_targets: 1", "max_targets: «7»"),
        Example::edit(
            ACTION,
            "{type: integer, minimum: 1, maximum: 1000000}",
            "«{type: integer, minimum: 1}»",
        ),
        Example::edit(
            GOVERNANCE,
            "    2: {max_targets: 1, max_fraction: 20%, ",
            "    «2»: {max_targets: 1, ",
        ),
    ],
    good: &[Example::edit(ACTION, "rate: 2 per 1h", "rate: 1 per 1h")],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    if let Some(governance) = scope.governance() {
        policy(scope, &governance.spec, findings);
    }
    let Some(action) = scope.action().map(|action| &action.spec) else {
        return;
    };
    if !action.effect.changes_the_world() {
        return;
    }
    let spec = Route::root().key("spec");
    let mut missing = Vec::new();
    let limits = action.limits.unwrap_or(Limits {
        rate: None,
        cooldown: None,
        concurrency: None,
    });
    for (name, absent) in [
        ("rate", limits.rate.is_none()),
        ("cooldown", limits.cooldown.is_none()),
        ("concurrency", limits.concurrency.is_none()),
    ] {
        if absent {
            missing.push(name);
        }
    }
    if !missing.is_empty() {
        findings
            .report(&RULE, scope.value(spec.clone().key("limits")))
            .message(format!(
                "nothing limits how often this runs: {} missing",
                missing.join(", ")
            ))
            .label("incomplete")
            .help("add `limits: {rate: 2 per 1h, cooldown: 15m, concurrency: 1}`")
            .fix_if(
                "add what is missing, as shown",
                Applicability::Unsafe,
                missing.first().and_then(|key| {
                    let value = match *key {
                        "rate" => NewValue::text("2 per 1h"),
                        "cooldown" => NewValue::text("15m"),
                        _ => NewValue::number(1),
                    };
                    let place = spec.clone().key("limits").key(*key);
                    scope.edits(|editor| editor.set(&place, &value))
                }),
            );
    }
    for (name, absent) in [
        ("target", action.target.is_none()),
        ("blast_radius", action.blast_radius.is_none()),
    ] {
        if absent {
            findings
                .report(&RULE, scope.value(Route::root().key("metadata").key("id")))
                .message(format!("a write without `{name}` cannot be locked, counted or kept away from what must not be touched"))
                .label(format!("has no `{name}`"))
                .help("add `target` and `blast_radius: {unit: …, max_targets: 1}`");
        }
    }
    amounts(scope, action, findings);
    caps(scope, action, findings);
}

/// Numbers a caller passes: how many messages, replicas, seconds.
fn amounts(scope: &DocumentScope<'_>, action: &Action, findings: &mut Findings) {
    for (name, param) in &action.params {
        let is_number = matches!(param.kind, ParamType::Integer | ParamType::Number);
        let missing: Vec<_> = [
            ("minimum", param.minimum.is_none()),
            ("maximum", param.maximum.is_none()),
        ]
        .into_iter()
        .filter_map(|(bound, absent)| absent.then_some(bound))
        .collect();
        if is_number && param.one_of.is_empty() && !missing.is_empty() {
            let route = Route::root().key("spec").key("params").key(name.as_str());
            findings
                .report(&RULE, scope.value(route))
                .message(format!(
                    "the parameter `{name}` takes any number: it has no {}",
                    missing.join(" and no ")
                ))
                .label("unbounded")
                .help("add `minimum` and `maximum`, or an `enum`");
        }
    }
}

/// The action against the policy's caps for its tier.
fn caps(scope: &DocumentScope<'_>, action: &Action, findings: &mut Findings) {
    let Some(policy) = scope.repository.policy() else {
        return;
    };
    let Some(caps) = policy.document.spec.caps.get(&action.tier) else {
        return;
    };
    let spec = Route::root().key("spec");
    let cap = |name: &str| {
        policy.scope.value(
            Route::root()
                .key("spec")
                .key("caps")
                .key(action.tier.to_string())
                .key(name),
        )
    };
    if let (Some(radius), Some(most)) = (&action.blast_radius, caps.max_targets)
        && radius.max_targets > most
    {
        findings
            .report(
                &RULE,
                scope.value(spec.clone().key("blast_radius").key("max_targets")),
            )
            .message(format!(
                "{} targets at once; the policy allows {most} for tier {}",
                radius.max_targets, action.tier
            ))
            .label("above the cap")
            .related(cap("max_targets"), "the policy's cap")
            .help(format!("lower it to {most}"))
            .fix_if(
                format!("lower it to {most}"),
                Applicability::Safe,
                scope.edits(|editor| {
                    let place = spec.clone().key("blast_radius").key("max_targets");
                    editor.replace(&place, &NewValue::number(most))
                }),
            );
    }
    let rate = action.limits.and_then(|limits| limits.rate);
    if let (Some(rate), Some(most)) = (rate, caps.actions_per_hour) {
        // The most that can happen within any one hour.
        let hour = Duration::from_secs(3_600).as_millis();
        let windows = hour.div_ceil(rate.per.as_millis().max(1));
        let per_hour = u64::from(rate.count).saturating_mul(windows);
        if per_hour > u64::from(most) {
            let place = spec.key("limits").key("rate");
            findings
                .report(&RULE, scope.value(place.clone()))
                .message(format!(
                    "`{rate}` is up to {per_hour} in an hour; the policy allows {most} for tier {}",
                    action.tier
                ))
                .label("above the cap")
                .related(cap("actions_per_hour"), "the policy's cap")
                .help(format!("use `{most} per 1h`"))
                .fix_if(
                    format!("use `{most} per 1h`"),
                    Applicability::Safe,
                    scope.edits(|editor| {
                        editor.replace(&place, &NewValue::text(format!("{most} per 1h")))
                    }),
                );
        }
    }
}

/// Tiers an agent may run have caps.
fn policy(scope: &DocumentScope<'_>, governance: &Governance, findings: &mut Findings) {
    let route = Route::root().key("spec").key("caps");
    for tier in [Tier::LOW_RISK, Tier::NEEDS_APPROVAL] {
        let caps = governance.caps.get(&tier).copied().unwrap_or_default();
        let missing: Vec<_> = [
            ("max_targets", caps.max_targets.is_none()),
            ("max_fraction", caps.max_fraction.is_none()),
            ("actions_per_hour", caps.actions_per_hour.is_none()),
            ("max_time_limit", caps.max_time_limit.is_none()),
        ]
        .into_iter()
        .filter_map(|(name, absent)| absent.then_some(name))
        .collect();
        if !missing.is_empty() {
            findings
                .report(&RULE, scope.key(route.clone().key(tier.to_string())))
                .message(format!(
                    "the policy sets no {} for tier {tier}",
                    missing.join(" and no ")
                ))
                .label("uncapped")
                .help(format!(
                    "write `{tier}: {{max_targets: 1, max_fraction: 20%, actions_per_hour: 2, max_time_limit: 30m}}` under `caps`"
                ));
        }
    }
}
