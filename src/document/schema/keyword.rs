//! Two annotations of our schemas, as keywords of the validator.
//!
//! `x-one-of-keys: [a, b, c]`: exactly one of these keys is present. `x-at-most-one-of-keys`: at most one is.
//! A list of lists states several such groups. Both say more in fewer words than `oneOf` with `required`, and
//! allow a message that names the keys.

use jsonschema::paths::Location;
use jsonschema::{Keyword, ValidationError};
use serde_json::{Map, Value};

use super::node::Spanned;
use crate::document::tree::{NodeKind, NodeRef};

pub(super) const ONE_OF_KEYS: &str = "x-one-of-keys";
pub(super) const AT_MOST_ONE_OF_KEYS: &str = "x-at-most-one-of-keys";

/// The groups of keys an annotation lists.
pub(super) fn groups(annotation: &Value) -> Option<Vec<Vec<String>>> {
    let names = |value: &Value| -> Option<Vec<String>> {
        value
            .as_array()?
            .iter()
            .map(|name| name.as_str().map(str::to_owned))
            .collect()
    };
    match names(annotation) {
        Some(group) => Some(vec![group]),
        None => annotation.as_array()?.iter().map(names).collect(),
    }
}

/// The keys of a group that a mapping has.
pub(super) fn present<'g>(node: NodeRef<'_>, group: &'g [String]) -> Vec<&'g str> {
    group
        .iter()
        .map(String::as_str)
        .filter(|name| node.get(name).is_some())
        .collect()
}

pub(super) struct KeyChoice {
    groups: Vec<Vec<String>>,
    needs_one: bool,
}

impl KeyChoice {
    pub(super) fn compile<'a>(
        needs_one: bool,
        annotation: &'a Value,
    ) -> Result<Box<dyn for<'i> Keyword<'i, Spanned>>, ValidationError<'a>> {
        match groups(annotation) {
            Some(groups) => Ok(Box::new(Self { groups, needs_one })),
            None => Err(ValidationError::custom(
                "a list of keys, or a list of such lists, is expected",
            )),
        }
    }

    fn kept(&self, node: NodeRef<'_>, group: &[String]) -> bool {
        let count = present(node, group).len();
        count == 1 || (count == 0 && !self.needs_one)
    }
}

impl<'i> Keyword<'i, Spanned> for KeyChoice {
    fn validate(&self, node: NodeRef<'i>) -> Result<(), ValidationError<'i>> {
        // The message is put together where the errors are explained, with the place at hand.
        if self.is_valid(node) {
            Ok(())
        } else {
            Err(ValidationError::custom("key choice"))
        }
    }

    fn is_valid(&self, node: NodeRef<'i>) -> bool {
        node.kind() != NodeKind::Map || self.groups.iter().all(|group| self.kept(node, group))
    }
}

type Compiled<'a> = Result<Box<dyn for<'i> Keyword<'i, Spanned>>, ValidationError<'a>>;

pub(super) fn one_of_keys<'a>(
    _: &'a Map<String, Value>,
    annotation: &'a Value,
    _: Location,
) -> Compiled<'a> {
    KeyChoice::compile(true, annotation)
}

pub(super) fn at_most_one_of_keys<'a>(
    _: &'a Map<String, Value>,
    annotation: &'a Value,
    _: Location,
) -> Compiled<'a> {
    KeyChoice::compile(false, annotation)
}
