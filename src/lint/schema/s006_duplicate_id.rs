//! S006: an id that two documents claim.

use crate::diagnostic::Severity;
use crate::lint::{Category, Check, Example, Findings, Needs, RepositoryScope, Rule};

pub(in crate::lint) static RULE: Rule = Rule {
    code: "S006",
    name: "duplicate-id",
    severity: Severity::Error,
    locked: true,
    category: Category::Schema,
    needs: Needs::Repository,
    summary: "No two documents of a kind have the same id, compared without case.",
    why: "Whoever refers to the id gets one of the two, and which one is an accident of file names. On file systems that \
          ignore case, two ids that differ only in case overwrite each other.",
    remedy: "Rename one of the documents, or remove the one that is no longer meant.",
    bad: &[Example::file(
        "runbooks/error-rate-after-deploy/fixtures/second/quiet.yaml",
        "apiVersion: rbk/v1\nkind: Fixture\nmetadata: {id: «quiet», title: Nothing is wrong after a release either}\nspec:\n  \
         kind: benign\n  provenance: {origin: written}\n  \
         clock: {start: 2026-11-03T10:00:00Z, step: 30s, end: 2026-11-03T10:40:00Z, begin: 2026-11-03T10:10:00Z}\n  \
         subject: {service: checkout, environment: production, severity: sev2}\n  \
         changes: [{type: deploy, at: 2026-11-03T10:04:00Z, facts: {revision: 43, previous_revision: 42}}]\n  \
         answers:\n    http-error-ratio: {value: 0.3%}\n    dependency-error-ratio: {value: 0.1%}\n    \
         pending-migrations: {value: 0}\n    neighbour-error-ratio: {value: 0.3%}\n    deployment-revision: {value: 43}\n  \
         expect:\n    signatures: {bad-deploy-5xx: no_match}\n    runbook: none\n    path: none\n    forbidden: [\"*\"]\n    \
         escalation: {to: sre, reason: no_signature, within: 1m}\n    outcome: escalated\n",
    )],
    good: &[Example::base()],
    check: Check::Repository(check),
};

fn check(scope: &RepositoryScope<'_>, findings: &mut Findings) {
    for duplicate in scope.library().duplicates() {
        let mut documents = duplicate
            .documents
            .iter()
            .filter_map(|id| scope.document(*id));
        let Some(first) = documents.next() else {
            continue;
        };
        for other in documents {
            findings
                .report(&RULE, other.identity())
                .message(format!(
                    "the {} `{}` exists already",
                    duplicate.kind.name().to_lowercase(),
                    duplicate.id
                ))
                .label("claimed again here")
                .related(first.identity(), "first claimed here")
                .help("rename one of the two");
        }
    }
}
