//! How values and types are named in messages.

use jsonschema::JsonType;
use serde_json::Value;

use crate::document::route::{Route, Segment};
use crate::document::tree::{NodeKind, NodeRef, Style};

/// Longest excerpt of a value in a message, in characters.
const EXCERPT: usize = 40;

/// A type, with its article.
pub(super) fn type_name(json_type: JsonType) -> &'static str {
    match json_type {
        JsonType::Array => NodeKind::Seq.described(),
        JsonType::Boolean => NodeKind::Bool.described(),
        JsonType::Integer => NodeKind::Int.described(),
        JsonType::Null => NodeKind::Null.described(),
        JsonType::Number => NodeKind::Float.described(),
        JsonType::Object => NodeKind::Map.described(),
        JsonType::String => NodeKind::Str.described(),
    }
}

/// What was found, short enough for a message.
pub(super) fn found(node: NodeRef<'_>) -> String {
    match node.kind() {
        NodeKind::Null | NodeKind::Seq | NodeKind::Map => node.kind().described().to_owned(),
        NodeKind::Int | NodeKind::Float => format!("the number `{}`", excerpt(node.raw())),
        NodeKind::Bool => format!("`{}`", excerpt(node.raw())),
        NodeKind::Str => format!("`{}`", excerpt(node.as_str().unwrap_or_default())),
    }
}

/// One line of text, shortened.
pub(super) fn excerpt(text: &str) -> String {
    let mut short: String = text
        .chars()
        .take(EXCERPT)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if text.chars().nth(EXCERPT).is_some() {
        short.push('…');
    }
    short
}

/// What to do about a scalar that YAML read as something else than text.
pub(super) fn quoting_hint(node: NodeRef<'_>) -> &'static str {
    let scalar = matches!(
        node.kind(),
        NodeKind::Int | NodeKind::Float | NodeKind::Bool
    );
    if scalar && node.style() == Style::Plain {
        "; put it in quotes if it is text"
    } else {
        ""
    }
}

/// A value of a schema, as an author would write it.
pub(super) fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The mapping or list at a route, for messages: `` `metadata` ``, `` `steps[0]` `` or `the document`.
pub(super) fn place(route: &Route) -> String {
    let segments = route.segments();
    let from = segments
        .iter()
        .rposition(|segment| matches!(segment, Segment::Key(_)));
    match from {
        None if segments.is_empty() => "the document".to_owned(),
        from => {
            let mut tail = Route::root();
            segments
                .iter()
                .skip(from.unwrap_or(0))
                .cloned()
                .for_each(|segment| tail.push(segment));
            format!("`{tail}`")
        }
    }
}

/// `no items`, `1 item`, `2 items`.
pub(super) fn amount(count: usize, what: &str) -> String {
    match count {
        0 => format!("no {what}s"),
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

/// `a`, `a or b`, `a, b or c`.
pub(super) fn alternatives(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} or {last}", rest.join(", ")),
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn list(items: &[&str]) -> String {
    let quoted: Vec<String> = items.iter().map(|item| format!("`{item}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}
