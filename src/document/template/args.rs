//! Filling whole `with` maps.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use thiserror::Error;

use super::{Template, TemplateError};

/// Deepest nesting of lists and objects in an argument.
pub const MAX_ARGUMENT_DEPTH: usize = 16;

/// An argument cannot be filled.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("argument `{argument}`: {error}")]
pub struct ArgumentError {
    /// Place of the template below `with`, e.g. `labels.team` or `hosts[2]`.
    pub argument: String,
    /// What is wrong with it.
    pub error: TemplateError,
}

/// Fills every template in the arguments of a call from `context`; keys are never templates.
///
/// # Errors
/// The first argument, in the order of names, that does not parse or cannot be filled, or that is
/// nested deeper than [`MAX_ARGUMENT_DEPTH`].
pub fn render_args(
    args: &BTreeMap<String, Value>,
    context: &Value,
) -> Result<BTreeMap<String, Value>, ArgumentError> {
    args.iter()
        .map(|(name, value)| {
            let value = render_value(value, context, name, MAX_ARGUMENT_DEPTH)?;
            Ok((name.clone(), value))
        })
        .collect()
}

fn render_value(
    value: &Value,
    context: &Value,
    place: &str,
    depth: usize,
) -> Result<Value, ArgumentError> {
    match value {
        Value::String(text) => Template::parse(text)
            .and_then(|template| template.render(context))
            .map_err(|error| ArgumentError {
                argument: place.to_owned(),
                error,
            }),
        Value::Array(items) => {
            let depth = below(depth, place)?;
            items
                .iter()
                .enumerate()
                .map(|(at, item)| render_value(item, context, &format!("{place}[{at}]"), depth))
                .collect::<Result<Vec<_>, _>>()
                .map(Value::Array)
        }
        Value::Object(entries) => {
            let depth = below(depth, place)?;
            entries
                .iter()
                .map(|(key, item)| {
                    let item = render_value(item, context, &format!("{place}.{key}"), depth)?;
                    Ok((key.clone(), item))
                })
                .collect::<Result<Map<_, _>, _>>()
                .map(Value::Object)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(value.clone()),
    }
}

fn below(depth: usize, place: &str) -> Result<usize, ArgumentError> {
    depth.checked_sub(1).ok_or_else(|| ArgumentError {
        argument: place.to_owned(),
        error: TemplateError {
            span: 0..0,
            message: format!("it is nested more than {MAX_ARGUMENT_DEPTH} levels deep"),
            help: Some("pass flatter arguments".to_owned()),
        },
    })
}
