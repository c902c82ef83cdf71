//! E002: a decision table without a last row.

use crate::diagnostic::{Applicability, Severity};
use crate::document::Route;
use crate::document::edit::NewValue;
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "E002",
    name: "open-decision",
    severity: Severity::Error,
    locked: true,
    category: Category::Escalation,
    needs: Needs::File,
    summary: "A decision table ends with a row `otherwise`, and only there.",
    why: "Without a last row, a situation nobody thought of ends in nothing at all: no action, no handover, no trace of why.",
    remedy: "Add `- {otherwise: escalate, because: …}` as the last row.",
    bad: &[Example::edits(&[
        Change::edit(RUNBOOK, "  decide: #", "  «decide»: #"),
        Change::edit(
            RUNBOOK,
            "    - {otherwise: escalate, because: no trusted pattern}\n",
            "",
        ),
    ])],
    good: &[Example::edit(
        RUNBOOK,
        "otherwise: escalate, because: no trusted pattern",
        "otherwise: dismiss, because: nothing is wrong",
    )],
    check: Check::Document(check),
};

fn last_row() -> NewValue {
    NewValue::Mapping(vec![
        ("otherwise".to_owned(), NewValue::text("escalate")),
        ("because".to_owned(), NewValue::text("no trusted pattern")),
    ])
}

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(runbook) = scope.runbook() else {
        return;
    };
    let route = Route::root().key("spec").key("decide");
    let rows = &runbook.spec.decide;
    if rows.last().is_none_or(|row| row.otherwise.is_none()) {
        findings
            .report(&RULE, scope.key(route.clone()))
            .message("nothing is said about situations that fit no row")
            .label("does not end with `otherwise`")
            .help("add `- {otherwise: escalate, because: no trusted pattern}` as the last row")
            .fix_if(
                "let what fits no row escalate",
                Applicability::Safe,
                scope.edits(|editor| editor.append(&route, &[last_row()])),
            );
    }
    for (index, row) in rows.iter().enumerate().rev().skip(1) {
        if row.otherwise.is_some() {
            findings
                .report(
                    &RULE,
                    scope.key(route.clone().index(index).key("otherwise")),
                )
                .message("rows after `otherwise` are never looked at")
                .label("always fits")
                .help("move it to the end");
        }
    }
}
