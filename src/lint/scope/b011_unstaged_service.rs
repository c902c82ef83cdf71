//! B011: a service nobody has decided about.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::model::{Action, Mode};
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";
const GOVERNANCE: &str = "runbooks/governance.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "B011",
    name: "unstaged-service",
    severity: Severity::Error,
    locked: true,
    category: Category::Scope,
    needs: Needs::Repository,
    summary: "A runbook that writes is only for services that have a rollout stage.",
    why: "The stage says how far a service has come with automation: shadow, advise, gated, auto. A service without one was never decided about; the engine keeps it in shadow, and an author who expects more is mistaken.",
    remedy: "Decide about the service under `rollout` of the policy, or take it out of the runbook's scope.",
    bad: &[Example::edits(&[
        Change::edit(
            GOVERNANCE,
            "rollout: {checkout: gated, payments-gateway: shadow}",
            "rollout: {payments-gateway: shadow}",
        ),
        Change::edit(RUNBOOK, "services: [checkout]", "services: [«checkout»]"),
    ])],
    good: &[Example::edit(
        GOVERNANCE,
        "rollout: {checkout: gated,",
        "rollout: {checkout: shadow,",
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(runbook) = scope.runbook() else {
        return;
    };
    let Some(policy) = scope.repository.policy() else {
        return;
    };
    let writes = scope.steps().any(|step| {
        let action = scope.repository.find::<Action>(step.step.action.as_str());
        action.is_some_and(|action| action.document.spec.effect.changes_the_world())
    });
    if !writes {
        return;
    }
    for (index, service) in runbook.spec.scope.services.iter().enumerate() {
        let stage = policy.document.spec.rollout.get(service);
        if stage.is_none_or(|stage| *stage == Mode::Off) {
            let what = if stage.is_some() {
                "is switched off"
            } else {
                "has no rollout stage"
            };
            findings
                .report(&RULE, scope.value(Route::root().key("spec").key("scope").key("services").index(index)))
                .message(format!("`{service}` {what}, so this runbook cannot act for it"))
                .label(what)
                .related(policy.scope.key(Route::root().key("spec").key("rollout")), "stages are decided here")
                .help(format!("add `{service}: shadow` under `rollout` of the policy, and raise it step by step"));
        }
    }
}
