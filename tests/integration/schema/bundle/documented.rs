//! `docs/bundle-format.md` names every field of every schema, and its examples have the form they illustrate.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::schema::{RELEASES, all_schemas, root, validator};

fn page() -> String {
    std::fs::read_to_string(root().join("docs/bundle-format.md")).unwrap()
}

/// The names in the first column of each table.
fn tables<'p>(page: &'p str) -> Vec<BTreeSet<&'p str>> {
    let lines: Vec<&str> = page.lines().collect();
    let blocks = lines.split(|line| !line.starts_with('|'));
    let names = |block: &[&'p str]| {
        let rows = block.iter().filter_map(|line| line.strip_prefix("| `"));
        rows.filter_map(|row| row.split('`').next()).collect()
    };
    blocks.map(names).collect()
}

/// The names of the members of each object of a schema that is no part of another.
fn objects(name: &str, schema: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let definitions = schema.get("$defs").and_then(Value::as_object);
    let definitions = definitions.into_iter().flatten();
    let named = definitions.map(|(key, value)| (format!("{name}#/$defs/{key}"), value));
    let all = named.chain([(name.to_owned(), schema)]);
    all.filter_map(|(place, schema)| {
        let properties = schema.get("properties")?.as_object()?;
        Some((place, properties.keys().cloned().collect()))
    })
    .collect()
}

#[test]
fn every_field_is_in_a_table_of_the_page_and_no_other_is() {
    let page = page();
    let tables = tables(&page);
    let schemas = all_schemas();
    let mut expected = BTreeMap::new();
    for name in RELEASES {
        expected.extend(objects(name, &schemas[name]));
    }
    // Of a statement the page shows the frame; what is within is in its schema.
    let mut statement = objects("statement", &schemas["statement"]);
    statement.retain(|place, _| ["statement", "statement#/$defs/review"].contains(&place.as_str()));
    assert_eq!(statement.len(), 2);
    expected.extend(statement);
    assert!(expected.len() > 10, "{expected:?}");
    for (place, names) in expected {
        let names: BTreeSet<&str> = names.iter().map(String::as_str).collect();
        assert!(
            tables.contains(&names),
            "no table has exactly the fields of {place}: {names:?}"
        );
    }
}

/// Every block of JSON follows a line that names its file, and is one.
#[test]
fn the_examples_are_what_they_say() {
    let page = page();
    let mut seen = BTreeSet::new();
    let mut before = "";
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if line == "```json" {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            let value: Value = serde_json::from_str(&block.join("\n")).unwrap();
            let schema = match before.rsplit('`').nth(1) {
                Some("index.json") => "bundle-index",
                Some("pack.json") => "bundle-pack",
                Some("halt.json") => "halt",
                Some("recall.json") => "recall",
                _ => panic!("which file is the example after {before:?}?"),
            };
            let errors: Vec<_> = validator(schema, "")
                .iter_errors(&value)
                .map(|it| format!("{} {it}", it.instance_path()))
                .collect();
            assert!(errors.is_empty(), "{schema}: {errors:?}");
            seen.insert(schema);
        }
        if !line.trim().is_empty() {
            before = line;
        }
    }
    for schema in ["bundle-index", "bundle-pack", "halt", "recall"] {
        assert!(seen.contains(schema), "there is no example of {schema}");
    }
}

#[test]
fn the_page_names_every_schema_and_every_limit() {
    use rbk::bundle::archive::{MAX_ENTRIES, MAX_UNPACKED};
    let page = page();
    for name in RELEASES.iter().chain(&["governance", "statement"]) {
        assert!(page.contains(&format!("`{name}.schema.json`")), "{name}");
    }
    let entries = format!("{},{:03}", MAX_ENTRIES / 1000, MAX_ENTRIES % 1000);
    assert!(page.contains(&format!("{entries} entries")));
    assert!(page.contains(&format!("{} MiB", MAX_UNPACKED / 1024 / 1024)));
}
