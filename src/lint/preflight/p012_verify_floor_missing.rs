//! P012: a write that does not say how long its effect needs.

use crate::diagnostic::{Applicability, Severity};
use crate::document::Route;
use crate::document::edit::NewValue;
use crate::document::model::Tier;
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const ACTION: &str = "runbooks/catalog/actions/k8s.rollout-undo.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "P012",
    name: "verify-floor-missing",
    severity: Severity::Error,
    locked: true,
    category: Category::Preflight,
    needs: Needs::File,
    summary: "A write says how long a verification has to wait for its effect, and how long success has to hold.",
    why: "How long a rollout or a cache needs is known to who owns the action, not to who writes a runbook in a hurry. Without the \
          floor every caller guesses, and a runbook that looks after ten seconds calls the old state a success.",
    remedy: "Add `verify_floor: {settle: …, hold: …}` to the action.",
    bad: &[Example::edits(&[
        Change::edit(ACTION, "  verify_floor: {settle: 60s, hold: 2m}\n", ""),
        Change::edit(ACTION, "\nspec:\n", "\n«spec»:\n"),
    ])],
    good: &[Example::edit(ACTION, "settle: 60s", "settle: 90s")],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(action) = scope.action() else { return };
    let spec = &action.spec;
    // Nobody but a human runs tier 3, and a human looks for himself.
    let runs = spec.effect.changes_the_world() && spec.tier < Tier::HUMAN_ONLY;
    if runs && spec.verify_floor.is_none() {
        findings
            .report(&RULE, scope.key(Route::root().key("spec")))
            .message(
                "nothing says how long a verification has to wait for the effect of this action",
            )
            .label("has no `verify_floor`")
            .help("add e.g. `verify_floor: {settle: 60s, hold: 2m}`")
            .fix_if(
                "add `verify_floor: {settle: 60s, hold: 2m}`",
                Applicability::Safe,
                scope.edits(|editor| {
                    let floor = NewValue::Mapping(vec![
                        ("settle".to_owned(), NewValue::text("60s")),
                        ("hold".to_owned(), NewValue::text("2m")),
                    ]);
                    editor.set(&Route::root().key("spec").key("verify_floor"), &floor)
                }),
            );
    }
}
