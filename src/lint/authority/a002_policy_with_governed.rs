//! A002: rules and what they rule, changed together.

use crate::diagnostic::{Location, Severity};
use crate::document::model::{Action, Governance, Query, Runbook, Signature, Spec};
use crate::lint::{Category, Change, ChangeScope, Changed, Check, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";
const POLICY: &str = "runbooks/governance.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "A002",
    name: "policy-with-governed",
    severity: Severity::Error,
    locked: true,
    category: Category::Authority,
    needs: Needs::Git,
    summary: "The policy changes by itself, not together with runbooks, actions, queries or signatures.",
    why: "Who may approve a change is read from the policy. A change that brings its own policy asks for the approvals it would like to need.",
    remedy: "Change the policy first, and what it governs once that has landed.",
    bad: &[Example::edits(&[
        Change::edit(
            POLICY,
            "id: starter, title: Runbook policy, version: 1.0.0",
            "id: «starter», title: The policy of runbooks, version: 1.0.1",
        ),
        Change::edit(
            RUNBOOK,
            "title: Roll back a release that raised the error rate, version: 1.0.0",
            "title: Take back a release that raised the error rate, version: 1.0.1",
        ),
    ])],
    good: &[Example::edit(
        POLICY,
        "id: starter, title: Runbook policy, version: 1.0.0",
        "id: starter, title: The policy of runbooks, version: 1.0.1",
    )],
    check: Check::Change(check),
};

fn check(scope: &ChangeScope<'_>, findings: &mut Findings) {
    let policies = scope.changed::<Governance>();
    let Some(policy) = policies
        .iter()
        .find_map(|changed| changed.after.or(changed.before))
    else {
        return;
    };
    let other = first(&scope.changed::<Runbook>())
        .or_else(|| first(&scope.changed::<Action>()))
        .or_else(|| first(&scope.changed::<Query>()))
        .or_else(|| first(&scope.changed::<Signature>()));
    if let Some(other) = other {
        findings
            .report(&RULE, policy.scope.identity())
            .message("the policy changes together with what it governs")
            .label("changed here")
            .related(other, "and so did this")
            .help("change the policy first, and the rest once that has landed");
    }
}

fn first<S: Spec>(changed: &[Changed<'_, S>]) -> Option<Location> {
    let found = changed
        .iter()
        .find_map(|changed| changed.after.or(changed.before));
    found.map(|found| found.scope.identity())
}
