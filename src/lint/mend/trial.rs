//! Trying fixes, and finding those that break something.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::candidate::{Candidate, edits_by_file, is_about_reading};
use super::{Rejected, source_of};
use crate::diagnostic::{Located, Severity};
use crate::document::{Source, edit};
use crate::library::Library;
use crate::lint::levels::ConfigurationError;
use crate::lint::options::Options;
use crate::lint::runner::lint;

/// The library after some fixes, and the errors that are left in it.
#[derive(Debug)]
pub(super) struct State {
    changed: Option<Library>,
    texts: BTreeMap<Utf8PathBuf, Source>,
    errors: Errors,
}

impl State {
    /// The library as it was read.
    pub(super) fn of(library: &Library, options: &Options<'_>) -> Result<Self, ConfigurationError> {
        Ok(Self {
            changed: None,
            texts: BTreeMap::new(),
            errors: Errors::of(library, options)?,
        })
    }

    pub(super) fn library<'s>(&'s self, original: &'s Library) -> &'s Library {
        self.changed.as_ref().unwrap_or(original)
    }

    /// The files that cannot be read as what they say they are.
    pub(super) fn unread(&self) -> BTreeSet<Utf8PathBuf> {
        let errors = self.errors.all.iter();
        let about_reading = errors.filter(|error| is_about_reading(error.code));
        about_reading.map(|error| error.path.clone()).collect()
    }

    pub(super) fn into_texts(self) -> BTreeMap<Utf8PathBuf, Source> {
        self.texts
    }
}

/// What a pass came to.
#[derive(Debug, Default)]
pub(super) struct Pass {
    /// What was applied.
    pub(super) applied: Vec<Candidate>,
    /// What was not.
    pub(super) rejected: Vec<Rejected>,
    /// The library afterwards; none when nothing was applied.
    pub(super) state: Option<State>,
}

/// Tries fixes on a library, a bounded number of times.
#[derive(Debug)]
pub(super) struct Trials<'t> {
    library: &'t Library,
    options: &'t Options<'t>,
    left: usize,
}

impl<'t> Trials<'t> {
    pub(super) fn new(library: &'t Library, options: &'t Options<'t>, most: usize) -> Self {
        Self {
            library,
            options,
            left: most,
        }
    }

    pub(super) fn are_used_up(&self) -> bool {
        self.left == 0
    }

    /// Applies as many of the fixes as can be without breaking anything.
    pub(super) fn pass(&mut self, state: &State, candidates: &[Candidate]) -> Pass {
        let mut pass = Pass::default();
        let mut accepted: Vec<&Candidate> = Vec::new();
        let mut open: Vec<&[Candidate]> = vec![candidates];
        while let Some(group) = open.pop() {
            if group.is_empty() {
                continue;
            }
            let together: Vec<&Candidate> = accepted.iter().copied().chain(group).collect();
            match self.attempt(state, &together) {
                Ok(next) => {
                    accepted = together;
                    pass.state = Some(next);
                }
                Err(reason) if group.len() == 1 || self.left == 0 => {
                    pass.rejected.extend(group.iter().map(|candidate| Rejected {
                        fix: candidate.as_applied(),
                        reason: reason.clone(),
                    }));
                }
                Err(_) => {
                    let (first, second) = group.split_at(group.len() / 2);
                    open.extend([second, first]);
                }
            }
        }
        pass.applied = accepted.into_iter().cloned().collect();
        pass
    }

    /// The library with fixes applied, or what they would break.
    fn attempt(&mut self, state: &State, candidates: &[&Candidate]) -> Result<State, String> {
        let Some(left) = self.left.checked_sub(1) else {
            return Err("it was not tried: too many fixes break something".to_owned());
        };
        self.left = left;
        let library = state.library(self.library);
        let mut texts = state.texts.clone();
        let mut sources = Vec::new();
        for (path, edits) in edits_by_file(candidates) {
            let before = source_of(library, &path).ok_or_else(|| format!("{path} was not read"))?;
            let after = edit::apply(before.text(), &edits)
                .ok_or_else(|| format!("its edits do not fit {path}"))?;
            let marked = match before.had_bom() {
                true => format!("\u{FEFF}{after}"),
                false => after,
            };
            let source = Source::from_text(&path, &marked).map_err(|error| error.to_string())?;
            sources.push((path.clone(), marked.into_bytes()));
            texts.insert(path, source);
        }
        let paths: Vec<Utf8PathBuf> = sources.iter().map(|(path, _)| path.clone()).collect();
        let changed = library.with_sources(sources);
        for path in &paths {
            still_readable(library, &changed, path)?;
        }
        let errors = Errors::of(&changed, self.options).map_err(|error| error.to_string())?;
        if let Some(new) = errors.beyond(&state.errors) {
            return Err(format!("it would lead to {new}"));
        }
        Ok(State {
            changed: Some(changed),
            texts,
            errors,
        })
    }
}

/// A fix may mend text that cannot be read, but never make it worse.
fn still_readable(before: &Library, after: &Library, path: &Utf8Path) -> Result<(), String> {
    let count = |library: &Library| {
        let entries = library.entries_at(path);
        let complete = entries.map(|(_, entry)| (entry.problems().len(), entry.is_complete()));
        let all: Vec<_> = complete.collect();
        let problems: usize = all.iter().map(|(problems, _)| problems).sum();
        let unread = all.iter().filter(|(_, complete)| !complete).count();
        (all.len(), problems, unread)
    };
    let (documents, problems, unread) = count(before);
    let (now, worse, lost) = count(after);
    if documents != now || lost > unread || worse > problems {
        return Err(format!("{path} could not be read afterwards"));
    }
    Ok(())
}

/// The errors of a library.
#[derive(Debug, Default)]
struct Errors {
    /// How many there are of a rule in a document.
    counts: BTreeMap<(&'static str, Utf8PathBuf, usize), usize>,
    /// Their words.
    messages: BTreeSet<(&'static str, Utf8PathBuf, String)>,
    /// Their places.
    places: BTreeSet<(&'static str, Utf8PathBuf, String)>,
    /// How each is spoken of, in the order of the report.
    all: Vec<Error>,
}

#[derive(Debug)]
struct Error {
    code: &'static str,
    path: Utf8PathBuf,
    document: usize,
    message: String,
    place: String,
}

impl Error {
    fn of(located: &Located) -> Self {
        let primary = &located.primary;
        Self {
            code: located.finding.code,
            path: primary.path.clone(),
            document: primary.document,
            message: located.finding.message.clone(),
            place: primary
                .route
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
        }
    }
}

impl Errors {
    fn of(library: &Library, options: &Options<'_>) -> Result<Self, ConfigurationError> {
        let outcome = lint(library, options)?;
        let mut errors = Self::default();
        let found = outcome.report.findings.iter();
        for located in found.filter(|located| located.finding.severity == Severity::Error) {
            let error = Error::of(located);
            let (code, path) = (error.code, error.path.clone());
            *errors
                .counts
                .entry((code, path.clone(), error.document))
                .or_default() += 1;
            errors
                .messages
                .insert((code, path.clone(), error.message.clone()));
            errors.places.insert((code, path, error.place.clone()));
            errors.all.push(error);
        }
        Ok(errors)
    }

    /// An error that was not there before. Its words may have changed with what is mended around it, and its place
    /// may have moved, but not both, and a document never has more errors of one rule than before.
    fn beyond(&self, before: &Self) -> Option<String> {
        let is_new = |error: &&Error| {
            let key = (error.code, error.path.clone(), error.document);
            let said = (error.code, error.path.clone(), error.message.clone());
            let place = (error.code, error.path.clone(), error.place.clone());
            let was_there = before.messages.contains(&said) || before.places.contains(&place);
            self.counts.get(&key) > before.counts.get(&key) || !was_there
        };
        let error = self.all.iter().find(is_new)?;
        Some(format!(
            "{} in {}: {}",
            error.code, error.path, error.message
        ))
    }
}
