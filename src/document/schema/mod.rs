//! JSON Schema validation of trees, with violations in an author's words.
//!
//! The validator runs on the tree itself. Sound documents, the common case, are only asked whether they are valid;
//! errors are collected and explained for the others.

mod choice;
mod echo;
mod explain;
mod facets;
mod library;
mod node;
mod union;
mod unknown;
mod violation;
mod words;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use jsonschema::{Draft, PatternOptions, Registry, Retrieve, Uri, Validator};
use serde_json::Value;

use self::explain::Explainer;
use self::library::Library;
use self::node::Spanned;
use super::route::Route;
use super::tree::NodeRef;

pub use self::violation::{Belongs, Violation, ViolationKind};

/// The schemas in `schema/`: file name and text.
pub const FILES: &[(&str, &str)] = &[
    (
        "action.schema.json",
        include_str!("../../../schema/action.schema.json"),
    ),
    (
        "common.schema.json",
        include_str!("../../../schema/common.schema.json"),
    ),
    (
        "exception.schema.json",
        include_str!("../../../schema/exception.schema.json"),
    ),
    (
        "fixture.schema.json",
        include_str!("../../../schema/fixture.schema.json"),
    ),
    (
        "governance.schema.json",
        include_str!("../../../schema/governance.schema.json"),
    ),
    (
        "postmortem.schema.json",
        include_str!("../../../schema/postmortem.schema.json"),
    ),
    (
        "query.schema.json",
        include_str!("../../../schema/query.schema.json"),
    ),
    (
        "rbk.schema.json",
        include_str!("../../../schema/rbk.schema.json"),
    ),
    (
        "repository.schema.json",
        include_str!("../../../schema/repository.schema.json"),
    ),
    (
        "runbook.schema.json",
        include_str!("../../../schema/runbook.schema.json"),
    ),
    (
        "service.schema.json",
        include_str!("../../../schema/service.schema.json"),
    ),
    (
        "signature.schema.json",
        include_str!("../../../schema/signature.schema.json"),
    ),
    (
        "taxonomy.schema.json",
        include_str!("../../../schema/taxonomy.schema.json"),
    ),
];

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
    /// An `$id`, which would override the address the schema is registered under.
    #[error("the schema {name} has an `$id`; ours have none, see schema/README.md")]
    HasId {
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
    /// Which grammar of its own a text has, such as `duration` or `condition`.
    pub literal: Option<String>,
    /// The types of JSON Schema that are allowed, if they are listed, such as `string`.
    pub types: Vec<String>,
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
    address: String,
    validator: Validator<Spanned>,
}

/// Where schemas are registered; they refer to each other relative to it. Nothing is ever fetched.
const FOLDER: &str = "rbk:///schema/v1/";

impl SchemaSet {
    /// The schemas this program ships, compiled on first use.
    ///
    /// # Errors
    /// Never in a tested build; see [`SchemaError`].
    pub fn shipped() -> Result<&'static Self, &'static SchemaError> {
        static SHIPPED: OnceLock<Result<SchemaSet, SchemaError>> = OnceLock::new();
        SHIPPED.get_or_init(|| Self::compile(FILES)).as_ref()
    }

    /// Compiles schemas, given as (file name, JSON text). A schema whose `properties` demand a constant `kind` is
    /// the schema of that kind; the others are shared definitions.
    ///
    /// # Errors
    /// The first schema that cannot be used.
    pub fn compile(files: &[(&str, &str)]) -> Result<Self, SchemaError> {
        let mut library = Library::default();
        let mut kinds = Vec::new();
        for (name, text) in files {
            let name = (*name).to_owned();
            let schema: Value = match serde_json::from_str(text) {
                Ok(schema) => schema,
                Err(error) => {
                    return Err(SchemaError::NotJson {
                        name,
                        message: error.to_string(),
                    });
                }
            };
            if schema.get("$id").is_some() {
                return Err(SchemaError::HasId { name });
            }
            let address = format!("{FOLDER}{name}");
            let kind = schema
                .pointer("/properties/kind/const")
                .and_then(Value::as_str);
            kinds.extend(kind.map(|kind| (kind.to_owned(), address.clone())));
            library.insert(address, schema);
        }
        let kinds = validators(&library, kinds)?;
        Ok(Self { library, kinds })
    }

    /// The kinds there are schemas for.
    pub fn kinds(&self) -> impl Iterator<Item = &str> {
        self.kinds.keys().map(String::as_str)
    }

    /// The schema of a kind as JSON.
    pub fn schema(&self, kind: &str) -> Option<&Value> {
        self.kinds
            .get(kind)
            .and_then(|kind| self.library.root(&kind.address))
            .map(|place| place.schema)
    }

    /// Checks a document against the schema of its kind; none if there is no such kind.
    pub fn validate(&self, kind: &str, node: NodeRef<'_>) -> Option<Vec<Violation>> {
        let kind = self.kinds.get(kind)?;
        if kind.validator.is_valid(node) {
            return Some(Vec::new());
        }
        let mut explainer = Explainer::new(&self.library, self.library.root(&kind.address)?, node);
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
        let places = self.places(kind, route);
        if places.is_empty() {
            return None;
        }
        let text = |name: &str| self.library.annotation(&places, name).map(str::to_owned);
        Some(Description {
            title: text("title"),
            description: text("description"),
            expected: text("x-expected"),
            literal: text("x-literal"),
            types: self.types(&places),
            values: self.values(&places),
            keys: self
                .library
                .keys(&places)
                .into_iter()
                .map(str::to_owned)
                .collect(),
        })
    }

    /// Whether the schema of a kind lists a key at a place. As [`SchemaSet::describe`] says, without the rest of it.
    pub fn lists_key(&self, kind: &str, route: &Route, key: &str) -> bool {
        self.library.keys(&self.places(kind, route)).contains(key)
    }

    /// Whether the schema of a kind lists a value at a place. As [`SchemaSet::describe`] says, without the rest of it.
    pub fn lists_value(&self, kind: &str, route: &Route, value: &str) -> bool {
        let values = self.values(&self.places(kind, route));
        values.iter().any(|listed| listed == value)
    }

    fn places(&self, kind: &str, route: &Route) -> Vec<library::Place<'_>> {
        let kind = self.kinds.get(kind);
        let root = kind.and_then(|kind| self.library.root(&kind.address));
        root.map_or_else(Vec::new, |root| self.library.at_route(root, route))
    }

    fn types(&self, places: &[library::Place<'_>]) -> Vec<String> {
        let mut types = Vec::new();
        for place in places.iter().flat_map(|place| self.library.expand(*place)) {
            let listed = match place.schema.get("type") {
                Some(Value::Array(several)) => several.as_slice(),
                Some(one) => std::slice::from_ref(one),
                None => &[],
            };
            types.extend(listed.iter().filter_map(Value::as_str).map(str::to_owned));
        }
        types.sort();
        types.dedup();
        types
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
    kinds: Vec<(String, String)>,
) -> Result<BTreeMap<String, Kind>, SchemaError> {
    let invalid = |name: &str, message: String| SchemaError::Invalid {
        name: name.to_owned(),
        message,
    };
    let mut registry = Registry::new().draft(Draft::Draft202012).retriever(Offline);
    for (address, schema) in library.iter() {
        registry = registry
            .add(address, schema)
            .map_err(|error| invalid(address, error.to_string()))?;
    }
    let registry = registry
        .prepare()
        .map_err(|error| invalid(FOLDER, error.to_string()))?;
    let mut compiled = BTreeMap::new();
    for (kind, address) in kinds {
        let Some(place) = library.root(&address) else {
            continue;
        };
        let validator = jsonschema::options_for::<Spanned>()
            .with_draft(Draft::Draft202012)
            .with_registry(&registry)
            .with_base_uri(address.clone())
            .offline()
            // Linear time, whatever the text.
            .with_pattern_options(PatternOptions::regex())
            .build(place.schema)
            .map_err(|error| invalid(&address, format!("{error} at {}", error.instance_path())))?;
        compiled.insert(kind, Kind { address, validator });
    }
    Ok(compiled)
}

/// Refuses to fetch anything.
struct Offline;

impl Retrieve for Offline {
    fn retrieve(
        &self,
        uri: &Uri<String>,
    ) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        Err(format!("{uri} is not among the schemas").into())
    }
}

#[cfg(test)]
mod tests;
