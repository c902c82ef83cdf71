//! H007: a runbook that does not fit on one page.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "H007",
    name: "too-broad",
    severity: Severity::Warning,
    locked: false,
    category: Category::Hygiene,
    needs: Needs::File,
    summary: "A runbook has at most five paths of six steps each.",
    why: "Whoever is woken up has to understand what the agent may do in seconds. What does not fit on one page is not read, and a table of many rows is not decided the way its author thinks.",
    remedy: "Split it by incident class or by cause.",
    bad: &[Example::edits(&[
        Change::edit(
            RUNBOOK,
            "    - {when: err_high and recent_deploy, path: undo}\n",
            "    - {when: err_high and recent_deploy and x0, path: p0}\n    - {when: err_high and recent_deploy and x1, path: p1}\n    - {when: err_high and recent_deploy and x2, path: p2}\n    - {when: err_high and recent_deploy and x3, path: p3}\n    - {when: err_high and recent_deploy and x4, path: p4}\n    - {when: err_high and recent_deploy, path: undo}\n",
        ),
        Change::edit(
            RUNBOOK,
            "    migrations: {query",
            "    x0: {fact: incident.kind0}\n    x1: {fact: incident.kind1}\n    x2: {fact: incident.kind2}\n    x3: {fact: incident.kind3}\n    x4: {fact: incident.kind4}\n    migrations: {query",
        ),
        Change::edit(
            RUNBOOK,
            "  paths:\n",
            "  «paths»:\n    p0:\n      preflight: [not migrations, corroborated(2)]\n      steps:\n        - id: undo\n          action: k8s.rollout-undo\n          with: {namespace: shop, deployment: \"{{ incident.service }}\", to_revision: \"{{ change.deploy.previous_revision }}\"}\n          verify: {settle: 2m, within: 15m, success: err_ok, failure: err_high, guard: neighbours_ok}\n          on_failure: rollback\n      outcome: mitigated\n    p1:\n      preflight: [not migrations, corroborated(2)]\n      steps:\n        - id: undo\n          action: k8s.rollout-undo\n          with: {namespace: shop, deployment: \"{{ incident.service }}\", to_revision: \"{{ change.deploy.previous_revision }}\"}\n          verify: {settle: 2m, within: 15m, success: err_ok, failure: err_high, guard: neighbours_ok}\n          on_failure: rollback\n      outcome: mitigated\n    p2:\n      preflight: [not migrations, corroborated(2)]\n      steps:\n        - id: undo\n          action: k8s.rollout-undo\n          with: {namespace: shop, deployment: \"{{ incident.service }}\", to_revision: \"{{ change.deploy.previous_revision }}\"}\n          verify: {settle: 2m, within: 15m, success: err_ok, failure: err_high, guard: neighbours_ok}\n          on_failure: rollback\n      outcome: mitigated\n    p3:\n      preflight: [not migrations, corroborated(2)]\n      steps:\n        - id: undo\n          action: k8s.rollout-undo\n          with: {namespace: shop, deployment: \"{{ incident.service }}\", to_revision: \"{{ change.deploy.previous_revision }}\"}\n          verify: {settle: 2m, within: 15m, success: err_ok, failure: err_high, guard: neighbours_ok}\n          on_failure: rollback\n      outcome: mitigated\n    p4:\n      preflight: [not migrations, corroborated(2)]\n      steps:\n        - id: undo\n          action: k8s.rollout-undo\n          with: {namespace: shop, deployment: \"{{ incident.service }}\", to_revision: \"{{ change.deploy.previous_revision }}\"}\n          verify: {settle: 2m, within: 15m, success: err_ok, failure: err_high, guard: neighbours_ok}\n          on_failure: rollback\n      outcome: mitigated\n",
        ),
    ])],
    good: &[Example::edits(&[
        Change::edit(
            RUNBOOK,
            "    - {when: err_high and recent_deploy, path: undo}\n",
            "    - {when: err_high and recent_deploy and x0, path: p0}\n    - {when: err_high and recent_deploy and x1, path: p1}\n    - {when: err_high and recent_deploy and x2, path: p2}\n    - {when: err_high and recent_deploy and x3, path: p3}\n    - {when: err_high and recent_deploy, path: undo}\n",
        ),
        Change::edit(
            RUNBOOK,
            "    migrations: {query",
            "    x0: {fact: incident.kind0}\n    x1: {fact: incident.kind1}\n    x2: {fact: incident.kind2}\n    x3: {fact: incident.kind3}\n    migrations: {query",
        ),
        Change::edit(
            RUNBOOK,
            "  paths:\n",
            "  paths:\n    p0:\n      preflight: [not migrations, corroborated(2)]\n      steps:\n        - id: undo\n          action: k8s.rollout-undo\n          with: {namespace: shop, deployment: \"{{ incident.service }}\", to_revision: \"{{ change.deploy.previous_revision }}\"}\n          verify: {settle: 2m, within: 15m, success: err_ok, failure: err_high, guard: neighbours_ok}\n          on_failure: rollback\n      outcome: mitigated\n    p1:\n      preflight: [not migrations, corroborated(2)]\n      steps:\n        - id: undo\n          action: k8s.rollout-undo\n          with: {namespace: shop, deployment: \"{{ incident.service }}\", to_revision: \"{{ change.deploy.previous_revision }}\"}\n          verify: {settle: 2m, within: 15m, success: err_ok, failure: err_high, guard: neighbours_ok}\n          on_failure: rollback\n      outcome: mitigated\n    p2:\n      preflight: [not migrations, corroborated(2)]\n      steps:\n        - id: undo\n          action: k8s.rollout-undo\n          with: {namespace: shop, deployment: \"{{ incident.service }}\", to_revision: \"{{ change.deploy.previous_revision }}\"}\n          verify: {settle: 2m, within: 15m, success: err_ok, failure: err_high, guard: neighbours_ok}\n          on_failure: rollback\n      outcome: mitigated\n    p3:\n      preflight: [not migrations, corroborated(2)]\n      steps:\n        - id: undo\n          action: k8s.rollout-undo\n          with: {namespace: shop, deployment: \"{{ incident.service }}\", to_revision: \"{{ change.deploy.previous_revision }}\"}\n          verify: {settle: 2m, within: 15m, success: err_ok, failure: err_high, guard: neighbours_ok}\n          on_failure: rollback\n      outcome: mitigated\n",
        ),
    ])],
    check: Check::Document(check),
};

/// Most paths of a runbook.
const PATHS: usize = 5;
/// Most steps of a path.
const STEPS: usize = 6;

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(runbook) = scope.runbook().map(|document| &document.spec) else {
        return;
    };
    let route = Route::root().key("spec").key("paths");
    if runbook.paths.len() > PATHS {
        findings
            .report(&RULE, scope.key(route.clone()))
            .message(format!(
                "{} paths cannot be explained on one page",
                runbook.paths.len()
            ))
            .label(format!("more than {PATHS}"))
            .help("split the runbook by cause");
    }
    for (id, path) in &runbook.paths {
        if path.steps.len() > STEPS {
            findings
                .report(
                    &RULE,
                    scope.key(route.clone().key(id.as_str()).key("steps")),
                )
                .message(format!("the path `{id}` has {} steps", path.steps.len()))
                .label(format!("more than {STEPS}"))
                .help("let one action do what belongs together, or split the path");
        }
    }
}
