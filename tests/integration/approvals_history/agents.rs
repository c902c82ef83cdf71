//! What agents make of the evidence in a bundle.

use std::fs;

use jiff::Timestamp;
use rbk::bundle::{Bundle, DocumentRef};
use rbk::document::Digest;
use rbk::document::model::Kind;
use serde_json::Value;

use super::history::{self, History};
use super::{build, built};
use crate::workbench::{Workbench, words};

fn opened(history: &History) -> Bundle {
    let folder = history.bench.path("bundle");
    let read = |name: &str| fs::read(folder.join(name)).map_err(|error| error.to_string());
    Bundle::open(&read).unwrap()
}

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

const RUNBOOK: &str = "error-rate-after-deploy";

/// A release stays in force when an exception ends, and what it let through does not.
#[test]
fn an_agent_refuses_alone_what_an_exception_let_through_once_it_has_ended() {
    let mut history = History::adopted();
    history.runbook_changes("1.0.1", &[]);
    history.emergency("2026-11-10T20:00:00Z");
    build(&history, "bundle").expect(0);
    let bundle = opened(&history);
    let before = bundle.admission(moment("2026-11-10T19:59:59Z"));
    assert!(
        before.whole.is_empty() && before.documents.is_empty(),
        "{before:?}"
    );
    let after = bundle.admission(moment("2026-11-10T20:00:00Z"));
    assert!(after.whole.is_empty(), "{after:?}");
    let refused: Vec<_> = after
        .documents
        .keys()
        .map(|(kind, id)| (*kind, id.as_str()))
        .collect();
    assert_eq!(refused, [(Kind::Runbook, RUNBOOK)]);
    let left = bundle.without(&after.documents);
    assert!(!left.runbooks.contains_key(RUNBOOK));
    assert!(left.documents.iter().all(|it| it.id != RUNBOOK));
}

#[test]
fn an_agent_refuses_alone_a_document_in_another_form_than_was_approved() {
    let history = built();
    let bundle = opened(&history);
    let at = moment("2026-11-10T12:10:00Z");
    assert!(bundle.admission(at).documents.is_empty());
    let forms: [fn(&mut DocumentRef); 3] = [
        |it| it.digest = Digest::of(b"another closure"),
        |it| it.source_digest = Digest::of(b"another source"),
        |it| it.id = "another".to_owned(),
    ];
    for change in forms {
        let mut changed = bundle.clone();
        let at_runbook = |it: &DocumentRef| it.kind == Kind::Runbook;
        let position = changed.documents.iter().position(at_runbook).unwrap();
        change(&mut changed.documents[position]);
        let admission = changed.admission(at);
        assert!(admission.whole.is_empty());
        assert_eq!(admission.documents.len(), 1, "{admission:?}");
    }
}

#[test]
fn an_agent_refuses_a_release_whose_evidence_does_not_hold_together() {
    let history = built();
    let at = moment("2026-11-10T12:10:00Z");
    let mut other_commit = opened(&history);
    other_commit.index.commit = "0".repeat(40);
    let mut bare = opened(&history);
    bare.evidence = None;
    for bundle in [other_commit, bare] {
        assert_eq!(bundle.admission(at).whole.len(), 1);
    }
    // Statements that say of themselves that somebody approved who did not.
    let lines = history.bench.read("bundle/evidence-00.jsonl");
    let index: Value = serde_json::from_str(&history.bench.read("bundle/index.json")).unwrap();
    let lines = lines.replace("\"verdict\":\"ALLOW\"", "\"verdict\":\"DENY\"");
    let (lines, index) = history::made_up(&lines, &index);
    history.bench.write("bundle/evidence-00.jsonl", lines);
    history.bench.write("bundle/index.json", index);
    assert!(!opened(&history).admission(at).whole.is_empty());
}

#[test]
fn an_agent_follows_what_was_approved_and_may_ask_for_that_always() {
    let history = built();
    let bench = &history.bench;
    bench.make_root();
    bench.publish("bundle").expect(0);
    bench.sync("public").expect(0);
    bench.agent("status").expect(0);

    // The starter's policy names no repository, and so promises nothing.
    let bench = Workbench::new();
    bench.starter("plain");
    bench
        .rbk(&words("bundle build plain --out bundle"))
        .expect(0);
    bench.make_root();
    bench.publish("bundle").expect(0);
    let sync = "sync --from public --state agent --root root.json";
    let refused = bench
        .rbk(&words(&format!("{sync} --evidence always")))
        .expect(1);
    assert!(refused.stderr.contains("NO_EVIDENCE"), "{refused}");
    bench.rbk(&words(sync)).expect(0);
    bench.agent("status").expect(0);
    bench.agent("status --evidence always").expect(1);
}
