//! H001: a document nobody has read again in time.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::model::Action;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "H001",
    name: "overdue-review",
    severity: Severity::Warning,
    locked: false,
    category: Category::Hygiene,
    needs: Needs::File,
    summary: "Somebody reads a document again before the day it names under `review_by`.",
    why: "Systems change under a runbook. One that nobody has read for a year describes a system that no longer exists, and an agent \
          follows it to the letter. For a runbook that writes, this is an error.",
    remedy: "Read it, mend what is no longer true, and move `review_by` to the day it should be read again.",
    bad: &[Example::edit(
        RUNBOOK,
        "review_by: 2027-06-01",
        "review_by: «2026-06-01»",
    )],
    good: &[Example::edit(
        RUNBOOK,
        "review_by: 2027-06-01",
        "review_by: 2026-12-01",
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(review_by) = scope.typed().and_then(|typed| typed.metadata().review_by) else {
        return;
    };
    let today = scope.repository.today();
    if review_by < today {
        let draft = findings
            .report(
                &RULE,
                scope.value(Route::root().key("metadata").key("review_by")),
            )
            .message(format!(
                "the review was due on {review_by}; today is {today}"
            ))
            .label("has passed")
            .help("read it, mend what is no longer true, and set the next date");
        if writes(scope) {
            draft.severity(Severity::Error);
        }
    }
}

fn writes(scope: &DocumentScope<'_>) -> bool {
    scope.steps().any(|step| {
        let action = scope.repository.find::<Action>(step.step.action.as_str());
        action.is_some_and(|action| action.document.spec.effect.changes_the_world())
    })
}
