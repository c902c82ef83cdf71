//! T003: a read-only action that writes.

use crate::diagnostic::{Applicability, Severity};
use crate::document::Route;
use crate::document::edit::NewValue;
use crate::document::model::Tier;
use crate::engine::tier;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const ACTION: &str = "runbooks/catalog/actions/k8s.rollout-undo.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "T003",
    name: "read-only-writes",
    severity: Severity::Error,
    locked: true,
    category: Category::Tier,
    needs: Needs::File,
    summary: "An action of tier 0 reads or notifies and does nothing else.",
    why: "Tier 0 runs without asking anybody wherever the policy permits reading. Whatever it writes is written unseen.",
    remedy: "Raise the tier to what the effect deserves, or take the write out of the action.",
    bad: &[Example::edit(ACTION, "  tier: 2\n", "  tier: «0»\n")],
    good: &[Example::edit(ACTION, "  tier: 2\n", "  tier: 1\n")],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(action) = scope.action() else { return };
    if action.spec.tier == Tier::READ_ONLY && action.spec.effect.changes_the_world() {
        let spec = Route::root().key("spec");
        let place = spec.clone().key("tier");
        let least = tier::floor(&action.spec).max(Tier::LOW_RISK);
        findings
            .report(&RULE, scope.value(place.clone()))
            .message("tier 0 promises to change nothing, but this action does change something")
            .label("promised here")
            .related(scope.value(spec.key("effect")), "changes the world")
            .help("raise the tier to 1 or more")
            .fix_if(
                format!("raise the tier to {least}"),
                Applicability::Safe,
                scope.edits(|editor| editor.replace(&place, &NewValue::number(least.get()))),
            );
    }
}
