//! A node as a JSON value.

use serde_json::{Map, Number, Value};

use super::tree::{NodeKind, NodeRef};

impl NodeRef<'_> {
    /// The node as JSON. Keys are their text; trees are at most
    /// [`MAX_DEPTH`](super::builder::MAX_DEPTH) levels deep, so this recurses no further.
    pub fn to_value(self) -> Value {
        match self.kind() {
            NodeKind::Null => Value::Null,
            NodeKind::Bool => Value::Bool(self.as_bool().unwrap_or_default()),
            NodeKind::Int | NodeKind::Float => self.to_number().map_or(Value::Null, Value::Number),
            NodeKind::Str => Value::String(self.as_str().unwrap_or_default().to_owned()),
            NodeKind::Seq => Value::Array(self.items().map(NodeRef::to_value).collect()),
            NodeKind::Map => {
                let members = self
                    .entries()
                    .map(|entry| (entry.name.to_owned(), entry.value.to_value()));
                Value::Object(members.collect::<Map<_, _>>())
            }
        }
    }

    /// The node as JSON number, if it is one.
    pub fn to_number(self) -> Option<Number> {
        match self.as_i64() {
            Some(value) => Some(Number::from(value)),
            // The tree holds finite numbers only.
            None => self.as_f64().and_then(Number::from_f64),
        }
    }
}
