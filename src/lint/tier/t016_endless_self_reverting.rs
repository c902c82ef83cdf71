//! T016: an effect that should end by itself and does not, or not soon enough.

use crate::diagnostic::{Applicability, Severity};
use crate::document::Route;
use crate::document::edit::NewValue;
use crate::document::model::ReversibilityClass;
use crate::document::unit::Duration;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const SILENCE: &str = "runbooks/catalog/actions/alerts.silence.yaml";

macro_rules! silence {
    ($class:literal) => {
        concat!(
            "apiVersion: rbk/v1
kind: Action
metadata: {id: alerts.silence, title: Silence the alerts of a service for a while, version: 1.0.0, owner: sre, status: draft}
spec:
  tier: 1
  effect: write
  adapter: {system: alerts, operation: silence}
  reversibility: {",
            $class,
            "}
  idempotent: true
  params:
    service: {type: string, lookup: services}
  target: \"alerts/{{ params.service }}\"
  blast_radius: {unit: service, max_targets: 1}
  limits: {rate: 2 per 1h, cooldown: 15m, concurrency: 1}
  preflight: [owner_known, no_commander, not_frozen, changes_known, rollback_armed]
  verify_floor: {settle: 60s, hold: 2m}
  timeout: 1m
  permissions: [\"alerts/silences:create\"]
"
        )
    };
}

pub(in crate::lint) static RULE: Rule = Rule {
    code: "T016",
    name: "endless-self-reverting",
    severity: Severity::Error,
    locked: true,
    category: Category::Tier,
    needs: Needs::Repository,
    summary: "What ends by itself has a time limit, within the policy's cap for its tier.",
    why: "A silence, a shed or a raised limit needs no undo only because it ends. Without an end it outlives the incident, \
          and the next outage is the one nobody was told about. Nothing is silenced for ever.",
    remedy: "Write a `time_limit` that is no longer than the policy's `caps.<tier>.max_time_limit`.",
    bad: &[
        Example::file(SILENCE, silence!("class: self_reverting, time_limit: «6h»")),
        Example::file(SILENCE, silence!("class: «self_reverting»")),
    ],
    good: &[Example::file(
        SILENCE,
        silence!("class: self_reverting, time_limit: 4h"),
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(action) = scope.action() else { return };
    let reversibility = &action.spec.reversibility;
    if reversibility.class != ReversibilityClass::SelfReverting {
        return;
    }
    let route = Route::root().key("spec").key("reversibility");
    let tier = action.spec.tier;
    let policy = scope.repository.policy();
    let caps = policy.and_then(|policy| policy.document.spec.caps.get(&tier));
    let cap = caps.and_then(|caps| caps.max_time_limit);
    let time_limit = route.clone().key("time_limit");
    let capped = |cap: Duration| {
        scope.edits(|editor| editor.set(&time_limit, &NewValue::text(cap.to_string())))
    };
    let Some(limit) = reversibility.time_limit else {
        findings
            .report(&RULE, scope.value(route.key("class")))
            .message("the effect is said to end by itself, but no time limit says when")
            .label("when?")
            .help("add `time_limit`")
            .fix_if(
                "add the longest `time_limit` the policy allows",
                Applicability::Safe,
                cap.and_then(capped),
            );
        return;
    };
    let Some((policy, cap)) = policy.zip(cap) else {
        return;
    };
    if limit > cap {
        let tier_key = tier.to_string();
        let place = Route::root()
            .key("spec")
            .key("caps")
            .key(tier_key)
            .key("max_time_limit");
        findings
            .report(&RULE, scope.value(time_limit.clone()))
            .message(format!(
                "the effect lasts {limit}, longer than the {cap} the policy allows for tier {tier}"
            ))
            .label(format!("longer than {cap}"))
            .related(policy.scope.value(place), "the policy's cap")
            .help(format!(
                "shorten it to {cap}, and let a human prolong it if need be"
            ))
            .fix_if(
                format!("shorten it to {cap}"),
                Applicability::Safe,
                capped(cap),
            );
    }
}
