//! T023: what raises the tier of one action on a target and not that of another.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::diagnostic::{Applicability, Severity};
use crate::document::Route;
use crate::document::edit::NewValue;
use crate::document::model::{Action, Tier};
use crate::lint::{Category, Check, Example, Findings, Found, Needs, RepositoryScope, Rule};

const RESTART: &str = "runbooks/catalog/actions/k8s.rollout-restart.yaml";

macro_rules! restart {
    ($raise:literal, $target:literal) => {
        concat!(
            "apiVersion: rbk/v1
kind: Action
metadata: {id: k8s.rollout-restart, title: Restart the pods of a Deployment, version: 1.0.0, owner: sre, status: draft}
spec:
  tier: 1
  effect: write
  adapter: {system: kubernetes, operation: rollout-restart}
  reversibility: {class: ephemeral}
  idempotent: true
  params:
    namespace: {type: string, lookup: namespaces}
    deployment: {type: string, lookup: services}
",
            $raise,
            "  target: ",
            $target,
            "
  blast_radius: {unit: deployment, max_targets: 1, min_healthy: 75%, reduces_capacity: true}
  limits: {rate: 2 per 1h, cooldown: 30m, concurrency: 1}
  preflight: [owner_known, no_commander, not_frozen, changes_known, rollback_armed]
  verify_floor: {settle: 60s, hold: 2m}
  timeout: 5m
  permissions: [\"apps/deployments:get\", \"apps/deployments:patch\"]
"
        )
    };
}

pub(in crate::lint) static RULE: Rule = Rule {
    code: "T023",
    name: "uneven-raise",
    severity: Severity::Error,
    locked: true,
    category: Category::Tier,
    needs: Needs::Repository,
    summary: "What raises the tier of one action on a target raises that of every other action on it.",
    why: "A flag or a namespace is on the list because of what hangs on it, not because of what is done to it. An action that \
          lacks the list is the way around it: what may not be switched off may then be set to off.",
    remedy: "Give the action the same `raise_tier` as the others on its target.",
    bad: &[Example::file(
        RESTART,
        restart!(
            "",
            "«\"deployment/{{ params.namespace }}/{{ params.deployment }}\"»"
        ),
    )],
    good: &[Example::file(
        RESTART,
        restart!(
            "  raise_tier: [{param: namespace, in: [kube-system], to: 3}]\n",
            "\"deployment/{{ params.namespace }}/{{ params.deployment }}\""
        ),
    )],
    check: Check::Repository(check),
};

fn check(scope: &RepositoryScope<'_>, findings: &mut Findings) {
    let mut by_target: BTreeMap<&str, Vec<Found<'_, Action>>> = BTreeMap::new();
    for action in scope.all::<Action>() {
        let spec = &action.document.spec;
        if let Some(target) = spec
            .target
            .as_deref()
            .filter(|_| spec.effect.changes_the_world())
        {
            by_target.entry(target).or_default().push(action);
        }
    }
    for actions in by_target.values() {
        // The highest tier that any of them is raised to, by parameter and value, and who says so.
        let mut raised: BTreeMap<(&str, String), (Tier, &Found<'_, Action>)> = BTreeMap::new();
        for action in actions {
            for raise in &action.document.spec.raise_tier {
                for value in &raise.values {
                    let key = (raise.param.as_str(), value.to_string());
                    let highest = raised.entry(key).or_insert((raise.to, action));
                    if highest.0 < raise.to {
                        *highest = (raise.to, action);
                    }
                }
            }
        }
        for action in actions {
            let spec = &action.document.spec;
            let short = raised.iter().find(|((param, value), (to, _))| {
                spec.params.contains_key(*param) && tier_for(spec, param, value) < *to
            });
            if let Some(((param, value), (to, other))) = short {
                report(action, param, value, *to, other, findings);
            }
        }
    }
}

fn tier_for(action: &Action, param: &str, value: &str) -> Tier {
    let raises = action.raise_tier.iter().filter(|raise| {
        let mut values = raise.values.iter().map(Value::to_string);
        raise.param == param && values.any(|known| known == value)
    });
    raises.map(|raise| raise.to).fold(action.tier, Tier::max)
}

fn report(
    action: &Found<'_, Action>,
    param: &str,
    value: &str,
    to: Tier,
    other: &Found<'_, Action>,
    findings: &mut Findings,
) {
    let spec = Route::root().key("spec");
    let place = spec.clone().key("raise_tier");
    // The value as JSON writes it: text is in quotes.
    let listed = serde_json::from_str(value).map_or_else(
        |_| NewValue::Literal(value.to_owned()),
        |text: String| NewValue::text(text),
    );
    let raise = NewValue::Mapping(vec![
        ("param".to_owned(), NewValue::text(param)),
        ("in".to_owned(), NewValue::List(vec![listed])),
        ("to".to_owned(), NewValue::number(to.get())),
    ]);
    findings
        .report(&RULE, action.scope.value(spec.clone().key("target")))
        .message(format!(
            "`{param}: {value}` is tier {to} for `{}`, which acts on the same target, and less here",
            other.document.metadata.id
        ))
        .label("the same target")
        .related(
            other.scope.value(spec.key("raise_tier")),
            format!("raised to {to} here"),
        )
        .help(format!(
            "add `raise_tier: [{{param: {param}, in: [{value}], to: {to}}}]`"
        ))
        .fix_if(
            format!("raise it to tier {to} here too"),
            Applicability::Safe,
            action.scope.edits(|editor| match action.scope.node(&place) {
                Some(_) => editor.append(&place, &[raise]),
                None => editor.set(&place, &NewValue::List(vec![raise])),
            }),
        );
}
