//! G006: a signature that holds whenever another one does.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::model::{Check as Observation, CheckSource, Signature};
use crate::lint::{
    Category, Change, Check, Example, Findings, Found, Needs, RepositoryScope, Rule,
};

use super::relation::implies;

pub(in crate::lint) static RULE: Rule = Rule {
    code: "G006",
    name: "implied-signature",
    severity: Severity::Warning,
    locked: false,
    category: Category::Signature,
    needs: Needs::Repository,
    summary: "No signature's conditions follow from another's.",
    why: "When the narrower one matches, so does the wider one: two matches that cannot be told apart end in an escalation, or the wider one ranks first and starts the wrong runbook.",
    remedy: "Add the condition that tells them apart, and name it in `distinguish_from`, or merge the two.",
    bad: &[Example::edits(&[
        Change::file(
            "runbooks/signatures/any-errors/signature.yaml",
            "apiVersion: rbk/v1\nkind: Signature\nmetadata: {id: any-errors, title: Errors of any kind, version: 1.0.0, owner: sre, status: draft}\nspec:\n  incident_class: elevated-error-rate\n  correlate: [service, environment]\n  «require»:\n    err: {query: http-error-ratio, at_least: 3%}\n  exclude:\n    upstream: {query: dependency-error-ratio, at_least: 20%}\n  score: {match_at: 0.8, ambiguous_at: 0.5}\n",
        ),
        Change::file(
            "runbooks/signatures/any-errors/fixtures/any-errors-quiet.yaml",
            "apiVersion: rbk/v1\nkind: Fixture\nmetadata: {id: any-errors-quiet, title: Nothing is wrong}\nspec:\n  target: {signature: any-errors}\n  kind: benign\n  provenance: {origin: written}\n  clock: {start: 2026-11-02T10:00:00Z, step: 30s, end: 2026-11-02T10:30:00Z, begin: 2026-11-02T10:10:00Z}\n  subject: {service: checkout, environment: production, severity: sev4}\n  alerts: [{name: SomethingElse, at: 2026-11-02T10:10:00Z}]\n  expect:\n    signatures: {any-errors: no_match}\n    forbidden: [\"*\"]\n    outcome: escalated\n",
        ),
    ])],
    good: &[Example::edits(&[
        Change::file(
            "runbooks/signatures/any-errors/signature.yaml",
            "apiVersion: rbk/v1\nkind: Signature\nmetadata: {id: any-errors, title: Errors of any kind, version: 1.0.0, owner: sre, status: draft}\nspec:\n  incident_class: elevated-error-rate\n  correlate: [service, environment]\n  require:\n    err: {query: http-error-ratio, at_least: 7%}\n  exclude:\n    upstream: {query: dependency-error-ratio, at_least: 20%}\n  score: {match_at: 0.8, ambiguous_at: 0.5}\n",
        ),
        Change::file(
            "runbooks/signatures/any-errors/fixtures/any-errors-quiet.yaml",
            "apiVersion: rbk/v1\nkind: Fixture\nmetadata: {id: any-errors-quiet, title: Nothing is wrong}\nspec:\n  target: {signature: any-errors}\n  kind: benign\n  provenance: {origin: written}\n  clock: {start: 2026-11-02T10:00:00Z, step: 30s, end: 2026-11-02T10:30:00Z, begin: 2026-11-02T10:10:00Z}\n  subject: {service: checkout, environment: production, severity: sev4}\n  alerts: [{name: SomethingElse, at: 2026-11-02T10:10:00Z}]\n  expect:\n    signatures: {any-errors: no_match}\n    forbidden: [\"*\"]\n    outcome: escalated\n",
        ),
    ])],
    check: Check::Repository(check),
};

fn check(scope: &RepositoryScope<'_>, findings: &mut Findings) {
    // A condition can only follow from one that looks at the same thing.
    let mut by_source: BTreeMap<String, Vec<Found<'_, Signature>>> = BTreeMap::new();
    for signature in scope.all::<Signature>() {
        let sources: BTreeSet<String> = signature
            .document
            .spec
            .require
            .values()
            .filter_map(source)
            .collect();
        for source in sources {
            by_source.entry(source).or_default().push(signature);
        }
    }
    for wide in scope.all::<Signature>() {
        let spec = &wide.document.spec;
        let Some(candidates) = spec
            .require
            .values()
            .next()
            .and_then(source)
            .and_then(|source| by_source.get(&source))
        else {
            continue;
        };
        let narrow = candidates.iter().find(|narrow| {
            narrow.scope.id != wide.scope.id
                && !told_apart(wide, **narrow)
                && follows(scope, spec, &narrow.document.spec)
        });
        if let Some(narrow) = narrow {
            let route = Route::root().key("spec").key("require");
            let id = &narrow.document.metadata.id;
            findings
                .report(&RULE, wide.scope.key(route.clone()))
                .message(format!("all of this holds whenever `{id}` does"))
                .label("follows from the other")
                .related(narrow.scope.key(route), "the narrower one")
                .help(format!(
                    "exclude what makes it `{id}`, and name that in `distinguish_from`"
                ));
        }
    }
}

/// Whether every required condition of `wide` follows from one of `narrow`.
fn follows(scope: &RepositoryScope<'_>, wide: &Signature, narrow: &Signature) -> bool {
    let given = |check: &Observation| {
        narrow
            .require
            .values()
            .any(|other| implies(other, check, scope))
    };
    wide.require.values().all(given)
}

fn told_apart(a: Found<'_, Signature>, b: Found<'_, Signature>) -> bool {
    let names = |from: Found<'_, Signature>, other: Found<'_, Signature>| {
        let mut named = from.document.spec.distinguish_from.keys();
        named.any(|id| id.as_str() == other.document.metadata.id)
    };
    names(a, b) || names(b, a)
}

fn source(check: &Observation) -> Option<String> {
    Some(match check.source()? {
        CheckSource::Query(id) => format!("query {id}"),
        CheckSource::Change(kind) => format!("change {kind}"),
        CheckSource::Log(log) => format!("log {log:?}"),
        CheckSource::Trace(trace) => format!("trace {trace:?}"),
        CheckSource::Alert(name) => format!("alert {name}"),
        CheckSource::Fact(fact) => format!("fact {fact}"),
    })
}
