//! The text that is being written, and the comments that have to find their place in it.

use std::iter::Peekable;
use std::vec::IntoIter;

use super::columns::{self, Stop};
use crate::document::source::Span;
use crate::document::tree::{Comment, Tree};

/// The offset in the source from which on no layout is known.
pub(super) type Unsound = usize;

/// A comment of the source.
#[derive(Debug, Clone, Copy)]
struct Remark {
    span: Span,
    own_line: bool,
}

/// Writes the documents of one file.
pub(super) struct Writer<'t> {
    pub(super) text: &'t str,
    documents: &'t [&'t Tree],
    pub(super) out: String,
    remarks: Peekable<IntoIter<Remark>>,
    stops: Vec<Stop>,
    /// Whether `out` stands at the start of a line.
    fresh: bool,
}

impl<'t> Writer<'t> {
    pub(super) fn new(text: &'t str, documents: &'t [&'t Tree]) -> Self {
        let remark = |comment: Comment<'_>| Remark {
            span: comment.span,
            own_line: comment.own_line,
        };
        let mut remarks: Vec<Remark> = documents
            .iter()
            .flat_map(|tree| tree.comments().map(remark))
            .collect();
        remarks.sort_by_key(|remark| remark.span);
        Self {
            text,
            documents,
            out: String::with_capacity(text.len() + 64),
            remarks: remarks.into_iter().peekable(),
            stops: Vec::new(),
            fresh: true,
        }
    }

    /// The whole text, which ends with a line break unless it is empty.
    pub(super) fn run(mut self) -> Result<String, Unsound> {
        let documents = self.documents;
        let markers = markers(self.text);
        let mut left = markers.iter().copied().peekable();
        for (position, tree) in documents.iter().enumerate() {
            let root = tree.root();
            let mut marked = None;
            while let Some(at) = left.next_if(|at| *at <= root.span().start as usize) {
                marked = Some(at);
            }
            if let Some(at) = marked {
                self.comments_until(at, 0);
                self.line_at(at, 0);
                self.out.push_str("---");
            } else if position > 0 {
                return Err(root.span().start as usize);
            }
            let end = left.peek().copied().unwrap_or(self.text.len());
            self.root(root, end)?;
            self.comments_until(end, 0);
        }
        self.comments_until(self.text.len(), 0);
        if !self.fresh {
            self.out.push('\n');
        }
        Ok(columns::aligned(self.out, &self.stops))
    }

    /// Where a token starts a line: ends the line before, and keeps an empty one.
    pub(super) fn line_at(&mut self, at: usize, indent: usize) {
        if !self.fresh {
            self.out.push('\n');
            if self.is_set_off(at) {
                self.out.push('\n');
            }
        }
        self.fresh = false;
        self.indent(indent);
    }

    pub(super) fn indent(&mut self, indent: usize) {
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    /// Says that what was written ended its own line.
    pub(super) fn ended_line(&mut self) {
        self.fresh = true;
    }

    /// Whether an empty line stands before `at`.
    pub(super) fn is_set_off(&self, at: usize) -> bool {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        let blanks = before.iter().rev();
        let breaks = blanks
            .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
            .filter(|byte| **byte == b'\n');
        breaks.take(2).count() == 2
    }

    /// Writes every comment before `limit`: those beside something at the end of its line, the others on lines of
    /// their own. Returns whether there was one.
    pub(super) fn comments_until(&mut self, limit: usize, indent: usize) -> bool {
        let mut any = false;
        while let Some(remark) = self.next_before(limit, |_| true) {
            if remark.own_line || self.fresh {
                self.line_at(remark.span.start as usize, indent);
                self.remark(remark);
            } else {
                self.beside(remark);
            }
            any = true;
        }
        any
    }

    /// Writes the comments beside what was written last.
    pub(super) fn comments_beside(&mut self, limit: usize) -> bool {
        let mut any = false;
        while let Some(remark) = self.next_before(limit, |remark| !remark.own_line) {
            self.beside(remark);
            any = true;
        }
        any
    }

    /// Writes comments on lines of their own that are indented to `column` at least.
    pub(super) fn comments_within(&mut self, limit: usize, column: usize, indent: usize) {
        let text = self.text;
        let within = |remark: &Remark| {
            remark.own_line && column_of(text, remark.span.start as usize) >= column
        };
        while let Some(remark) = self.next_before(limit, within) {
            self.line_at(remark.span.start as usize, indent);
            self.remark(remark);
        }
    }

    /// Writes the comment at `at` where the text stands, and returns where it ends.
    pub(super) fn comment_at(&mut self, at: usize, own_line: bool) -> Result<usize, Unsound> {
        let remark = self.next_before(at + 1, |_| true).ok_or(at)?;
        if remark.span.start as usize != at {
            return Err(at);
        }
        if own_line {
            self.remark(remark);
        } else {
            self.beside(remark);
        }
        Ok(remark.span.end as usize)
    }

    fn next_before(&mut self, limit: usize, wanted: impl Fn(&Remark) -> bool) -> Option<Remark> {
        self.remarks
            .next_if(|remark| (remark.span.start as usize) < limit && wanted(remark))
    }

    fn beside(&mut self, remark: Remark) {
        self.out.push(' ');
        self.stop(remark.span.start as usize, true);
        self.remark(remark);
    }

    /// Marks what is written next, the token at `at` of the source, as one that may stand in a column.
    pub(super) fn stop(&mut self, at: usize, is_comment: bool) {
        let stop = columns::stop(self.text, at, self.out.len(), is_comment);
        self.stops.push(stop);
    }

    fn remark(&mut self, remark: Remark) {
        let text = self.text.get(remark.span.range()).unwrap_or_default();
        self.out.push_str(text.trim_end_matches([' ', '\t', '\r']));
        self.fresh = false;
    }
}

/// The column of an offset in characters, from 0.
pub(super) fn column_of(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    let line = before.rfind('\n').map_or(0, |end| end + 1);
    before.get(line..).unwrap_or_default().chars().count()
}

/// Where the lines `---` start.
fn markers(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find("---")) {
        let at = from + at;
        let starts = at == 0 || text.as_bytes().get(at - 1) == Some(&b'\n');
        let ends = matches!(
            text.as_bytes().get(at + 3),
            None | Some(b' ' | b'\t' | b'\r' | b'\n')
        );
        if starts && ends {
            found.push(at);
        }
        from = at + 3;
    }
    found
}
