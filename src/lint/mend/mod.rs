//! Applying the fixes of findings.
//!
//! Fixes are applied in passes. A pass takes those that do not touch each other, the gravest findings first, and
//! looks at the library again with every rule. What would break something that was whole is found by halving and
//! left out. Passes end when nothing more can be applied. Nothing is written: the result is texts.

mod candidate;
mod trial;

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use self::candidate::{Candidate, compatible};
use self::trial::{State, Trials};
use super::levels::ConfigurationError;
use super::options::Options;
use super::runner::{Outcome, lint};
use crate::diagnostic::Applicability;
use crate::document::{LineCol, Source};
use crate::library::{Entry, Library};

/// Most passes. Each takes away at least one finding, and a handful is all that documents need in practice.
const MAX_PASSES: usize = 20;

/// Most times the library is looked at to find out which fixes break something.
const MAX_TRIALS: usize = 100;

/// What applying fixes came to.
#[derive(Debug)]
pub struct Mended {
    /// The files that changed, with their text before and after, by path.
    pub files: BTreeMap<Utf8PathBuf, Rewritten>,
    /// The fixes that were applied, in the order of their application.
    pub applied: Vec<Applied>,
    /// The fixes that were tried last and not applied.
    pub rejected: Vec<Rejected>,
    /// What is left.
    pub outcome: Outcome,
    /// Whether nothing more could be applied; otherwise the number of passes or trials was used up.
    pub is_settled: bool,
}

/// A file that changed.
#[derive(Debug, Clone)]
pub struct Rewritten {
    /// Its text as it was read.
    pub before: Source,
    /// Its text now.
    pub after: Source,
}

impl Rewritten {
    /// The bytes of the file as it was read, with its byte-order mark.
    pub fn bytes_before(&self) -> Vec<u8> {
        bytes(&self.before)
    }

    /// The bytes to be written.
    pub fn bytes_after(&self) -> Vec<u8> {
        bytes(&self.after)
    }
}

fn bytes(source: &Source) -> Vec<u8> {
    let mark = if source.had_bom() { "\u{FEFF}" } else { "" };
    [mark.as_bytes(), source.text().as_bytes()].concat()
}

/// A fix that was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Code of the rule.
    pub code: &'static str,
    /// Name of the rule.
    pub name: &'static str,
    /// What was done.
    pub title: String,
    /// The file of the finding.
    pub path: Utf8PathBuf,
    /// Where it was when it was found.
    pub at: LineCol,
}

/// A fix that was not applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// The fix.
    pub fix: Applied,
    /// Why not.
    pub reason: String,
}

/// Applies every fix that `up_to` allows to the findings that `options` ask for, again and again until nothing
/// changes. The same library and options give the same texts.
///
/// # Errors
/// Options or a configuration that cannot be used.
pub fn mend(
    library: &Library,
    options: &Options<'_>,
    up_to: Applicability,
) -> Result<Mended, ConfigurationError> {
    let everything = Options {
        select: Vec::new(),
        ignore: Vec::new(),
        changed: None,
        ..options.clone()
    };
    let mut trials = Trials::new(library, &everything, MAX_TRIALS);
    let mut state = State::of(library, &everything)?;
    let mut applied = Vec::new();
    let mut rejected = Vec::new();
    let mut is_settled = false;
    for _ in 0..MAX_PASSES {
        let outcome = lint(state.library(library), options)?;
        let candidates = compatible(&outcome.report, up_to, &state.unread());
        let pass = trials.pass(&state, &candidates);
        rejected = pass.rejected;
        let Some(next) = pass.state else {
            is_settled = !trials.are_used_up();
            break;
        };
        applied.extend(pass.applied.iter().map(Candidate::as_applied));
        state = next;
    }
    let outcome = lint(state.library(library), options)?;
    let files = state.into_texts().into_iter();
    let files = files.filter_map(|(path, after)| {
        let before = source_of(library, &path)?.clone();
        (before.text() != after.text()).then_some((path, Rewritten { before, after }))
    });
    Ok(Mended {
        files: files.collect(),
        applied,
        rejected,
        outcome,
        is_settled,
    })
}

fn source_of<'l>(library: &'l Library, path: &Utf8Path) -> Option<&'l Source> {
    let mut entries = library.entries_at(path);
    entries.next().map(|(_, entry)| Entry::source(entry))
}
