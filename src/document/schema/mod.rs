//! JSON Schema validation of trees, with violations in an author's words.
//!
//! The validator runs on the tree itself. Sound documents, the common case, are only asked whether they are valid;
//! errors are collected and explained for the others.

mod explain;
mod keyword;
mod library;
mod node;
mod union;
mod unknown;
mod violation;
mod words;

use std::collections::BTreeMap;

use jsonschema::{PatternOptions, Registry, Validator};
use serde_json::Value;

use self::explain::Explainer;
use self::library::Library;
use self::node::Spanned;
use super::route::Route;
use super::tree::NodeRef;

pub use self::violation::{Belongs, Violation, ViolationKind};

/// Why schemas cannot be used. Shipped schemas are tested, so an author never sees this.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// Not JSON.
    #[error("the schema {name} is not JSON: {message}")]
    NotJson {
        /// Which schema.
        name: String,
        /// What the JSON parser says.
        message: String,
    },
    /// No `$id`.
    #[error("the schema {name} has no `$id`")]
    NoId {
        /// Which schema.
        name: String,
    },
    /// Not a JSON Schema, or it refers to something that is not there.
    #[error("the schema {name} cannot be compiled: {message}")]
    Invalid {
        /// Which schema.
        name: String,
        /// What the compiler says.
        message: String,
    },
}

/// What a schema says about a place in a document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Description {
    /// A few words.
    pub title: Option<String>,
    /// Sentences.
    pub description: Option<String>,
    /// What a value looks like, such as `a duration such as 5m`.
    pub expected: Option<String>,
    /// The values allowed, if they are listed.
    pub values: Vec<String>,
    /// The keys of a mapping, if they are listed.
    pub keys: Vec<String>,
}

/// Compiled schemas, one per kind of document.
#[derive(Debug)]
pub struct SchemaSet {
    library: Library,
    kinds: BTreeMap<String, Kind>,
}

#[derive(Debug)]
struct Kind {
    id: String,
    validator: Validator<Spanned>,
}

impl SchemaSet {
    /// Compiles schemas. `kinds` are (kind, JSON text) pairs; `shared` are schemas the others refer to by `$id`.
    /// Nothing is ever fetched.
    ///
    /// # Errors
    /// The first schema that cannot be used.
    pub fn compile(kinds: &[(&str, &str)], shared: &[(&str, &str)]) -> Result<Self, SchemaError> {
        let mut library = Library::default();
        let mut ids = Vec::new();
        for (name, text) in kinds.iter().chain(shared) {
            let schema: Value =
                serde_json::from_str(text).map_err(|error| SchemaError::NotJson {
                    name: (*name).to_owned(),
                    message: error.to_string(),
                })?;
            let id = schema.get("$id").and_then(Value::as_str).map(str::to_owned);
            let id = id.ok_or_else(|| SchemaError::NoId {
                name: (*name).to_owned(),
            })?;
            ids.push(id.clone());
            library.insert(id, schema);
        }
        let validators = validators(&library, kinds, &ids)?;
        Ok(Self {
            library,
            kinds: validators,
        })
    }

    /// The kinds there are schemas for.
    pub fn kinds(&self) -> impl Iterator<Item = &str> {
        self.kinds.keys().map(String::as_str)
    }

    /// The schema of a kind as JSON.
    pub fn schema(&self, kind: &str) -> Option<&Value> {
        self.kinds
            .get(kind)
            .and_then(|kind| self.library.root(&kind.id))
            .map(|place| place.schema)
    }

    /// Checks a document against the schema of its kind; none if there is no such kind.
    pub fn validate(&self, kind: &str, node: NodeRef<'_>) -> Option<Vec<Violation>> {
        let kind = self.kinds.get(kind)?;
        if kind.validator.is_valid(node) {
            return Some(Vec::new());
        }
        let mut explainer = Explainer::new(&self.library, self.library.root(&kind.id)?, node);
        for error in kind.validator.iter_errors(node) {
            explainer.explain(&error);
            if explainer.is_full() {
                break;
            }
        }
        Some(explainer.finish())
    }

    /// What the schema of a kind says about a place; none if it does not know the kind or the place.
    pub fn describe(&self, kind: &str, route: &Route) -> Option<Description> {
        let root = self.library.root(&self.kinds.get(kind)?.id)?;
        let places = self.library.at_route(root, route);
        if places.is_empty() {
            return None;
        }
        let text = |name: &str| self.library.annotation(&places, name).map(str::to_owned);
        Some(Description {
            title: text("title"),
            description: text("description"),
            expected: text("x-expected"),
            values: self.values(&places),
            keys: self
                .library
                .keys(&places)
                .into_iter()
                .map(str::to_owned)
                .collect(),
        })
    }

    fn values(&self, places: &[library::Place<'_>]) -> Vec<String> {
        let mut values = Vec::new();
        for place in places.iter().flat_map(|place| self.library.expand(*place)) {
            let listed = place.schema.get("enum").and_then(Value::as_array);
            values.extend(
                listed
                    .into_iter()
                    .flatten()
                    .chain(place.schema.get("const"))
                    .map(words::literal),
            );
        }
        values
    }
}

fn validators(
    library: &Library,
    kinds: &[(&str, &str)],
    ids: &[String],
) -> Result<BTreeMap<String, Kind>, SchemaError> {
    let invalid = |name: &str, message: String| SchemaError::Invalid {
        name: name.to_owned(),
        message,
    };
    let mut registry = Registry::new();
    for (id, schema) in library.iter() {
        registry = registry
            .add(id, schema)
            .map_err(|error| invalid(id, error.to_string()))?;
    }
    let registry = registry
        .prepare()
        .map_err(|error| invalid("set", error.to_string()))?;
    let mut compiled = BTreeMap::new();
    for ((kind, _), id) in kinds.iter().zip(ids) {
        let Some(place) = library.root(id) else {
            continue;
        };
        let validator = jsonschema::options_for::<Spanned>()
            .with_registry(&registry)
            .offline()
            // Linear time, whatever the text.
            .with_pattern_options(PatternOptions::regex())
            .with_keyword(keyword::ONE_OF_KEYS, keyword::one_of_keys)
            .with_keyword(keyword::AT_MOST_ONE_OF_KEYS, keyword::at_most_one_of_keys)
            .build(place.schema)
            .map_err(|error| invalid(kind, format!("{error} at {}", error.instance_path())))?;
        compiled.insert(
            (*kind).to_owned(),
            Kind {
                id: id.clone(),
                validator,
            },
        );
    }
    Ok(compiled)
}

#[cfg(test)]
mod tests;
