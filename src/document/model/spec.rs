//! The content of a document as a type: which kind it is and how it is named.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{
    Action, Document, Exception, Fixture, Governance, Kind, Postmortem, Query, Repository, Runbook,
    Service, Signature, Taxonomy, Typed,
};
use crate::document::id::{
    ActionId, FixtureId, PostmortemId, QueryId, RunbookId, ServiceId, SignatureId,
};

/// The `spec` of one kind of document.
pub trait Spec: Sized + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The kind whose `spec` this is.
    const KIND: Kind;

    /// What documents of this kind are called by; text where nothing refers to them by id.
    type Id: AsRef<str> + for<'a> From<&'a str>;

    /// The document, if it is of this kind.
    fn of(typed: &Typed) -> Option<&Arc<Document<Self>>>;

    /// The document as one of any kind.
    fn typed(document: Arc<Document<Self>>) -> Typed;
}

// A table cannot express this: `Kind`, the type and the variant share a name in each line.
macro_rules! specs {
    ($($kind:ident: $id:ty),* $(,)?) => {$(
        impl Spec for $kind {
            const KIND: Kind = Kind::$kind;
            type Id = $id;

            fn of(typed: &Typed) -> Option<&Arc<Document<Self>>> {
                match typed {
                    Typed::$kind(document) => Some(document),
                    _ => None,
                }
            }

            fn typed(document: Arc<Document<Self>>) -> Typed {
                Typed::$kind(document)
            }
        }
    )*};
}

specs! {
    Action: ActionId,
    Exception: String,
    Fixture: FixtureId,
    Governance: String,
    Postmortem: PostmortemId,
    Query: QueryId,
    Repository: String,
    Runbook: RunbookId,
    Service: ServiceId,
    Signature: SignatureId,
    Taxonomy: String,
}
