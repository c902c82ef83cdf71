//! Fixes of findings, made through the editor of their document.

use std::ops::Range;

use super::{DocumentScope, Draft};
use crate::diagnostic::{Applicability, Edit};
use crate::document::Route;
use crate::document::edit::{Editor, NewValue, TextEdit};
use crate::document::scalar::{self, Resolved};
use crate::library::Entry;

/// Where a name is written that may be misspelt.
#[derive(Clone, Debug)]
pub enum Spelled {
    /// As the key of an entry.
    Key(Route),
    /// As a value.
    Value(Route),
    /// As part of the text of a scalar, such as a name in a condition.
    Text(Route, Range<usize>),
}

impl DocumentScope<'_> {
    /// Edits of this document; none when its editor cannot make them soundly.
    pub fn edits(
        &self,
        make: impl FnOnce(Editor<'_>) -> Option<Vec<TextEdit>>,
    ) -> Option<Vec<Edit>> {
        edits(self.entry, make)
    }
}

/// Edits of a document; none when its editor cannot make them soundly.
pub(super) fn edits(
    entry: &Entry,
    make: impl FnOnce(Editor<'_>) -> Option<Vec<TextEdit>>,
) -> Option<Vec<Edit>> {
    let edits = make(Editor::new(entry.tree()))?.into_iter();
    let placed = edits.map(|edit| Edit {
        path: entry.path().to_owned(),
        span: edit.span,
        replacement: edit.replacement,
    });
    Some(placed.collect())
}

/// Writes another name where one is spelled.
pub(super) fn respelled(entry: &Entry, place: &Spelled, name: &str) -> Option<Vec<Edit>> {
    edits(entry, |editor| match place {
        Spelled::Key(route) => editor.rename(route, name),
        Spelled::Value(route) => editor.replace(route, &named(name)),
        Spelled::Text(route, range) => editor.replace_text(route, range.clone(), name),
    })
}

// The schema lists numbers and truth values by the text that stands for them.
fn named(name: &str) -> NewValue {
    match scalar::resolve(name) {
        Resolved::Str | Resolved::OutOfRange => NewValue::text(name),
        _ => NewValue::Literal(name.to_owned()),
    }
}

impl Draft<'_> {
    /// A change that mends it, if it can be made soundly.
    pub fn fix_if(
        self,
        title: impl Into<String>,
        applicability: Applicability,
        edits: Option<Vec<Edit>>,
    ) -> Self {
        match edits {
            Some(edits) if !edits.is_empty() => self.fix(title, applicability, edits),
            _ => self,
        }
    }

    /// Asks whether the nearest known name was meant, and offers to write it; without one, says what else helps.
    pub fn did_you_mean(
        self,
        scope: &DocumentScope<'_>,
        place: &Spelled,
        nearest: Option<&str>,
        otherwise: &str,
    ) -> Self {
        match nearest {
            None => self.help(otherwise),
            Some(name) => self.help(format!("did you mean `{name}`?")).fix_if(
                format!("write `{name}`"),
                Applicability::Unsafe,
                respelled(scope.entry, place, name),
            ),
        }
    }
}
