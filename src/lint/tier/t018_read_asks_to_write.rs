//! T018: a read-only action with the permission to write.

use crate::diagnostic::{Applicability, Severity};
use crate::document::Route;
use crate::document::model::Effect;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

pub(in crate::lint) static RULE: Rule = Rule {
    code: "T018",
    name: "read-asks-to-write",
    severity: Severity::Warning,
    locked: false,
    category: Category::Tier,
    needs: Needs::File,
    summary: "An action that only reads asks for no permission to write.",
    why: "Permissions are granted by what the action asks for. One that reads and may write is a write nobody rated, one mistake away.",
    remedy: "Take the permission out, or say that the action writes.",
    bad: &[Example::file(
        "runbooks/catalog/actions/k8s.describe.yaml",
        "apiVersion: rbk/v1\nkind: Action\nmetadata: {id: k8s.describe, title: Describe a Deployment, version: 1.0.0, owner: sre, status: draft}\nspec:\n  tier: 0\n  effect: read\n  adapter: {system: kubernetes, operation: describe}\n  reversibility: {class: none_needed}\n  idempotent: true\n  params:\n    deployment: {type: string, lookup: services}\n  timeout: 30s\n  permissions: [\"apps/deployments:get\", «\"apps/deployments:patch\"»]\n",
    )],
    good: &[Example::file(
        "runbooks/catalog/actions/k8s.describe.yaml",
        "apiVersion: rbk/v1\nkind: Action\nmetadata: {id: k8s.describe, title: Describe a Deployment, version: 1.0.0, owner: sre, status: draft}\nspec:\n  tier: 0\n  effect: read\n  adapter: {system: kubernetes, operation: describe}\n  reversibility: {class: none_needed}\n  idempotent: true\n  params:\n    deployment: {type: string, lookup: services}\n  timeout: 30s\n  permissions: [\"apps/deployments:get\", \"apps/deployments:list\"]\n",
    )],
    check: Check::Document(check),
};

/// Verbs of Kubernetes and of common interfaces that change something.
const WRITING: [&str; 13] = [
    "*",
    "bind",
    "create",
    "delete",
    "deletecollection",
    "escalate",
    "impersonate",
    "patch",
    "post",
    "put",
    "set",
    "update",
    "write",
];

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(action) = scope.action().map(|document| &document.spec) else {
        return;
    };
    // To notify is to write somewhere, and nothing else.
    if action.effect != Effect::Read {
        return;
    }
    for (index, permission) in action.permissions.iter().enumerate() {
        let verb = permission
            .rsplit(':')
            .next()
            .unwrap_or_default()
            .to_lowercase();
        if WRITING.contains(&verb.as_str()) {
            let route = Route::root().key("spec").key("permissions").index(index);
            findings
                .report(&RULE, scope.value(route.clone()))
                .message(format!(
                    "the action only reads, but asks for `{permission}`"
                ))
                .label("may write")
                .related(
                    scope.value(Route::root().key("spec").key("effect")),
                    "only reads",
                )
                .help("take the permission out, or say that the action writes")
                .fix_if(
                    "take the permission out",
                    Applicability::Safe,
                    scope.edits(|editor| editor.remove(&route)),
                );
        }
    }
}
