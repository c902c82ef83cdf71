//! T005: an action that cannot be undone and is not left to humans.

use crate::diagnostic::{Applicability, Severity};
use crate::document::Route;
use crate::document::edit::NewValue;
use crate::document::model::{ReversibilityClass, Tier};
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const ACTION: &str = "runbooks/catalog/actions/k8s.scale-in.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "T005",
    name: "irreversible-below-human",
    severity: Severity::Error,
    locked: true,
    category: Category::Tier,
    needs: Needs::File,
    summary: "What cannot be undone is tier 3: only people do it.",
    why: "A go-ahead at three in the morning takes seconds; lost data does not come back. An agent prepares such an action \
          for a human and never runs it; T003 and T004 say so of tiers 0 and 1.",
    remedy: "Raise the tier to 3, or find an operation with the same effect that can be undone.",
    bad: &[Example::edit(ACTION, "  tier: 3\n", "  tier: «2»\n")],
    good: &[Example::base()],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(action) = scope.action() else { return };
    let spec = &action.spec;
    if spec.tier == Tier::NEEDS_APPROVAL
        && spec.effect.changes_the_world()
        && spec.reversibility.class == ReversibilityClass::Irreversible
    {
        let route = Route::root().key("spec");
        let tier = route.clone().key("tier");
        let class = route.key("reversibility").key("class");
        findings
            .report(&RULE, scope.value(tier.clone()))
            .message("this action cannot be undone, but with a go-ahead an agent may run it")
            .label("lets an agent run it")
            .related(scope.value(class), "cannot be undone")
            .help("raise the tier to 3")
            .fix_if(
                "raise the tier to 3",
                Applicability::Safe,
                scope.edits(|editor| editor.replace(&tier, &NewValue::number(3))),
            );
    }
}
