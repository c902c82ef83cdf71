//! B008: more permission than the operation needs.

use crate::diagnostic::{Applicability, Severity};
use crate::document::Route;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const ACTION: &str = "runbooks/catalog/actions/k8s.rollout-undo.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "B008",
    name: "excess-permission",
    severity: Severity::Warning,
    locked: false,
    category: Category::Scope,
    needs: Needs::File,
    summary: "An action asks for the permissions its operation needs, and for no wildcard.",
    why: "A mistake in an action costs what its permissions allow, not what its author meant. A wildcard allows everything that is added later as well.",
    remedy: "List the resources and verbs that the operation calls.",
    bad: &[
        Example::edit(
            ACTION,
            "\"apps/deployments:patch\"]",
            "«\"apps/deployments:*\"»]",
        ),
        Example::edit(
            ACTION,
            "\"apps/deployments:patch\"]",
            "\"apps/deployments:patch\", «\"rbac.authorization.k8s.io/roles:escalate\"»]",
        ),
    ],
    good: &[Example::edit(
        ACTION,
        "\"apps/deployments:patch\"]",
        "\"apps/deployments:patch\", \"apps/replicasets:list\"]",
    )],
    check: Check::Document(check),
};

/// Verbs that hand out permissions themselves (Kubernetes RBAC).
const GRANTING: [&str; 3] = ["bind", "escalate", "impersonate"];

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(action) = scope.action().map(|document| &document.spec) else {
        return;
    };
    for (index, permission) in action.permissions.iter().enumerate() {
        let verb = permission.rsplit(':').next().unwrap_or_default();
        let (why, label) = if permission.contains('*') {
            ("asks for everything a wildcard covers", "a wildcard")
        } else if GRANTING.contains(&verb) {
            ("may give itself more permissions", "grants permissions")
        } else {
            continue;
        };
        let route = Route::root().key("spec").key("permissions").index(index);
        findings
            .report(&RULE, scope.value(route.clone()))
            .message(format!("`{permission}` {why}"))
            .label(label)
            .help(format!("name what `{}` needs", action.adapter.operation))
            .fix_if(
                "take the permission out",
                Applicability::Unsafe,
                (!permission.contains('*'))
                    .then(|| scope.edits(|editor| editor.remove(&route)))
                    .flatten(),
            );
    }
}
