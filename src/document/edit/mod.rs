//! Small changes to the text of a document that keep everything else as its author wrote it: comments, order, quoting,
//! indentation, line breaks.
//!
//! An [`Editor`] turns a wish about the tree into replacements of text. It answers only where the change is sound by
//! construction; where the text is written in a way it does not know, it has no edit to offer.

mod insert;
mod lines;
mod relocate;
mod remove;
mod replace;
#[cfg(test)]
mod tests;
mod value;

use super::route::{Route, Segment};
use super::source::Span;
use super::tree::{NodeKind, NodeRef, Style, Tree};
use lines::Lines;

pub use value::NewValue;

/// One replacement of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextEdit {
    /// What is replaced, in the text of the source; an empty span inserts.
    pub span: Span,
    /// The text that takes its place.
    pub replacement: String,
}

impl TextEdit {
    fn new(start: usize, end: usize, replacement: impl Into<String>) -> Self {
        Self {
            span: Span::from_usize(start, end),
            replacement: replacement.into(),
        }
    }
}

/// The text with edits made; none when they overlap or do not lie in the text. Insertions at one place are made in
/// the order given.
pub fn apply(text: &str, edits: &[TextEdit]) -> Option<String> {
    let mut ordered: Vec<&TextEdit> = edits.iter().collect();
    ordered.sort_by_key(|edit| edit.span);
    let mut changed = String::with_capacity(text.len());
    let mut done = 0;
    for edit in ordered {
        changed.push_str(text.get(done..edit.span.start as usize)?);
        changed.push_str(&edit.replacement);
        done = edit.span.end as usize;
    }
    changed.push_str(text.get(done..)?);
    Some(changed)
}

/// Makes edits of one document.
#[derive(Debug, Clone, Copy)]
pub struct Editor<'t> {
    tree: &'t Tree,
    lines: Lines<'t>,
}

impl<'t> Editor<'t> {
    /// An editor of this document.
    pub fn new(tree: &'t Tree) -> Self {
        Self {
            tree,
            lines: Lines::new(tree.source_text()),
        }
    }

    /// Writes a value at a route: in place of the scalar that is there, or as a new entry of the mapping it belongs
    /// to. Mappings on the way that do not exist yet are written too.
    pub fn set(&self, route: &Route, value: &NewValue) -> Option<Vec<TextEdit>> {
        let (node, depth) = self.tree.nearest(route);
        let missing = route.segments().get(depth..)?;
        let Some((first, rest)) = missing.split_first() else {
            return self.replace(route, value);
        };
        let mut nested = value.clone();
        for segment in rest.iter().rev() {
            let Segment::Key(name) = segment else {
                return None;
            };
            nested = NewValue::Mapping(vec![(name.clone(), nested)]);
        }
        match first {
            Segment::Key(name) => self.insert_into(node, name, &nested),
            Segment::Index(_) => None,
        }
    }

    fn node(&self, route: &Route) -> Option<NodeRef<'t>> {
        self.tree.resolve(route)
    }

    /// The collection that holds what a route leads to.
    fn holder(&self, route: &Route) -> Option<NodeRef<'t>> {
        self.node(&route.parent()?)
    }

    /// Where an entry ends that is written `key: value`; a value that is not there ends after the colon.
    fn end_of(&self, value: NodeRef<'t>) -> Option<usize> {
        let end = value.span().end as usize;
        if !value.span().is_empty() {
            return Some(end);
        }
        let route = self.tree.route_to(value);
        let Some(Segment::Key(name)) = route.last() else {
            return None;
        };
        let key = self.holder(&route)?.entry(name)?.key;
        if matches!(key.style(), Style::Literal | Style::Folded) {
            return None;
        }
        let between = self.lines.between(key.span().end as usize, end);
        (between.trim_start_matches([' ', '\t']) == ":").then_some(end)
    }

    /// Where the bracket is that closes a collection.
    fn bracket_of(&self, collection: NodeRef<'t>) -> Option<usize> {
        let end = collection.span().end as usize;
        let bracket = self.lines.between(end.checked_sub(1)?, end);
        matches!(bracket, "]" | "}").then_some(end - 1)
    }

    /// Whether new lines can follow the lines of a value without becoming part of it, or taking part of it away.
    fn ends_plainly(&self, value: NodeRef<'_>) -> bool {
        let mut last = value;
        while last.style() == Style::Block {
            let below = match last.kind() {
                NodeKind::Map => last.entries().next_back().map(|entry| entry.value),
                _ => last.items().next_back(),
            };
            match below {
                Some(below) => last = below,
                None => return false,
            }
        }
        if !matches!(last.style(), Style::Literal | Style::Folded) {
            return true;
        }
        // The trailing line breaks of a block scalar may belong to it.
        let header = last.raw().lines().next().unwrap_or_default();
        let has_content = last.raw().contains('\n');
        has_content
            && !header.contains('+')
            && self
                .lines
                .is_followed_by_nothing_blank(last.span().end as usize)
    }
}

fn is_flow(node: NodeRef<'_>) -> bool {
    node.style() == Style::Flow
}
