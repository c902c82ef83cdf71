//! T017: an action that became less safe than it was.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::model::Action;
use crate::lint::{Category, Change, ChangeScope, Check, Example, Findings, Needs, Rule};

const ACTION: &str = "runbooks/catalog/actions/k8s.rollout-undo.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "T017",
    name: "weakened-action",
    severity: Severity::Error,
    locked: true,
    category: Category::Tier,
    needs: Needs::Git,
    summary: "Since the base of the change no action lost tier, undo or reversibility.",
    why: "Everything that uses the action was reviewed with the old tier. Lowered in one place, it lets every runbook act with less approval than anybody granted.",
    remedy: "Keep the tier and the undo, or write a new action. An `Exception` document lets a reviewed reassessment pass.",
    bad: &[Example::edits(&[
        Change::edit(ACTION, "version: 1.0.0", "version: 2.0.0"),
        Change::edit(ACTION, "  tier: 2\n", "  tier: «1»\n"),
        Change::edit(
            "runbooks/error-rate-after-deploy/fixtures/rolls-back.yaml",
            "repeat: 400",
            "repeat: 401",
        ),
    ])],
    good: &[Example::edit(
        ACTION,
        "title: Return a Deployment to an earlier revision, version: 1.0.0",
        "title: Return a Deployment to another revision, version: 1.0.1",
    )],
    check: Check::Change(check),
};

fn check(scope: &ChangeScope<'_>, findings: &mut Findings) {
    for changed in scope.changed::<Action>() {
        let (Some(before), Some(after)) = (changed.before, changed.after) else {
            continue;
        };
        let (old, new) = (&before.document.spec, &after.document.spec);
        let spec = Route::root().key("spec");
        let class = spec.clone().key("reversibility").key("class");
        for (weaker, route, message, label) in [
            (
                new.tier < old.tier,
                spec.clone().key("tier"),
                format!("the tier was {} and is {} now", old.tier, new.tier),
                "lowered",
            ),
            (
                old.reversibility.undo().is_some() && new.reversibility.undo().is_none(),
                class.clone(),
                "the action had an undo and has none now".to_owned(),
                "its undo was removed",
            ),
            (
                new.reversibility.class > old.reversibility.class,
                class,
                "the action was easier to take back than it is now".to_owned(),
                "weakened",
            ),
        ] {
            if weaker {
                findings
                    .report(&RULE, after.scope.value(route))
                    .message(message)
                    .label(label)
                    .help("write a new action instead, or let an `Exception` document record who reassessed it");
            }
        }
    }
}
