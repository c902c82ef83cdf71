//! M002: a serious incident from which no signature was derived.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::model::Status;
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const POSTMORTEM: &str = "postmortems/2026-03-14-null-currency/postmortem.md";
const SIGNATURE: &str = "postmortems/2026-03-14-null-currency/signature.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "M002",
    name: "unlearned-incident",
    severity: Severity::Warning,
    locked: false,
    category: Category::Postmortem,
    needs: Needs::Repository,
    summary: "A reviewed postmortem of a severity that wakes people up has a signature, or says why not.",
    why: "An incident that was bad enough to wake somebody should be recognised the next time. Where it cannot be, the reason is \
          worth a line: somebody will ask.",
    remedy: "Derive a signature and name it under `signatures`, or write `no_signature_because`.",
    bad: &[Example::edits(&[
        Change::edit(POSTMORTEM, "  signatures: [bad-deploy-5xx]\n", ""),
        Change::edit(POSTMORTEM, "severity: sev2", "severity: «sev2»"),
        Change::edit(
            SIGNATURE,
            "  derived_from: [2026-03-14-null-currency]\n",
            "",
        ),
    ])],
    good: &[Example::edits(&[
        Change::edit(
            POSTMORTEM,
            "  signatures: [bad-deploy-5xx]\n",
            "  no_signature_because: The check of the currency was made impossible to leave out\n",
        ),
        Change::edit(
            SIGNATURE,
            "  derived_from: [2026-03-14-null-currency]\n",
            "",
        ),
    ])],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(postmortem) = scope.postmortem() else {
        return;
    };
    let spec = &postmortem.spec;
    let severities = scope.repository.library().severities();
    let pages = severities
        .iter()
        .any(|severity| severity.id == spec.severity && severity.page);
    let reviewed = postmortem.metadata.status == Some(Status::Reviewed);
    if pages && reviewed && spec.signatures.is_empty() && spec.no_signature_because.is_none() {
        findings
            .report(
                &RULE,
                scope.value(Route::root().key("spec").key("severity")),
            )
            .message(format!(
                "nothing recognises this {} incident when it comes again",
                spec.severity
            ))
            .label("people are woken up for this severity")
            .help(
                "derive a signature and name it under `signatures`, or say `no_signature_because`",
            );
    }
}
