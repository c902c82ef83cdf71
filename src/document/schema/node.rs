//! Lets the JSON Schema validator run on the tree itself, so nothing is copied before it is validated.

use std::borrow::Cow;
use std::ops::ControlFlow;

use jsonschema::JsonType;
use jsonschema::json::{Array, Json, JsonNumber, Node, NodeIdentity, Object};
use jsonschema_value::LazyInstance;
use serde_json::{Number, Value};

use crate::document::tree::{Entry, NodeKind, NodeRef, Tree};

/// The spanned tree as a representation of JSON.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spanned;

impl Json for Spanned {
    type Node<'a> = NodeRef<'a>;
    type PreparedKey = Box<str>;
    type StringBuffer = Tree;

    // Looking a key up scans the mapping.
    const KEYS_PER_LOOKUP: usize = 1;
    const ACYCLIC: bool = true;

    fn prepare_key(key: &str) -> Box<str> {
        key.into()
    }

    fn with_string_node<T>(buffer: &mut Tree, string: &str, f: impl FnOnce(NodeRef<'_>) -> T) -> T {
        *buffer = Tree::of_str(string);
        f(buffer.root())
    }
}

/// A number of the tree.
#[derive(Debug, Clone, Copy)]
pub(super) enum TreeNumber {
    Int(i64),
    Float(f64),
}

impl JsonNumber for TreeNumber {
    fn as_u64(&self) -> Option<u64> {
        self.as_i64().and_then(|value| u64::try_from(value).ok())
    }

    fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            Self::Float(_) => None,
        }
    }

    fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
        }
    }

    fn as_str(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_number().to_string())
    }

    fn to_number(&self) -> Cow<'_, Number> {
        let number = match self {
            Self::Int(value) => Number::from(*value),
            // The tree holds finite numbers only.
            Self::Float(value) => Number::from_f64(*value).unwrap_or_else(|| Number::from(0)),
        };
        Cow::Owned(number)
    }

    // Draft 6 and later: 1.0 is an integer.
    fn is_integer(&self) -> bool {
        match self {
            Self::Int(_) => true,
            Self::Float(value) => value.fract() == 0.0,
        }
    }

    fn is_written_as_integer(&self) -> bool {
        matches!(self, Self::Int(_))
    }
}

impl<'a> Node<'a, Spanned> for NodeRef<'a> {
    type Object = Members<'a>;
    type Array = Items<'a>;
    type Number = TreeNumber;

    fn as_object(&self) -> Option<Members<'a>> {
        (self.kind() == NodeKind::Map).then_some(Members(*self))
    }

    fn as_array(&self) -> Option<Items<'a>> {
        (self.kind() == NodeKind::Seq).then_some(Items(*self))
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        self.as_str().map(Cow::Borrowed)
    }

    fn as_number(&self) -> Option<TreeNumber> {
        match self.kind() {
            NodeKind::Int => self.as_i64().map(TreeNumber::Int),
            NodeKind::Float => self.as_f64().map(TreeNumber::Float),
            _ => None,
        }
    }

    fn as_boolean(&self) -> Option<bool> {
        self.as_bool()
    }

    fn is_null(&self) -> bool {
        NodeRef::is_null(*self)
    }

    fn is_number(&self) -> bool {
        matches!(self.kind(), NodeKind::Int | NodeKind::Float)
    }

    fn json_type(&self) -> JsonType {
        match self.kind() {
            NodeKind::Null => JsonType::Null,
            NodeKind::Bool => JsonType::Boolean,
            NodeKind::Int | NodeKind::Float => JsonType::Number,
            NodeKind::Str => JsonType::String,
            NodeKind::Seq => JsonType::Array,
            NodeKind::Map => JsonType::Object,
        }
    }

    fn equals_value(&self, expected: &Value) -> bool {
        match (self.as_str(), expected) {
            (Some(text), Value::String(expected)) => text == expected,
            (Some(_), _) => false,
            (None, _) => jsonschema::json::cmp::equal(&NodeRef::to_value(*self), expected),
        }
    }

    fn to_value(&self) -> Cow<'a, Value> {
        Cow::Owned(NodeRef::to_value(*self))
    }

    // Violations point into the document, so errors need no copy of the instance; the text serves misnamed keys.
    // Without this, a mapping with many misnamed keys would be copied once for each.
    fn lazy_value(&self) -> LazyInstance<'a> {
        let text = self
            .as_str()
            .map_or(Value::Null, |text| Value::String(text.to_owned()));
        LazyInstance::Ready(Cow::Owned(text))
    }

    fn identity(&self) -> Option<NodeIdentity> {
        Some(NodeIdentity::tagged(
            std::ptr::from_ref(self.tree()) as usize,
            self.id(),
        ))
    }
}

/// A mapping.
#[derive(Debug, Clone, Copy)]
pub(super) struct Members<'a>(NodeRef<'a>);

impl<'a> Object<'a, Spanned> for Members<'a> {
    type Node = NodeRef<'a>;
    type MemberName = &'a str;
    type MembersIter = Box<dyn Iterator<Item = (&'a str, NodeRef<'a>)> + 'a>;

    fn len(&self) -> usize {
        self.0.len()
    }

    fn get(&self, key: &Box<str>) -> Option<NodeRef<'a>> {
        self.0.get(key)
    }

    fn members(&self) -> Self::MembersIter {
        Box::new(
            self.0
                .entries()
                .map(|Entry { name, value, .. }| (name, value)),
        )
    }

    // Keys are nodes already.
    fn try_for_each_name_node<B>(
        &self,
        _: &mut Tree,
        f: impl FnMut(NodeRef<'_>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        self.0.entries().map(|entry| entry.key).try_for_each(f)
    }
}

/// A sequence.
#[derive(Debug, Clone, Copy)]
pub(super) struct Items<'a>(NodeRef<'a>);

impl<'a> Array<'a, Spanned> for Items<'a> {
    type Node = NodeRef<'a>;
    type ElementsIter = Box<dyn Iterator<Item = NodeRef<'a>> + 'a>;

    fn len(&self) -> usize {
        self.0.len()
    }

    fn elements(&self) -> Self::ElementsIter {
        Box::new(self.0.items())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Source, parse};

    #[test]
    fn the_tree_keeps_the_contract_of_the_validator() {
        let document = jsonschema::json::conformance::document();
        let text = serde_json::to_string(&document).unwrap();
        let parsed = parse(&Source::from_text("a.yaml", &text).unwrap()).remove(0);
        assert_eq!(parsed.problems, []);
        jsonschema::json::conformance::assert_conformance::<Spanned>(&parsed.tree.root());
    }
}
