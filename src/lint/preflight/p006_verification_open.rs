//! P006: a verification that cannot end in a definite way.

use crate::diagnostic::{Applicability, Severity};
use crate::document::edit::NewValue;
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "P006",
    name: "verification-open",
    severity: Severity::Error,
    locked: true,
    category: Category::Preflight,
    needs: Needs::File,
    summary: "A verification says what success and failure are, by when, and where failure leads.",
    why: "Without `failure` a change that makes things worse is watched until time runs out; without `within` nobody knows \
          when that is; without `on_failure` nobody decided between taking the change back and leaving it to a human, and \
          the middle of an incident is too late.",
    remedy: "Write `success`, `failure` and `within` in `verify`, and `on_failure: rollback` or `escalate` in the step.",
    bad: &[
        Example::edit(
            RUNBOOK,
            "verify: {settle: 2m, within: 15m, success: err_ok,",
            "«verify»: {settle: 2m, success: err_ok,",
        ),
        Example::edits(&[
            Change::edit(RUNBOOK, "          on_failure: rollback\n", ""),
            Change::edit(RUNBOOK, "- id: undo\n", "- id: «undo»\n"),
        ]),
    ],
    good: &[Example::edit(RUNBOOK, "within: 15m", "within: 20m")],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    for site in scope.steps() {
        let Some(verify) = &site.step.verify else {
            continue;
        };
        let id = &site.step.id;
        let missing: Vec<_> = [
            ("success", verify.success.is_none()),
            ("failure", verify.failure.is_none()),
            ("within", verify.within.is_none()),
        ]
        .into_iter()
        .filter(|(_, is_missing)| *is_missing)
        .map(|(key, _)| format!("`{key}`"))
        .collect();
        if !missing.is_empty() {
            let missing = missing.join(", ");
            findings
                .report(&RULE, scope.key(site.route.clone().key("verify")))
                .message(format!("the verification of step `{id}` lacks {missing}"))
                .label(format!("no {missing}"))
                .help(format!("add {missing}"));
        }
        if site.step.on_failure.is_none() {
            findings
                .report(&RULE, scope.value(site.route.clone().key("id")))
                .message(format!(
                    "step `{id}` does not say what happens when its verification fails"
                ))
                .label("no `on_failure`")
                .help("add `on_failure: rollback`, or `on_failure: escalate`")
                .fix_if(
                    "add `on_failure: rollback`",
                    Applicability::Unsafe,
                    scope.edits(|editor| {
                        let place = site.route.clone().key("on_failure");
                        editor.set(&place, &NewValue::text("rollback"))
                    }),
                );
        }
    }
}
