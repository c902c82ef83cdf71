//! T004: an action of tier 1 that cannot be undone exactly.

use crate::diagnostic::{Applicability, Severity};
use crate::document::Route;
use crate::document::edit::NewValue;
use crate::document::model::{ReversibilityClass, Tier};
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const ACTION: &str = "runbooks/catalog/actions/k8s.scale-in.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "T004",
    name: "low-tier-without-exact-undo",
    severity: Severity::Error,
    locked: true,
    category: Category::Tier,
    needs: Needs::File,
    summary: "An action of tier 1 can be undone exactly, ends by itself, or leaves nothing behind.",
    why: "Tier 1 is what an agent may do alone, because a mistake costs minutes. When the undo is only approximate, or \
          there is none, a mistake stays.",
    remedy: "Raise the tier to 2 (approximate undo) or 3 (none), or give the action an exact inverse.",
    bad: &[Example::edit(ACTION, "  tier: 3\n", "  tier: «1»\n")],
    good: &[Example::edit(
        "runbooks/catalog/actions/k8s.rollout-undo.yaml",
        "  tier: 2\n",
        "  tier: 1\n",
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(action) = scope.action() else { return };
    if action.spec.tier != Tier::LOW_RISK {
        return;
    }
    let (what, least) = match action.spec.reversibility.class {
        ReversibilityClass::Compensable => ("can only be undone approximately", 2),
        ReversibilityClass::Irreversible if action.spec.effect.changes_the_world() => {
            ("cannot be undone", 3)
        }
        _ => return,
    };
    let spec = Route::root().key("spec");
    let tier = spec.clone().key("tier");
    let class = spec.key("reversibility").key("class");
    findings
        .report(&RULE, scope.value(tier.clone()))
        .message(format!(
            "tier 1 is for what can be undone exactly, but this action {what}"
        ))
        .label("an agent may do this alone")
        .related(scope.value(class), what)
        .help(format!("raise the tier to {least}"))
        .fix_if(
            format!("raise the tier to {least}"),
            Applicability::Safe,
            scope.edits(|editor| editor.replace(&tier, &NewValue::number(least))),
        );
}
