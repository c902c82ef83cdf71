//! S013: something that looks like a secret.

use crate::diagnostic::{Location, Severity};
use crate::document::Span;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

use super::secret;

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "S013",
    name: "embedded-secret",
    severity: Severity::Error,
    locked: true,
    category: Category::Schema,
    needs: Needs::File,
    summary: "Documents and their comments hold no secrets.",
    why: "Runbooks are copied to every agent, shown in catalogues and pasted into incident channels, and git never forgets. \
          A secret in one of them has to be taken as known to everybody.",
    remedy: "Revoke the secret first: removing the text does not make it secret again. Then let the executor hold \
             credentials, and name a parameter where one is needed.",
    bad: &[
        Example::edit(
            RUNBOOK,
            "  alerts: [HighRequestErrorRate]\n",
            "  alerts: [HighRequestErrorRate] # key «AKIAIOSFODNN7EXAMPLE»\n",
        ),
        Example::edit(
            RUNBOOK,
            "because: no trusted pattern",
            "because: \"see https://bot:«9fKq27mZx1»@wiki.example\"",
        ),
        Example::edit(
            "postmortems/2026-03-14-null-currency/postmortem.md",
            "Returning to release 41",
            "We used api_key=«q8Zt5Vn2Lw9Rk4Xs7Bd1» for it. Returning to release 41",
        ),
    ],
    good: &[Example::edit(
        RUNBOOK,
        "  alerts: [HighRequestErrorRate]\n",
        "  alerts: [HighRequestErrorRate] # the executor's token: set TOKEN=${DEPLOY_TOKEN}, password: see the vault\n",
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let source = scope.entry.source();
    let parts = [Some(scope.entry.tree().span()), scope.entry.body()];
    for part in parts.into_iter().flatten() {
        for secret in secret::find(source.slice(part)) {
            let start = part.start.saturating_add(secret.span.start);
            let end = part.start.saturating_add(secret.span.end);
            let place = Location::span(
                scope.entry.path(),
                scope.entry.position(),
                Span::new(start, end),
            );
            // The secret itself is not repeated in the message: reports are copied further than documents.
            findings
                .report(&RULE, place)
                .message(format!("this looks like {}", secret.what))
                .help("revoke it, then remove it; rewriting history does not make it secret again");
        }
    }
}
