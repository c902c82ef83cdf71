//! The files of a library in canonical layout.

use camino::Utf8Path;

use super::Library;
use super::entry::Entry;
use crate::document::format::{FormatError, Formatter};

impl Library {
    /// What lays out the file at `path` anew, from the trees that were read of it; none if no document is there.
    ///
    /// # Errors
    /// The file has problems, so that the trees may not hold all of it.
    pub fn formatter(&self, path: &Utf8Path) -> Option<Result<Formatter<'_>, FormatError>> {
        let entries: Vec<&Entry> = self.entries_at(path).map(|(_, entry)| entry).collect();
        let first = entries.first()?;
        let is_readable = |entry: &&Entry| {
            entry.is_complete() && entry.problems().is_empty() && entry.markdown_error().is_none()
        };
        if !entries.iter().all(is_readable) {
            return Some(Err(FormatError::Problems));
        }
        let trees = entries.iter().map(|entry| entry.tree()).collect();
        Some(Ok(Formatter::new(first.source(), trees, first.body())))
    }
}
