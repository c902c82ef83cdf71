//! How new values are written.

use crate::document::hidden::is_forbidden;
use crate::document::scalar::{self, Resolved};
use crate::document::tree::Style;

/// A collection that fits into this many columns is written on one line, in brackets.
const WIDTH: usize = 100;

/// By how many columns a nested collection is indented.
const STEP: usize = 2;

/// A value to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewValue {
    /// Text; it is quoted where it needs to be.
    Text(String),
    /// A number, `true`, `false` or `null` as it is written.
    Literal(String),
    /// A list.
    List(Vec<NewValue>),
    /// A mapping, in this order.
    Mapping(Vec<(String, NewValue)>),
}

impl NewValue {
    /// Text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A whole number.
    pub fn number(number: impl Into<i64>) -> Self {
        Self::Literal(number.into().to_string())
    }

    /// A mapping of one key.
    pub fn entry(key: impl Into<String>, value: NewValue) -> Self {
        Self::Mapping(vec![(key.into(), value)])
    }

    /// The value on one line. Within brackets some characters have to be quoted that are plain elsewhere.
    pub(super) fn on_one_line(&self, in_flow: bool) -> Option<String> {
        match self {
            Self::Text(text) => written(text, Style::Plain, in_flow),
            Self::Literal(text) => {
                let is_literal =
                    !matches!(scalar::resolve(text), Resolved::Str | Resolved::OutOfRange);
                (is_literal && !text.is_empty()).then(|| text.clone())
            }
            Self::List(items) => {
                let items: Option<Vec<_>> =
                    items.iter().map(|item| item.on_one_line(true)).collect();
                Some(format!("[{}]", items?.join(", ")))
            }
            Self::Mapping(entries) => {
                let entries: Option<Vec<_>> = entries
                    .iter()
                    .map(|(key, value)| value.as_entry(key))
                    .collect();
                Some(format!("{{{}}}", entries?.join(", ")))
            }
        }
    }

    /// `key: value` within brackets.
    pub(super) fn as_entry(&self, key: &str) -> Option<String> {
        Some(format!(
            "{}: {}",
            written_key(key, true)?,
            self.on_one_line(true)?
        ))
    }

    /// `key: value` at a column of a mapping that is written by indentation.
    pub(super) fn as_block_entry(
        &self,
        key: &str,
        column: usize,
        line_break: &str,
    ) -> Option<String> {
        let key = written_key(key, false)?;
        let line = format!("{key}: {}", self.on_one_line(false)?);
        if column + line.chars().count() <= WIDTH {
            return Some(line);
        }
        let inner = column + STEP;
        let lines: Vec<String> = match self {
            Self::Text(_) | Self::Literal(_) => return Some(line),
            Self::List(items) if !items.is_empty() => {
                let items = items.iter().map(|item| item.on_one_line(false));
                items
                    .map(|item| Some(format!("- {}", item?)))
                    .collect::<Option<_>>()?
            }
            Self::Mapping(entries) if !entries.is_empty() => {
                let entries = entries.iter();
                entries
                    .map(|(key, value)| value.as_block_entry(key, inner, line_break))
                    .collect::<Option<_>>()?
            }
            Self::List(_) | Self::Mapping(_) => return Some(line),
        };
        let indent = " ".repeat(inner);
        let lines: Vec<String> = lines
            .into_iter()
            .map(|line| format!("{line_break}{indent}{line}"))
            .collect();
        Some(format!("{key}:{}", lines.concat()))
    }
}

/// A string as YAML, in the quotes it had or, where it had none, in those it needs. Text on several lines and
/// characters no document may contain are not written.
pub(super) fn written(text: &str, style: Style, in_flow: bool) -> Option<String> {
    if text
        .chars()
        .any(|c| is_forbidden(c) || matches!(c, '\n' | '\r'))
    {
        return None;
    }
    match style {
        Style::Plain if is_plain(text, in_flow) => Some(text.to_owned()),
        Style::SingleQuoted if !text.contains('\t') => {
            Some(format!("'{}'", text.replace('\'', "''")))
        }
        Style::Plain | Style::SingleQuoted | Style::DoubleQuoted => {
            let escaped = text
                .replace('\\', "\\\\")
                .replace('"', "\\\"")
                .replace('\t', "\\t");
            Some(format!("\"{escaped}\""))
        }
        Style::Literal | Style::Folded | Style::Block | Style::Flow => None,
    }
}

/// A new key. Keys are text, be they numbers or not, so that a number needs no quotes.
pub(super) fn written_key(key: &str, in_flow: bool) -> Option<String> {
    let is_number = key
        .parse::<u32>()
        .is_ok_and(|number| number.to_string() == key);
    if is_number {
        return Some(key.to_owned());
    }
    written(key, Style::Plain, in_flow)
}

/// Whether text means itself without quotes. Errs on the side of quotes.
fn is_plain(text: &str, in_flow: bool) -> bool {
    let Some(first) = text.chars().next() else {
        return false;
    };
    let starts_a_word =
        first.is_alphanumeric() || matches!(first, '_' | '/' | '.' | '(' | '^' | '$');
    let ends_in_blank = text.ends_with([' ', '\t', ':']);
    let has_marks =
        text.contains(": ") || text.contains(":\t") || text.contains(" #") || text.contains('\t');
    let has_brackets = in_flow
        && (text.contains([',', '[', ']', '{', '}'])
            || text
                .split(':')
                .skip(1)
                .any(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '/')));
    starts_a_word
        && !ends_in_blank
        && !has_marks
        && !has_brackets
        && !text.starts_with("---")
        && !text.starts_with("...")
        && matches!(scalar::resolve(text), Resolved::Str)
        && scalar::ambiguous(text).is_none()
}
