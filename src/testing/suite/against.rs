//! Which documents a fixture is run against.

use serde_json::{Value, json};

use crate::closure::{Closure, Pinned, SignatureClosure};
use crate::document::id::{EnvironmentId, ServiceId, SignatureId};
use crate::document::model::{Document, Fixture, Kind, Runbook, Signature, Spec, Status};
use crate::engine::prepared::Sources;
use crate::library::{DocId, Entry, Library};

/// Which documents a fixture is run against.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::testing) struct Against {
    service: ServiceId,
    environment: EnvironmentId,
    target: DocId,
    /// Signatures whose verdict is expected: scored although they may belong to other services.
    expected: Vec<SignatureId>,
    /// Without the target: to see whether the fixture passes all the same.
    removed: bool,
}

impl Against {
    /// Those a fixture is meant for.
    pub(in crate::testing) fn of(fixture: &Document<Fixture>, target: DocId) -> Self {
        let subject = &fixture.spec.subject;
        Self {
            service: subject.service.clone(),
            environment: subject.environment.clone(),
            target,
            expected: fixture.spec.expect.signatures.keys().cloned().collect(),
            removed: false,
        }
    }

    /// The same without what the fixture tests.
    pub(in crate::testing) fn without(fixture: &Document<Fixture>, target: DocId) -> Self {
        Self {
            removed: true,
            ..Self::of(fixture, target)
        }
    }

    /// Those of `all` that the fixture is run self.
    pub(in crate::testing) fn sources(&self, library: &Library, all: &Sources) -> Sources {
        let mut sources = all.covering(&self.service, &self.environment);
        let known = |id: &SignatureId| {
            sources
                .signatures
                .iter()
                .any(|c| *id == *c.signature.metadata.id.as_str())
        };
        let further: Vec<_> = self.expected.iter().filter(|id| !known(id)).collect();
        let further = all.signatures.iter().filter(|c| {
            further
                .iter()
                .any(|id| **id == *c.signature.metadata.id.as_str())
        });
        sources.signatures.extend(further.cloned());
        let Some(object) = library.entry(self.target).and_then(Entry::object) else {
            return sources;
        };
        let is_runbook = object.kind == Kind::Runbook;
        let is_target = |kind: Kind, id: &str| object.kind == kind && object.id == id;
        if self.removed {
            let routed: Vec<_> = library.routed_to(&object.id.as_str().into()).collect();
            sources
                .runbooks
                .retain(|closure| !is_target(Kind::Runbook, &closure.runbook.metadata.id));
            sources.signatures.retain(|closure| {
                let id = closure.signature.metadata.id.as_str();
                !(is_target(Kind::Signature, id) || is_runbook && routed.contains(&id))
            });
            return sources;
        }
        // The document under test is looked at as if it were in force already, and wherever the
        // fixture takes place.
        let runbook = all
            .runbooks
            .iter()
            .find(|c| is_target(Kind::Runbook, &c.runbook.metadata.id));
        if let Some(closure) = runbook {
            sources
                .runbooks
                .retain(|c| c.runbook.metadata.id != object.id);
            sources.runbooks.push(stable_runbook(closure));
        }
        let signature = all
            .signatures
            .iter()
            .find(|c| is_target(Kind::Signature, &c.signature.metadata.id));
        if let Some(closure) = signature {
            sources
                .signatures
                .retain(|c| c.signature.metadata.id != object.id);
            sources.signatures.push(stable_signature(closure));
        }
        sources
    }
}

fn stable_runbook(closure: &Closure) -> Closure {
    match stable::<Runbook>(&closure.runbook) {
        Some(runbook) => Closure {
            runbook,
            ..closure.clone()
        },
        None => closure.clone(),
    }
}

fn stable_signature(closure: &SignatureClosure) -> SignatureClosure {
    match stable::<Signature>(&closure.signature) {
        Some(signature) => SignatureClosure {
            signature,
            ..closure.clone()
        },
        None => closure.clone(),
    }
}

/// The document as if its status were `stable`; `None` when it is already.
fn stable<S: Spec>(pinned: &Pinned<S>) -> Option<Pinned<S>> {
    if pinned.metadata.status == Some(Status::Stable) {
        return None;
    }
    let mut value: Value = pinned.value().clone();
    *value.pointer_mut("/metadata/status")? = json!("stable");
    Pinned::from_value(value).ok()
}
