//! Differences of states that are made for it.

mod endings;
mod grades;
mod mutants;
mod pages;

use camino::Utf8PathBuf;

use super::{Diff, Difference, Grade, compare};
use crate::library::{Library, starter};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";
const ACTION: &str = "runbooks/catalog/actions/k8s.rollout-undo.yaml";
const POLICY: &str = "runbooks/governance.yaml";
const SIGNATURE: &str = "postmortems/2026-03-14-null-currency/signature.yaml";

/// The library that `rbk init` writes.
fn base() -> Library {
    let files = starter::FILES.iter();
    Library::from_sources(
        files.map(|(path, text)| (Utf8PathBuf::from(*path), text.as_bytes().to_vec())),
    )
}

/// The library with texts replaced that occur exactly once in a file.
fn with(edits: &[(&str, &str, &str)]) -> Library {
    let base = base();
    let mut texts: Vec<(Utf8PathBuf, String)> = Vec::new();
    for (path, old, new) in edits {
        let known = texts.iter().position(|(known, _)| known == path);
        let at = known.unwrap_or_else(|| {
            let (_, entry) = base.entries_at((*path).into()).next().unwrap();
            texts.push(((*path).into(), entry.source().text().to_owned()));
            texts.len() - 1
        });
        let text = &mut texts[at].1;
        assert_eq!(text.matches(old).count(), 1, "`{old}` in {path}");
        *text = text.replace(old, new);
    }
    base.with_sources(
        texts
            .into_iter()
            .map(|(path, text)| (path, text.into_bytes())),
    )
}

/// The difference of the starter and the starter with edits.
fn diff(edits: &[(&str, &str, &str)]) -> Diff {
    compare(&base(), &with(edits))
}

/// The difference of the starter with edits and the starter.
fn undone(edits: &[(&str, &str, &str)]) -> Diff {
    compare(&with(edits), &base())
}

fn lines(diff: &Diff) -> Vec<String> {
    let line = |it: &Difference| {
        let side = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
        format!(
            "{}: {}: {} -> {}",
            it.grade.words(),
            it.what,
            side(&it.before),
            side(&it.after)
        )
    };
    diff.differences.iter().map(line).collect()
}

fn grades(diff: &Diff) -> Vec<Grade> {
    diff.differences.iter().map(|it| it.grade).collect()
}
