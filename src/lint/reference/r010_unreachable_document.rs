//! R010: a signature that leads nowhere, or a runbook nothing leads to.

use crate::diagnostic::Severity;
use crate::document::id::RunbookId;
use crate::document::model::Status;
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";
const SIGNATURE: &str = "postmortems/2026-03-14-null-currency/signature.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "R010",
    name: "unreachable-document",
    severity: Severity::Warning,
    locked: false,
    category: Category::Reference,
    needs: Needs::Repository,
    summary: "A signature routes to a runbook, and every runbook is reached by a signature or an alert.",
    why: "A signature without a route recognises an incident and tells nobody what to do. A runbook that nothing starts is maintained, reviewed and never run.",
    remedy: "Add a route or an alert, or mark the document as a draft.",
    bad: &[
        Example::edits(&[
            Change::edit(
                SIGNATURE,
                "  routes: [{runbook: error-rate-after-deploy, path: undo}]\n",
                "",
            ),
            Change::edit(SIGNATURE, "id: bad-deploy-5xx", "id: «bad-deploy-5xx»"),
        ]),
        Example::edits(&[
            Change::edit(
                SIGNATURE,
                "  routes: [{runbook: error-rate-after-deploy, path: undo}]\n",
                "",
            ),
            Change::edit(SIGNATURE, "id: bad-deploy-5xx", "id: «bad-deploy-5xx»"),
            Change::edit(RUNBOOK, "  alerts: [HighRequestErrorRate]\n", ""),
            Change::edit(
                RUNBOOK,
                "id: error-rate-after-deploy",
                "id: «error-rate-after-deploy»",
            ),
        ]),
    ],
    good: &[Example::edit(
        RUNBOOK,
        "  alerts: [HighRequestErrorRate]\n",
        "",
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let status = scope.typed().and_then(|typed| typed.metadata().status);
    // Work in progress is not connected yet, and what is deprecated not any more.
    if !matches!(status, Some(Status::Stable | Status::Shadow)) {
        return;
    }
    if scope
        .signature()
        .is_some_and(|signature| signature.spec.routes.is_empty())
    {
        findings
            .report(&RULE, scope.identity())
            .message("this signature leads to no runbook")
            .label("no route")
            .help("add e.g. `routes: [{runbook: error-rate-after-deploy}]`");
    }
    let Some(runbook) = scope.runbook() else {
        return;
    };
    let id = RunbookId::new(runbook.metadata.id.as_str());
    let routed = scope.repository.library().routed_to(&id).next().is_some();
    if runbook.spec.alerts.is_empty() && !routed {
        findings
            .report(&RULE, scope.identity())
            .message("no signature and no alert leads to this runbook")
            .label("never started")
            .help("add `alerts`, or route a signature here");
    }
}
