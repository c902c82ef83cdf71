//! Reading what can be read of a document with mistakes in it.

use serde::de::DeserializeOwned;

use super::{DeError, read};
use crate::document::route::{Route, Segment};
use crate::document::tree::NodeRef;

/// Places left out of one document; with more mistakes than this, it is not read at all.
pub const MAX_PRUNED: usize = 16;

/// What could be read of a node.
#[derive(Debug, Clone, PartialEq)]
pub struct Lenient<T> {
    /// The value, without what is in `pruned`; none if too little was left.
    pub value: Option<T>,
    /// Every mistake, in the order they were met.
    pub errors: Vec<DeError>,
    /// The routes that were left out of `value` because of them.
    pub pruned: Vec<Route>,
}

/// Reads a node as a `T`, leaving out the places that do not fit, so that one wrong field does not
/// hide what is wrong elsewhere.
///
/// Left out is the smallest entry of a mapping without which the rest can be read; never a single
/// item of a list, because the items after it would no longer be at the index they are written at.
pub fn from_node_lenient<T: DeserializeOwned>(node: NodeRef<'_>) -> Lenient<T> {
    let mut errors = Vec::new();
    let mut pruned = Vec::new();
    let mut without = Vec::new();
    loop {
        match read(node, &without) {
            Ok(value) => {
                return Lenient {
                    value: Some(value),
                    errors,
                    pruned,
                };
            }
            Err(error) => {
                let place = entry_to_leave_out(node, &error.route, &without);
                errors.push(error);
                match place {
                    Some((route, id)) if pruned.len() < MAX_PRUNED => {
                        // What lies below is left out with it.
                        pruned.retain(|inner| !route.contains(inner));
                        pruned.push(route);
                        without.push(id);
                    }
                    _ => {
                        return Lenient {
                            value: None,
                            errors,
                            pruned,
                        };
                    }
                }
            }
        }
    }
}

// An error at a place that is left out already comes from an enclosing value that cannot do without it.
fn entry_to_leave_out(root: NodeRef<'_>, route: &Route, without: &[u32]) -> Option<(Route, u32)> {
    let mut route = route.clone();
    loop {
        match route.last()? {
            Segment::Key(_) => {
                let node = child_at(root, &route);
                match node.filter(|node| !without.contains(&node.id())) {
                    Some(node) => return Some((route, node.id())),
                    None => route.pop(),
                }
            }
            Segment::Index(_) => route.pop(),
        };
    }
}

fn child_at<'t>(root: NodeRef<'t>, route: &Route) -> Option<NodeRef<'t>> {
    route
        .segments()
        .iter()
        .try_fold(root, |node, segment| node.child(segment))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;
    use crate::document::{Source, parse};

    #[derive(Debug, Deserialize, PartialEq, Default)]
    #[serde(default)]
    struct Path {
        retries: Option<u32>,
        steps: Vec<Step>,
        kept: Option<String>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Step {
        id: String,
        wait: Option<u32>,
    }

    type Document = BTreeMap<String, Path>;

    fn lenient<T: DeserializeOwned>(text: &str) -> Lenient<T> {
        let parsed = parse(&Source::from_text("a.yaml", text).unwrap()).remove(0);
        from_node_lenient(parsed.tree.root())
    }

    fn routes<T>(read: &Lenient<T>) -> Vec<String> {
        read.pruned.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_sound_document_loses_nothing() {
        let read: Lenient<Document> = lenient("a: {retries: 1}");
        assert_eq!(read.errors, []);
        assert_eq!(read.value.unwrap()["a"].retries, Some(1));
    }

    #[test]
    fn an_optional_field_is_left_out_alone() {
        let read: Lenient<Document> =
            lenient("a: {retries: many, kept: x}\nb: {steps: [{id: s}, {id: t, wait: long}]}");
        assert_eq!(routes(&read), ["a.retries", "b.steps[1].wait"]);
        let value = read.value.unwrap();
        assert_eq!(value["a"].kept.as_deref(), Some("x"));
        assert_eq!(value["b"].steps.len(), 2);
    }

    #[test]
    fn a_list_is_left_out_as_a_whole_so_that_no_index_moves() {
        let read: Lenient<Document> = lenient("a: {steps: [{wait: 1}, {id: t}], kept: x}");
        assert_eq!(routes(&read), ["a.steps"]);
        let value = read.value.unwrap();
        assert_eq!(value["a"].steps, []);
        assert_eq!(value["a"].kept.as_deref(), Some("x"));
    }

    #[test]
    fn what_cannot_do_without_a_field_is_left_out_with_it() {
        let read: Lenient<Document> = lenient("a: {steps: [{id: [1]}], kept: x}\nb: {}");
        assert_eq!(routes(&read), ["a.steps"]);
        assert_eq!(read.errors.len(), 2);
        assert_eq!(read.value.unwrap().len(), 2);
    }

    #[test]
    fn nothing_is_read_when_too_little_is_left() {
        let read: Lenient<Step> = lenient("id: [1]");
        assert_eq!(read.value, None);
        let wrong: String = (0..=MAX_PRUNED).map(|n| format!("k{n}: 1\n")).collect();
        let read: Lenient<BTreeMap<String, Path>> = lenient(&wrong);
        assert_eq!(read.value, None);
        assert_eq!(read.errors.len(), MAX_PRUNED + 1);
    }

    #[test]
    fn variants_and_untagged_values_are_left_out_too() {
        #[derive(Debug, Deserialize, PartialEq)]
        #[serde(rename_all = "lowercase")]
        enum Target {
            Runbook(u32),
        }
        #[derive(Debug, Deserialize, PartialEq)]
        #[serde(untagged)]
        enum Answer {
            Series(String),
            Form { value: u32 },
        }
        #[derive(Debug, Deserialize, PartialEq)]
        struct Fixture {
            target: Option<Target>,
            answer: Option<Answer>,
            kept: u32,
        }
        let read: Lenient<Fixture> = lenient("target: {runbook: x}\nanswer: {value: [1]}\nkept: 1");
        assert_eq!(routes(&read), ["target", "answer"]);
        assert_eq!(read.value.unwrap().kept, 1);
    }
}
