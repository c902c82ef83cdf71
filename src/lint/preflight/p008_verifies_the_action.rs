//! P008: a verification that only looks at the action.

use std::collections::BTreeSet;

use crate::diagnostic::Severity;
use crate::document::condition::Condition;
use crate::document::model::{Check as Observation, CheckSource, Query, Signal};
use crate::lint::site::ConditionRole;
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "P008",
    name: "verifies-the-action",
    severity: Severity::Warning,
    locked: false,
    category: Category::Preflight,
    needs: Needs::Repository,
    summary: "A verification looks at the symptom, not only at whether the action ran.",
    why: "A Deployment can run the revision it was told to and still answer every request with an error. Success that is read off the state of the platform ends the run before anybody is better off.",
    remedy: "Let `success` name a check of what users notice: an error ratio, a latency, a backlog.",
    bad: &[Example::edits(&[
        Change::edit(
            RUNBOOK,
            "    migrations: {query",
            "    undone: {query: deployment-revision, with: {namespace: shop, deployment: checkout}, equals: 41}\n    migrations: {query",
        ),
        Change::edit(
            RUNBOOK,
            "err_ok: {query: http-error-ratio, below: 1%, for: 2m}",
            "err_ok: {query: http-error-ratio, below: 1%, for: 2m}",
        ),
        Change::edit(RUNBOOK, "success: err_ok,", "success: «undone»,"),
        Change::edit(
            RUNBOOK,
            "when: upstream_bad,",
            "when: upstream_bad or err_ok and upstream_bad,",
        ),
    ])],
    good: &[Example::edits(&[
        Change::edit(
            RUNBOOK,
            "    migrations: {query",
            "    undone: {query: deployment-revision, with: {namespace: shop, deployment: checkout}, equals: 41}\n    migrations: {query",
        ),
        Change::edit(RUNBOOK, "success: err_ok,", "success: err_ok and undone,"),
    ])],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(runbook) = scope.runbook().map(|document| &document.spec) else {
        return;
    };
    // What leads to a path is the symptom, even when it is the state of the platform.
    let whens = scope
        .conditions()
        .iter()
        .filter(|site| site.role == ConditionRole::When);
    let triggers: BTreeSet<_> = whens
        .filter_map(|site| site.condition())
        .flat_map(Condition::names)
        .filter_map(|(name, _)| runbook.checks.get(name)?.query.as_ref())
        .collect();
    let shows_symptom = |check: &Observation| match check.source() {
        Some(CheckSource::Query(id)) => {
            triggers.contains(id)
                || scope
                    .repository
                    .find::<Query>(id.as_str())
                    .is_none_or(|query| {
                        !matches!(query.document.spec.signal, Signal::State | Signal::Change)
                    })
        }
        Some(CheckSource::Change(_) | CheckSource::Fact(_)) => false,
        _ => true,
    };
    for site in scope.conditions() {
        let Some(condition) = site
            .condition()
            .filter(|_| site.role == ConditionRole::Success)
        else {
            continue;
        };
        let mut checks = condition
            .names()
            .filter_map(|(name, _)| runbook.checks.get(name))
            .peekable();
        if checks.peek().is_some() && !checks.any(shows_symptom) {
            findings
                .report(&RULE, scope.value(site.route.clone()))
                .message("success is read off the platform's state; whether the symptom went away is not looked at")
                .label("looks at the action only")
                .help("add a check of what users notice, such as an error ratio");
        }
    }
}
