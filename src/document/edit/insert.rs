//! Adding entries to mappings and items to lists.

use super::lines::{Line, is_blank, is_tail};
use super::{Editor, NewValue, TextEdit, is_flow};
use crate::document::route::Route;
use crate::document::tree::{NodeKind, NodeRef, Style};

/// Where a line can be added to a collection that is written by indentation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gap {
    /// The line it follows.
    pub(super) after: Line,
    /// The column at which it begins.
    pub(super) column: usize,
}

impl<'t> Editor<'t> {
    /// Adds an entry at the end of the mapping at a route. A mapping that is written as nothing (`labels:`) is
    /// written too.
    pub fn insert(&self, route: &Route, key: &str, value: &NewValue) -> Option<Vec<TextEdit>> {
        self.insert_into(self.node(route)?, key, value)
    }

    pub(super) fn insert_into(
        &self,
        mapping: NodeRef<'t>,
        key: &str,
        value: &NewValue,
    ) -> Option<Vec<TextEdit>> {
        match mapping.kind() {
            NodeKind::Map if mapping.entry(key).is_some() => None,
            NodeKind::Map if is_flow(mapping) => self.insert_flow(mapping, &value.as_entry(key)?),
            NodeKind::Map => {
                let gap = self.end_of_block(mapping)?;
                let text = value.as_block_entry(key, gap.column, self.lines.line_break())?;
                Some(vec![self.line_added(gap, &text)])
            }
            NodeKind::Null if !self.is_root(mapping) => {
                let written = NewValue::entry(key, value.clone());
                self.replace_node(mapping, &written, false)
            }
            _ => None,
        }
    }

    /// Adds items at the end of the list at a route. A list that is written as nothing is written too.
    pub fn append(&self, route: &Route, values: &[NewValue]) -> Option<Vec<TextEdit>> {
        let list = self.node(route)?;
        if values.is_empty() {
            return None;
        }
        match list.kind() {
            NodeKind::Seq if is_flow(list) => {
                let items: Option<Vec<_>> =
                    values.iter().map(|value| value.on_one_line(true)).collect();
                self.insert_flow(list, &items?.join(", "))
            }
            NodeKind::Seq => {
                let gap = self.end_of_block(list)?;
                let line = |value: &NewValue| {
                    let text = format!("- {}", value.on_one_line(false)?);
                    Some(self.line_added(gap, &text).replacement)
                };
                let lines: Option<Vec<String>> = values.iter().map(line).collect();
                let at = gap.after.end;
                Some(vec![TextEdit::new(at, at, lines?.concat())])
            }
            NodeKind::Null if !self.is_root(list) => {
                self.replace_node(list, &NewValue::List(values.to_vec()), false)
            }
            _ => None,
        }
    }

    fn is_root(&self, node: NodeRef<'_>) -> bool {
        self.tree.root() == node
    }

    pub(super) fn line_added(&self, gap: Gap, text: &str) -> TextEdit {
        let line_break = self.lines.line_break();
        let indent = " ".repeat(gap.column);
        let at = gap.after.end;
        TextEdit::new(at, at, format!("{line_break}{indent}{text}"))
    }

    /// Where the next entry or item of a block collection goes.
    pub(super) fn end_of_block(&self, collection: NodeRef<'t>) -> Option<Gap> {
        if collection.style() != Style::Block {
            return None;
        }
        let (value, column) = match collection.kind() {
            NodeKind::Map => {
                let entry = collection.entries().next_back()?;
                (
                    entry.value,
                    self.lines.column(entry.key_span.start as usize)?,
                )
            }
            _ => {
                let item = collection.items().next_back()?;
                (item, self.dash_column(item)?)
            }
        };
        if !self.ends_plainly(value) {
            return None;
        }
        let line = self.lines.ended_by(self.end_of(value)?)?;
        let after = self.lines.with_comments_below(line, column)?;
        Some(Gap { after, column })
    }

    /// The column of the dash before an item.
    pub(super) fn dash_column(&self, item: NodeRef<'_>) -> Option<usize> {
        if item.span().is_empty() {
            return None;
        }
        let before = self.lines.text_before(item.span().start as usize);
        let dash = before.trim_end_matches(' ').len().checked_sub(1)?;
        let is_dash = before.get(dash..)?.starts_with("- ");
        is_dash.then(|| self.lines.column(dash)).flatten()
    }

    pub(super) fn insert_flow(&self, collection: NodeRef<'t>, text: &str) -> Option<Vec<TextEdit>> {
        let span = collection.span().range();
        let close = self.bracket_of(collection)?;
        let last = match collection.kind() {
            NodeKind::Map => {
                let entry = collection.entries().next_back();
                entry.map(|entry| (entry.key_span.start as usize, entry.value))
            }
            _ => {
                let item = collection.items().next_back();
                item.map(|item| (item.span().start as usize, item))
            }
        };
        let Some((start, value)) = last else {
            let inner = self.lines.between(span.start + 1, close);
            let is_empty = inner.bytes().all(|byte| byte.is_ascii_whitespace());
            return is_empty.then(|| vec![TextEdit::new(span.start + 1, close, text)]);
        };
        if value.span().is_empty() {
            return None;
        }
        let end = value.span().end as usize;
        let rest = self.lines.between(end, close);
        if !rest.contains('\n') {
            return Some(vec![TextEdit::new(end, end, format!(", {text}"))]);
        }
        self.insert_flow_line(start, end, rest, text)
    }

    /// Adds a line within brackets that span several.
    fn insert_flow_line(
        &self,
        start: usize,
        end: usize,
        rest: &str,
        text: &str,
    ) -> Option<Vec<TextEdit>> {
        let line = self.lines.at(end)?;
        let first = self.lines.at(start)?;
        let indent = self.lines.between(first.start, start);
        let own_line = is_blank(indent);
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let after_comma = rest
            .get(blanks..)?
            .strip_prefix(',')
            .map(|_| end + blanks + 1);
        let comma_elsewhere = |line: &str| line.trim_start().starts_with(',');
        if after_comma.is_none() && rest.lines().any(comma_elsewhere) {
            return None;
        }
        if !is_tail(self.lines.between(after_comma.unwrap_or(end), line.end)) {
            return None;
        }
        if !own_line {
            return Some(vec![TextEdit::new(end, end, format!(", {text}"))]);
        }
        let line_break = self.lines.line_break();
        let comma = after_comma.map_or("", |_| ",");
        let added = TextEdit::new(
            line.end,
            line.end,
            format!("{line_break}{indent}{text}{comma}"),
        );
        Some(match after_comma {
            Some(_) => vec![added],
            None if line.end == end => {
                vec![TextEdit::new(end, end, format!(",{}", added.replacement))]
            }
            None => vec![TextEdit::new(end, end, ","), added],
        })
    }
}
