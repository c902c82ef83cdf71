//! The text of one file, with positions in it.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

/// Largest file that is read, in bytes. Runbooks are kilobytes; anything near this is a mistake or an attack.
pub const MAX_SOURCE_BYTES: usize = 4 * 1024 * 1024;

/// A half-open range of byte offsets into the text of a [`Source`].
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl Span {
    /// A span; an `end` before `start` is read as the empty span at `start`.
    pub fn new(start: u32, end: u32) -> Self {
        Self {
            start,
            end: end.max(start),
        }
    }

    /// The empty span at `offset`.
    pub fn empty(offset: u32) -> Self {
        Self {
            start: offset,
            end: offset,
        }
    }

    /// Offsets beyond `u32` saturate; they cannot occur below [`MAX_SOURCE_BYTES`].
    pub(crate) fn from_usize(start: usize, end: usize) -> Self {
        Self::new(saturate(start), saturate(end))
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether no byte is covered.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The offsets as a range that slices text.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether `offset` lies inside, or directly at the end (where a cursor stands after typing).
    pub fn touches(self, offset: u32) -> bool {
        self.start <= offset && offset <= self.end
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn cover(self, other: Span) -> Span {
        Span {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }
}

pub(crate) fn saturate(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// A position as editors show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LineCol {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters (Unicode scalar values), from 1.
    pub column: u32,
}

impl fmt::Display for LineCol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// Why a file could not become a [`Source`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The bytes are not UTF-8.
    #[error(
        "{path} is not UTF-8: the byte at offset {offset} is not part of a character; save the file as UTF-8"
    )]
    NotUtf8 {
        /// The file.
        path: Utf8PathBuf,
        /// Offset of the first byte that is wrong.
        offset: usize,
    },
    /// The file is larger than [`MAX_SOURCE_BYTES`].
    #[error(
        "{path} has {bytes} bytes; documents are limited to {MAX_SOURCE_BYTES} bytes, so split it or keep recorded data in a data file"
    )]
    TooLarge {
        /// The file.
        path: Utf8PathBuf,
        /// Its size.
        bytes: usize,
    },
}

/// The text of one file. Cheap to clone.
///
/// A byte-order mark at the start is removed; all offsets and columns relate to the text without it
/// ([`Source::file_offset`] converts back).
#[derive(Debug, Clone)]
pub struct Source {
    path: Utf8PathBuf,
    text: Arc<str>,
    had_bom: bool,
    line_starts: OnceLock<Arc<[u32]>>,
}

const BOM: &str = "\u{FEFF}";

impl Source {
    /// Reads the bytes of the file at `path` (the path is only used in messages).
    ///
    /// # Errors
    /// Bytes that are not UTF-8, and more than [`MAX_SOURCE_BYTES`] of them.
    pub fn from_bytes(path: impl Into<Utf8PathBuf>, bytes: Vec<u8>) -> Result<Self, SourceError> {
        let path = path.into();
        if bytes.len() > MAX_SOURCE_BYTES {
            return Err(SourceError::TooLarge {
                path,
                bytes: bytes.len(),
            });
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self::build(path, &text)),
            Err(error) => Err(SourceError::NotUtf8 {
                path,
                offset: error.utf8_error().valid_up_to(),
            }),
        }
    }

    /// As [`Source::from_bytes`], from text.
    ///
    /// # Errors
    /// More than [`MAX_SOURCE_BYTES`] of text.
    pub fn from_text(path: impl Into<Utf8PathBuf>, text: &str) -> Result<Self, SourceError> {
        let path = path.into();
        if text.len() > MAX_SOURCE_BYTES {
            return Err(SourceError::TooLarge {
                path,
                bytes: text.len(),
            });
        }
        Ok(Self::build(path, text))
    }

    fn build(path: Utf8PathBuf, text: &str) -> Self {
        let stripped = text.strip_prefix(BOM);
        Self {
            path,
            text: Arc::from(stripped.unwrap_or(text)),
            had_bom: stripped.is_some(),
            line_starts: OnceLock::new(),
        }
    }

    /// The file this text came from.
    pub fn path(&self) -> &Utf8Path {
        &self.path
    }

    /// The text, without a byte-order mark.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn shared_text(&self) -> Arc<str> {
        Arc::clone(&self.text)
    }

    /// Whether the file starts with a byte-order mark.
    pub fn had_bom(&self) -> bool {
        self.had_bom
    }

    /// Turns an offset into the text into an offset into the file.
    pub fn file_offset(&self, offset: u32) -> u32 {
        if self.had_bom {
            offset.saturating_add(saturate(BOM.len()))
        } else {
            offset
        }
    }

    /// The text a span covers; empty when the span is not from this source.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// Line and column of an offset. An offset inside a character or beyond the end is moved back.
    pub fn line_col(&self, offset: u32) -> LineCol {
        let mut at = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let starts = self.line_starts();
        let line = starts.partition_point(|start| *start as usize <= at).max(1);
        let start = starts.get(line - 1).map_or(0, |start| *start as usize);
        let column = self
            .text
            .get(start..at)
            .map_or(0, |before| before.chars().count());
        LineCol {
            line: saturate(line),
            column: saturate(column + 1),
        }
    }

    /// The offset of a position; a column beyond its line gives the end of that line.
    pub fn offset(&self, position: LineCol) -> Option<u32> {
        let line = self.line_span(position.line)?;
        let text = self.slice(line);
        let wanted = (position.column.max(1) - 1) as usize;
        let within = text
            .char_indices()
            .nth(wanted)
            .map_or(text.len(), |(at, _)| at);
        Some(line.start + saturate(within))
    }

    /// Number of lines; text that ends in a line break has an empty last line.
    pub fn line_count(&self) -> u32 {
        saturate(self.line_starts().len())
    }

    /// The span of a line (from 1) without its line break.
    pub fn line_span(&self, line: u32) -> Option<Span> {
        let starts = self.line_starts();
        let index = (line as usize).checked_sub(1)?;
        let start = *starts.get(index)?;
        let end = starts
            .get(index + 1)
            .copied()
            .unwrap_or(saturate(self.text.len()));
        let text = self.text.get(start as usize..end as usize)?;
        let kept = text.trim_end_matches(['\n', '\r']).len();
        Some(Span::new(start, start + saturate(kept)))
    }

    // YAML ends a line at LF, CRLF and a lone CR (YAML 1.2.2 §5.4).
    fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let bytes = self.text.as_bytes();
            let mut starts = vec![0];
            for (at, byte) in bytes.iter().enumerate() {
                let ends_line =
                    *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
                if ends_line {
                    starts.push(saturate(at + 1));
                }
            }
            starts.into()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source::from_text("a.yaml", text).unwrap()
    }

    #[test]
    fn columns_count_characters_and_lines_end_at_lf_crlf_and_cr() {
        let text = source("äb: 1\r\nc: 2\rd\n");
        assert_eq!(text.line_col(0).to_string(), "1:1");
        assert_eq!(text.line_col(2).to_string(), "1:2");
        assert_eq!(text.line_col(8).to_string(), "2:1");
        assert_eq!(text.line_col(13).to_string(), "3:1");
        assert_eq!(text.line_col(15).to_string(), "4:1");
        assert_eq!(text.line_col(900).to_string(), "4:1");
        assert_eq!(text.slice(text.line_span(1).unwrap()), "äb: 1");
        assert_eq!(text.line_count(), 4);
    }

    #[test]
    fn a_byte_order_mark_does_not_shift_columns() {
        let text = Source::from_bytes("a.yaml", b"\xEF\xBB\xBFkey: 1".to_vec()).unwrap();
        assert_eq!(text.text(), "key: 1");
        assert!(text.had_bom());
        assert_eq!(text.line_col(0).column, 1);
        assert_eq!(text.file_offset(4), 7);
    }

    #[test]
    fn bytes_that_are_not_text_are_refused_with_their_offset() {
        let error = Source::from_bytes("a.yaml", b"ok: \xFF".to_vec()).unwrap_err();
        assert_eq!(
            error,
            SourceError::NotUtf8 {
                path: "a.yaml".into(),
                offset: 4
            }
        );
        let error = Source::from_bytes("a.yaml", vec![b' '; MAX_SOURCE_BYTES + 1]).unwrap_err();
        assert!(matches!(error, SourceError::TooLarge { .. }));
    }

    #[test]
    fn an_offset_survives_the_way_to_line_and_column_and_back() {
        let text = source("a\nbç: ü\n\n");
        for (offset, _) in text.text().char_indices() {
            let offset = saturate(offset);
            assert_eq!(text.offset(text.line_col(offset)), Some(offset));
        }
    }
}
