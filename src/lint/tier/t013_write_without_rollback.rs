//! T013: a path that writes and neither rolls back nor says why it need not.

use crate::diagnostic::{Applicability, Severity};
use crate::document::edit::NewValue;
use crate::document::model::{Action, OnFailure};
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "T013",
    name: "write-without-rollback",
    severity: Severity::Error,
    locked: true,
    category: Category::Tier,
    needs: Needs::Repository,
    summary: "A write that fails is rolled back, or its path says why it must not be.",
    why: "A step that did not help has still changed production. Unless it is taken back, the next one who looks at the \
          incident has two changes to understand instead of one.",
    remedy: "Write `on_failure: rollback`, or add `waiver: {no_rollback: …}` to the path with the reason.",
    bad: &[Example::edit(
        RUNBOOK,
        "on_failure: rollback",
        "on_failure: «escalate»",
    )],
    good: &[Example::edits(&[
        Change::edit(RUNBOOK, "on_failure: rollback", "on_failure: escalate"),
        Change::edit(
            RUNBOOK,
            "      outcome: mitigated\n",
            "      outcome: mitigated\n      waiver: {no_rollback: the release that was there before is known to fail}\n",
        ),
    ])],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    for site in scope.steps() {
        let waived = site.path.waiver.is_some();
        if waived || site.step.on_failure != Some(OnFailure::Escalate) {
            continue;
        }
        let id = site.step.action.as_str();
        let action = scope.repository.find::<Action>(id);
        if !action.is_some_and(|action| action.document.spec.effect.changes_the_world()) {
            continue;
        }
        let path = site.path_id;
        let place = site.route.clone().key("on_failure");
        findings
            .report(&RULE, scope.value(place.clone()))
            .message(format!(
                "when step `{}` fails, what it wrote stays, and path `{path}` does not say why",
                site.step.id
            ))
            .label("leaves the write in place")
            .related(
                scope.value(site.route.key("action")),
                format!("`{id}` writes"),
            )
            .help(format!(
                "roll back, or add `waiver: {{no_rollback: <why>}}` to path `{path}`"
            ))
            .fix_if(
                "roll back",
                Applicability::Unsafe,
                scope.edits(|editor| editor.replace(&place, &NewValue::text("rollback"))),
            );
    }
}
