//! Collecting what a runbook or a signature needs.

use std::collections::{BTreeMap, VecDeque};

use super::reference::{Role, visit_references};
use super::{Absence, MissingReference, Pinned};
use crate::document::id::{ActionId, QueryId, ServiceId};
use crate::document::model::{Action, Kind, ObjectRef, Query, Service, Spec, Typed};

/// Where documents are taken from.
pub(crate) trait Shelf {
    fn action(&self, id: &ActionId) -> Result<Pinned<Action>, Absence>;
    fn query(&self, id: &QueryId) -> Result<Pinned<Query>, Absence>;
    fn service(&self, id: &ServiceId) -> Result<Pinned<Service>, Absence>;
}

/// What was found, and what was not.
#[derive(Default)]
pub(crate) struct Gathered {
    pub(crate) actions: BTreeMap<ActionId, Pinned<Action>>,
    pub(crate) queries: BTreeMap<QueryId, Pinned<Query>>,
    pub(crate) services: BTreeMap<ServiceId, Pinned<Service>>,
    pub(crate) missing: Vec<MissingReference>,
}

/// Collects what the documents in `roots` need, transitively; a runbook has to be the first of them.
/// Only services that the runbook names are followed, by one step: it may escalate to the owner of a
/// dependency, never to the owner of that one's dependency.
pub(crate) fn gather(shelf: &impl Shelf, roots: Vec<Typed>) -> Gathered {
    let mut gathered = Gathered::default();
    let mut open: VecDeque<Typed> = roots.into();
    while let Some(document) = open.pop_front() {
        let from = ObjectRef::new(document.kind(), &document.metadata().id);
        visit_references(&document, &mut |mention| {
            if mention.role != Role::Use {
                return;
            }
            let in_scope = document.kind() == Kind::Runbook;
            let found = match mention.kind {
                Kind::Action => put(&mut gathered.actions, mention.id, |id| shelf.action(id)),
                Kind::Query => put(&mut gathered.queries, mention.id, |id| shelf.query(id)),
                Kind::Service => put(&mut gathered.services, mention.id, |id| shelf.service(id))
                    .map(|new| new.filter(|_| in_scope)),
                _ => return,
            };
            match found {
                Ok(new) => open.extend(new),
                Err(why) => gathered.missing.push(MissingReference {
                    from: from.clone(),
                    needed: ObjectRef::new(mention.kind, mention.id).to_string(),
                    why,
                }),
            }
        });
    }
    gathered.missing.sort();
    gathered.missing.dedup();
    gathered
}

fn put<S: Spec>(
    found: &mut BTreeMap<S::Id, Pinned<S>>,
    id: &str,
    take: impl FnOnce(&S::Id) -> Result<Pinned<S>, Absence>,
) -> Result<Option<Typed>, Absence>
where
    S::Id: Ord,
{
    let id = S::Id::from(id);
    if found.contains_key(&id) {
        return Ok(None);
    }
    let document = take(&id)?;
    let typed = document.typed();
    found.insert(id, document);
    Ok(Some(typed))
}
