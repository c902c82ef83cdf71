//! Where a part of a string's text is written, looking through quotes, escapes, folding and indentation.

use std::ops::Range;

use super::source::Span;
use super::tree::{NodeRef, Style};

impl NodeRef<'_> {
    /// Where `range`, bytes of the text of this string, is written. For other nodes, and for a range outside the
    /// text, the whole node.
    pub fn span_of_text(self, range: Range<usize>) -> Span {
        let whole = self.span();
        let Some((before, within)) = self
            .as_str()
            .and_then(|text| Some((text.get(..range.start)?, text.get(range.clone())?)))
        else {
            return whole;
        };
        let quote = usize::from(matches!(
            self.style(),
            Style::SingleQuoted | Style::DoubleQuoted
        ));
        let start = whole.start as usize;
        let raw = self.raw();
        let inner = raw.get(quote..raw.len().saturating_sub(quote));
        if inner == self.as_str() {
            let start = start + quote;
            return Span::from_usize(start + range.start, start + range.end);
        }
        // White space may have been folded or unindented; every other character is there once, in order.
        let visible = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count();
        let (skipped, length) = (visible(before), visible(within));
        let mut units = units(raw, self.style());
        let previous = skipped.checked_sub(1).and_then(|at| units.nth(at));
        let after_previous = previous.map_or(quote, |unit| unit.end);
        let Some(last) = length.checked_sub(1) else {
            return Span::empty(Span::from_usize(start + after_previous, 0).start);
        };
        let mut covered = units.take(last + 1);
        let first = covered.next();
        let end = covered.last().or(first.clone()).map(|unit| unit.end);
        match (first, end) {
            (Some(first), Some(end)) => Span::from_usize(start + first.start, start + end),
            _ => whole,
        }
    }
}

/// The places in the source text of every character that is not white space.
fn units(raw: &str, style: Style) -> impl Iterator<Item = Range<usize>> + '_ {
    let (mut at, end) = match style {
        Style::SingleQuoted | Style::DoubleQuoted => (1, raw.len().saturating_sub(1)),
        // The header of a block scalar is not part of it.
        Style::Literal | Style::Folded => (raw.find('\n').unwrap_or(raw.len()), raw.len()),
        Style::Plain | Style::Block | Style::Flow => (0, raw.len()),
    };
    std::iter::from_fn(move || {
        loop {
            let rest = raw.get(at..end)?;
            let first = rest.chars().next()?;
            let (length, decoded) = match (style, first) {
                (Style::DoubleQuoted, '\\') => escape(rest),
                (Style::SingleQuoted, '\'') => (2, first),
                _ => (first.len_utf8(), first),
            };
            let unit = at..(at + length).min(end);
            at = unit.end;
            if !decoded.is_whitespace() {
                return Some(unit);
            }
        }
    })
}

/// Length of the escape `rest` starts with, and what it stands for as far as white space goes.
fn escape(rest: &str) -> (usize, char) {
    let name = rest.chars().nth(1).unwrap_or(' ');
    let digits = match name {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        _ => 0,
    };
    let length = 1 + name.len_utf8() + digits;
    let decoded = match name {
        't' | 'n' | 'v' | 'f' | 'r' | ' ' | '\t' | '\n' | '\r' | '_' | 'N' | 'L' | 'P' => ' ',
        'x' | 'u' | 'U' => rest
            .get(2..length)
            .and_then(|hex| u32::from_str_radix(hex, 16).ok())
            .and_then(char::from_u32)
            .unwrap_or('?'),
        _ => '?',
    };
    (length, decoded)
}

#[cfg(test)]
mod tests {
    use crate::document::{Source, parse};

    fn written(yaml: &str, word: &str) -> String {
        let source = Source::from_text("a.yaml", yaml).unwrap();
        let parsed = parse(&source);
        let node = parsed[0].tree.root().get("k").unwrap();
        let text = node.as_str().unwrap();
        let at = text.find(word).unwrap();
        source
            .slice(node.span_of_text(at..at + word.len()))
            .to_owned()
    }

    #[test]
    fn parts_are_found_however_the_text_is_written() {
        for yaml in [
            "k: err_high and foo or bar",
            "k: 'err_high and foo or bar'",
            "k: \"err_high and foo or bar\"",
            "k: \"\\\"x\\\" \\u00e9\\x20and foo\\n or bar\"",
            "k: 'it''s and foo or'",
            "k: |\n  first\n\n    and foo\n  or\n",
            "k: >-\n  first\n  and foo\n  or\n",
            "k: first\n  and foo\n  or\n",
            "k: \"first \\\n  and foo\"",
        ] {
            assert_eq!(written(yaml, "and foo"), "and foo", "{yaml}");
            assert_eq!(written(yaml, "foo"), "foo", "{yaml}");
        }
        assert_eq!(written("k: \"a \\u00e9 b\"", "é"), "\\u00e9");
        assert_eq!(written("k: 'it''s'", "'"), "''");
    }

    #[test]
    fn nothing_missing_at_the_end_is_found_too() {
        let source = Source::from_text("a.yaml", "k: >-\n  a and\n  b or\n").unwrap();
        let parsed = parse(&source);
        let node = parsed[0].tree.root().get("k").unwrap();
        let end = node.as_str().unwrap().len();
        let span = node.span_of_text(end..end);
        assert!(span.is_empty());
        assert!(source.text()[..span.start as usize].ends_with("b or"));
        assert_eq!(node.span_of_text(3..900), node.span());
    }
}
