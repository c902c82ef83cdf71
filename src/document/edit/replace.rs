//! Replacing a value and renaming a key.

use std::ops::Range;

use super::value::written;
use super::{Editor, NewValue, TextEdit, is_flow};
use crate::document::route::{Route, Segment};
use crate::document::tree::{NodeKind, NodeRef, Style};

impl<'t> Editor<'t> {
    /// Writes a value in place of the scalar, or of the collection on one line, at a route. Text keeps the quotes
    /// that were there.
    pub fn replace(&self, route: &Route, value: &NewValue) -> Option<Vec<TextEdit>> {
        let node = self.node(route)?;
        let in_flow = self.holder(route).is_some_and(is_flow);
        self.replace_node(node, value, in_flow)
    }

    pub(super) fn replace_node(
        &self,
        node: NodeRef<'t>,
        value: &NewValue,
        in_flow: bool,
    ) -> Option<Vec<TextEdit>> {
        let span = node.span().range();
        if span.is_empty() {
            let text = value.on_one_line(in_flow)?;
            let at = self.end_of(node)?;
            return Some(vec![TextEdit::new(at, at, format!(" {text}"))]);
        }
        let text = match (node.kind(), node.style(), value) {
            (_, Style::Literal | Style::Folded | Style::Block, _) => return None,
            (NodeKind::Seq | NodeKind::Map, ..) if node.raw().contains(['\n', '\r']) => {
                return None;
            }
            (_, style @ (Style::SingleQuoted | Style::DoubleQuoted), NewValue::Text(text)) => {
                written(text, style, in_flow)?
            }
            _ => value.on_one_line(in_flow)?,
        };
        let is_collection = matches!(node.kind(), NodeKind::Seq | NodeKind::Map);
        if is_collection && !in_flow {
            // What follows a bracket may become part of a plain scalar.
            self.lines.ended_by(span.end)?;
        }
        Some(vec![TextEdit::new(span.start, span.end, text)])
    }

    /// Writes a name in place of a part of the text of a scalar, such as another name in a condition.
    pub fn replace_text(
        &self,
        route: &Route,
        range: Range<usize>,
        name: &str,
    ) -> Option<Vec<TextEdit>> {
        let node = self.node(route)?;
        let old = node.as_str()?.get(range.clone())?;
        let span = node.span_of_text(range).range();
        // A part that is written with escapes, or across lines, is not a name.
        let is_word = |text: &str| {
            let is_letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
            !text.is_empty() && text.chars().all(is_letter)
        };
        let is_written = self.lines.between(span.start, span.end) == old;
        let is_whole = node.style() == Style::Plain && old.len() == node.raw().len();
        if is_whole {
            return self.replace(route, &NewValue::text(name));
        }
        (is_word(old) && is_word(name) && is_written)
            .then(|| vec![TextEdit::new(span.start, span.end, name)])
    }

    /// Gives the key of an entry another name, in the quotes it has.
    pub fn rename(&self, route: &Route, name: &str) -> Option<Vec<TextEdit>> {
        let holder = self.holder(route)?;
        let Some(Segment::Key(old)) = route.last() else {
            return None;
        };
        let entry = holder.entry(old)?;
        if holder.entry(name).is_some() || entry.key_span.is_empty() {
            return None;
        }
        let text = written(name, entry.key.style(), is_flow(holder))?;
        let span = entry.key_span.range();
        Some(vec![TextEdit::new(span.start, span.end, text)])
    }
}
