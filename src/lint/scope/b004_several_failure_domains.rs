//! B004: more than one failure domain at once.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const ACTION: &str = "runbooks/catalog/actions/k8s.rollout-undo.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "B004",
    name: "several-failure-domains",
    severity: Severity::Error,
    locked: true,
    category: Category::Scope,
    needs: Needs::File,
    summary: "An action touches one failure domain at a time.",
    why: "Zones and regions exist so that a mistake in one leaves the others standing. An action that touches two at once removes that protection.",
    remedy: "Run it once per zone or region, each verified before the next.",
    bad: &[Example::edit(
        ACTION,
        "max_targets: 1,",
        "max_targets: 1, failure_domains: «2»,",
    )],
    good: &[Example::edit(
        ACTION,
        "max_targets: 1,",
        "max_targets: 1, failure_domains: 1,",
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(action) = scope.action().map(|action| &action.spec) else {
        return;
    };
    let domains = action
        .blast_radius
        .as_ref()
        .map_or(1, |radius| radius.failure_domains);
    if action.effect.changes_the_world() && domains > 1 {
        findings
            .report(
                &RULE,
                scope.value(
                    Route::root()
                        .key("spec")
                        .key("blast_radius")
                        .key("failure_domains"),
                ),
            )
            .message(format!("touches {domains} failure domains at once"))
            .label("more than one")
            .help("touch one at a time, and verify before the next");
    }
}
