//! T008: an action whose undo has a higher tier.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::model::Action;
use crate::engine::tier;
use crate::lint::site::CallKind;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const SCALE_OUT: &str = "runbooks/catalog/actions/k8s.scale-out.yaml";

macro_rules! scale_out {
    ($tier:literal, $inverse:literal) => {
        concat!(
            "apiVersion: rbk/v1
kind: Action
metadata: {id: k8s.scale-out, title: Add replicas to a Deployment, version: 1.0.0, owner: sre, status: draft}
spec:
  tier: ",
            $tier,
            "
  effect: write
  max_mode: gated
  adapter: {system: kubernetes, operation: scale-out}
  reversibility:
    class: reversible
    snapshot:
      revision: {query: deployment-revision, with: {namespace: \"{{ params.namespace }}\", deployment: \"{{ params.deployment }}\"}}
    inverse:
      action: ",
            $inverse,
            "
      with: {namespace: \"{{ params.namespace }}\", deployment: \"{{ params.deployment }}\", replicas: \"{{ snapshot.revision }}\"}
    valid_for: 24h
  params:
    namespace: {type: string, lookup: namespaces}
    deployment: {type: string, lookup: services}
    replicas: {type: integer, minimum: 1, maximum: 50}
  raise_tier: [{param: namespace, in: [kube-system], to: 3}]
  target: \"deployment/{{ params.namespace }}/{{ params.deployment }}\"
  blast_radius: {unit: deployment, max_targets: 1}
  limits: {rate: 2 per 1h, cooldown: 15m, concurrency: 1}
  preflight: [owner_known, no_commander, not_frozen, changes_known, rollback_armed, corroborated(2)]
  verify_floor: {settle: 60s, hold: 2m}
  timeout: 5m
  permissions: [\"apps/deployments:get\", \"apps/deployments:patch\"]
"
        )
    };
}

pub(in crate::lint) static RULE: Rule = Rule {
    code: "T008",
    name: "undo-above-action",
    severity: Severity::Error,
    locked: true,
    category: Category::Tier,
    needs: Needs::Repository,
    summary: "The undo of an action has at most the action's own tier.",
    why: "Whoever may act must be able to take it back. With an undo of a higher tier an agent acts alone, sees that it made \
          things worse, and has to wait for a human before it may repair the damage.",
    remedy: "Raise the action to the tier of its undo, or find an undo that is as harmless as the action.",
    bad: &[Example::file(SCALE_OUT, scale_out!("2", "«k8s.scale-in»"))],
    good: &[
        Example::file(SCALE_OUT, scale_out!("3", "k8s.scale-in")),
        Example::file(SCALE_OUT, scale_out!("2", "k8s.scale-out")),
    ],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(action) = scope.action() else { return };
    let own = tier::floor(&action.spec);
    for call in scope.calls() {
        let Some(undo) = scope.repository.find::<Action>(call.action.as_str()) else {
            continue;
        };
        let needed = tier::floor(&undo.document.spec);
        if needed <= own {
            continue;
        }
        let what = match call.kind {
            CallKind::Compensation => "compensation",
            CallKind::Inverse | CallKind::Step => "inverse",
        };
        let rated = Route::root().key("spec").key("tier");
        findings
            .report(&RULE, scope.value(call.action_route()))
            .message(format!(
                "this action is tier {own}, but its {what} `{}` is tier {needed}",
                call.action
            ))
            .label(format!("tier {needed}"))
            .related(scope.value(rated.clone()), format!("tier {own}"))
            .related(undo.scope.value(rated), "rated here")
            .help(format!(
                "raise this action to tier {needed}, or undo it with one of tier {own}"
            ));
    }
}
