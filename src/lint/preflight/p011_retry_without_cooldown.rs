//! P011: attempts that follow each other at once.

use crate::diagnostic::{Applicability, Severity};
use crate::document::edit::NewValue;
use crate::document::unit::Duration;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "P011",
    name: "retry-without-cooldown",
    severity: Severity::Warning,
    locked: false,
    category: Category::Preflight,
    needs: Needs::File,
    summary: "A step that may be tried again waits between the attempts.",
    why: "What failed a moment ago fails again, and three attempts within a second are three changes nobody could look at.",
    remedy: "Add `cooldown` to `retry`.",
    bad: &[Example::edit(
        RUNBOOK,
        "          on_failure: rollback\n",
        "          retry: «{attempts: 2}»\n          on_failure: rollback\n",
    )],
    good: &[Example::edit(
        RUNBOOK,
        "          on_failure: rollback\n",
        "          retry: {attempts: 2, cooldown: 2m}\n          on_failure: rollback\n",
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    for site in scope.steps() {
        let Some(retry) = site.step.retry else {
            continue;
        };
        if retry.attempts > 1 && retry.cooldown.unwrap_or_default() == Duration::ZERO {
            findings
                .report(&RULE, scope.value(site.route.clone().key("retry")))
                .message(format!(
                    "{} attempts follow each other at once",
                    retry.attempts
                ))
                .label("no `cooldown`")
                .help("add e.g. `cooldown: 2m`")
                .fix_if(
                    "add `cooldown: 2m`",
                    Applicability::Safe,
                    scope.edits(|editor| {
                        let place = site.route.clone().key("retry").key("cooldown");
                        editor.set(&place, &NewValue::text("2m"))
                    }),
                );
        }
    }
}
