//! H010: something on its way out, and nothing to use instead.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::model::Status;
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const SCALE_IN: &str = "runbooks/catalog/actions/k8s.scale-in.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "H010",
    name: "deprecated-without-successor",
    severity: Severity::Warning,
    locked: false,
    category: Category::Hygiene,
    needs: Needs::File,
    summary: "A deprecated document names what takes its place.",
    why: "Those who use it are told to stop and not what to do. They go on using it.",
    remedy: "Add `replaced_by` with the id of what to use instead.",
    bad: &[Example::edits(&[Change::edit(
        SCALE_IN,
        "status: stable",
        "status: «deprecated»",
    )])],
    good: &[Example::edits(&[Change::edit(
        SCALE_IN,
        "status: stable",
        "status: deprecated, replaced_by: k8s.rollout-undo",
    )])],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(metadata) = scope.typed().map(|typed| typed.metadata()) else {
        return;
    };
    if metadata.status == Some(Status::Deprecated) && metadata.replaced_by.is_none() {
        findings
            .report(
                &RULE,
                scope.value(Route::root().key("metadata").key("status")),
            )
            .message("this is on its way out, and nothing says what takes its place")
            .label("no `replaced_by`")
            .help("add `replaced_by` with the id of what to use instead");
    }
}
