//! The schemas as documents: references resolved, so that annotations, known keys and descriptions can be read.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::document::route::{Route, Segment};

/// Schemas by the address they are registered under.
#[derive(Debug, Default)]
pub(super) struct Library {
    by_address: BTreeMap<String, Value>,
}

/// A schema object and the address of the document it stands in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'s> {
    base: &'s str,
    pub(super) schema: &'s Value,
}

/// The way to a schema object.
#[derive(Debug, Clone)]
pub(super) struct Chain<'s> {
    /// The schema objects on the way that apply to the same value, outermost first.
    pub(super) places: Vec<Place<'s>>,
    /// The `x-message` of the innermost object on the way that has one, whatever value it applies to.
    pub(super) message: Option<&'s str>,
}

impl<'s> Chain<'s> {
    fn enter(&mut self, place: Place<'s>) {
        self.message = place.text("x-message").or(self.message);
        self.places.push(place);
    }

    /// What is expected, by the innermost object that says so.
    pub(super) fn expected(&self) -> Option<&'s str> {
        self.places
            .iter()
            .rev()
            .find_map(|place| place.text("x-expected"))
    }
}

/// Chains of references longer than this are not followed.
const MAX_STEPS: usize = 256;

impl<'s> Place<'s> {
    pub(super) fn text(self, annotation: &str) -> Option<&'s str> {
        self.schema.get(annotation)?.as_str()
    }

    fn at(self, schema: &'s Value) -> Self {
        Self { schema, ..self }
    }

    fn properties(self) -> impl Iterator<Item = (&'s str, Place<'s>)> {
        let properties = self.schema.get("properties").and_then(Value::as_object);
        properties
            .into_iter()
            .flatten()
            .map(move |(name, schema)| (name.as_str(), self.at(schema)))
    }
}

impl Library {
    pub(super) fn insert(&mut self, id: String, schema: Value) {
        self.by_address.insert(id, schema);
    }

    pub(super) fn root(&self, id: &str) -> Option<Place<'_>> {
        self.by_address
            .get_key_value(id)
            .map(|(base, schema)| Place { base, schema })
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.by_address
            .iter()
            .map(|(id, schema)| (id.as_str(), schema))
    }

    /// The schema at an absolute location such as `https://…/common.schema.json#/$defs/duration`.
    pub(super) fn locate(&self, location: &str) -> Option<Place<'_>> {
        let (id, pointer) = location.split_once('#').unwrap_or((location, ""));
        let place = self.root(id)?;
        place
            .schema
            .pointer(&percent_decoded(pointer))
            .map(|schema| place.at(schema))
    }

    fn reference<'s>(&'s self, place: Place<'s>) -> Option<Place<'s>> {
        let reference = place.text("$ref")?;
        if reference.starts_with('#') {
            return self.locate(&format!("{}{reference}", place.base));
        }
        if reference.contains("://") {
            return self.locate(reference);
        }
        let folder = place.base.rsplit_once('/').map_or("", |(folder, _)| folder);
        self.locate(&format!("{folder}/{}", reference.trim_start_matches("./")))
    }

    /// Follows the path the validator took to a keyword.
    pub(super) fn chain<'s>(&'s self, root: Place<'s>, evaluation_path: &str) -> Chain<'s> {
        let mut chain = Chain {
            places: Vec::new(),
            message: None,
        };
        chain.enter(root);
        let mut place = root;
        let tokens = evaluation_path
            .split('/')
            .skip(1)
            .map(|token| token.replace("~1", "/").replace("~0", "~"));
        let mut tokens = tokens.peekable();
        while let Some(keyword) = tokens.next() {
            let same_value = !matches!(
                keyword.as_str(),
                "properties"
                    | "patternProperties"
                    | "additionalProperties"
                    | "unevaluatedProperties"
                    | "items"
                    | "prefixItems"
                    | "contains"
                    | "propertyNames"
                    | "unevaluatedItems"
            );
            let next = match keyword.as_str() {
                "$ref" => self.reference(place),
                "properties" | "patternProperties" | "dependentSchemas" => tokens
                    .next()
                    .and_then(|name| place.schema.get(&keyword)?.get(name))
                    .map(|schema| place.at(schema)),
                "prefixItems" | "allOf" | "anyOf" | "oneOf" => match tokens
                    .next_if(|token| token.parse::<usize>().is_ok())
                {
                    Some(index) => {
                        let branch = place.schema.get(&keyword).zip(index.parse::<usize>().ok());
                        branch
                            .and_then(|(branches, index)| branches.get(index))
                            .map(|schema| place.at(schema))
                    }
                    None => None,
                },
                _ => place
                    .schema
                    .get(&keyword)
                    .filter(|schema| schema.is_object())
                    .map(|schema| place.at(schema)),
            };
            // The keyword itself: the end of the path.
            let Some(next) = next.filter(|_| tokens.peek().is_some() || is_applicator(&keyword))
            else {
                break;
            };
            if !same_value {
                chain.places.clear();
            }
            place = next;
            chain.enter(place);
        }
        chain
    }

    /// The schema and all that apply to the same value through references and combinations.
    pub(super) fn expand<'s>(&'s self, start: Place<'s>) -> Vec<Place<'s>> {
        let mut found: Vec<Place<'s>> = Vec::new();
        let mut open = vec![start];
        while let Some(place) = open.pop() {
            let known = found
                .iter()
                .any(|other| std::ptr::eq(other.schema, place.schema));
            if known || found.len() >= MAX_STEPS {
                continue;
            }
            found.push(place);
            let mut next: Vec<Place<'s>> = self.reference(place).into_iter().collect();
            for keyword in ["allOf", "anyOf", "oneOf"] {
                let branches = place.schema.get(keyword).and_then(Value::as_array);
                next.extend(
                    branches
                        .into_iter()
                        .flatten()
                        .map(|schema| place.at(schema)),
                );
            }
            for keyword in ["then", "else"] {
                next.extend(place.schema.get(keyword).map(|schema| place.at(schema)));
            }
            let dependent = place
                .schema
                .get("dependentSchemas")
                .and_then(Value::as_object);
            next.extend(
                dependent
                    .into_iter()
                    .flatten()
                    .map(|(_, schema)| place.at(schema)),
            );
            open.extend(next.into_iter().rev());
        }
        found
    }

    /// The keys that schemas know.
    pub(super) fn keys<'s>(&'s self, places: &[Place<'s>]) -> BTreeSet<&'s str> {
        let expanded = places.iter().flat_map(|place| self.expand(*place));
        expanded
            .flat_map(Place::properties)
            .filter(|(_, place)| place.schema != &Value::Bool(false))
            .map(|(name, _)| name)
            .collect()
    }

    /// The schemas of the value at one step below.
    pub(super) fn below<'s>(&'s self, places: &[Place<'s>], segment: &Segment) -> Vec<Place<'s>> {
        let mut found = Vec::new();
        for place in places.iter().flat_map(|place| self.expand(*place)) {
            let schema = match segment {
                Segment::Key(name) => below_key(place.schema, name),
                Segment::Index(index) => {
                    let prefix = place
                        .schema
                        .get("prefixItems")
                        .and_then(|items| items.get(*index));
                    prefix.or_else(|| place.schema.get("items"))
                }
            };
            found.extend(schema.map(|schema| place.at(schema)));
        }
        found
    }

    /// The schemas of the value at a route.
    pub(super) fn at_route<'s>(&'s self, root: Place<'s>, route: &Route) -> Vec<Place<'s>> {
        route
            .segments()
            .iter()
            .fold(vec![root], |places, segment| self.below(&places, segment))
    }

    /// What a value of these schemas is, by the outermost that says so.
    pub(super) fn annotation<'s>(&'s self, places: &[Place<'s>], name: &str) -> Option<&'s str> {
        places
            .iter()
            .flat_map(|place| self.expand(*place))
            .find_map(|place| place.text(name))
    }
}

fn below_key<'s>(schema: &'s Value, name: &str) -> Option<&'s Value> {
    if let Some(found) = schema
        .get("properties")
        .and_then(|properties| properties.get(name))
    {
        return Some(found);
    }
    let patterns = schema.get("patternProperties").and_then(Value::as_object);
    let by_pattern = patterns.into_iter().flatten().find(|(pattern, _)| {
        regex::Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(name))
    });
    by_pattern.map(|(_, schema)| schema).or_else(|| {
        schema
            .get("additionalProperties")
            .filter(|schema| schema.is_object())
    })
}

fn is_applicator(keyword: &str) -> bool {
    matches!(
        keyword,
        "$ref"
            | "properties"
            | "patternProperties"
            | "dependentSchemas"
            | "prefixItems"
            | "allOf"
            | "anyOf"
            | "oneOf"
    )
}

fn percent_decoded(pointer: &str) -> String {
    // The only characters of our pointers that a URI has to escape.
    pointer
        .replace("%24", "$")
        .replace("%5E", "^")
        .replace("%25", "%")
}
