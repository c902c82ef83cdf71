//! How a line is recognised as an event.

use regex::bytes::{Regex, RegexBuilder};
use serde_json::Value;

/// Largest compiled form of one expression in bytes; what needs more is refused.
pub const MAX_COMPILED: usize = 1 << 20;

/// What a line has to hold.
#[derive(Clone, Debug)]
pub enum Condition {
    /// This text, anywhere.
    Contains(String),
    /// Something that the expression matches, anywhere; in linear time.
    Regex(Regex),
    /// A JSON object in which each of these holds.
    Fields(Vec<Field>),
}

/// A field of a JSON object, and what it has to be.
#[derive(Clone, Debug)]
pub struct Field {
    /// The names that lead to it, from the outermost.
    pub path: Vec<String>,
    /// What it has to be.
    pub is: FieldTest,
}

/// What a field has to be.
#[derive(Clone, Debug)]
pub enum FieldTest {
    /// This value.
    Equals(Value),
    /// A text that holds this one.
    Contains(String),
    /// A text that the expression matches.
    Regex(Regex),
}

/// Why a text is no expression that lines can be searched for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConditionError {
    /// There is nothing to look for.
    #[error("an empty text is in every line")]
    Empty,
    /// A line never holds a line break.
    #[error("it holds a line break, and so matches no line; write it as one line")]
    LineBreak,
    /// Not an expression, or one that takes too much to run.
    #[error("not a usable regular expression: {0}")]
    Regex(String),
}

impl Condition {
    /// A text that a line has to hold.
    ///
    /// # Errors
    /// When no line, or every line, holds it.
    pub fn contains(text: &str) -> Result<Self, ConditionError> {
        one_line(text).map(|text| Self::Contains(text.to_owned()))
    }

    /// An expression that has to match somewhere in a line.
    ///
    /// # Errors
    /// When it is none, or is too large.
    pub fn regex(text: &str) -> Result<Self, ConditionError> {
        expression(text).map(Self::Regex)
    }

    /// Whether it is looked for in whole events, a line with a timestamp and those without one that follow: an expression
    /// that begins with `(?s)`, in which `.` is a line break too.
    #[must_use]
    pub fn is_about_events(&self) -> bool {
        match self {
            Self::Regex(regex) => regex.as_str().starts_with("(?s"),
            Self::Contains(_) | Self::Fields(_) => false,
        }
    }

    /// Whether a line is such an event.
    #[must_use]
    pub fn is_in(&self, line: &[u8]) -> bool {
        match self {
            Self::Contains(text) => holds(line, text),
            Self::Regex(regex) => regex.is_match(line),
            Self::Fields(fields) => {
                // What is before the object was put there by whatever collected the line.
                let start = line.iter().position(|byte| *byte == b'{').unwrap_or(0);
                let object = line.get(start..).unwrap_or_default();
                let object: Option<Value> = serde_json::from_slice(object).ok();
                object.is_some_and(|object| fields.iter().all(|field| field.holds(&object)))
            }
        }
    }
}

impl Field {
    fn holds(&self, object: &Value) -> bool {
        let mut value = Some(object);
        for name in &self.path {
            value = value.and_then(|value| value.get(name));
        }
        let text = || value.and_then(Value::as_str).map(str::as_bytes);
        match &self.is {
            FieldTest::Equals(expected) => value == Some(expected),
            FieldTest::Contains(part) => text().is_some_and(|text| holds(text, part)),
            FieldTest::Regex(regex) => text().is_some_and(|text| regex.is_match(text)),
        }
    }
}

/// An expression that is matched within one line.
///
/// # Errors
/// When it is none, needs a line break, or is too large.
pub fn expression(text: &str) -> Result<Regex, ConditionError> {
    let built = RegexBuilder::new(one_line(text)?)
        .multi_line(true)
        .crlf(true)
        .size_limit(MAX_COMPILED)
        .build();
    built.map_err(|error| ConditionError::Regex(error.to_string()))
}

fn one_line(text: &str) -> Result<&str, ConditionError> {
    match text {
        "" => Err(ConditionError::Empty),
        _ if text.contains(['\n', '\r']) => Err(ConditionError::LineBreak),
        _ => Ok(text),
    }
}

fn holds(line: &[u8], text: &str) -> bool {
    memchr::memmem::find(line, text.as_bytes()).is_some()
}
