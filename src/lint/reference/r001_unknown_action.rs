//! R001: a call of an action that does not exist.

use crate::diagnostic::Severity;
use crate::document::model::Kind;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule, Spelled};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "R001",
    name: "unknown-action",
    severity: Severity::Error,
    locked: true,
    category: Category::Reference,
    needs: Needs::Repository,
    summary: "Every action that is called is in the catalogue.",
    why: "An action outside the catalogue has no tier, no undo and no cap. The engine refuses it, and the incident is handed over for a misspelt name.",
    remedy: "Correct the name, or add the action to the catalogue.",
    bad: &[Example::edit(
        RUNBOOK,
        "action: k8s.rollout-undo",
        "action: «k8s.rolout-undo»",
    )],
    good: &[Example::base()],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let actions = scope.repository.library().actions();
    for call in scope.calls() {
        if scope
            .repository
            .library()
            .find(Kind::Action, call.action.as_str())
            .is_none()
        {
            let nearest = actions.nearest(call.action.as_str());
            findings
                .report(&RULE, scope.value(call.action_route()))
                .message(format!(
                    "there is no action `{}` in the catalogue",
                    call.action
                ))
                .label("unknown")
                .did_you_mean(
                    scope,
                    &Spelled::Value(call.action_route()),
                    nearest,
                    "add it to the catalogue",
                );
        }
    }
}
