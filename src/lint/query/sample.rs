//! Query templates filled with values their parameters allow.

use regex::Regex;
use serde_json::{Map, Value, json};

use crate::document::model::{ParamSpec, ParamType, Query};
use crate::document::template::Template;

/// Texts of the shapes that parameters of queries have, of which one usually meets a pattern.
const TEXTS: [&str; 9] = [
    "x",
    "5m",
    "1",
    "10",
    "a1",
    "x-1",
    "X",
    "10.0.0.1",
    "example.com",
];

/// The text of a query as the backend could see it.
///
/// # Errors
/// The parameter of whose pattern no example is known.
pub(super) fn filled(query: &Query) -> Result<Option<String>, &str> {
    let mut context = Map::new();
    for (name, param) in &query.params {
        context.insert(name.clone(), value(param).ok_or(name.as_str())?);
    }
    let Ok(template) = Template::parse(&query.template) else {
        return Ok(None);
    };
    Ok(match template.render(&Value::Object(context)) {
        Ok(Value::String(text)) => Some(text),
        Ok(other) => Some(other.to_string()),
        // Names that are not defined are found by the rule about names.
        Err(_) => None,
    })
}

fn value(param: &ParamSpec) -> Option<Value> {
    if let Some(given) = param.default.as_ref().or(param.one_of.first()) {
        return Some(given.clone());
    }
    Some(match param.kind {
        ParamType::Boolean => json!(true),
        ParamType::Integer | ParamType::Number => {
            let least = param.minimum.unwrap_or(1.0);
            json!(param.maximum.map_or(least, |most| least.min(most)))
        }
        ParamType::String => {
            let Some(pattern) = &param.pattern else {
                return Some(json!(TEXTS[0]));
            };
            // A pattern that cannot be read is found by the rule about patterns.
            let Ok(pattern) = Regex::new(&format!("^(?:{pattern})$")) else {
                return Some(json!(TEXTS[0]));
            };
            json!(TEXTS.iter().find(|text| pattern.is_match(text))?)
        }
    })
}
