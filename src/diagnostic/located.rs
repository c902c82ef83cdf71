//! A finding whose places have been looked up.

use camino::{Utf8Path, Utf8PathBuf};

use crate::document::{LineCol, Route, Source, Span};

use super::finding::Finding;
use super::location::{Anchor, Location, Part};

/// A finding whose places have been looked up.
#[derive(Clone, Debug)]
pub struct Located {
    /// What is wrong.
    pub finding: Finding,
    /// The place to mend.
    pub primary: Position,
    /// Places that explain it, in the finding's order.
    pub related: Vec<Position>,
}

/// A place in the text of a file.
#[derive(Clone, Debug)]
pub struct Position {
    /// The file, relative to the repository.
    pub path: Utf8PathBuf,
    /// Which document of the file, from 0.
    pub document: usize,
    /// The way to the node, where one is known.
    pub route: Option<Route>,
    /// Which part of the node.
    pub part: Part,
    /// The bytes of the text.
    pub span: Span,
    /// Where they start.
    pub start: LineCol,
    /// Where they end (exclusive).
    pub end: LineCol,
    /// What is to be seen there.
    pub label: Option<String>,
    /// The text of the file, when it could be read.
    pub source: Option<Source>,
}

impl Position {
    pub(super) fn new(location: &Location, source: Option<Source>, span: Span) -> Self {
        let at = |offset| match &source {
            Some(source) => source.line_col(offset),
            None => LineCol { line: 1, column: 1 },
        };
        Self {
            path: location.path.clone(),
            document: location.document,
            route: location.route().cloned(),
            part: match &location.anchor {
                Anchor::Node { part, .. } => *part,
                Anchor::Text { .. } | Anchor::Span(_) => Part::Value,
            },
            span,
            start: at(span.start),
            end: at(span.end),
            label: location.label.clone(),
            source,
        }
    }
}

impl Located {
    /// Looks up every place of a finding with `locate`.
    pub fn new(finding: Finding, mut locate: impl FnMut(&Location) -> Position) -> Self {
        Self {
            primary: locate(&finding.primary),
            related: finding.related.iter().map(locate).collect(),
            finding,
        }
    }

    /// The same with its files below a folder.
    pub(super) fn below(mut self, folder: &Utf8Path) -> Self {
        let related = self.related.iter_mut().map(|place| &mut place.path);
        let edits = self.finding.fix.iter_mut().flat_map(|fix| &mut fix.edits);
        let edits = edits.map(|edit| &mut edit.path);
        let paths = related.chain(edits).chain([&mut self.primary.path]);
        for path in paths {
            *path = folder.join(&*path);
        }
        self
    }

    /// Findings are shown by file, then by position, then by code; the message decides what is left.
    pub(super) fn order(&self, other: &Self) -> std::cmp::Ordering {
        let key = |located: &Self| (located.primary.span, located.finding.code);
        self.primary
            .path
            .cmp(&other.primary.path)
            .then_with(|| key(self).cmp(&key(other)))
            .then_with(|| self.finding.message.cmp(&other.finding.message))
    }

    /// The primary place, then the related ones.
    pub fn positions(&self) -> impl Iterator<Item = &Position> {
        std::iter::once(&self.primary).chain(&self.related)
    }
}
