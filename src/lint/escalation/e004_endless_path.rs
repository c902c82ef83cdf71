//! E004: a path that does not say how it ends.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::model::Outcome;
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "E004",
    name: "endless-path",
    severity: Severity::Error,
    locked: true,
    category: Category::Escalation,
    needs: Needs::File,
    summary: "Every path says how it ends.",
    why: "A path without an outcome ends in a state nobody defined: not resolved, not handed over, still open.",
    remedy: "Add `outcome: resolved`, `mitigated` or `escalated` to the path.",
    bad: &[
        Example::edits(&[
            Change::edit(RUNBOOK, "    undo:\n", "    «undo»:\n"),
            Change::edit(RUNBOOK, "      outcome: mitigated\n", ""),
        ]),
        Example::edit(RUNBOOK, "outcome: mitigated", "outcome: «dismissed»"),
    ],
    good: &[Example::edit(
        RUNBOOK,
        "outcome: mitigated",
        "outcome: resolved",
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(runbook) = scope.runbook() else {
        return;
    };
    for (id, path) in &runbook.spec.paths {
        let route = Route::root().key("spec").key("paths").key(id.as_str());
        match path.outcome {
            None => {
                findings
                    .report(&RULE, scope.key(route))
                    .message(format!("the path `{id}` does not say how it ends"))
                    .label("has no outcome")
                    .help("add `outcome: resolved`, `mitigated` or `escalated`");
            }
            Some(Outcome::Resolved | Outcome::Mitigated | Outcome::Escalated) => {}
            Some(other) => {
                findings
                    .report(&RULE, scope.value(route.key("outcome")))
                    .message(format!("a path cannot end as {other}"))
                    .label("not an end of a path")
                    .help("a path that was taken ends as `resolved`, `mitigated` or `escalated`");
            }
        }
    }
}
