//! Lines and columns as an editor counts them.
//!
//! Lines count from 0. Columns count from 0 in bytes or in UTF-16 code units, whichever was agreed upon; UTF-16 is what
//! every editor has to understand (LSP 3.17, "Position").

use lsp_types::{Position, PositionEncodingKind, Range};

use crate::document::{Source, Span};

/// What columns count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf16,
}

impl Encoding {
    /// The best that is offered; UTF-16 if none is.
    pub(super) fn negotiated(offered: Option<&[PositionEncodingKind]>) -> Self {
        if offered.is_some_and(|kinds| kinds.contains(&PositionEncodingKind::UTF8)) {
            Self::Utf8
        } else {
            Self::Utf16
        }
    }

    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
        }
    }

    fn width(self, text: &str) -> usize {
        match self {
            Self::Utf8 => text.len(),
            Self::Utf16 => text.encode_utf16().count(),
        }
    }

    /// The byte of a line at a column. A column within a character is that of its start, one beyond the line that of
    /// its end.
    fn byte(self, line: &str, column: u32) -> usize {
        let mut passed = 0;
        for (at, c) in line.char_indices() {
            passed += match self {
                Self::Utf8 => c.len_utf8(),
                Self::Utf16 => c.len_utf16(),
            };
            if passed > column as usize {
                return at;
            }
        }
        line.len()
    }

    /// The place of a byte of a source.
    pub(super) fn position(self, source: &Source, offset: u32) -> Position {
        let line = source.line_col(offset).line;
        let start = source.line_span(line).map_or(0, |span| span.start);
        let before = source.slice(Span::new(start, offset));
        Position {
            line: line - 1,
            character: u32::try_from(self.width(before)).unwrap_or(u32::MAX),
        }
    }

    pub(super) fn range(self, source: &Source, span: Span) -> Range {
        Range {
            start: self.position(source, span.start),
            end: self.position(source, span.end),
        }
    }

    /// The byte of a source at a place; what lies beyond the end is the end.
    pub(super) fn offset(self, source: &Source, position: Position) -> u32 {
        let line = position.line.saturating_add(1);
        match source.line_span(line) {
            Some(span) => {
                let within = self.byte(source.slice(span), position.character);
                span.start + u32::try_from(within).unwrap_or(u32::MAX)
            }
            None => u32::try_from(source.text().len()).unwrap_or(u32::MAX),
        }
    }

    /// As [`Encoding::offset`], in a text of any size.
    pub(super) fn offset_in(self, text: &str, position: Position) -> usize {
        let mut start = 0;
        for _ in 0..position.line {
            match next_line(text, start) {
                Some(next) => start = next,
                None => return text.len(),
            }
        }
        let end = next_line(text, start).unwrap_or(text.len());
        let line = text.get(start..end).unwrap_or_default();
        start + self.byte(line.trim_end_matches(['\n', '\r']), position.character)
    }
}

fn next_line(text: &str, start: usize) -> Option<usize> {
    let rest = text.get(start..)?;
    let at = rest.find(['\n', '\r'])?;
    let length = if rest.get(at..)?.starts_with("\r\n") {
        2
    } else {
        1
    };
    Some(start + at + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a: 1\r\nk: \u{1D11E}ü b\rlast";

    #[test]
    fn columns_count_what_was_agreed_upon() {
        let source = Source::from_text("a.yaml", TEXT).unwrap();
        let offset = u32::try_from(TEXT.find('b').unwrap()).unwrap();
        for (encoding, character) in [(Encoding::Utf16, 7), (Encoding::Utf8, 10)] {
            let position = Position { line: 1, character };
            assert_eq!(encoding.position(&source, offset), position);
            assert_eq!(encoding.offset(&source, position), offset);
            assert_eq!(encoding.offset_in(TEXT, position), offset as usize);
        }
    }

    #[test]
    fn what_lies_beyond_or_within_a_character_is_moved_to_where_text_is() {
        let source = Source::from_text("a.yaml", TEXT).unwrap();
        for (line, character, expected) in [
            (0, 99, "a: 1".len()),
            (1, 4, TEXT.find('\u{1D11E}').unwrap()),
            (99, 0, TEXT.len()),
            (2, u32::MAX, TEXT.len()),
        ] {
            let position = Position { line, character };
            let encoding = Encoding::Utf16;
            assert_eq!(encoding.offset(&source, position) as usize, expected);
            assert_eq!(encoding.offset_in(TEXT, position), expected);
        }
    }
}
