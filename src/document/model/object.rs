//! Names of documents: `Kind/id`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

use super::Kind;

/// A document by kind and id, written `Runbook/queue-backlog`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectRef {
    /// What it is.
    pub kind: Kind,
    /// Its id within the kind.
    pub id: String,
}

/// The text does not name a document.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "`{0}` does not name a document: write the kind, a slash and the id, as in `Runbook/queue-backlog`"
)]
pub struct ObjectRefError(String);

impl ObjectRef {
    /// The document of this kind with this id.
    pub fn new(kind: Kind, id: impl Into<String>) -> Self {
        Self {
            kind,
            id: id.into(),
        }
    }
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.id)
    }
}

impl FromStr for ObjectRef {
    type Err = ObjectRefError;

    fn from_str(text: &str) -> Result<Self, ObjectRefError> {
        let (kind, id) = text.split_once('/').unwrap_or_default();
        match Kind::from_name(kind) {
            Some(kind) if !id.is_empty() => Ok(Self::new(kind, id)),
            _ => Err(ObjectRefError(text.chars().take(80).collect())),
        }
    }
}

impl Serialize for ObjectRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ObjectRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_named_by_kind_and_id() {
        let object = ObjectRef::new(Kind::Runbook, "queue-backlog");
        assert_eq!(object.to_string().parse(), Ok(object));
        for wrong in ["", "/", "Runbook", "Runbook/", "runbook/a", "Path/a"] {
            assert!(wrong.parse::<ObjectRef>().is_err(), "{wrong}");
        }
    }
}
