//! Typed documents from trees, with the place of every error.

mod key;

use std::fmt;

use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, Error as _, Unexpected, Visitor};
use serde::forward_to_deserialize_any;

use self::key::KeyDeserializer;
use super::route::{Route, Segment};
use super::source::Span;
use super::tree::{Entry, NodeKind, NodeRef};

/// Why a node is not a value of the type asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", prefix(.route))]
pub struct DeError {
    /// The path from the node that was read to the one that is wrong.
    pub route: Route,
    /// Where it is written.
    pub span: Span,
    /// What is wrong.
    pub message: String,
}

fn prefix(route: &Route) -> String {
    if route.is_root() {
        String::new()
    } else {
        format!("{route}: ")
    }
}

/// Reads a node as a `T`.
///
/// # Errors
/// The first place where the node does not fit, as precisely as `T` allows: below an untagged enum or a
/// flattened field it is the enclosing mapping.
pub fn from_node<'de, T: Deserialize<'de>>(node: NodeRef<'de>) -> Result<T, DeError> {
    read(node, &[])
}

fn read<'de, T: Deserialize<'de>>(node: NodeRef<'de>, without: &'de [u32]) -> Result<T, DeError> {
    T::deserialize(NodeDeserializer { node, without }).map_err(|fault| {
        let fault = fault.located(node.span());
        let mut route = Route::root();
        fault
            .steps
            .into_iter()
            .rev()
            .for_each(|step| route.push(step));
        DeError {
            route,
            span: fault.span.unwrap_or_default(),
            message: fault.message,
        }
    })
}

/// A [`DeError`] on its way up: the route is collected step by step, innermost first.
#[derive(Debug)]
pub struct Fault {
    message: String,
    span: Option<Span>,
    steps: Vec<Segment>,
}

impl Fault {
    fn located(mut self, span: Span) -> Self {
        self.span.get_or_insert(span);
        self
    }

    fn below(mut self, step: impl Into<Segment>) -> Self {
        self.steps.push(step.into());
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self {
            message: message.to_string(),
            span: None,
            steps: Vec::new(),
        }
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::custom(format_args!(
            "expected {expected}, found {}",
            described(found)
        ))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::custom(format_args!(
            "expected {expected}, found {}",
            described(found)
        ))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::custom(format_args!("`{field}` is missing"))
    }

    fn unknown_field(field: &str, known: &'static [&'static str]) -> Self {
        Self::custom(format_args!(
            "`{field}` is not known here; known are {}",
            known.join(", ")
        ))
    }

    fn unknown_variant(variant: &str, known: &'static [&'static str]) -> Self {
        Self::custom(format_args!(
            "`{variant}` is not one of {}",
            known.join(", ")
        ))
    }
}

fn described(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => format!("`{value}`"),
        Unexpected::Unsigned(value) => format!("the number `{value}`"),
        Unexpected::Signed(value) => format!("the number `{value}`"),
        Unexpected::Float(value) => format!("the number `{value}`"),
        Unexpected::Str(text) => format!("`{text}`"),
        Unexpected::Unit | Unexpected::Option => NodeKind::Null.described().to_owned(),
        Unexpected::Seq => NodeKind::Seq.described().to_owned(),
        Unexpected::Map => NodeKind::Map.described().to_owned(),
        other => other.to_string(),
    }
}

/// Serde's view of a node.
#[derive(Debug, Clone, Copy)]
pub struct NodeDeserializer<'de> {
    node: NodeRef<'de>,
    /// Ids of nodes that are passed over, with their keys.
    without: &'de [u32],
}

impl<'de> NodeDeserializer<'de> {
    fn at(self, node: NodeRef<'de>) -> Self {
        Self { node, ..self }
    }

    fn unexpected(self) -> Unexpected<'de> {
        match self.node.kind() {
            NodeKind::Null => Unexpected::Unit,
            NodeKind::Bool => Unexpected::Bool(self.node.as_bool().unwrap_or_default()),
            NodeKind::Int => Unexpected::Signed(self.node.as_i64().unwrap_or_default()),
            NodeKind::Float => Unexpected::Float(self.node.as_f64().unwrap_or_default()),
            NodeKind::Str => Unexpected::Str(self.node.as_str().unwrap_or_default()),
            NodeKind::Seq => Unexpected::Seq,
            NodeKind::Map => Unexpected::Map,
        }
    }

    fn any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.node.kind() {
            NodeKind::Null => visitor.visit_unit(),
            NodeKind::Bool => visitor.visit_bool(self.node.as_bool().unwrap_or_default()),
            NodeKind::Int => {
                let value = self.node.as_i64().unwrap_or_default();
                match u64::try_from(value) {
                    Ok(value) => visitor.visit_u64(value),
                    Err(_) => visitor.visit_i64(value),
                }
            }
            NodeKind::Float => visitor.visit_f64(self.node.as_f64().unwrap_or_default()),
            NodeKind::Str => visitor.visit_borrowed_str(self.node.as_str().unwrap_or_default()),
            NodeKind::Seq => {
                let mut items = Items {
                    from: self,
                    rest: self.node.items(),
                    index: 0,
                };
                let value = visitor.visit_seq(&mut items)?;
                match items.rest.len() {
                    0 => Ok(value),
                    left => Err(Fault::custom(format_args!(
                        "the list has {left} more items than expected"
                    ))),
                }
            }
            NodeKind::Map => visitor.visit_map(Entries {
                from: self,
                rest: self.node.entries(),
                value: None,
            }),
        }
    }

    fn enumeration<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if let Some(name) = self.node.as_str() {
            return visitor.visit_enum(de::value::BorrowedStrDeserializer::new(name));
        }
        let mut entries = self.node.entries();
        match (entries.next(), entries.next()) {
            (Some(entry), None) => visitor.visit_enum(Variant { from: self, entry }),
            _ => Err(Fault::invalid_type(
                self.unexpected(),
                &"a name, or a mapping with one key",
            )),
        }
    }
}

impl<'de> Deserializer<'de> for NodeDeserializer<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.any(visitor)
            .map_err(|fault| fault.located(self.node.span()))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let outcome = if self.node.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        };
        outcome.map_err(|fault| fault.located(self.node.span()))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor
            .visit_newtype_struct(self)
            .map_err(|fault| fault.located(self.node.span()))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.enumeration(visitor)
            .map_err(|fault| fault.located(self.node.span()))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct map struct identifier
    }
}

struct Items<'de, I> {
    from: NodeDeserializer<'de>,
    rest: I,
    index: usize,
}

impl<'de, I: ExactSizeIterator<Item = NodeRef<'de>>> de::SeqAccess<'de> for &mut Items<'de, I> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        let Some(item) = self.rest.next() else {
            return Ok(None);
        };
        let index = self.index;
        self.index += 1;
        seed.deserialize(self.from.at(item))
            .map(Some)
            .map_err(|fault| fault.below(index))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

struct Entries<'de, I> {
    from: NodeDeserializer<'de>,
    rest: I,
    value: Option<Entry<'de>>,
}

impl<'de, I: ExactSizeIterator<Item = Entry<'de>>> de::MapAccess<'de> for Entries<'de, I> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        let without = self.from.without;
        let kept = |entry: &Entry<'de>| without.is_empty() || !without.contains(&entry.value.id());
        let Some(entry) = self.rest.find(kept) else {
            return Ok(None);
        };
        self.value = Some(entry);
        let key = seed.deserialize(KeyDeserializer(entry.name));
        key.map(Some)
            .map_err(|fault| fault.located(entry.key_span).below(entry.name))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let Some(entry) = self.value.take() else {
            return Err(Fault::custom("a value was asked for before its key"));
        };
        seed.deserialize(self.from.at(entry.value))
            .map_err(|fault| fault.below(entry.name))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// `name: content`, an enum variant that carries something.
struct Variant<'de> {
    from: NodeDeserializer<'de>,
    entry: Entry<'de>,
}

impl<'de> de::EnumAccess<'de> for Variant<'de> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Fault> {
        match seed.deserialize(KeyDeserializer(self.entry.name)) {
            Ok(variant) => Ok((variant, self)),
            Err(fault) => Err(fault.located(self.entry.key_span).below(self.entry.name)),
        }
    }
}

impl<'de> de::VariantAccess<'de> for Variant<'de> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        let Self { entry, .. } = self;
        if entry.value.is_null() {
            return Ok(());
        }
        let fault = Fault::custom(format_args!("`{}` takes no value", entry.name));
        Err(fault.located(entry.value.span()).below(entry.name))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Fault> {
        seed.deserialize(self.from.at(self.entry.value))
            .map_err(|fault| fault.below(self.entry.name))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.from
            .at(self.entry.value)
            .deserialize_seq(visitor)
            .map_err(|fault| fault.below(self.entry.name))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.from
            .at(self.entry.value)
            .deserialize_map(visitor)
            .map_err(|fault| fault.below(self.entry.name))
    }
}

mod lenient;
#[cfg(test)]
mod tests;

pub use lenient::{Lenient, MAX_PRUNED, from_node_lenient};
