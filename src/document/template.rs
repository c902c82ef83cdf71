//! Templates: `{{ incident.service | lower }}` fills a parameter, and nothing else (DESIGN §3.1).
//!
//! ```text
//! placeholder = "{{" name { "." name } { "|" filter } "}}"
//! filter      = "lower" | "upper" | "trim" | "int" | "string" | "replace" "(" text "," text ")"
//! ```
//!
//! The language is a small subset of Jinja's: no statements, comments, calls, operators or defaults.
//! Values are looked up strictly, so that an error can name the part of a path that is missing; the
//! filters are minijinja's.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

use serde_json::Value;
use thiserror::Error;

mod args;
mod filter;
mod parse;
#[cfg(test)]
mod tests;

pub use args::{ArgumentError, MAX_ARGUMENT_DEPTH, render_args};
pub use filter::{Filter, FilterKind};
pub use parse::{MAX_FILTERS, MAX_PATH, MAX_PLACEHOLDERS, MAX_TEMPLATE_BYTES};

/// Longest text a template may render to, in bytes.
pub const MAX_RENDERED_BYTES: usize = 256 * 1024;

/// A parsed template. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    text: Arc<str>,
    placeholders: Arc<[Placeholder]>,
}

/// One `{{ … }}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placeholder {
    /// Bytes of the template's text it takes up, braces included.
    pub span: Range<usize>,
    /// What is filled in.
    pub reference: Reference,
    /// What is done with it, in order.
    pub filters: Vec<Filter>,
}

/// A dotted path into the context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    segments: Vec<String>,
    /// Bytes of the template's text it takes up.
    pub span: Range<usize>,
}

impl Reference {
    /// The names of the path, from the root; never empty.
    pub fn segments(&self) -> &[String] {
        &self.segments
    }

    /// The first name of the path: `incident`, `params`, `snapshot`, `change`, …
    pub fn root(&self) -> &str {
        self.segments.first().map_or("", String::as_str)
    }

    fn lookup<'v>(&self, context: &'v Value) -> Result<&'v Value, TemplateError> {
        let mut value = context;
        for (depth, name) in self.segments.iter().enumerate() {
            value = value
                .get(name)
                .ok_or_else(|| self.undefined(value, depth))?;
        }
        if value.is_null() {
            return Err(self.error("has no value", "null is never filled in"));
        }
        Ok(value)
    }

    fn undefined(&self, parent: &Value, depth: usize) -> TemplateError {
        const MOST_NAMES: usize = 8;
        let known: Vec<&str> = parent
            .as_object()
            .into_iter()
            .flat_map(|names| names.keys().map(String::as_str))
            .take(MOST_NAMES)
            .collect();
        let holder = match self.segments.get(..depth) {
            None | Some([]) => "the context".to_owned(),
            Some(path) => format!("`{}`", path.join(".")),
        };
        let help = if known.is_empty() {
            format!("{holder} holds no names")
        } else {
            format!("{holder} holds {}", known.join(", "))
        };
        self.error("is not defined", help)
    }

    fn error(&self, what: &str, help: impl Into<String>) -> TemplateError {
        TemplateError {
            span: self.span.clone(),
            message: format!("`{self}` {what}"),
            help: Some(help.into()),
        }
    }
}

impl fmt::Display for Reference {
    /// As a dotted path.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, segment) in self.segments.iter().enumerate() {
            if at > 0 {
                f.write_str(".")?;
            }
            f.write_str(segment)?;
        }
        Ok(())
    }
}

/// Why a text is not a template, or cannot be filled.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct TemplateError {
    /// Bytes of the template's text the error is about.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// The first place where the text leaves the grammar, or a limit.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        Ok(Self {
            placeholders: parse::placeholders(text)?.into(),
            text: text.into(),
        })
    }

    /// The text as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether there is nothing to fill in.
    pub fn is_literal(&self) -> bool {
        self.placeholders.is_empty()
    }

    /// What is to be filled in, in order.
    pub fn placeholders(&self) -> &[Placeholder] {
        &self.placeholders
    }

    /// The paths used, in order, repetitions included.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.placeholders.iter().map(|p| &p.reference)
    }

    /// The filters used, in order, repetitions included.
    pub fn filters(&self) -> impl Iterator<Item = &Filter> {
        self.placeholders.iter().flat_map(|p| &p.filters)
    }

    /// Fills the template from `context`, an object.
    ///
    /// A template that is one placeholder and nothing else keeps the JSON type of its value; every
    /// other template gives text, into which only text, numbers and booleans can be put.
    ///
    /// # Errors
    /// A path that is undefined or null, a value a filter or a text cannot take, and a result
    /// longer than [`MAX_RENDERED_BYTES`].
    pub fn render(&self, context: &Value) -> Result<Value, TemplateError> {
        if let [only] = &*self.placeholders
            && only.span == (0..self.text.len())
        {
            return only.value(context);
        }
        let mut output = String::with_capacity(self.text.len());
        let mut copied = 0;
        for placeholder in &*self.placeholders {
            output.push_str(self.slice(copied..placeholder.span.start));
            placeholder.write(context, &mut output)?;
            copied = placeholder.span.end;
        }
        output.push_str(self.slice(copied..self.text.len()));
        Ok(Value::String(output))
    }

    fn slice(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or_default()
    }
}

impl Placeholder {
    fn value(&self, context: &Value) -> Result<Value, TemplateError> {
        let value = self.reference.lookup(context)?;
        if self.filters.is_empty() {
            return Ok(value.clone());
        }
        filter::apply_all(&self.filters, value, &self.reference)
    }

    fn write(&self, context: &Value, output: &mut String) -> Result<(), TemplateError> {
        let piece = match self.value(context)? {
            Value::String(text) => text,
            Value::Bool(value) => value.to_string(),
            Value::Number(value) => value.to_string(),
            Value::Array(_) | Value::Object(_) | Value::Null => {
                return Err(self.reference.error(
                    "is a list or an object and cannot become part of a text",
                    "name one of its members",
                ));
            }
        };
        if output.len() + piece.len() > MAX_RENDERED_BYTES {
            return Err(self.reference.error(
                "makes the text too long",
                format!("a filled template has {MAX_RENDERED_BYTES} bytes at most"),
            ));
        }
        output.push_str(&piece);
        Ok(())
    }
}

impl FromStr for Template {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, TemplateError> {
        Self::parse(text)
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
