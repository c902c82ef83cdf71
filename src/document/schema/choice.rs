//! Keys that need or exclude each other.
//!
//! The schemas state such rules with `oneOf`, `anyOf`, `not` and `required`, which every validator enforces, and
//! name the keys beside them (`schema/README.md`), so that the message can name them too.

use serde_json::Value;

use super::explain::{Explainer, Fault};
use super::library::Place;
use super::violation::ViolationKind;
use super::words;
use crate::document::tree::NodeRef;

#[derive(Clone, Copy)]
enum Rule {
    ExactlyOne,
    AtMostOne,
    AtLeastOne,
    None,
}

const ANNOTATIONS: [(&str, Rule); 4] = [
    ("x-one-of-keys", Rule::ExactlyOne),
    ("x-at-most-one-of-keys", Rule::AtMostOne),
    ("x-any-of-keys", Rule::AtLeastOne),
    ("x-excluded-keys", Rule::None),
];

impl<'s, 't> Explainer<'s, 't> {
    /// Explains a failed combination by the keys its schema names. False if it names none.
    pub(super) fn key_choice(&mut self, fault: &Fault<'_, 's, 't>) -> bool {
        let Some(place) = fault.chain.places.last() else {
            return false;
        };
        let annotated = ANNOTATIONS
            .into_iter()
            .find_map(|(name, rule)| Some((rule, keys(*place, name)?)));
        let Some((rule, keys)) = annotated else {
            return false;
        };
        let present = present(fault.node, &keys);
        let route = match present.as_slice() {
            [] => fault.route.clone(),
            [only] => fault.route.clone().key(*only),
            [_, second, ..] => fault.route.clone().key(*second),
        };
        let message = match fault.chain.message {
            Some(message) => message.to_owned(),
            None => broken(rule, &words::place(&fault.route), &keys, &present),
        };
        let kind = ViolationKind::KeyChoice {
            decisive: matches!(rule, Rule::ExactlyOne),
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            present: present.iter().map(|key| (*key).to_owned()).collect(),
        };
        self.report_key(route, kind, message);
        true
    }
}

fn broken(rule: Rule, place: &str, keys: &[&str], present: &[&str]) -> String {
    let all = keys.join(", ");
    match (rule, present) {
        (Rule::AtLeastOne, _) => format!("{place} needs at least one of the keys {all}"),
        (Rule::ExactlyOne, []) => format!("{place} needs one of the keys {all}"),
        (Rule::ExactlyOne, _) => format!(
            "{place} has {}, but exactly one of {all} is allowed",
            words::list(present)
        ),
        (Rule::AtMostOne, _) => format!(
            "{place} has {}, but at most one of {all} is allowed",
            words::list(present)
        ),
        (Rule::None, _) => format!(
            "{place} has {}, which cannot stand here",
            words::list(present)
        ),
    }
}

fn keys<'s>(place: Place<'s>, annotation: &str) -> Option<Vec<&'s str>> {
    place
        .schema
        .get(annotation)?
        .as_array()?
        .iter()
        .map(Value::as_str)
        .collect()
}

// In source order, so that the second one is the one to point at.
fn present<'k>(node: NodeRef<'_>, keys: &[&'k str]) -> Vec<&'k str> {
    node.entries()
        .filter_map(|entry| keys.iter().copied().find(|key| *key == entry.name))
        .collect()
}
