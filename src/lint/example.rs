//! Examples of rules: the starter library with something changed.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};

use crate::document::Span;
use crate::library::starter;

/// The day examples are looked at.
pub const TODAY: Date = date(2026, 12, 1);

/// What is changed in the starter library. In a bad example `«…»` in new text marks the exact places its findings
/// point at.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    changes: Changes,
}

#[derive(Clone, Copy, Debug)]
enum Changes {
    None,
    One(Change),
    Several(&'static [Change]),
}

/// One change.
#[derive(Clone, Copy, Debug)]
pub enum Change {
    /// Replaces text that occurs exactly once in a file.
    Edit {
        /// The file.
        path: &'static str,
        /// The text that is replaced.
        find: &'static str,
        /// The text that takes its place.
        replace: &'static str,
    },
    /// Adds a file, or replaces it.
    File {
        /// The file.
        path: &'static str,
        /// Its text.
        text: &'static str,
    },
    /// Takes a file away.
    Remove {
        /// The file.
        path: &'static str,
    },
}

impl Example {
    /// The starter library as it is.
    pub const fn base() -> Self {
        Self {
            changes: Changes::None,
        }
    }

    /// The starter library with `find`, which occurs exactly once in `path`, replaced.
    pub const fn edit(path: &'static str, find: &'static str, replace: &'static str) -> Self {
        Self {
            changes: Changes::One(Change::edit(path, find, replace)),
        }
    }

    /// The starter library with a file added or replaced.
    pub const fn file(path: &'static str, text: &'static str) -> Self {
        Self {
            changes: Changes::One(Change::file(path, text)),
        }
    }

    /// The starter library with several changes, made in order.
    pub const fn edits(changes: &'static [Change]) -> Self {
        Self {
            changes: Changes::Several(changes),
        }
    }

    /// The changes, in order.
    pub fn changes(&self) -> &[Change] {
        match &self.changes {
            Changes::None => &[],
            Changes::One(change) => std::slice::from_ref(change),
            Changes::Several(changes) => changes,
        }
    }

    /// The library of the example.
    ///
    /// # Errors
    /// What is wrong with the example: a text that does not occur exactly once, or marks that do not pair.
    pub fn build(&self) -> Result<Overlay, String> {
        let starter = starter::FILES
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        let mut files: BTreeMap<String, String> = starter.collect();
        for change in self.changes() {
            change.apply(&mut files)?;
        }
        let mut marks = Vec::new();
        // Only what the example writes can hold marks; quotation marks of the starter's prose are left alone.
        for path in self.changed_paths() {
            if let Some(text) = files.get_mut(path) {
                let (plain, spans) = without_marks(text).map_err(|why| format!("{path}: {why}"))?;
                *text = plain;
                marks.extend(spans.into_iter().map(|span| (path.to_owned(), span)));
            }
        }
        marks.sort();
        Ok(Overlay { files, marks })
    }

    fn changed_paths(&self) -> Vec<&'static str> {
        let mut paths: Vec<_> = self.changes().iter().map(Change::path).collect();
        paths.sort_unstable();
        paths.dedup();
        paths
    }
}

/// The files of an example, and where its findings are expected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overlay {
    /// Text by path.
    pub files: BTreeMap<String, String>,
    /// The marked places, ordered.
    pub marks: Vec<(String, Span)>,
}

impl Change {
    /// See [`Change::Edit`].
    pub const fn edit(path: &'static str, find: &'static str, replace: &'static str) -> Self {
        Self::Edit {
            path,
            find,
            replace,
        }
    }

    /// See [`Change::File`].
    pub const fn file(path: &'static str, text: &'static str) -> Self {
        Self::File { path, text }
    }

    /// See [`Change::Remove`].
    pub const fn remove(path: &'static str) -> Self {
        Self::Remove { path }
    }

    /// The file that is changed.
    pub fn path(&self) -> &'static str {
        match self {
            Self::Edit { path, .. } | Self::File { path, .. } | Self::Remove { path } => path,
        }
    }

    fn apply(&self, files: &mut BTreeMap<String, String>) -> Result<(), String> {
        match *self {
            Self::File { path, text } => {
                files.insert(path.to_owned(), text.to_owned());
            }
            Self::Remove { path } => {
                if files.remove(path).is_none() {
                    return Err(format!("{path} is not in the starter library"));
                }
            }
            Self::Edit {
                path,
                find,
                replace,
            } => {
                let Some(text) = files.get_mut(path) else {
                    return Err(format!("{path} is not in the starter library"));
                };
                match text.matches(find).count() {
                    1 => *text = text.replacen(find, replace, 1),
                    count => {
                        return Err(format!("{path} holds `{find}` {count} times, not once"));
                    }
                }
            }
        }
        Ok(())
    }
}

const OPEN: char = '«';
const CLOSE: char = '»';

/// The text without marks, and the places that were marked.
fn without_marks(text: &str) -> Result<(String, Vec<Span>), String> {
    let mut plain = String::with_capacity(text.len());
    let mut spans = Vec::new();
    let mut open = None;
    for c in text.chars() {
        let here = u32::try_from(plain.len()).unwrap_or(u32::MAX);
        match (c, open) {
            (OPEN, None) => open = Some(here),
            (CLOSE, Some(start)) => {
                spans.push(Span::new(start, here));
                open = None;
            }
            (OPEN | CLOSE, _) => return Err(format!("`{c}` does not pair at byte {here}")),
            _ => plain.push(c),
        }
    }
    match open {
        None => Ok((plain, spans)),
        Some(start) => Err(format!("`{OPEN}` at byte {start} is never closed")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_stripped_and_remembered() {
        let (text, spans) = without_marks("a: «b» ü «»c").unwrap();
        assert_eq!(text, "a: b ü c");
        assert_eq!(spans, [Span::new(3, 4), Span::new(8, 8)]);
        for wrong in ["«", "»", "««»"] {
            assert!(without_marks(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_edit_has_to_find_its_text_exactly_once() {
        assert!(
            Example::edit("rbk.yaml", "kind: Repository", "kind: X")
                .build()
                .is_ok()
        );
        assert!(Example::edit("rbk.yaml", "yaml", "x").build().is_err());
        assert!(Example::edit("rbk.yaml", "nothing", "x").build().is_err());
        assert!(Example::edit("none.yaml", "a", "x").build().is_err());
    }
}
