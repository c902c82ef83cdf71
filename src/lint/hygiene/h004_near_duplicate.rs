//! H004: two documents that say almost the same.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::diagnostic::Severity;
use crate::document::model::{Kind, Typed};
use crate::lint::{
    Category, Change, Check, DocumentScope, Example, Findings, Needs, RepositoryScope, Rule,
};

const COPY: &str = "runbooks/queue-slow/runbook.yaml";
const COPY_FIXTURE: &str = "runbooks/queue-slow/fixtures/queue-slow-escalates.yaml";
const SECOND: &str = "runbooks/queue-slower/runbook.yaml";
const SECOND_FIXTURE: &str = "runbooks/queue-slower/fixtures/queue-slower-escalates.yaml";

macro_rules! runbook {
    ($id:literal) => {
        concat!(
            "apiVersion: rbk/v1\nkind: Runbook\nmetadata: {id: ", $id, ", title: Hand slow queues over, version: 1.0.0, owner: sre, status: draft, review_by: 2027-06-01}\nspec:\n  incident_class: elevated-error-rate\n  alerts: [QueueSlow]\n  scope: {services: [checkout], environments: [staging]}\n  autonomy: {max_tier: 0, mode: advise}\n  decide:\n    - {otherwise: escalate, because: no trusted pattern}\n  escalate: {to: service_oncall, ack_within: 5m, then: incident-commanders, page: true}\n"
        )
    };
}

macro_rules! fixture {
    ($id:literal) => {
        concat!(
            "apiVersion: rbk/v1\nkind: Fixture\nmetadata: {id: ", $id, "-escalates, title: The alert is handed to the owner}\nspec:\n  kind: positive\n  provenance: {origin: written}\n  clock: {start: 2026-11-02T10:00:00Z, step: 30s, end: 2026-11-02T10:30:00Z, begin: 2026-11-02T10:10:00Z}\n  subject: {service: checkout, environment: staging, severity: sev4}\n  alerts: [{name: QueueSlow, at: 2026-11-02T10:10:00Z}]\n  expect:\n    path: none\n    forbidden: [\"*\"]\n    outcome: escalated\n"
        )
    };
}

const COPY_TEXT: &str = runbook!("queue-slow");
const COPY_FIXTURE_TEXT: &str = fixture!("queue-slow");
const SECOND_TEXT: &str = runbook!("«queue-slower»");
const SECOND_FIXTURE_TEXT: &str = fixture!("queue-slower");

pub(in crate::lint) static RULE: Rule = Rule {
    code: "H004",
    name: "near-duplicate",
    severity: Severity::Warning,
    locked: false,
    category: Category::Hygiene,
    needs: Needs::Repository,
    summary: "No two runbooks and no two signatures of a class are the same but for names and places.",
    why: "Of two copies one is corrected and the other one runs. Which of them is chosen in the incident depends on their order.",
    remedy: "Merge them, widen the scope of one, or let each say what only it says.",
    bad: &[Example::edits(&[
        Change::file(COPY, COPY_TEXT),
        Change::file(COPY_FIXTURE, COPY_FIXTURE_TEXT),
        Change::file(SECOND, SECOND_TEXT),
        Change::file(SECOND_FIXTURE, SECOND_FIXTURE_TEXT),
    ])],
    good: &[Example::edits(&[
        Change::file(COPY, COPY_TEXT),
        Change::file(COPY_FIXTURE, COPY_FIXTURE_TEXT),
    ])],
    check: Check::Repository(check),
};

/// A document and what it says.
type Known<'a> = (DocumentScope<'a>, BTreeSet<String>);

fn check(scope: &RepositoryScope<'_>, findings: &mut Findings) {
    let mut known: BTreeMap<(Kind, String), Vec<Known<'_>>> = BTreeMap::new();
    for document in scope.documents() {
        let (kind, class) = match document.typed() {
            Some(Typed::Runbook(runbook)) => (Kind::Runbook, &runbook.spec.incident_class),
            Some(Typed::Signature(signature)) => (Kind::Signature, &signature.spec.incident_class),
            _ => continue,
        };
        let said = said(document.entry.value());
        let earlier = known.entry((kind, class.to_string())).or_default();
        if let Some((other, _)) = earlier.iter().find(|(_, other)| alike(&said, other)) {
            findings
                .report(&RULE, document.identity())
                .message(format!(
                    "this says almost the same as `{}`",
                    other.entry.id().unwrap_or_default()
                ))
                .label("a near-duplicate")
                .related(other.identity(), "of this one")
                .help("merge them, or let each say what only it says");
        }
        earlier.push((document, said));
    }
}

/// What a document says: every leaf of its `spec` with the way to it, but for where it applies.
fn said(value: &Value) -> BTreeSet<String> {
    let mut said = BTreeSet::new();
    let spec = value.get("spec").and_then(Value::as_object);
    let mut open: Vec<(String, &Value)> = spec
        .into_iter()
        .flatten()
        .filter(|(key, _)| {
            !matches!(
                key.as_str(),
                "scope" | "alerts" | "derived_from" | "incident_class"
            )
        })
        .map(|(key, value)| (key.clone(), value))
        .collect();
    while let Some((path, value)) = open.pop() {
        match value {
            Value::Object(map) => open.extend(
                map.iter()
                    .map(|(key, value)| (format!("{path}.{key}"), value)),
            ),
            Value::Array(list) => open.extend(
                list.iter()
                    .enumerate()
                    .map(|(at, value)| (format!("{path}.{at}"), value)),
            ),
            leaf => {
                said.insert(format!("{path} {leaf}"));
            }
        }
    }
    said
}

/// Nine tenths of all that the two say is said by both (Jaccard index).
fn alike(a: &BTreeSet<String>, b: &BTreeSet<String>) -> bool {
    let (small, large) = (a.len().min(b.len()), a.len().max(b.len()));
    // Cheap to rule out, before anything is compared.
    if small == 0 || small * 10 < large * 9 {
        return false;
    }
    let both = a.intersection(b).count();
    both * 10 >= (a.len() + b.len() - both) * 9
}
