//! G003: a signature that does not say what it is not.

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::document::id::ClassId;
use crate::document::model::Signature;
use crate::lint::{
    Category, Change, Check, Example, Findings, Found, Needs, RepositoryScope, Rule,
};

pub(in crate::lint) static RULE: Rule = Rule {
    code: "G003",
    name: "undiscriminating-signature",
    severity: Severity::Warning,
    locked: false,
    category: Category::Signature,
    needs: Needs::Repository,
    summary: "A signature that shares its class with another one excludes something, or says what tells the two apart.",
    why: "Incidents of one class look alike: that is what the class means. A signature without an exclusion also matches its neighbour, and the runbook that starts is the one that ranks first.",
    remedy: "Add an exclusion, and name it in `distinguish_from`.",
    bad: &[Example::edits(&[
        Change::file(
            "runbooks/signatures/slow-poison/signature.yaml",
            "apiVersion: rbk/v1\nkind: Signature\nmetadata: {id: «slow-poison», title: Errors without a release, version: 1.0.0, owner: sre, status: draft}\nspec:\n  incident_class: elevated-error-rate\n  correlate: [service, environment]\n  window: 15m\n  require:\n    alerted: {alert: HighRequestErrorRate}\n    odd: {log: {contains: poisoned request}, count: {at_least: 5, within: 5m}}\n  score: {match_at: 0.8, ambiguous_at: 0.5}\n",
        ),
        Change::file(
            "runbooks/signatures/slow-poison/fixtures/slow-poison-quiet.yaml",
            "apiVersion: rbk/v1\nkind: Fixture\nmetadata: {id: slow-poison-quiet, title: Nothing is wrong}\nspec:\n  target: {signature: slow-poison}\n  kind: benign\n  provenance: {origin: written}\n  clock: {start: 2026-11-02T10:00:00Z, step: 30s, end: 2026-11-02T10:30:00Z, begin: 2026-11-02T10:10:00Z}\n  subject: {service: checkout, environment: production, severity: sev4}\n  alerts: [{name: SomethingElse, at: 2026-11-02T10:10:00Z}]\n  expect:\n    signatures: {slow-poison: no_match}\n    forbidden: [\"*\"]\n    outcome: escalated\n",
        ),
    ])],
    good: &[Example::edits(&[
        Change::file(
            "runbooks/signatures/slow-poison/signature.yaml",
            "apiVersion: rbk/v1\nkind: Signature\nmetadata: {id: slow-poison, title: Errors without a release, version: 1.0.0, owner: sre, status: draft}\nspec:\n  incident_class: elevated-error-rate\n  correlate: [service, environment]\n  window: 15m\n  require:\n    alerted: {alert: HighRequestErrorRate}\n    odd: {log: {contains: poisoned request}, count: {at_least: 5, within: 5m}}\n  exclude:\n    released: {change: deploy, within: 1h}\n  score: {match_at: 0.8, ambiguous_at: 0.5}\n",
        ),
        Change::file(
            "runbooks/signatures/slow-poison/fixtures/slow-poison-quiet.yaml",
            "apiVersion: rbk/v1\nkind: Fixture\nmetadata: {id: slow-poison-quiet, title: Nothing is wrong}\nspec:\n  target: {signature: slow-poison}\n  kind: benign\n  provenance: {origin: written}\n  clock: {start: 2026-11-02T10:00:00Z, step: 30s, end: 2026-11-02T10:30:00Z, begin: 2026-11-02T10:10:00Z}\n  subject: {service: checkout, environment: production, severity: sev4}\n  alerts: [{name: SomethingElse, at: 2026-11-02T10:10:00Z}]\n  expect:\n    signatures: {slow-poison: no_match}\n    forbidden: [\"*\"]\n    outcome: escalated\n",
        ),
    ])],
    check: Check::Repository(check),
};

fn check(scope: &RepositoryScope<'_>, findings: &mut Findings) {
    let mut by_class: BTreeMap<&ClassId, Vec<Found<'_, Signature>>> = BTreeMap::new();
    for signature in scope.all::<Signature>() {
        by_class
            .entry(&signature.document.spec.incident_class)
            .or_default()
            .push(signature);
    }
    for (class, signatures) in by_class.into_iter().filter(|(_, all)| all.len() > 1) {
        for signature in &signatures {
            let spec = &signature.document.spec;
            if !spec.exclude.is_empty()
                || !spec.distinguish_from.is_empty()
                || !spec.negate.is_empty()
            {
                continue;
            }
            let Some(other) = signatures
                .iter()
                .find(|other| other.scope.id != signature.scope.id)
            else {
                continue;
            };
            findings
                .report(&RULE, signature.scope.identity())
                .message(format!(
                    "nothing tells this signature from others of the class `{class}`"
                ))
                .label("excludes nothing")
                .related(other.scope.identity(), "of the same class")
                .help("add to `exclude` what would make it another incident");
        }
    }
}
