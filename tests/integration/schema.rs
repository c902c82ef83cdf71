//! The JSON Schemas in `schema/`: sound, described, closed, and in step with the Rust types that mirror them.

mod annotations;
mod bundle;
mod examples;
mod foreign;
mod literals;
mod messages;
mod types;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jsonschema::{PatternOptions, Registry, Validator};
use rbk::document::model::Kind;
use serde_json::Value;

/// The address the schemas are given; they have none of their own (`schema/README.md`).
const BASE: &str = "rbk:///schema/v1/";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Schemas of what `rbk` prints; they are tested where it is printed.
const OUTPUTS: [&str; 4] = ["diff", "report", "review", "statement"];

/// Schemas of what agents read beside `statement`; they are tested in [`bundle`].
const RELEASES: [&str; 6] = [
    "bundle-index",
    "bundle-pack",
    "bundle-runbook",
    "bundle-signature",
    "halt",
    "recall",
];

/// Every schema of documents by name, e.g. `runbook`.
fn schemas() -> BTreeMap<String, Value> {
    let mut schemas = all_schemas();
    schemas.retain(|name, _| ![&OUTPUTS[..], &RELEASES].concat().contains(&name.as_str()));
    schemas
}

/// Every schema by name.
fn all_schemas() -> BTreeMap<String, Value> {
    let read = |path: PathBuf| {
        let name = path.file_name()?.to_str()?.strip_suffix(".schema.json")?;
        let text = std::fs::read_to_string(&path).unwrap();
        Some((name.to_owned(), serde_json::from_str(&text).unwrap()))
    };
    let files = std::fs::read_dir(root().join("schema")).unwrap();
    files
        .filter_map(|file| read(file.unwrap().path()))
        .collect()
}

fn address(name: &str) -> String {
    format!("{BASE}{name}.schema.json")
}

/// A validator for `name`, or for one of its definitions when `fragment` is not empty.
fn validator(name: &str, fragment: &str) -> Validator {
    let mut registry = Registry::new();
    for (name, schema) in all_schemas() {
        registry = registry.add(address(&name), schema).unwrap();
    }
    let registry = registry.prepare().unwrap();
    jsonschema::options()
        .with_registry(&registry)
        .with_base_uri(address("test"))
        .with_pattern_options(PatternOptions::regex())
        .offline()
        .build(&serde_json::json!({ "$ref": format!("{name}.schema.json{fragment}") }))
        .unwrap()
}

/// The schema a schema refers to, with the name of the file it stands in.
fn resolve<'s>(
    schemas: &'s BTreeMap<String, Value>,
    file: &'s str,
    schema: &'s Value,
) -> Option<(&'s str, &'s Value)> {
    let (target, pointer) = schema.get("$ref")?.as_str()?.split_once('#')?;
    let file = match target.strip_suffix(".schema.json") {
        Some(name) => schemas.get_key_value(name).unwrap().0,
        None => file,
    };
    Some((file, schemas[file].pointer(pointer).unwrap()))
}

#[test]
fn there_is_a_schema_for_every_kind_and_no_other() {
    let mut expected: Vec<String> = Kind::ALL.map(|kind| kind.name().to_lowercase()).to_vec();
    expected.extend(["common".to_owned(), "rbk".to_owned()]);
    expected.sort();
    let found: Vec<String> = schemas().into_keys().collect();
    assert_eq!(found, expected);
}

#[test]
fn every_schema_is_valid_json_schema_2020_12() {
    for (name, schema) in all_schemas() {
        assert_eq!(
            schema["$schema"], "https://json-schema.org/draft/2020-12/schema",
            "{name}"
        );
        jsonschema::draft202012::meta::validate(&schema)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(
            schema.get("$id").is_none(),
            "{name} has an `$id`, see schema/README.md"
        );
    }
}
