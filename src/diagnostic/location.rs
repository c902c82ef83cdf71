//! Where a finding is, before anybody has counted lines.

use std::ops::Range;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use crate::document::{Route, Source, Span, Target, Tree};

use super::located::Position;

/// A place in a document, with what there is to say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The file, relative to the repository.
    pub path: Utf8PathBuf,
    /// Which document of the file, from 0.
    pub document: usize,
    /// Where in the document.
    pub anchor: Anchor,
    /// What is to be seen there, in a few words.
    pub label: Option<String>,
}

/// A place within a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// A node, or where it would be: something that is missing is shown at the key of what it is missing from.
    Node {
        /// The way to it.
        route: Route,
        /// Which part of it.
        part: Part,
    },
    /// A part of the text of a scalar, such as a name in a condition.
    Text {
        /// The way to the scalar.
        route: Route,
        /// Bytes of the scalar's text.
        range: Range<usize>,
    },
    /// Bytes of the file, where no tree could be built.
    Span(Span),
}

/// Which part of a mapping entry is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// Its key; for an item of a list its first line.
    Key,
    /// Its value.
    Value,
    /// Both, as one.
    Whole,
}

impl Location {
    /// The value at a route.
    pub fn value(path: impl Into<Utf8PathBuf>, document: usize, route: Route) -> Self {
        Self::node(path, document, route, Part::Value)
    }

    /// The key at a route.
    pub fn key(path: impl Into<Utf8PathBuf>, document: usize, route: Route) -> Self {
        Self::node(path, document, route, Part::Key)
    }

    /// A part of the entry at a route.
    pub fn node(path: impl Into<Utf8PathBuf>, document: usize, route: Route, part: Part) -> Self {
        Self::new(path, document, Anchor::Node { route, part })
    }

    /// Some bytes of the text of the scalar at a route.
    pub fn text(
        path: impl Into<Utf8PathBuf>,
        document: usize,
        route: Route,
        range: Range<usize>,
    ) -> Self {
        Self::new(path, document, Anchor::Text { route, range })
    }

    /// Some bytes of a file.
    pub fn span(path: impl Into<Utf8PathBuf>, document: usize, span: Span) -> Self {
        Self::new(path, document, Anchor::Span(span))
    }

    /// A file as a whole; it is shown by its beginning.
    pub fn file(path: impl Into<Utf8PathBuf>) -> Self {
        Self::span(path, 0, Span::empty(0))
    }

    fn new(path: impl Into<Utf8PathBuf>, document: usize, anchor: Anchor) -> Self {
        Self {
            path: path.into(),
            document,
            anchor,
            label: None,
        }
    }

    /// This place, saying what is to be seen there.
    #[must_use]
    pub fn labelled(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// The file.
    pub fn path(&self) -> &Utf8Path {
        &self.path
    }

    /// The way to the node, unless the place is known by its bytes only.
    pub fn route(&self) -> Option<&Route> {
        match &self.anchor {
            Anchor::Node { route, .. } | Anchor::Text { route, .. } => Some(route),
            Anchor::Span(_) => None,
        }
    }

    /// The bytes the place takes up in `tree`, the tree of its document.
    pub fn span_in(&self, tree: &Tree) -> Span {
        match &self.anchor {
            Anchor::Span(span) => *span,
            Anchor::Node { route, part } => match part {
                Part::Key => tree.span_at(route, Target::Key),
                Part::Value => tree.span_at(route, Target::Value),
                Part::Whole => tree
                    .span_at(route, Target::Key)
                    .cover(tree.span_at(route, Target::Value)),
            },
            Anchor::Text { route, range } => match tree.resolve(route) {
                Some(node) => node.span_of_text(range.clone()),
                None => tree.span_at(route, Target::Value),
            },
        }
    }

    /// The place with its bytes, line and column. Without a tree a symbolic place is shown by the beginning of its
    /// file, and without a source by the file's name.
    pub fn locate(&self, source: Option<&Source>, tree: Option<&Tree>) -> Position {
        let span = match (&self.anchor, tree) {
            (Anchor::Span(span), _) => *span,
            (_, Some(tree)) => self.span_in(tree),
            (_, None) => Span::empty(0),
        };
        Position::new(self, source.cloned(), span)
    }
}
