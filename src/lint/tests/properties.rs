//! Hostile input: whatever a file holds, the linter ends with an answer.

use camino::Utf8PathBuf;
use proptest::prelude::*;

use super::{run, starter};
use crate::diagnostic::render::{Format, Style};
use crate::diagnostic::{Located, Severity};
use crate::library::starter::FILES;

fn linted(path: &str, bytes: Vec<u8>) {
    let library = starter().with_sources([(Utf8PathBuf::from(path), bytes)]);
    let outcome = run(&library);
    for format in Format::all() {
        let text = format.render(&outcome.report, &Style::default());
        assert!(text.ends_with('\n'));
    }
    // What cannot be acted upon never looks clean.
    for (_, entry) in library.entries().filter(|(_, entry)| !entry.is_sound()) {
        let about = |located: &&Located| {
            located.finding.severity == Severity::Error
                && located.primary.path == entry.path()
                && located.primary.document == entry.position()
        };
        let said = outcome.report.findings.iter().find(about);
        assert!(said.is_some(), "{} is not sound", entry.path());
    }
    for located in &outcome.report.findings {
        for place in located.positions() {
            let text = place.source.as_ref().map_or("", |source| source.text());
            let range = place.span.range();
            assert!(
                text.get(range.clone()).is_some() || text.is_empty(),
                "{range:?}"
            );
        }
    }
}

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

/// A file of the starter library with a few bytes changed: near enough to a document to get far into the rules.
fn damaged() -> impl Strategy<Value = (&'static str, Vec<u8>)> {
    let edit = (
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        any::<u8>(),
        0..4_u8,
    );
    (
        prop::sample::select(FILES),
        prop::collection::vec(edit, 1..6),
    )
        .prop_map(|((path, text), edits)| {
            let mut bytes = text.as_bytes().to_vec();
            for (at, other, byte, kind) in edits {
                let (at, other) = (
                    at.index(bytes.len().max(1)),
                    other.index(bytes.len().max(1)),
                );
                match kind {
                    0 if at < bytes.len() => bytes[at] = byte,
                    1 => bytes.insert(at, byte),
                    2 if at < bytes.len() => drop(bytes.remove(at)),
                    _ => {
                        let (from, to) = (at.min(other), at.max(other));
                        let moved: Vec<u8> = bytes.drain(from..to).collect();
                        bytes.splice(0..0, moved);
                    }
                }
            }
            (path, bytes)
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_bytes_are_linted(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        linted(RUNBOOK, bytes);
    }

    #[test]
    fn any_text_is_linted(text in "\\PC{0,200}", path in prop::sample::select(vec![
        RUNBOOK, "runbooks/governance.yaml", "rbk.yaml", "postmortems/2026-03-14-null-currency/postmortem.md",
    ])) {
        linted(path, text.into_bytes());
    }

    #[test]
    fn damaged_documents_are_linted((path, bytes) in damaged()) {
        linted(path, bytes);
    }
}
