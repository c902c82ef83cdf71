//! X003: a departure that nothing needs.

use crate::diagnostic::Severity;
use crate::lint::{Category, Change, Check, Example, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "X003",
    name: "unused-allowance",
    severity: Severity::Warning,
    locked: false,
    category: Category::Allowance,
    needs: Needs::Repository,
    summary: "Every departure from a rule lets a finding pass that is really there.",
    why: "A departure that lets nothing pass today lets something pass tomorrow, and nobody will have agreed to that.",
    remedy: "Remove the comment or the `Exception` document.",
    bad: &[
        Example::edit(
            RUNBOOK,
            "  decide: # first match wins\n",
            "  decide: # rbk: allow(«S009») until=2027-01-01 reason=\"first match wins\"\n",
        ),
        Example::file(
            "runbooks/exceptions/duplicate.yaml",
            "apiVersion: rbk/v1\nkind: Exception\n\
             metadata: {id: duplicate, title: Two runbooks share an id, version: 1.0.0, owner: sre, status: stable}\n\
             spec: {rule: «S006», object: Runbook/error-rate-after-deploy, ticket: SRE-1, reason: they are merged soon, expires: 2027-01-01}\n",
        ),
    ],
    good: &[Example::edits(&[
        Change::edit(
            RUNBOOK,
            "review_by: 2027-06-01}\n",
            "review_by: 2027-06-01, labels: {country: no}}\n",
        ),
        Change::file(
            "runbooks/exceptions/country.yaml",
            "apiVersion: rbk/v1\nkind: Exception\n\
             metadata: {id: country, title: A label another tool reads, version: 1.0.0, owner: sre, status: stable}\n\
             spec:\n  rule: S009\n  object: Runbook/error-rate-after-deploy\n  path: metadata.labels\n  \
             ticket: SRE-1\n  reason: another tool reads the label\n  expires: 2027-01-01\n",
        ),
    ])],
    check: Check::Runner,
};
