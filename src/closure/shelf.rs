//! Documents that many closures hold, kept once.

use std::collections::HashMap;

use super::{Closure, Pinned, SignatureClosure};
use crate::document::Digest;
use crate::document::model::{Action, Query, Service, Signature};

/// Documents by the digest of their canonical JSON. Closures name the same actions, queries and services again and again.
#[derive(Default)]
pub struct Shared {
    actions: HashMap<Digest, Pinned<Action>>,
    queries: HashMap<Digest, Pinned<Query>>,
    signatures: HashMap<Digest, Pinned<Signature>>,
    services: HashMap<Digest, Pinned<Service>>,
}

impl Shared {
    /// Lets a closure hold what is here already in place of its own copies, and keeps what is new.
    pub fn share(&mut self, closure: &mut Closure) {
        once(&mut self.actions, closure.actions.values_mut());
        once(&mut self.queries, closure.queries.values_mut());
        once(&mut self.signatures, closure.signatures.values_mut());
        once(&mut self.services, closure.services.values_mut());
    }

    /// The same for a signature.
    pub fn share_signature(&mut self, closure: &mut SignatureClosure) {
        once(&mut self.queries, closure.queries.values_mut());
        once(&mut self.services, closure.services.values_mut());
    }
}

fn once<'a, S: 'a>(
    known: &mut HashMap<Digest, Pinned<S>>,
    documents: impl Iterator<Item = &'a mut Pinned<S>>,
) {
    for document in documents {
        let first = known
            .entry(document.digest())
            .or_insert_with(|| document.clone());
        *document = first.clone();
    }
}
