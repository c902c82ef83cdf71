//! P005: a write nobody looks after.

use crate::diagnostic::Severity;
use crate::document::model::Action;
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";
const PAGE: &str = "runbooks/catalog/actions/notify.page.yaml";
const STEP: &str = "          on_failure: rollback\n";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "P005",
    name: "write-unverified",
    severity: Severity::Error,
    locked: true,
    category: Category::Preflight,
    needs: Needs::File,
    summary: "Every step that writes has a `verify`.",
    why: "That a command succeeded says nothing about the service. Without a verification the run ends after the write and \
          reports an outcome nobody has seen.",
    remedy: "Add `verify` with `settle`, `within`, `success` and `failure`.",
    bad: &[Example::edits(&[
        Change::edit(RUNBOOK, "- id: undo\n", "- id: «undo»\n"),
        Change::edit(
            RUNBOOK,
            "          verify: {settle: 2m, within: 15m, success: err_ok, failure: err_high, guard: neighbours_ok}\n",
            "",
        ),
        Change::edit(
            RUNBOOK,
            "    - {when: upstream_bad, ",
            "    - {when: err_ok and neighbours_ok, escalate: service_oncall, because: nothing is wrong}\n    - {when: upstream_bad, ",
        ),
    ])],
    good: &[Example::edits(&[
        Change::file(
            PAGE,
            "apiVersion: rbk/v1
kind: Action
metadata: {id: notify.page, title: Page the team on call, version: 1.0.0, owner: sre, status: stable}
spec:
  tier: 0
  effect: notify
  adapter: {system: notify, operation: page}
  reversibility: {class: none_needed}
  params:
    team: {type: string, lookup: teams}
  timeout: 30s
  permissions: [\"notify/pages:create\"]
",
        ),
        // Telling somebody changes nothing that could be verified.
        Change::edit(
            RUNBOOK,
            STEP,
            "          on_failure: rollback\n        - {id: tell, action: notify.page, with: {team: sre}}\n",
        ),
    ])],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    for site in scope.steps() {
        if site.step.verify.is_some() {
            continue;
        }
        let id = site.step.action.as_str();
        let action = scope.repository.find::<Action>(id);
        if !action.is_some_and(|action| action.document.spec.effect.changes_the_world()) {
            continue;
        }
        findings
            .report(&RULE, scope.value(site.route.clone().key("id")))
            .message(format!(
                "step `{}` writes, and nothing looks whether it helped or harmed",
                site.step.id
            ))
            .label("no `verify`")
            .related(
                scope.value(site.route.key("action")),
                format!("`{id}` writes"),
            )
            .help("add `verify: {settle: …, within: …, success: …, failure: …}`");
    }
}
