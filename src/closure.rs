//! Closures: everything an agent needs in order to follow one runbook, and nothing else.
//!
//! A closure is what is tested, approved and signed. It is written as plain JSON, with its
//! documents as their authors wrote them, and read back without a repository.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::document::id::{ActionId, ClassId, QueryId, ServiceId, SignatureId};
use crate::document::model::{
    Action, Defaults, IncidentClass, ObjectRef, Query, Runbook, Service, Severity, Signature, Typed,
};
use crate::document::{CanonicalError, Digest};

mod check;
mod gather;
mod pinned;
mod policy;
mod reference;
mod shelf;
mod trail;

pub use check::ClosureError;
pub(crate) use gather::{Gathered, Shelf, gather};
pub use pinned::{PinError, Pinned};
pub use policy::resolve_defaults;
pub use reference::{Mention, Role, visit_references};
pub use shelf::Shared;
pub use trail::Trail;

/// A runbook with everything it resolves to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "check::UncheckedClosure")]
pub struct Closure {
    /// The runbook.
    pub runbook: Pinned<Runbook>,
    /// The actions of its steps and, transitively, what undoes them.
    pub actions: BTreeMap<ActionId, Pinned<Action>>,
    /// The queries of the runbook's, the actions' and the signatures' checks and snapshots.
    pub queries: BTreeMap<QueryId, Pinned<Query>>,
    /// The signatures routed to the runbook.
    pub signatures: BTreeMap<SignatureId, Pinned<Signature>>,
    /// The services in scope and those they depend on directly.
    pub services: BTreeMap<ServiceId, Pinned<Service>>,
    /// The runbook's incident class, as the taxonomy describes it.
    pub class: IncidentClass,
    /// The severities of the taxonomy, from the worst to the mildest.
    pub severities: Vec<Severity>,
    /// Stop conditions, budgets, handoff and escalation: the policy's defaults, tightened by the runbook.
    pub defaults: Defaults,
}

/// A signature with everything it needs to be evaluated, for signatures without a runbook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "check::UncheckedSignatureClosure")]
pub struct SignatureClosure {
    /// The signature.
    pub signature: Pinned<Signature>,
    /// The queries of its checks.
    pub queries: BTreeMap<QueryId, Pinned<Query>>,
    /// The services its checks name.
    pub services: BTreeMap<ServiceId, Pinned<Service>>,
    /// Its incident class, as the taxonomy describes it.
    pub class: IncidentClass,
}

/// Something a closure needs and cannot have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Error)]
#[error("{from} needs {needed}, {why}")]
pub struct MissingReference {
    /// The document that needs it.
    pub from: ObjectRef,
    /// What is needed, in words: `Action/k8s.scale`, `incident class disk-pressure`.
    pub needed: String,
    /// Why it cannot be had.
    pub why: Absence,
}

/// Why a document cannot become part of a closure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Error)]
pub enum Absence {
    /// There is no such document.
    #[error("which does not exist")]
    Unknown,
    /// Several documents share the id.
    #[error("which several documents claim to be")]
    Ambiguous,
    /// It has errors, so that what it says is not certain.
    #[error("which has errors")]
    Unsound,
    /// It has no canonical form.
    #[error("which cannot be signed")]
    NotCanonical,
}

impl Closure {
    /// The digest of the closure's canonical JSON: what is tested, approved and signed.
    ///
    /// # Errors
    /// A number too large for every JSON reader; documents are checked when they are pinned.
    pub fn digest(&self) -> Result<Digest, CanonicalError> {
        Digest::of_canonical(self)
    }

    /// The incident class of the runbook.
    pub fn class_id(&self) -> &ClassId {
        &self.runbook.spec.incident_class
    }

    /// Every document of the closure, the runbook first.
    pub fn documents(&self) -> Vec<Typed> {
        let mut all = vec![self.runbook.typed()];
        all.extend(self.signatures.values().map(Pinned::typed));
        all.extend(self.actions.values().map(Pinned::typed));
        all.extend(self.queries.values().map(Pinned::typed));
        all.extend(self.services.values().map(Pinned::typed));
        all
    }
}

impl SignatureClosure {
    /// The digest of the closure's canonical JSON.
    ///
    /// # Errors
    /// A number too large for every JSON reader; documents are checked when they are pinned.
    pub fn digest(&self) -> Result<Digest, CanonicalError> {
        Digest::of_canonical(self)
    }
}
