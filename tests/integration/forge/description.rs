//! What GitHub's OpenAPI description says of the operations the mock serves, and whether a request or an answer keeps to it.
//!
//! Bodies are held to more than the description: an object with named properties may have no others. A field that GitHub does not
//! have would otherwise go unnoticed, whichever side made it up.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, OnceLock};

use jsonschema::{Draft, Validator};
use serde::Deserialize;
use serde_json::{Value, json};

/// Whether objects may have properties that the description does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Strictness {
    /// They may not: what the mock and the client say.
    Closed,
    /// They may, as in payloads that were recorded from older or newer servers.
    Open,
}

/// One operation of the API.
#[derive(Debug, Deserialize)]
pub(crate) struct Operation {
    pub(crate) method: String,
    /// Its path, with names in braces.
    pub(crate) path: String,
    query: BTreeMap<String, Value>,
    segments: BTreeMap<String, Value>,
    request: Option<String>,
    answers: BTreeMap<String, Option<String>>,
}

/// All operations the mock serves.
#[derive(Debug, Deserialize)]
pub(crate) struct Description {
    operations: BTreeMap<String, Operation>,
    #[serde(rename = "$defs")]
    definitions: serde_json::Map<String, Value>,
}

/// An operation that a request asks for, with what its path says.
pub(crate) struct Matched {
    /// Its id, such as `pulls/get`.
    pub(crate) id: &'static str,
    pub(crate) operation: &'static Operation,
    pub(crate) segments: BTreeMap<&'static str, String>,
}

impl Matched {
    pub(crate) fn text(&self, name: &str) -> &str {
        &self.segments[name]
    }

    pub(crate) fn number(&self, name: &str) -> u64 {
        self.segments[name].parse().unwrap()
    }
}

/// The description, read once.
pub(crate) fn description() -> &'static Description {
    static READ: OnceLock<Description> = OnceLock::new();
    READ.get_or_init(|| {
        let text = include_str!("../../data/github/github.openapi.json");
        let mut description: Description = serde_json::from_str(text).unwrap();
        description.correct();
        description
    })
}

impl Description {
    /// Where GitHub is known to answer otherwise: the head of a pull request whose fork was deleted has no repository, and none
    /// has a user when the account is gone too.
    fn correct(&mut self) {
        for name in ["pull-request", "pull-request-simple"] {
            for field in ["repo", "user"] {
                let pointer = format!("/properties/head/properties/{field}");
                let schema = self.definitions[name].pointer_mut(&pointer).unwrap();
                *schema = json!({"anyOf": [schema.take(), {"type": "null"}]});
            }
        }
    }

    /// The operation for a method and a path. Of several, the one with the fewest names in braces.
    pub(crate) fn find(&'static self, method: &str, path: &str) -> Option<Matched> {
        let candidates = self.operations.iter().filter_map(|(id, operation)| {
            let segments = segments(&operation.path, path)?;
            let id = id.as_str();
            (operation.method == method).then_some(Matched {
                id,
                operation,
                segments,
            })
        });
        candidates.min_by_key(|matched| matched.segments.len())
    }

    /// Method and path of every operation.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.operations.values();
        all.map(|it| (it.method.as_str(), it.path.as_str()))
    }

    /// The operation by its id.
    pub(crate) fn operation(&self, id: &str) -> &Operation {
        &self.operations[id]
    }

    fn closed(&self) -> serde_json::Map<String, Value> {
        let mut combined = BTreeSet::new();
        for schema in self.definitions.values() {
            parts_of_all_of(schema, &mut combined);
        }
        let mut definitions = self.definitions.clone();
        for (name, schema) in &mut definitions {
            close(schema, combined.contains(name));
        }
        definitions
    }

    /// The validator of a definition, compiled once.
    fn validator(&'static self, name: &str, strictness: Strictness) -> Arc<Validator> {
        type Compiled = Mutex<HashMap<(String, Strictness), Arc<Validator>>>;
        static CLOSED: OnceLock<serde_json::Map<String, Value>> = OnceLock::new();
        static COMPILED: OnceLock<Compiled> = OnceLock::new();
        let compiled = COMPILED.get_or_init(Compiled::default);
        let mut compiled = compiled.lock().unwrap();
        let entry = compiled.entry((name.to_owned(), strictness));
        let compile = || {
            let definitions = match strictness {
                Strictness::Closed => CLOSED.get_or_init(|| self.closed()),
                Strictness::Open => &self.definitions,
            };
            let schema = json!({"$ref": format!("#/$defs/{name}"), "$defs": definitions});
            let mut options = jsonschema::options()
                .with_draft(Draft::Draft202012)
                .should_validate_formats(true);
            if strictness == Strictness::Open {
                // GitHub itself sends addresses that RFC 3986 does not allow: `users/renovate[bot]`.
                options = options.with_format("uri", |_: &str| true);
            }
            Arc::new(options.build(&schema).unwrap())
        };
        Arc::clone(entry.or_insert_with(compile))
    }

    /// What is wrong with a value that should be what a definition says.
    pub(crate) fn faults(
        &'static self,
        name: &str,
        strictness: Strictness,
        value: &Value,
    ) -> Vec<String> {
        let validator = self.validator(name, strictness);
        let shown = |error: jsonschema::ValidationError<'_>| {
            format!("at `{}`: {}", error.instance_path(), error.masked())
        };
        validator.iter_errors(value).map(shown).collect()
    }
}

impl Operation {
    /// What is wrong with the path and the query of a request.
    pub(crate) fn faults_of_address(
        &self,
        segments: &BTreeMap<&str, String>,
        query: &[(String, String)],
    ) -> Vec<String> {
        let of_segments = segments
            .iter()
            .filter_map(|(name, text)| fault_of_text(name, text, &self.segments[*name]));
        let of_query = query
            .iter()
            .filter_map(|(name, text)| match self.query.get(name) {
                Some(schema) => fault_of_text(name, text, schema),
                None => Some(format!("there is no query parameter `{name}`")),
            });
        let repeated = query
            .iter()
            .enumerate()
            .filter(|(at, (name, _))| query[..*at].iter().any(|(other, _)| other == name))
            .map(|(_, (name, _))| format!("the query parameter `{name}` is given twice"));
        of_segments.chain(of_query).chain(repeated).collect()
    }

    /// What is wrong with the body of a request; `None` is no body.
    pub(crate) fn faults_of_request(&self, body: Option<&Value>) -> Vec<String> {
        match (&self.request, body) {
            (None, None) => Vec::new(),
            (None, Some(_)) => vec!["it takes no body".to_owned()],
            (Some(_), None) => vec!["it needs a JSON body".to_owned()],
            (Some(name), Some(body)) => description().faults(name, Strictness::Closed, body),
        }
    }

    /// What is wrong with an answer. Errors that are not described are those every operation can have.
    pub(crate) fn faults_of_answer(
        &self,
        status: u16,
        body: Option<&Value>,
        strictness: Strictness,
    ) -> Vec<String> {
        let described = self.answers.get(&status.to_string());
        let definition = match described {
            Some(definition) => definition.as_deref(),
            None if status == 304 => None,
            None if status >= 300 => Some("basic-error"),
            None => return vec![format!("status {status} is not described")],
        };
        match (definition, body) {
            (None, None) => Vec::new(),
            (None, Some(_)) => vec![format!("an answer {status} has no body")],
            (Some(_), None) => vec![format!("an answer {status} has a body")],
            (Some(name), Some(body)) => description().faults(name, strictness, body),
        }
    }

    /// Whether it has a query parameter.
    pub(crate) fn takes(&self, parameter: &str) -> bool {
        self.query.contains_key(parameter)
    }

    /// Whether it changes something.
    pub(crate) fn is_write(&self) -> bool {
        self.method != "GET"
    }
}

/// The parts of a path that a template names, decoded.
fn segments<'t>(template: &'t str, path: &str) -> Option<BTreeMap<&'t str, String>> {
    let mut found = BTreeMap::new();
    let mut parts = path.split('/');
    for expected in template.split('/') {
        let part = parts.next()?;
        match expected
            .strip_prefix('{')
            .and_then(|it| it.strip_suffix('}'))
        {
            Some(name) if !part.is_empty() => {
                found.insert(name, decoded(part)?);
            }
            None if part == expected => {}
            _ => return None,
        }
    }
    parts.next().is_none().then_some(found)
}

/// Text with `%XX` resolved.
pub(crate) fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = match first {
            b'%' => {
                let digits = std::str::from_utf8(after.get(..2)?).ok()?;
                bytes.push(u8::from_str_radix(digits, 16).ok()?);
                &after[2..]
            }
            _ => {
                bytes.push(*first);
                after
            }
        };
    }
    String::from_utf8(bytes).ok()
}

fn fault_of_text(name: &str, text: &str, schema: &Value) -> Option<String> {
    let is_right = match schema["type"].as_str() {
        Some("integer") => text.parse::<i64>().is_ok_and(|number| number > 0),
        Some("boolean") => matches!(text, "true" | "false"),
        _ if schema["format"] == "date-time" => text.parse::<jiff::Timestamp>().is_ok(),
        _ => schema["enum"]
            .as_array()
            .is_none_or(|allowed| allowed.iter().any(|it| it == text)),
    };
    (!is_right).then(|| format!("`{name}` may not be `{text}`: {schema}"))
}

/// Names of definitions that are put together with `allOf`: none of them is the whole object.
fn parts_of_all_of(schema: &Value, found: &mut BTreeSet<String>) {
    if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
        let names = parts.iter().filter_map(|part| part["$ref"].as_str());
        found.extend(names.filter_map(|name| Some(name.rsplit_once('/')?.1.to_owned())));
    }
    match schema {
        Value::Object(map) => map.values().for_each(|it| parts_of_all_of(it, found)),
        Value::Array(list) => list.iter().for_each(|it| parts_of_all_of(it, found)),
        _ => {}
    }
}

fn close(schema: &mut Value, is_part: bool) {
    match schema {
        Value::Array(list) => list.iter_mut().for_each(|it| close(it, false)),
        Value::Object(map) => {
            let is_whole = map.get("properties").is_some_and(Value::is_object)
                && !["allOf", "anyOf", "oneOf"]
                    .iter()
                    .any(|it| map.contains_key(*it));
            if is_whole && !is_part && map.get("type").is_some() {
                map.entry("additionalProperties").or_insert(json!(false));
            }
            for (key, value) in map.iter_mut() {
                match (key.as_str(), &mut *value) {
                    ("properties", Value::Object(properties)) => {
                        properties.values_mut().for_each(|it| close(it, false));
                    }
                    _ => close(value, false),
                }
            }
        }
        _ => {}
    }
}
