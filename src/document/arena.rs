//! What a tree is made of: nodes of fixed size that refer to text and children by position.

use super::source::Span;
use super::tree::Style;

/// Where the characters of a string are: in the source, or in the tree's own buffer because escapes,
/// folding or indentation had to be undone. The top bit of `at` tells which.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text {
    at: u32,
    len: u32,
}

const OWN_BUFFER: u32 = 1 << 31;

impl Text {
    pub(super) fn in_source(at: u32, len: u32) -> Self {
        Self { at, len }
    }

    pub(super) fn in_buffer(at: u32, len: u32) -> Self {
        Self {
            at: at | OWN_BUFFER,
            len,
        }
    }

    pub(super) fn of<'t>(self, source: &'t str, buffer: &'t str) -> &'t str {
        let (from, at) = match self.at & OWN_BUFFER {
            0 => (source, self.at as usize),
            _ => (buffer, (self.at & !OWN_BUFFER) as usize),
        };
        from.get(at..at + self.len as usize).unwrap_or_default()
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Content {
    Null,
    Bool(bool),
    Int([u32; 2]),
    Float([u32; 2]),
    Str(Text),
    /// Children are `links[first..first + count]`.
    Seq {
        first: u32,
        count: u32,
    },
    /// Keys and values alternate in `links[first..first + 2 * count]`.
    Map {
        first: u32,
        count: u32,
    },
}

// Ten thousand documents are held at once: halves of 64-bit numbers keep a node at 24 bytes.
pub(super) fn halves(bits: u64) -> [u32; 2] {
    [(bits >> 32) as u32, (bits & 0xFFFF_FFFF) as u32]
}

pub(super) fn joined([high, low]: [u32; 2]) -> u64 {
    (u64::from(high) << 32) | u64::from(low)
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub(super) span: Span,
    pub(super) content: Content,
    pub(super) style: Style,
}

pub(super) static MISSING: Node = Node {
    span: Span { start: 0, end: 0 },
    content: Content::Null,
    style: Style::Plain,
};
