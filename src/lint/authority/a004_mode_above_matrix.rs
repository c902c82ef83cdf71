//! A004: a runbook that claims more than the policy allows.

use crate::diagnostic::{Applicability, Severity};
use crate::document::Route;
use crate::document::edit::NewValue;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "A004",
    name: "mode-above-matrix",
    severity: Severity::Error,
    locked: true,
    category: Category::Authority,
    needs: Needs::Repository,
    summary: "A runbook's mode is not above what the matrix allows for its tier, in any environment of its scope.",
    why: "The engine takes the smaller of the two, so a higher mode has no effect but to mislead: whoever reads the runbook expects it to act by itself, and at the moment it matters it asks.",
    remedy: "Lower the runbook's mode, narrow its scope, or change the policy first.",
    bad: &[Example::edit(RUNBOOK, "mode: gated", "mode: «auto»")],
    good: &[Example::edit(RUNBOOK, "mode: gated", "mode: advise")],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(runbook) = scope.runbook() else {
        return;
    };
    let Some(policy) = scope.repository.policy() else {
        return;
    };
    let autonomy = runbook.spec.autonomy;
    for environment in &runbook.spec.scope.environments {
        let cell = policy
            .document
            .spec
            .execute
            .get(environment)
            .and_then(|row| row.get(&autonomy.max_tier));
        let Some(cell) = cell.filter(|cell| autonomy.mode > **cell) else {
            continue;
        };
        let tier = autonomy.max_tier;
        findings
            .report(&RULE, scope.value(Route::root().key("spec").key("autonomy").key("mode")))
            .message(format!("mode {} is above what the policy allows for tier {tier} in `{environment}`: {cell}", autonomy.mode))
            .label("has no effect")
            .related(
                policy.scope.value(Route::root().key("spec").key("execute").key(environment.as_str()).key(tier.to_string())),
                "the policy's limit",
            )
            .help(format!("set it to `{cell}`"))
            .fix_if(
                format!("set it to `{cell}`"),
                Applicability::Safe,
                scope.edits(|editor| {
                    let mode = Route::root().key("spec").key("autonomy").key("mode");
                    editor.replace(&mode, &NewValue::text(cell.to_string()))
                }),
            );
        return;
    }
}
