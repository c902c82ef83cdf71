//! The fixtures of the starter library, played against the engine.

use std::sync::Arc;

use crate::document::model::{ExpectedVerdict, Fixture};
use crate::engine::prepared::{Prepared, Sources};
use crate::engine::signature::Verdict;
use crate::engine::trace::Trace;
use crate::library::{Library, starter};

use super::world::World;

fn library() -> Library {
    let files = starter::FILES.iter();
    Library::from_sources(files.map(|(path, text)| ((*path).into(), text.as_bytes().to_vec())))
}

fn prepared(library: &Library) -> Arc<Prepared> {
    let prepared = Prepared::new(Sources::of(library).unwrap());
    assert_eq!(prepared.unusable(), &[]);
    Arc::new(prepared)
}

fn check(fixture: &Fixture, trace: &Trace) -> Vec<String> {
    let mut wrong = Vec::new();
    let expect = &fixture.expect;
    let mut differs = |what: &str, expected: String, found: String| {
        if expected != found {
            wrong.push(format!("{what}: expected {expected}, found {found}"));
        }
    };
    for (id, verdict) in &expect.signatures {
        let found = trace
            .candidates()
            .iter()
            .find(|c| c.id == *id)
            .map(|c| c.verdict);
        let expected = match verdict {
            ExpectedVerdict::Match => Verdict::Match,
            ExpectedVerdict::Ambiguous => Verdict::Ambiguous,
            ExpectedVerdict::NoMatch => Verdict::NoMatch,
        };
        differs(
            "signature",
            format!("{:?}", Some(expected)),
            format!("{found:?}"),
        );
    }
    let named = |name: Option<&str>| name.unwrap_or("none").to_owned();
    if let Some(runbook) = &expect.runbook {
        differs(
            "runbook",
            runbook.clone(),
            named(trace.runbook().map(|r| r.as_str())),
        );
    }
    if let Some(path) = &expect.path {
        differs(
            "path",
            path.clone(),
            named(trace.path().map(|r| r.as_str())),
        );
    }
    let expected: Vec<_> = expect
        .actions
        .iter()
        .map(|a| (a.action.as_str(), a.undo))
        .collect();
    let found: Vec<_> = trace
        .executed()
        .map(|(c, _)| (c.action.as_str(), c.undo))
        .collect();
    differs("actions", format!("{expected:?}"), format!("{found:?}"));
    for (expected, (call, mode)) in expect.actions.iter().zip(trace.executed()) {
        if let Some(expected) = expected.mode {
            differs("mode", expected.to_string(), mode.to_string());
        }
        for (name, value) in &expected.with {
            differs(
                name,
                format!("{:?}", Some(value)),
                format!("{:?}", call.arguments.get(name)),
            );
        }
    }
    let ended = trace.ended().unwrap();
    if let Some(outcome) = expect.outcome {
        differs("outcome", outcome.to_string(), ended.outcome.to_string());
    }
    if let Some(escalation) = &expect.escalation {
        let handoff = trace.handoff();
        let reason = handoff.map(|h| h.reason.to_string()).unwrap_or_default();
        differs("reason", escalation.reason.clone(), reason);
        if let Some(to) = &escalation.to {
            differs(
                "to",
                to.clone(),
                handoff.map(|h| h.to.clone()).unwrap_or_default(),
            );
        }
    }
    wrong
}

/// Plays every fixture of a library; what went otherwise than expected, with the trace.
fn play_all(library: &Library) -> Vec<String> {
    let prepared = prepared(library);
    let mut failures = Vec::new();
    for (_, fixture) in library.fixtures().iter() {
        let trace = World::new(&fixture.spec).play(&prepared);
        let wrong = check(&fixture.spec, &trace);
        if !wrong.is_empty() {
            let id = &fixture.metadata.id;
            failures.push(format!(
                "{id}: {}\n{}",
                wrong.join("\n  "),
                trace.lines().join("\n")
            ));
        }
    }
    failures
}

#[test]
fn every_fixture_ends_as_expected() {
    let library = library();
    assert!(library.fixtures().iter().count() >= 16);
    let failures = play_all(&library);
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
