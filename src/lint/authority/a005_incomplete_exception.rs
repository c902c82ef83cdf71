//! A005: an exception nobody answers for.

use crate::diagnostic::Severity;
use crate::document::model::Exception;
use crate::lint::allowance;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

pub(in crate::lint) static RULE: Rule = Rule {
    code: "A005",
    name: "incomplete-exception",
    severity: Severity::Error,
    locked: true,
    category: Category::Authority,
    needs: Needs::File,
    summary: "An exception has an owner, a ticket, a reason and a last day that has not passed, and names a rule and a document there are.",
    why: "An exception switches a safeguard off. Without an owner, a reason and an end it stays off after everybody who \
          knew why has left.",
    remedy: "Complete it; have a later day reviewed; or mend what it excepts and remove it. Until then it lets nothing pass.",
    bad: &[
        Example::file(
            "runbooks/exceptions/country.yaml",
            "apiVersion: rbk/v1\nkind: Exception\n\
             metadata: {id: country, title: A label another tool reads, version: 1.0.0, owner: sre, status: stable}\n\
             «spec»: {rule: S009, object: Runbook/error-rate-after-deploy, reason: another tool reads it, expires: 2027-01-01}\n",
        ),
        Example::file(
            "runbooks/exceptions/country.yaml",
            "apiVersion: rbk/v1\nkind: Exception\n\
             metadata: {id: country, title: A label another tool reads, version: 1.0.0, owner: sre, status: stable}\n\
             spec: {rule: S009, object: Runbook/error-rate-after-deploy, ticket: SRE-1, reason: another tool reads it, expires: «2026-11-30»}\n",
        ),
        Example::file(
            "runbooks/exceptions/country.yaml",
            "apiVersion: rbk/v1\nkind: Exception\n\
             metadata: {id: country, title: A label another tool reads, version: 1.0.0, owner: sre, status: stable}\n\
             spec: {rule: «S003», object: Runbook/error-rate-after-deploy, ticket: SRE-1, reason: another tool reads it, expires: 2027-01-01}\n",
        ),
    ],
    good: &[Example::edits(&[
        crate::lint::Change::edit(
            "runbooks/error-rate-after-deploy/runbook.yaml",
            "review_by: 2027-06-01}\n",
            "review_by: 2027-06-01, labels: {country: no}}\n",
        ),
        crate::lint::Change::file(
            "runbooks/exceptions/country.yaml",
            "apiVersion: rbk/v1\nkind: Exception\n\
             metadata: {id: country, title: A label another tool reads, version: 1.0.0, owner: sre, status: stable}\n\
             spec: {rule: S009, object: Runbook/error-rate-after-deploy, ticket: SRE-1, reason: another tool reads it, expires: 2026-12-01}\n",
        ),
    ])],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(exception) = scope.document::<Exception>() else {
        return;
    };
    let library = scope.repository.library();
    for problem in allowance::problems(library, exception, scope.repository.today()) {
        findings
            .report(&RULE, scope.value(problem.route))
            .message(problem.message)
            .help(problem.help);
    }
}
