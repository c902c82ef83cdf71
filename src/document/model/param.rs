//! Parameters of actions and queries: a closed subset of JSON Schema plus `lookup`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Parameters by name.
pub type Params = BTreeMap<String, ParamSpec>;

/// What a parameter accepts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ParamSpec {
    /// JSON type of the value.
    #[serde(rename = "type")]
    pub kind: ParamType,
    /// What it means, for hovers and handoffs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Regular expression the whole text must match (anchored by the reader).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// The only values allowed.
    #[serde(default, rename = "enum", skip_serializing_if = "Vec::is_empty")]
    pub one_of: Vec<Value>,
    /// Smallest number allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<f64>,
    /// Largest number allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<f64>,
    /// Longest text allowed, in characters.
    #[serde(default, rename = "maxLength", skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
    /// The catalogue in which the value must be known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lookup: Option<Lookup>,
    /// Used when a caller gives no value. Target parameters may not have one (T020).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// Whether a caller may leave it out although it has no default.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
}

impl ParamSpec {
    /// Whether text reaching this parameter is confined to values somebody vetted.
    pub fn is_constrained(&self) -> bool {
        match self.kind {
            ParamType::Boolean => true,
            ParamType::Integer | ParamType::Number => true,
            ParamType::String => {
                self.pattern.is_some() || !self.one_of.is_empty() || self.lookup.is_some()
            }
        }
    }

    /// Whether a call has to give a value.
    pub fn is_required(&self) -> bool {
        !self.optional && self.default.is_none()
    }
}

/// JSON types a parameter can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ParamType {
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// `true` or `false`.
    Boolean,
}

/// Catalogues a value can be looked up in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lookup {
    /// Ids of `Service` documents.
    Services,
    /// Environments of the governance policy.
    Environments,
    /// Teams of the governance policy.
    Teams,
    /// Namespaces named by `Service` documents.
    Namespaces,
    /// Resources (`resources:`) named by `Service` documents: queues, caches, flags, certificates, volumes.
    Resources,
}
