//! B010: a runbook that may do more places than it did.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::model::Runbook;
use crate::lint::{Category, Change, ChangeScope, Check, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "B010",
    name: "widened-scope",
    severity: Severity::Warning,
    locked: false,
    category: Category::Scope,
    needs: Needs::Git,
    summary: "Since the base of the change no runbook gained services or environments, or lost a `do_not_touch`.",
    why: "A wider scope is one word in a list, and it lets the agent into services whose owners have not seen the change.",
    remedy: "Ask the owners of what was added to review it.",
    bad: &[Example::edits(&[
        Change::edit(RUNBOOK, "version: 1.0.0", "version: 2.0.0"),
        Change::edit(
            RUNBOOK,
            "services: [checkout]",
            "services: «[checkout, payments-gateway]»",
        ),
        Change::edit(
            "runbooks/error-rate-after-deploy/fixtures/rolls-back.yaml",
            "repeat: 400",
            "repeat: 401",
        ),
    ])],
    good: &[Example::edits(&[
        Change::edit(RUNBOOK, "version: 1.0.0", "version: 1.1.0"),
        Change::edit(
            RUNBOOK,
            "environments: [staging, production]",
            "environments: [production]",
        ),
        Change::edit(
            "runbooks/error-rate-after-deploy/fixtures/rolls-back.yaml",
            "repeat: 400",
            "repeat: 401",
        ),
    ])],
    check: Check::Change(check),
};

fn check(scope: &ChangeScope<'_>, findings: &mut Findings) {
    for changed in scope.changed::<Runbook>() {
        let (Some(before), Some(after)) = (changed.before, changed.after) else {
            continue;
        };
        let (old, new) = (&before.document.spec.scope, &after.document.spec.scope);
        let services = gained(&old.services, &new.services);
        let environments = gained(&old.environments, &new.environments);
        // What must not be touched is lost the other way round.
        let touchable = gained(&new.do_not_touch, &old.do_not_touch);
        let route = Route::root().key("spec").key("scope");
        for (key, verb, names) in [
            ("services", "gained", services),
            ("environments", "gained", environments),
            ("do_not_touch", "lost", touchable),
        ] {
            if !names.is_empty() {
                findings
                    .report(&RULE, after.scope.value(route.clone().key(key)))
                    .message(format!("the scope {verb} {}", names.join(", ")))
                    .label("wider than before")
                    .help("ask the owners of what was added to review it");
            }
        }
    }
}

fn gained<T: PartialEq + ToString>(old: &[T], new: &[T]) -> Vec<String> {
    let added = new.iter().filter(|item| !old.contains(item));
    added
        .map(|item| format!("`{}`", item.to_string()))
        .collect()
}
