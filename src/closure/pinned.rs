//! A document together with the exact JSON it was read from.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;
use thiserror::Error;

use crate::document::model::{API_VERSION, Document, FormatVersion, ObjectRef, Spec, Typed};
use crate::document::{CanonicalError, Digest};

/// A document together with the exact JSON it was read from and that JSON's digest. Cheap to clone.
///
/// It reads as its typed form and is written as its JSON, so nothing an author wrote is lost on the
/// way to an agent.
pub struct Pinned<S> {
    value: Arc<Value>,
    document: Arc<Document<S>>,
    digest: Digest,
}

/// Why a JSON value cannot be used as a document.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PinError {
    /// It is not a document of the kind expected.
    #[error("not a {kind} of version {API_VERSION}: {message}")]
    NotThisKind {
        /// The kind expected.
        kind: &'static str,
        /// What is wrong.
        message: String,
    },
    /// It has no canonical form, so nobody can sign it.
    #[error("{object} cannot be signed: {error}")]
    NotCanonical {
        /// The document.
        object: ObjectRef,
        /// Why not.
        error: CanonicalError,
    },
}

impl<S: Spec> Pinned<S> {
    /// Reads a document from its JSON.
    ///
    /// # Errors
    /// See [`PinError`].
    pub fn from_value(value: Value) -> Result<Self, PinError> {
        let document = Document::<S>::deserialize(&value).map_err(|error| not_this::<S>(&error))?;
        if document.kind != S::KIND || FormatVersion::named(&document.api_version).is_none() {
            let found = format!("it is a {} of {}", document.kind, document.api_version);
            return Err(not_this::<S>(&found));
        }
        let digest = Digest::of_canonical(&value).map_err(|error| PinError::NotCanonical {
            object: ObjectRef::new(S::KIND, &document.metadata.id),
            error,
        })?;
        Ok(Self::new(Arc::new(value), Arc::new(document), digest))
    }

    /// From a document that has been read already, the JSON it was read from, and its digest.
    pub(crate) fn new(value: Arc<Value>, document: Arc<Document<S>>, digest: Digest) -> Self {
        Self {
            value,
            document,
            digest,
        }
    }

    /// The id, as documents refer to it.
    pub fn id(&self) -> S::Id {
        S::Id::from(self.document.metadata.id.as_str())
    }

    /// Kind and id.
    pub fn object(&self) -> ObjectRef {
        ObjectRef::new(S::KIND, &self.document.metadata.id)
    }

    /// The document as one of any kind.
    pub fn typed(&self) -> Typed {
        S::typed(Arc::clone(&self.document))
    }
}

impl<S> Pinned<S> {
    /// The JSON as written.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The digest of the canonical JSON.
    pub fn digest(&self) -> Digest {
        self.digest
    }
}

fn not_this<S: Spec>(message: &impl fmt::Display) -> PinError {
    PinError::NotThisKind {
        kind: S::KIND.name(),
        message: message.to_string(),
    }
}

impl<S> Deref for Pinned<S> {
    type Target = Document<S>;

    fn deref(&self) -> &Document<S> {
        &self.document
    }
}

impl<S> Clone for Pinned<S> {
    fn clone(&self) -> Self {
        Self {
            value: Arc::clone(&self.value),
            document: Arc::clone(&self.document),
            digest: self.digest,
        }
    }
}

impl<S> PartialEq for Pinned<S> {
    /// Whether both have the same canonical JSON.
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl<S> Eq for Pinned<S> {}

impl<S> fmt::Debug for Pinned<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.document.metadata.id, self.digest)
    }
}

impl<S> Serialize for Pinned<S> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        self.value.serialize(serializer)
    }
}

impl<'de, S: Spec> Deserialize<'de> for Pinned<S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_value(Value::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}
