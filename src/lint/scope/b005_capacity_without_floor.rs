//! B005: an action that may take all capacity away.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const ACTION: &str = "runbooks/catalog/actions/k8s.rollout-undo.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "B005",
    name: "capacity-without-floor",
    severity: Severity::Error,
    locked: true,
    category: Category::Scope,
    needs: Needs::File,
    summary: "An action that takes capacity away says which share must stay healthy.",
    why: "A restart is harmless with nine healthy replicas and an outage with one. The executor refuses below `min_healthy`; without it, it cannot.",
    remedy: "Add `min_healthy` to `blast_radius`.",
    bad: &[Example::edit(
        ACTION,
        "{unit: deployment, max_targets: 1, min_healthy: 60%, reduces_capacity: true}",
        "«{unit: deployment, max_targets: 1, reduces_capacity: true}»",
    )],
    good: &[Example::edit(
        ACTION,
        "min_healthy: 60%",
        "min_healthy: 75%",
    )],
    check: Check::Document(check),
};

/// Words in an operation that take capacity away while it runs.
const REDUCING: [&str; 6] = ["restart", "evict", "drain", "cordon", "rollout", "remove"];

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(action) = scope.action().map(|action| &action.spec) else {
        return;
    };
    let Some(radius) = &action.blast_radius else {
        return;
    };
    let operation = &action.adapter.operation;
    let reduces =
        radius.reduces_capacity || operation.split('-').any(|word| REDUCING.contains(&word));
    if action.effect.changes_the_world() && reduces && radius.min_healthy.is_none() {
        findings
            .report(
                &RULE,
                scope.value(Route::root().key("spec").key("blast_radius")),
            )
            .message(format!(
                "`{operation}` takes capacity away, and nothing says how much must stay"
            ))
            .label("has no `min_healthy`")
            .help("add `min_healthy: 60%`, or what the service needs");
    }
}
