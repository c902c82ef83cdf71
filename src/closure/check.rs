//! Reading closures that come from elsewhere: a closure is whole and holds nothing else, or it is refused.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use thiserror::Error;

use super::{Absence, Closure, Gathered, Pinned, Shelf, SignatureClosure, gather};
use crate::document::id::{ActionId, QueryId, ServiceId, SignatureId};
use crate::document::model::{
    Action, Defaults, IncidentClass, Query, Runbook, Service, Severity, Signature, Spec,
};

/// Why JSON that has the form of a closure is not one.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("not a whole closure: {}", .problems.join("; "))]
pub struct ClosureError {
    /// Everything that is wrong, in sentences without a full stop.
    pub problems: Vec<String>,
}

/// A closure as read, before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UncheckedClosure {
    runbook: Pinned<Runbook>,
    actions: BTreeMap<ActionId, Pinned<Action>>,
    queries: BTreeMap<QueryId, Pinned<Query>>,
    signatures: BTreeMap<SignatureId, Pinned<Signature>>,
    services: BTreeMap<ServiceId, Pinned<Service>>,
    class: IncidentClass,
    severities: Vec<Severity>,
    defaults: Defaults,
}

/// A signature's closure as read, before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UncheckedSignatureClosure {
    signature: Pinned<Signature>,
    queries: BTreeMap<QueryId, Pinned<Query>>,
    services: BTreeMap<ServiceId, Pinned<Service>>,
    class: IncidentClass,
}

impl TryFrom<UncheckedClosure> for Closure {
    type Error = ClosureError;

    fn try_from(read: UncheckedClosure) -> Result<Self, ClosureError> {
        let mut problems = Vec::new();
        misfiled(&read.actions, &mut problems);
        misfiled(&read.queries, &mut problems);
        misfiled(&read.signatures, &mut problems);
        misfiled(&read.services, &mut problems);
        let runbook = read.runbook.id();
        for signature in read.signatures.values() {
            let routes = &signature.spec.routes;
            if !routes.iter().any(|route| route.runbook == runbook) {
                problems.push(format!("{} is not routed to {runbook}", signature.object()));
            }
        }
        let mut roots = vec![read.runbook.typed()];
        roots.extend(read.signatures.values().map(Pinned::typed));
        let held = Held {
            actions: &read.actions,
            queries: &read.queries,
            services: &read.services,
        };
        let gathered = gather(&held, roots);
        surplus(&read.actions, &gathered.actions, &mut problems);
        surplus(&read.services, &gathered.services, &mut problems);
        finish(&read.queries, gathered, problems)?;
        Ok(Self {
            runbook: read.runbook,
            actions: read.actions,
            queries: read.queries,
            signatures: read.signatures,
            services: read.services,
            class: read.class,
            severities: read.severities,
            defaults: read.defaults,
        })
    }
}

impl TryFrom<UncheckedSignatureClosure> for SignatureClosure {
    type Error = ClosureError;

    fn try_from(read: UncheckedSignatureClosure) -> Result<Self, ClosureError> {
        let mut problems = Vec::new();
        misfiled(&read.queries, &mut problems);
        misfiled(&read.services, &mut problems);
        let held = Held {
            actions: &BTreeMap::new(),
            queries: &read.queries,
            services: &read.services,
        };
        let gathered = gather(&held, vec![read.signature.typed()]);
        surplus(&read.services, &gathered.services, &mut problems);
        finish(&read.queries, gathered, problems)?;
        Ok(Self {
            signature: read.signature,
            queries: read.queries,
            services: read.services,
            class: read.class,
        })
    }
}

struct Held<'c> {
    actions: &'c BTreeMap<ActionId, Pinned<Action>>,
    queries: &'c BTreeMap<QueryId, Pinned<Query>>,
    services: &'c BTreeMap<ServiceId, Pinned<Service>>,
}

fn held<S: Spec>(documents: &BTreeMap<S::Id, Pinned<S>>, id: &S::Id) -> Result<Pinned<S>, Absence>
where
    S::Id: Ord,
{
    documents.get(id).cloned().ok_or(Absence::Unknown)
}

impl Shelf for Held<'_> {
    fn action(&self, id: &ActionId) -> Result<Pinned<Action>, Absence> {
        held(self.actions, id)
    }

    fn query(&self, id: &QueryId) -> Result<Pinned<Query>, Absence> {
        held(self.queries, id)
    }

    fn service(&self, id: &ServiceId) -> Result<Pinned<Service>, Absence> {
        held(self.services, id)
    }
}

fn misfiled<S: Spec>(documents: &BTreeMap<S::Id, Pinned<S>>, problems: &mut Vec<String>) {
    for (id, document) in documents {
        if id.as_ref() != document.metadata.id {
            problems.push(format!(
                "{} is filed under `{}`",
                document.object(),
                id.as_ref()
            ));
        }
    }
}

// A document nothing refers to would widen what an agent may do without anyone having read it.
fn surplus<I: Ord + fmt::Display, D>(
    held: &BTreeMap<I, D>,
    needed: &BTreeMap<I, D>,
    problems: &mut Vec<String>,
) {
    let unused = held.keys().filter(|id| !needed.contains_key(id));
    problems.extend(unused.map(|id| format!("nothing uses `{id}`")));
}

fn finish(
    queries: &BTreeMap<QueryId, Pinned<Query>>,
    gathered: Gathered,
    mut problems: Vec<String>,
) -> Result<(), ClosureError> {
    surplus(queries, &gathered.queries, &mut problems);
    problems.extend(gathered.missing.iter().map(ToString::to_string));
    if problems.is_empty() {
        Ok(())
    } else {
        Err(ClosureError { problems })
    }
}
