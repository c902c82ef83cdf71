//! The examples in `tests/schema`: the valid ones use every key, each invalid one makes one mistake.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use jsonschema::Validator;
use rbk::document::model::{
    Action, Document, Exception, Fixture, Governance, Kind, Postmortem, Query, Repository, Runbook,
    Service, Signature, Taxonomy,
};
use rbk::document::unit::Duration;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Number, Value};

use super::{resolve, root, schemas, validator};

pub(super) struct Example {
    pub(super) name: String,
    pub(super) text: String,
    value: Value,
}

impl Example {
    /// The kind its name begins with, in lower case.
    pub(super) fn kind(&self) -> &str {
        let stem = self.name.trim_end_matches(".yaml");
        stem.split_once('-').map_or(stem, |(kind, _)| kind)
    }

    fn header(&self, name: &str) -> &str {
        let prefix = format!("# {name}:");
        let line = self
            .text
            .lines()
            .find_map(|line| line.strip_prefix(&prefix));
        line.unwrap_or_else(|| panic!("{} does not say `{prefix}`", self.name))
            .trim()
    }
}

pub(super) fn examples(folder: &str) -> Vec<Example> {
    let files = std::fs::read_dir(root().join("tests/schema").join(folder)).unwrap();
    let mut paths: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    let read = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        let value = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        Example {
            name: path.file_name().unwrap().to_str().unwrap().to_owned(),
            text,
            value,
        }
    };
    paths.iter().map(read).collect()
}

/// One validator per kind, and the one that dispatches.
fn validators() -> BTreeMap<String, Validator> {
    let kinds = Kind::ALL.map(|kind| kind.name().to_lowercase());
    let names = kinds.into_iter().chain(["rbk".to_owned()]);
    names
        .map(|name| (name.clone(), validator(&name, "")))
        .collect()
}

/// The violations as (place, keyword), without repetitions.
fn violations(validator: &Validator, value: &Value) -> BTreeSet<(String, String)> {
    validator
        .iter_errors(value)
        .map(|error| {
            (
                error.instance_path().to_string(),
                error.kind().keyword().to_owned(),
            )
        })
        .collect()
}

#[test]
fn valid_examples_are_accepted() {
    let validators = validators();
    let examples = examples("valid");
    for example in &examples {
        for schema in [example.kind(), "rbk"] {
            let found = violations(&validators[schema], &example.value);
            assert!(found.is_empty(), "{} by {schema}: {found:?}", example.name);
        }
    }
    let kinds: BTreeSet<&str> = examples.iter().map(Example::kind).collect();
    assert_eq!(kinds.len(), Kind::ALL.len(), "{kinds:?}");
}

#[test]
fn each_invalid_example_is_refused_for_its_one_mistake() {
    let validators = validators();
    let mut kinds = BTreeMap::<String, usize>::new();
    for example in examples("invalid") {
        let expected = (
            example.header("at").to_owned(),
            example.header("keyword").to_owned(),
        );
        let found = violations(&validators[example.kind()], &example.value);
        assert_eq!(found, BTreeSet::from([expected]), "{}", example.name);
        assert!(
            !validators["rbk"].is_valid(&example.value),
            "{} passes the schema of all kinds",
            example.name
        );
        *kinds.entry(example.kind().to_owned()).or_default() += 1;
    }
    for kind in Kind::ALL {
        let count = kinds.get(&kind.name().to_lowercase()).copied();
        assert!(
            count.is_some_and(|count| count > 1),
            "too few for {kind}: {count:?}"
        );
    }
}

/// The value without differences of spelling: `2` and `2.0`, `60s` and `1m`.
fn levelled(value: Value) -> Value {
    match value {
        Value::String(text) => match text.parse::<Duration>() {
            Ok(duration) => Value::String(duration.to_string()),
            Err(_) => Value::String(text),
        },
        Value::Number(number) => number
            .as_f64()
            .and_then(Number::from_f64)
            .map_or(Value::Null, Value::Number),
        Value::Array(items) => items.into_iter().map(levelled).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(name, member)| (name, levelled(member)))
            .collect(),
        other => other,
    }
}

fn round_trip<S: Serialize + DeserializeOwned>(value: &Value) -> Result<Value, String> {
    let document: Document<S> =
        serde_json::from_value(value.clone()).map_err(|error| error.to_string())?;
    serde_json::to_value(document).map_err(|error| error.to_string())
}

#[test]
fn the_typed_documents_read_and_write_the_valid_examples() {
    for example in examples("valid") {
        let kind = example.value["kind"]
            .as_str()
            .and_then(Kind::from_name)
            .unwrap();
        let again = match kind {
            Kind::Action => round_trip::<Action>(&example.value),
            Kind::Exception => round_trip::<Exception>(&example.value),
            Kind::Fixture => round_trip::<Fixture>(&example.value),
            Kind::Governance => round_trip::<Governance>(&example.value),
            Kind::Postmortem => round_trip::<Postmortem>(&example.value),
            Kind::Query => round_trip::<Query>(&example.value),
            Kind::Repository => round_trip::<Repository>(&example.value),
            Kind::Runbook => round_trip::<Runbook>(&example.value),
            Kind::Service => round_trip::<Service>(&example.value),
            Kind::Signature => round_trip::<Signature>(&example.value),
            Kind::Taxonomy => round_trip::<Taxonomy>(&example.value),
        };
        let again = again.unwrap_or_else(|error| panic!("{}: {error}", example.name));
        assert_eq!(
            levelled(again),
            levelled(example.value.clone()),
            "{}",
            example.name
        );
    }
}

/// Every property of the schemas that has a say about a value of an example.
struct Coverage<'s> {
    schemas: &'s BTreeMap<String, Value>,
    used: BTreeSet<*const Value>,
}

impl<'s> Coverage<'s> {
    fn visit(&mut self, file: &'s str, schema: &'s Value, value: &Value) {
        if let Some((file, target)) = resolve(self.schemas, file, schema) {
            self.used.insert(std::ptr::from_ref(target));
            self.visit(file, target, value);
        }
        for keyword in ["allOf", "anyOf", "oneOf"] {
            let branches = schema.get(keyword).and_then(Value::as_array);
            for branch in branches.into_iter().flatten() {
                self.visit(file, branch, value);
            }
        }
        for keyword in ["then", "else"] {
            if let Some(branch) = schema.get(keyword) {
                self.visit(file, branch, value);
            }
        }
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    let listed = schema.get("properties").and_then(|known| known.get(name));
                    if let Some(property) = listed {
                        self.used.insert(std::ptr::from_ref(property));
                    }
                    let other = schema
                        .get("additionalProperties")
                        .filter(|other| other.is_object());
                    if let Some(below) = listed.or(other) {
                        self.visit(file, below, member);
                    }
                }
            }
            Value::Array(items) => {
                for (item, below) in items.iter().zip(std::iter::repeat(schema.get("items"))) {
                    if let Some(below) = below {
                        self.visit(file, below, item);
                    }
                }
            }
            _ => {}
        }
    }
}

#[test]
fn the_valid_examples_use_every_key() {
    let schemas = schemas();
    let mut coverage = Coverage {
        schemas: &schemas,
        used: BTreeSet::new(),
    };
    for example in examples("valid") {
        let (name, schema) = schemas.get_key_value(example.kind()).unwrap();
        coverage.visit(name, schema, &example.value);
    }
    let mut unused = Vec::new();
    for (name, schema) in schemas.iter().filter(|(name, _)| *name != "rbk") {
        super::annotations::each_property(schema, &mut |pointer, property| {
            if !coverage.used.contains(&std::ptr::from_ref(property)) {
                unused.push(format!("{name}#{pointer}"));
            }
        });
    }
    assert!(unused.is_empty(), "no example has {unused:#?}");
}
