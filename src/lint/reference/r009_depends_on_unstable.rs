//! R009: something in force that rests on something that is not.

use crate::closure::Role;
use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::model::{Status, Typed};
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";
const SIGNATURE: &str = "postmortems/2026-03-14-null-currency/signature.yaml";
const QUERY: &str = "runbooks/catalog/queries/http-error-ratio.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "R009",
    name: "depends-on-unstable",
    severity: Severity::Error,
    locked: false,
    category: Category::Reference,
    needs: Needs::Repository,
    summary: "A stable document depends on stable documents only.",
    why: "A draft may change or disappear without review, and nothing may act on it. What is in force and depends on it stops in the middle of an incident.",
    remedy: "Promote what it depends on, or set the status of this document back.",
    bad: &[Example::edits(&[
        Change::edit(QUERY, "status: stable", "status: draft"),
        Change::edit(
            RUNBOOK,
            "err_high: {query: http-error-ratio",
            "err_high: {query: «http-error-ratio»",
        ),
        Change::edit(
            RUNBOOK,
            "err_ok: {query: http-error-ratio",
            "err_ok: {query: «http-error-ratio»",
        ),
        Change::edit(
            SIGNATURE,
            "err: {query: http-error-ratio",
            "err: {query: «http-error-ratio»",
        ),
    ])],
    good: &[Example::edits(&[
        Change::edit(RUNBOOK, "status: stable", "status: draft"),
        Change::edit(SIGNATURE, "status: stable", "status: shadow"),
    ])],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let status = |typed: &Typed| typed.metadata().status;
    if scope.typed().and_then(status) != Some(Status::Stable) {
        return;
    }
    let library = scope.repository.library();
    for reference in library.references_from(scope.id) {
        let target = reference
            .target
            .and_then(|id| scope.repository.document(id));
        let Some(target) = target.filter(|_| reference.role == Role::Use) else {
            continue;
        };
        let standing = match target.typed().and_then(status) {
            Some(Status::Draft) => "a draft",
            Some(Status::Shadow) => "in shadow",
            Some(Status::Deprecated) => "deprecated",
            _ => continue,
        };
        let Some((id, route)) = library.spelled(reference) else {
            continue;
        };
        findings
            .report(&RULE, scope.value(route))
            .message(format!("this is stable, but `{id}` is {standing}"))
            .label(standing)
            .related(
                target.value(Route::root().key("metadata").key("status")),
                "says so",
            )
            .help("promote it, or set the status of this document back");
    }
}
