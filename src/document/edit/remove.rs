//! Taking entries and items away.

use super::lines::is_blank;
use super::{Editor, TextEdit, is_flow};
use crate::document::route::{Route, Segment};
use crate::document::source::Span;
use crate::document::tree::{NodeKind, NodeRef};

/// A part of a collection as it is written: an entry with its key, or an item with its dash.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written<'t> {
    /// The collection.
    pub(super) holder: NodeRef<'t>,
    /// Where it begins: its key, or its dash.
    pub(super) start: usize,
    /// Where its value ends.
    pub(super) end: usize,
    /// The value.
    pub(super) value: NodeRef<'t>,
    /// Its position in the collection.
    at: usize,
}

impl<'t> Editor<'t> {
    /// Takes the entry or item at a route away, with the comment on its line. The last one of a collection leaves an
    /// empty collection behind.
    pub fn remove(&self, route: &Route) -> Option<Vec<TextEdit>> {
        let part = self.part(route)?;
        let edit = match is_flow(part.holder) {
            true => self.remove_flow(&part)?,
            false => self.remove_block(&part)?,
        };
        Some(vec![edit])
    }

    /// Takes a comment away, with its line when nothing else stands on it.
    pub fn remove_comment(&self, span: Span) -> Option<Vec<TextEdit>> {
        let range = span.range();
        let comment = self.tree.comments().find(|comment| comment.span == span)?;
        let line = self.lines.at(range.start)?;
        if comment.own_line && line.next > line.end {
            return Some(vec![TextEdit::new(line.start, line.next, "")]);
        }
        let before = self.lines.between(line.start, range.start);
        let start = line.start + before.trim_end_matches([' ', '\t']).len();
        Some(vec![TextEdit::new(start, range.end, "")])
    }

    pub(super) fn part(&self, route: &Route) -> Option<Written<'t>> {
        let holder = self.holder(route)?;
        let last = route.last()?;
        let value = holder.child(last)?;
        let at = match holder.kind() {
            NodeKind::Map => holder.entries().position(|entry| entry.value == value)?,
            _ => holder.items().position(|item| item == value)?,
        };
        let (start, end) = self.extent(holder, at)?;
        Some(Written {
            holder,
            start,
            end,
            value,
            at,
        })
    }

    fn value_at(&self, holder: NodeRef<'t>, at: usize) -> Option<NodeRef<'t>> {
        match holder.kind() {
            NodeKind::Map => holder.entries().nth(at).map(|entry| entry.value),
            _ => holder.item(at),
        }
    }

    /// From where to where a part of a collection is written.
    fn extent(&self, holder: NodeRef<'t>, at: usize) -> Option<(usize, usize)> {
        if holder.kind() == NodeKind::Map {
            let entry = holder.entries().nth(at)?;
            let key = entry.key_span;
            // A key without a colon or with a `?` is written in a way that is not known here.
            let follows = self
                .lines
                .text()
                .get(key.end as usize..)?
                .trim_start_matches([' ', '\t']);
            let end = self.end_of(entry.value)?;
            return (!key.is_empty() && follows.starts_with(':'))
                .then_some((key.start as usize, end));
        }
        let item = holder.item(at)?;
        let start = item.span().start as usize;
        if item.span().is_empty() {
            return None;
        }
        let end = item.span().end as usize;
        if is_flow(holder) {
            return Some((start, end));
        }
        self.dash_column(item)?;
        let before = self.lines.text_before(start);
        Some((before.trim_end_matches(' ').len().checked_sub(1)?, end))
    }

    fn remove_flow(&self, part: &Written<'t>) -> Option<TextEdit> {
        let close = self.bracket_of(part.holder)?;
        if let Some((next, _)) = self.next(part)? {
            let gap = self.lines.between(part.end, next);
            return (!gap.contains('#')).then(|| TextEdit::new(part.start, next, ""));
        }
        if let Some(before) = part.at.checked_sub(1) {
            let (_, end) = self.extent(part.holder, before)?;
            let gap = self.lines.between(end, part.start);
            return (!gap.contains('#')).then(|| TextEdit::new(end, part.end, ""));
        }
        let after = self.lines.between(part.end, close);
        let is_comma = after
            .bytes()
            .all(|byte| byte == b',' || byte.is_ascii_whitespace());
        is_comma.then(|| TextEdit::new(part.start, close, ""))
    }

    /// Where the next part of the collection begins and ends.
    fn next(&self, part: &Written<'t>) -> Option<Option<(usize, usize)>> {
        if part.at + 1 < part.holder.len() {
            return self.extent(part.holder, part.at + 1).map(Some);
        }
        Some(None)
    }

    pub(super) fn remove_block(&self, part: &Written<'t>) -> Option<TextEdit> {
        if part.holder.len() == 1 {
            return self.empty_block(part);
        }
        // Blank lines that follow could become part of a block scalar above.
        let above = part
            .at
            .checked_sub(1)
            .and_then(|at| self.value_at(part.holder, at));
        if !self.ends_plainly(part.value) || above.is_some_and(|above| !self.ends_plainly(above)) {
            return None;
        }
        let last = self.lines.ended_by(part.end)?;
        let column = self.lines.column(part.start)?;
        let last = self.lines.with_comments_below(last, column)?;
        if self.lines.begins_line(part.start) {
            let first = self.lines.at(part.start)?;
            if last.next > last.end {
                return Some(TextEdit::new(first.start, last.next, ""));
            }
            // The last line of a text that does not end in a line break.
            let before = self.lines.at(first.start.checked_sub(1)?).or_else(|| {
                // Between the two bytes of a line break.
                self.lines.at(first.start.checked_sub(2)?)
            })?;
            return Some(TextEdit::new(before.end, last.end, ""));
        }
        // The first part of a collection that begins on the line of a dash.
        let (next, _) = self.next(part)??;
        let next_line = self.lines.at(next)?;
        let between = self.lines.between(last.end, next_line.start);
        let is_adjacent = between.bytes().all(|byte| byte.is_ascii_whitespace());
        let aligned =
            is_blank(self.lines.between(next_line.start, next)) && next - next_line.start == column;
        (is_adjacent && aligned).then(|| TextEdit::new(part.start, next, ""))
    }

    /// Leaves `{}` or `[]` after the key of a collection that loses its only part.
    fn empty_block(&self, part: &Written<'t>) -> Option<TextEdit> {
        let route = self.tree.route_to(part.holder);
        let above = self.holder(&route)?;
        let Some(Segment::Key(name)) = route.last() else {
            return None;
        };
        let key = above.entry(name)?.key_span.end as usize;
        let gap = self.lines.between(key, part.start);
        let colon = key + gap.len() - gap.trim_start_matches([' ', '\t']).len();
        let after = self.lines.between(colon, part.start).strip_prefix(':')?;
        let is_plain = after.bytes().all(|byte| byte.is_ascii_whitespace()) && after.contains('\n');
        if !is_plain || !self.ends_plainly(part.value) {
            return None;
        }
        self.lines.ended_by(part.end)?;
        let empty = if part.holder.kind() == NodeKind::Map {
            " {}"
        } else {
            " []"
        };
        Some(TextEdit::new(colon + 1, part.end, empty))
    }
}
