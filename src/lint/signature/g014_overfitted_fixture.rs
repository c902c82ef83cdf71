//! G014: a positive fixture that holds nothing but the answer.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde_json::Value;

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::model::{ExpectedVerdict, Fixture, Signature};
use crate::library::DocId;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule, RunScope};

const FIXTURE: &str = "postmortems/2026-03-14-null-currency/fixtures/incident.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "G014",
    name: "overfitted-fixture",
    severity: Severity::Warning,
    locked: false,
    category: Category::Signature,
    needs: Needs::Fixtures,
    summary: "The positive fixture of a signature has more in it than the signature looks for, and is not a copy of another.",
    why: "A fixture made from the pattern proves that the pattern equals itself. Only the noise of a real incident shows that it is found in it.",
    remedy: "Record the lines around it, or write some as the service prints them.",
    bad: &[Example::edit(
        FIXTURE,
        "line: \"panic: nil currency in cart 8f2\"",
        "line: «\"panic: nil currency\"»",
    )],
    good: &[Example::edit(
        FIXTURE,
        "line: \"panic: nil currency in cart 8f2\"",
        "line: \"panic: nil currency in cart 77a\"",
    )],
    check: Check::Runs(check),
};

fn check(scope: &RunScope<'_>, findings: &mut Findings) {
    let mut inputs: BTreeMap<(DocId, String), DocId> = BTreeMap::new();
    for run in &scope.runs.fixtures {
        let Some(document) = scope.head.document(run.fixture) else {
            continue;
        };
        let (Some(fixture), Some(target)) = (document.fixture(), scope.head.document(run.target))
        else {
            continue;
        };
        let Some(signature) = target.signature() else {
            continue;
        };
        let known = inputs.entry((run.target, given(document.entry.value())));
        if let Entry::Occupied(known) = &known {
            let draft = findings
                .report(&RULE, document.identity())
                .message("this incident is the copy of another that tests the same signature")
                .label("shows nothing new")
                .help("change what is given, or delete it");
            if let Some(other) = scope.head.document(*known.get()) {
                draft.related(other.identity(), "the same incident");
            }
        }
        known.or_insert(run.fixture);
        let id = signature.metadata.id.as_str();
        let expected = fixture.spec.expect.signatures.iter();
        let is_positive = expected
            .into_iter()
            .any(|(other, verdict)| other.as_str() == id && *verdict == ExpectedVerdict::Match);
        if is_positive {
            nothing_but_the_pattern(&document, &fixture.spec, &signature.spec, findings);
        }
    }
}

fn nothing_but_the_pattern(
    document: &DocumentScope<'_>,
    fixture: &Fixture,
    signature: &Signature,
    findings: &mut Findings,
) {
    let supporting = signature.support.values().map(|one| &one.check);
    let checks = signature.require.values().chain(supporting);
    let patterns: Vec<&str> = checks
        .filter_map(|check| check.log.as_ref())
        .flat_map(|log| log.regex.iter().chain(&log.contains))
        .map(String::as_str)
        .collect();
    let lines = || fixture.logs.iter().filter_map(|log| log.line.as_deref());
    if patterns.is_empty() || lines().next().is_none() {
        return;
    }
    // A pattern with operators never equals a line, so no more than texts have to be compared.
    if lines().all(|line| patterns.contains(&line)) {
        findings
            .report(
                &RULE,
                document.value(Route::root().key("spec").key("logs").index(0).key("line")),
            )
            .message("the log of this incident is the pattern that looks for it, and nothing else")
            .label("equals the pattern")
            .help("record the lines around it, or write some as the service prints them");
    }
}

/// What is given in a fixture, without what is expected of it.
fn given(value: &Value) -> String {
    let mut spec = value.get("spec").cloned().unwrap_or_default();
    if let Some(spec) = spec.as_object_mut() {
        for key in ["expect", "kind", "provenance", "target"] {
            spec.remove(key);
        }
    }
    spec.to_string()
}
