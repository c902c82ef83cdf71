//! Collections written by indentation, and the values in them.

use super::writer::{Unsound, Writer, column_of};
use crate::document::tree::{Entry, NodeKind, NodeRef, Style};

/// How much deeper each level is indented.
const STEP: usize = 2;

/// What a value stands behind.
#[derive(Debug, Clone, Copy)]
enum Lead {
    /// Nothing: it is the document.
    Nothing,
    /// A key, whose column is `indent`; `pad` blanks stand between its colon and a value on the same line.
    Key { indent: usize, pad: usize },
    /// A dash at `indent`.
    Dash { indent: usize },
}

impl Lead {
    /// The column of the key, or of what a dash stands before.
    fn line(self) -> usize {
        match self {
            Self::Key { indent, .. } => indent,
            Self::Nothing | Self::Dash { .. } => self.inner(),
        }
    }

    /// How far what belongs to it is indented when it is on lines of its own.
    fn inner(self) -> usize {
        match self {
            Self::Nothing => 0,
            Self::Key { indent, .. } | Self::Dash { indent } => indent + STEP,
        }
    }
}

/// The part of the source a collection takes up with what stands around it.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    /// Where the token before it ends.
    from: usize,
    /// Where the token after it starts.
    limit: usize,
    /// Column of the collection around it.
    outer: Option<usize>,
}

impl Writer<'_> {
    /// A whole document; `limit` is where the next one starts.
    pub(super) fn root(&mut self, root: NodeRef<'_>, limit: usize) -> Result<(), Unsound> {
        let bounds = Bounds {
            from: root.span().start as usize,
            limit,
            outer: None,
        };
        self.value(root, Lead::Nothing, bounds)
    }

    fn value(&mut self, node: NodeRef<'_>, lead: Lead, around: Bounds) -> Result<(), Unsound> {
        let start = node.span().start as usize;
        match (node.style(), node.kind()) {
            (Style::Block, NodeKind::Map) => return self.mapping(node, lead, around),
            (Style::Block, NodeKind::Seq) => return self.sequence(node, lead, around),
            _ if node.span().is_empty() => {
                self.comments_beside(around.limit);
                return Ok(());
            }
            _ => {}
        }
        let indent = lead.inner();
        let remarked = self.comments_until(start, indent);
        match lead {
            Lead::Nothing => self.line_at(start, indent),
            _ if remarked => self.line_at(start, indent),
            Lead::Key { pad, .. } => self.indent(pad),
            Lead::Dash { .. } => self.out.push(' '),
        }
        match node.style() {
            Style::Flow => self.flow(node, lead.line())?,
            Style::Literal | Style::Folded => {
                let indent = if matches!(lead, Lead::Nothing) {
                    STEP
                } else {
                    indent
                };
                self.block_scalar(node, indent)?;
            }
            _ => self.words(node, indent),
        }
        self.comments_beside(around.limit);
        Ok(())
    }

    fn mapping(&mut self, node: NodeRef<'_>, lead: Lead, around: Bounds) -> Result<(), Unsound> {
        let indent = lead.inner();
        let mut entries = node.entries().peekable();
        let first = entries.peek().map_or(around.from, key_start);
        let column = column_of(self.text, first);
        let mut aligned = Aligned::default();
        while let Some(entry) = entries.next() {
            let start = key_start(&entry);
            let remarked = self.comments_until(start, indent);
            match lead {
                Lead::Dash { .. } if start == first && !remarked => self.out.push(' '),
                _ => self.line_at(start, indent),
            }
            self.out.push_str(entry.key.raw());
            self.out.push(':');
            let limit = entries.peek().map_or(around.limit, key_start);
            if aligned.left == 0 {
                aligned = Aligned::from(self.text, &entry, entries.clone());
            }
            aligned.left = aligned.left.saturating_sub(1);
            let pad = aligned
                .width
                .saturating_sub(width(self.text, &entry))
                .max(1);
            let bounds = Bounds {
                from: self.after_colon(entry.key_span.end as usize)?,
                limit,
                outer: Some(column),
            };
            self.value(entry.value, Lead::Key { indent, pad }, bounds)?;
        }
        self.comments_within(around.limit, inside(column, around), indent);
        Ok(())
    }

    fn sequence(&mut self, node: NodeRef<'_>, lead: Lead, around: Bounds) -> Result<(), Unsound> {
        let indent = lead.inner();
        let mut items = node.items().peekable();
        let start = node.span().start as usize;
        let first = match self.text.as_bytes().get(start) {
            Some(b'-') => start,
            _ => self.dash(around.from)?,
        };
        let column = column_of(self.text, first);
        let mut dash = first;
        while let Some(item) = items.next() {
            let remarked = self.comments_until(dash, indent);
            match lead {
                Lead::Dash { .. } if dash == first && !remarked => self.out.push(' '),
                _ => self.line_at(dash, indent),
            }
            self.out.push('-');
            let next = match items.peek() {
                Some(_) => self.dash((item.span().end as usize).max(dash + 1))?,
                None => around.limit,
            };
            let bounds = Bounds {
                from: dash + 1,
                limit: next,
                outer: Some(column),
            };
            self.value(item, Lead::Dash { indent }, bounds)?;
            dash = next;
        }
        self.comments_within(around.limit, inside(column, around), indent);
        Ok(())
    }

    /// Where the colon of a key ends.
    fn after_colon(&self, from: usize) -> Result<usize, Unsound> {
        let rest = self.text.get(from..).ok_or(from)?;
        let colon = rest.trim_start_matches([' ', '\t']).strip_prefix(':');
        colon.map(|rest| self.text.len() - rest.len()).ok_or(from)
    }

    /// The next dash; only white space and comments may come before it.
    fn dash(&self, from: usize) -> Result<usize, Unsound> {
        let bytes = self.text.as_bytes();
        let mut at = from;
        let mut in_comment = false;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'\n' => in_comment = false,
                _ if in_comment => {}
                b' ' | b'\t' | b'\r' => {}
                b'#' => in_comment = true,
                b'-' => return Ok(at),
                _ => return Err(at),
            }
            at += 1;
        }
        Err(at)
    }
}

/// From which column on a comment below a collection belongs to it. A list that is not indented below its key leaves
/// comments in that column to what follows the list.
fn inside(column: usize, around: Bounds) -> usize {
    match around.outer {
        Some(outer) => column.max(outer + 1),
        None => column,
    }
}

fn key_start(entry: &Entry<'_>) -> usize {
    entry.key_span.start as usize
}

/// Entries on neighbouring lines whose values stand in one column.
#[derive(Debug, Default)]
struct Aligned {
    /// How many of them are not written yet.
    left: usize,
    /// Width of the longest key with its colon, and a blank.
    width: usize,
}

impl Aligned {
    fn from<'t>(text: &str, first: &Entry<'t>, rest: impl Iterator<Item = Entry<'t>>) -> Self {
        let mut last = *first;
        let mut group = Self {
            left: 1,
            width: width(text, first) + 1,
        };
        let Some(column) = value_column(text, first) else {
            return group;
        };
        for entry in rest {
            let gap = last.value.span().end as usize..key_start(&entry);
            let between = text.get(gap).unwrap_or_default();
            let neighbours = between.bytes().filter(|byte| *byte == b'\n').count() == 1;
            if !neighbours || value_column(text, &entry) != Some(column) {
                break;
            }
            group.left += 1;
            group.width = group.width.max(width(text, &entry) + 1);
            last = entry;
        }
        group
    }
}

/// Width of a key with its colon.
fn width(text: &str, entry: &Entry<'_>) -> usize {
    let key = text.get(entry.key_span.range()).unwrap_or_default();
    key.chars().count() + 1
}

/// How many characters lie between the start of a key and that of its value, if both are on one line together.
fn value_column(text: &str, entry: &Entry<'_>) -> Option<usize> {
    let value = entry.value.span();
    let is_block = matches!(
        entry.value.style(),
        Style::Block | Style::Literal | Style::Folded
    );
    if is_block || value.is_empty() {
        return None;
    }
    let whole = text.get(key_start(entry)..value.end as usize)?;
    if whole.contains('\n') {
        return None;
    }
    let before = text.get(key_start(entry)..value.start as usize)?;
    Some(before.chars().count())
}
