//! What editors show, what messages are made of, and that nothing is open.

use serde_json::Value;

use super::{resolve, schemas};

/// Keywords under which a schema restricts what is described elsewhere.
const RESTRICTIONS: [&str; 5] = ["if", "then", "else", "not", "allOf"];

/// Calls `visit` with the pointer and the schema of every property that is described.
pub(super) fn each_property<'s>(schema: &'s Value, visit: &mut impl FnMut(&str, &'s Value)) {
    each_schema(schema, "", &mut |pointer, schema| {
        let properties = schema.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            visit(&format!("{pointer}/properties/{name}"), property);
        }
    });
}

pub(super) fn each_schema<'s>(
    schema: &'s Value,
    pointer: &str,
    visit: &mut impl FnMut(&str, &'s Value),
) {
    visit(pointer, schema);
    for keyword in ["properties", "$defs"] {
        let members = schema.get(keyword).and_then(Value::as_object);
        for (name, member) in members.into_iter().flatten() {
            each_schema(member, &format!("{pointer}/{keyword}/{name}"), visit);
        }
    }
    for keyword in ["items", "additionalProperties", "propertyNames"] {
        if let Some(below) = schema.get(keyword).filter(|below| below.is_object()) {
            each_schema(below, &format!("{pointer}/{keyword}"), visit);
        }
    }
}

/// Every schema object, restrictions included.
fn each_object<'s>(value: &'s Value, pointer: &str, visit: &mut impl FnMut(&str, &'s Value)) {
    match value {
        Value::Object(members) => {
            visit(pointer, value);
            for (name, member) in members {
                each_object(member, &format!("{pointer}/{name}"), visit);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                each_object(item, &format!("{pointer}/{index}"), visit);
            }
        }
        _ => {}
    }
}

#[test]
fn every_property_and_definition_has_a_title_and_a_description() {
    let schemas = schemas();
    let mut bare = Vec::new();
    let mut count = 0;
    for (name, schema) in &schemas {
        let mut check = |pointer: &str, described: &Value| {
            count += 1;
            let own = |keyword: &str| described.get(keyword).and_then(Value::as_str);
            let theirs = resolve(&schemas, name, described);
            for keyword in ["title", "description"] {
                let text = own(keyword).or_else(|| theirs?.1.get(keyword)?.as_str());
                if text.is_none_or(|text| text.trim().is_empty()) {
                    bare.push(format!("{name}#{pointer} has no {keyword}"));
                }
            }
            let sentence = own("description").is_none_or(|text| text.ends_with(['.', '…']));
            if !sentence {
                bare.push(format!("{name}#{pointer}: no full stop"));
            }
        };
        each_property(schema, &mut check);
        let definitions = schema.get("$defs").and_then(Value::as_object);
        for (definition, schema) in definitions.into_iter().flatten() {
            check(&format!("/$defs/{definition}"), schema);
        }
    }
    assert!(bare.is_empty(), "{bare:#?}");
    assert!(count > 400, "only {count} were looked at");
}

#[test]
fn every_mapping_is_closed_or_says_what_its_values_are() {
    for (name, schema) in schemas() {
        if name == "rbk" {
            continue; // It hands over to the schema of the kind, which is closed.
        }
        each_schema(&schema, "", &mut |pointer, schema| {
            let is_mapping = schema.get("type").is_some_and(|kind| kind == "object");
            let rest = schema.get("additionalProperties");
            let said = rest.is_some_and(|rest| rest == &Value::Bool(false) || rest.is_object());
            assert!(!is_mapping || said, "{name}#{pointer} is open");
        });
    }
}

#[test]
fn every_pattern_says_what_is_expected() {
    for (name, schema) in schemas() {
        each_object(&schema, "", &mut |pointer, schema| {
            let restricts = RESTRICTIONS
                .iter()
                .any(|keyword| pointer.ends_with(&format!("/{keyword}")));
            let has_pattern = schema.get("pattern").is_some_and(Value::is_string);
            if has_pattern && !restricts {
                let expected = schema.get("x-expected").and_then(Value::as_str);
                assert!(expected.is_some(), "{name}#{pointer}");
            }
        });
    }
}

#[test]
fn key_choices_name_the_keys_that_are_required() {
    let mut choices = 0;
    for (name, schema) in schemas() {
        each_object(&schema, "", &mut |pointer, schema| {
            let Some(keys) = schema.get("x-one-of-keys").and_then(Value::as_array) else {
                return;
            };
            let branches = schema["oneOf"].as_array().unwrap();
            let required: Vec<Value> = branches
                .iter()
                .map(|branch| branch["required"][0].clone())
                .collect();
            assert_eq!(&required, keys, "{name}#{pointer}");
            choices += 1;
        });
    }
    assert!(choices >= 8, "only {choices}");
}

/// It cannot refer to a check, which is closed; so it repeats its keys.
#[test]
fn a_supporting_condition_has_the_keys_of_a_check_and_a_weight() {
    let common = &schemas()["common"]["$defs"];
    let mut support = common["support"]["properties"].as_object().unwrap().clone();
    assert!(support.remove("weight").is_some());
    assert_eq!(Some(&support), common["check"]["properties"].as_object());
}
