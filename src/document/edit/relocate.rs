//! Moving an entry to another mapping.

use super::insert::Gap;
use super::lines::is_blank;
use super::remove::Written;
use super::value::written;
use super::{Editor, NewValue, TextEdit, is_flow};
use crate::document::route::{Route, Segment};
use crate::document::tree::{NodeKind, Style};

impl<'t> Editor<'t> {
    /// Moves the entry at a route to the end of another mapping, which is written when it does not exist yet.
    pub fn relocate(&self, route: &Route, into: &Route) -> Option<Vec<TextEdit>> {
        let part = self.part(route)?;
        let Some(Segment::Key(name)) = route.last() else {
            return None;
        };
        if part.holder.kind() != NodeKind::Map || route.contains(into) || part.holder.len() < 2 {
            return None;
        }
        let removal = self.remove(route)?.into_iter().next()?;
        let (target, depth) = self.tree.nearest(into);
        let missing = into.segments().get(depth..)?;
        let lines = &self.lines;
        let added = match missing {
            [] if target.kind() == NodeKind::Map && target.entry(name).is_some() => return None,
            [] if target.kind() == NodeKind::Map && !is_flow(target) => {
                let gap = self.end_of_block(target)?;
                let text = self.block_text(&part, gap.column)?;
                return self.moved_line(removal, gap, &text);
            }
            [] if target.kind() == NodeKind::Map => {
                let entry = self.flow_text(&part, name)?;
                self.insert_flow(target, &entry)?
            }
            // A new mapping in brackets, as an entry of the mapping above.
            [Segment::Key(new)]
                if target.kind() == NodeKind::Map && target.entry(new).is_none() =>
            {
                let entry = self.flow_text(&part, name)?;
                let text = format!("{}: {{{entry}}}", written(new, Style::Plain, true)?);
                match is_flow(target) {
                    true => self.insert_flow(target, &text)?,
                    false => {
                        let gap = self.end_of_block(target)?;
                        return self.moved_line(removal, gap, &text);
                    }
                }
            }
            _ => return None,
        };
        // What is said behind the entry would stay behind.
        let line = lines.at(part.end)?;
        let has_comment = !is_flow(part.holder) && !is_blank(lines.between(part.end, line.end));
        if has_comment || added.iter().any(|edit| meet(edit, &removal)) {
            return None;
        }
        Some(added.into_iter().chain([removal]).collect())
    }

    /// A removal and an added line as edits that do not overlap: when the line would be added next to the lines that
    /// go, it takes their place.
    fn moved_line(&self, removal: TextEdit, gap: Gap, text: &str) -> Option<Vec<TextEdit>> {
        let added = self.line_added(gap, text);
        let (from, to) = (removal.span.start as usize, removal.span.end as usize);
        let at = gap.after.end;
        if at < from || to < at {
            return Some(vec![added, removal]);
        }
        let removed = self.lines.between(from, to);
        if removed.is_empty() || !removal.replacement.is_empty() {
            return None;
        }
        let (line_break, indent) = (self.lines.line_break(), " ".repeat(gap.column));
        let replacement = match (removed.starts_with(['\n', '\r']), removed.ends_with('\n')) {
            (true, false) => format!("{line_break}{indent}{text}"),
            (false, true) => format!("{indent}{text}{line_break}"),
            _ => return None,
        };
        Some(vec![TextEdit::new(from, to, replacement)])
    }

    /// The entry as lines of a mapping at a column, the first one without its indentation.
    fn block_text(&self, part: &Written<'t>, column: usize) -> Option<String> {
        let lines = &self.lines;
        let raw = lines.between(part.start, part.end);
        let is_block = !is_flow(part.holder);
        let end = if is_block {
            lines.ended_by(part.end)?.end
        } else {
            part.end
        };
        let tail = lines.between(part.end, end);
        if !raw.contains('\n') {
            return Some(format!("{raw}{tail}"));
        }
        let from = lines.column(part.start).filter(|_| is_block)?;
        let mut text = String::with_capacity(raw.len());
        for (number, line) in raw.split_inclusive('\n').enumerate() {
            if number == 0 || is_blank(line.trim_end_matches(['\n', '\r'])) {
                text.push_str(line);
                continue;
            }
            let kept = line.strip_prefix(&*" ".repeat(from))?;
            text.push_str(&" ".repeat(column));
            text.push_str(kept);
        }
        text.push_str(tail);
        Some(text)
    }

    /// The entry as it is written within brackets.
    fn flow_text(&self, part: &Written<'t>, name: &str) -> Option<String> {
        let raw = self.lines.between(part.start, part.end);
        if raw.contains(['\n', '\r']) || part.value.span().is_empty() {
            return None;
        }
        let plain = part.value.style() == Style::Plain && part.value.kind() == NodeKind::Str;
        match (is_flow(part.holder), plain) {
            (false, true) => NewValue::text(part.value.as_str()?).as_entry(name),
            _ => Some(raw.to_owned()),
        }
    }
}

fn meet(a: &TextEdit, b: &TextEdit) -> bool {
    a.span.start <= b.span.end && b.span.start <= a.span.end
}
