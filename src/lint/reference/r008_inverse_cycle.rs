//! R008: undoing that goes in circles.

use std::collections::BTreeSet;

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::id::ActionId;
use crate::document::model::Action;
use crate::lint::{
    Category, Change, Check, Example, Findings, Found, Needs, RepositoryScope, Rule,
};

const PAUSE: &str = "runbooks/catalog/actions/k8s.pause-rollout.yaml";
const RESUME: &str = "runbooks/catalog/actions/k8s.resume-rollout.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "R008",
    name: "inverse-cycle",
    severity: Severity::Error,
    locked: true,
    category: Category::Reference,
    needs: Needs::Repository,
    summary: "Following inverses from action to action comes to an end; only an action that undoes itself may be met again.",
    why: "Each action of a chain of inverses needs the next one to be sound: its tier, its snapshot, its permissions. In a circle \
          none of them can be judged first, and an undo that fails has an undo that fails.",
    remedy: "Use one action that sets a value and is its own inverse, or let the last inverse of the chain be compensable.",
    bad: &[Example::edits(&[
        Change::file(
            PAUSE,
            "apiVersion: rbk/v1\nkind: Action\nmetadata: {id: k8s.pause-rollout, title: Pause a rollout, version: 1.0.0, owner: sre, status: draft}\nspec:\n  tier: 2\n  effect: write\n  adapter: {system: kubernetes, operation: pause-rollout}\n  reversibility:\n    class: reversible\n    snapshot:\n      revision: {query: deployment-revision, with: {namespace: \"{{ params.namespace }}\", deployment: \"{{ params.deployment }}\"}}\n    inverse:\n      action: «k8s.resume-rollout»\n      with: {namespace: \"{{ params.namespace }}\", deployment: \"{{ params.deployment }}\"}\n    valid_for: 24h\n  idempotent: true\n  params:\n    namespace: {type: string, lookup: namespaces}\n    deployment: {type: string, lookup: services}\n  raise_tier: [{param: namespace, in: [kube-system], to: 3}]\n  target: \"deployment/{{ params.namespace }}/{{ params.deployment }}\"\n  blast_radius: {unit: deployment, max_targets: 1, min_healthy: 60%, reduces_capacity: true}\n  limits: {rate: 2 per 1h, cooldown: 15m, concurrency: 1}\n  preflight: [owner_known, no_commander, not_frozen, changes_known, rollback_armed, corroborated(2)]\n  verify_floor: {settle: 60s, hold: 2m}\n  timeout: 5m\n  permissions: [\"apps/deployments:get\", \"apps/deployments:patch\"]\n",
        ),
        Change::file(
            RESUME,
            "apiVersion: rbk/v1\nkind: Action\nmetadata: {id: k8s.resume-rollout, title: Resume a rollout, version: 1.0.0, owner: sre, status: draft}\nspec:\n  tier: 2\n  effect: write\n  adapter: {system: kubernetes, operation: resume-rollout}\n  reversibility:\n    class: reversible\n    snapshot:\n      revision: {query: deployment-revision, with: {namespace: \"{{ params.namespace }}\", deployment: \"{{ params.deployment }}\"}}\n    inverse:\n      action: k8s.pause-rollout\n      with: {namespace: \"{{ params.namespace }}\", deployment: \"{{ params.deployment }}\"}\n    valid_for: 24h\n  idempotent: true\n  params:\n    namespace: {type: string, lookup: namespaces}\n    deployment: {type: string, lookup: services}\n  raise_tier: [{param: namespace, in: [kube-system], to: 3}]\n  target: \"deployment/{{ params.namespace }}/{{ params.deployment }}\"\n  blast_radius: {unit: deployment, max_targets: 1, min_healthy: 60%, reduces_capacity: true}\n  limits: {rate: 2 per 1h, cooldown: 15m, concurrency: 1}\n  preflight: [owner_known, no_commander, not_frozen, changes_known, rollback_armed, corroborated(2)]\n  verify_floor: {settle: 60s, hold: 2m}\n  timeout: 5m\n  permissions: [\"apps/deployments:get\", \"apps/deployments:patch\"]\n",
        ),
    ])],
    good: &[Example::edits(&[
        Change::file(
            PAUSE,
            "apiVersion: rbk/v1\nkind: Action\nmetadata: {id: k8s.pause-rollout, title: Pause a rollout, version: 1.0.0, owner: sre, status: draft}\nspec:\n  tier: 2\n  effect: write\n  adapter: {system: kubernetes, operation: pause-rollout}\n  reversibility:\n    class: reversible\n    snapshot:\n      revision: {query: deployment-revision, with: {namespace: \"{{ params.namespace }}\", deployment: \"{{ params.deployment }}\"}}\n    inverse:\n      action: k8s.resume-rollout\n      with: {namespace: \"{{ params.namespace }}\", deployment: \"{{ params.deployment }}\"}\n    valid_for: 24h\n  idempotent: true\n  params:\n    namespace: {type: string, lookup: namespaces}\n    deployment: {type: string, lookup: services}\n  raise_tier: [{param: namespace, in: [kube-system], to: 3}]\n  target: \"deployment/{{ params.namespace }}/{{ params.deployment }}\"\n  blast_radius: {unit: deployment, max_targets: 1, min_healthy: 60%, reduces_capacity: true}\n  limits: {rate: 2 per 1h, cooldown: 15m, concurrency: 1}\n  preflight: [owner_known, no_commander, not_frozen, changes_known, rollback_armed, corroborated(2)]\n  verify_floor: {settle: 60s, hold: 2m}\n  timeout: 5m\n  permissions: [\"apps/deployments:get\", \"apps/deployments:patch\"]\n",
        ),
        Change::file(
            RESUME,
            "apiVersion: rbk/v1\nkind: Action\nmetadata: {id: k8s.resume-rollout, title: Resume a rollout, version: 1.0.0, owner: sre, status: draft}\nspec:\n  tier: 2\n  effect: write\n  adapter: {system: kubernetes, operation: resume-rollout}\n  reversibility:\n    class: reversible\n    snapshot:\n      revision: {query: deployment-revision, with: {namespace: \"{{ params.namespace }}\", deployment: \"{{ params.deployment }}\"}}\n    inverse:\n      action: k8s.resume-rollout\n      with: {namespace: \"{{ params.namespace }}\", deployment: \"{{ params.deployment }}\"}\n    valid_for: 24h\n  idempotent: true\n  params:\n    namespace: {type: string, lookup: namespaces}\n    deployment: {type: string, lookup: services}\n  raise_tier: [{param: namespace, in: [kube-system], to: 3}]\n  target: \"deployment/{{ params.namespace }}/{{ params.deployment }}\"\n  blast_radius: {unit: deployment, max_targets: 1, min_healthy: 60%, reduces_capacity: true}\n  limits: {rate: 2 per 1h, cooldown: 15m, concurrency: 1}\n  preflight: [owner_known, no_commander, not_frozen, changes_known, rollback_armed, corroborated(2)]\n  verify_floor: {settle: 60s, hold: 2m}\n  timeout: 5m\n  permissions: [\"apps/deployments:get\", \"apps/deployments:patch\"]\n",
        ),
    ])],
    check: Check::Repository(check),
};

fn check(scope: &RepositoryScope<'_>, findings: &mut Findings) {
    let mut known = BTreeSet::new();
    for action in scope.all::<Action>() {
        if known.contains(&action.document.metadata.id) {
            continue;
        }
        let (chain, back_to) = follow(scope, action);
        if let Some(start) = back_to {
            let circle = &chain[start..];
            // A circle that was entered from an earlier action is known already.
            if circle.len() > 1
                && circle
                    .iter()
                    .all(|one| !known.contains(&one.document.metadata.id))
            {
                report(circle, findings);
            }
        }
        known.extend(chain.iter().map(|one| one.document.metadata.id.clone()));
    }
}

/// The actions met from one inverse to the next, and the position at which the chain bites itself.
fn follow<'a>(
    scope: &'a RepositoryScope<'_>,
    first: Found<'a, Action>,
) -> (Vec<Found<'a, Action>>, Option<usize>) {
    let mut chain = vec![first];
    let mut next = inverse(first);
    while let Some(action) = next.and_then(|id| scope.find::<Action>(id.as_str())) {
        let id = &action.document.metadata.id;
        if let Some(start) = chain.iter().position(|one| one.document.metadata.id == *id) {
            return (chain, Some(start));
        }
        chain.push(action);
        next = inverse(action);
    }
    (chain, None)
}

fn inverse(action: Found<'_, Action>) -> Option<&ActionId> {
    let undo = &action.document.spec.reversibility;
    undo.inverse.as_ref().map(|call| &call.action)
}

fn report(circle: &[Found<'_, Action>], findings: &mut Findings) {
    let route = Route::root()
        .key("spec")
        .key("reversibility")
        .key("inverse")
        .key("action");
    let names: Vec<String> = circle
        .iter()
        .chain(circle.first())
        .map(|one| format!("`{}`", one.document.metadata.id))
        .collect();
    let Some((first, others)) = circle.split_first() else {
        return;
    };
    let mut draft = findings
        .report(&RULE, first.scope.value(route.clone()))
        .message(format!(
            "inverses go in a circle: {}",
            names.join(" is undone by ")
        ))
        .label("begins the circle");
    for other in others {
        draft = draft.related(other.scope.value(route.clone()), "and goes on here");
    }
    draft.help("use one action that sets a value and is its own inverse");
}
