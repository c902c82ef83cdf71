//! Closures of what a library holds.

use std::sync::Arc;

use super::{DocId, Library};
use crate::closure::Role;
use crate::closure::{
    Absence, Closure, MissingReference, Pinned, Shelf, SignatureClosure, gather, resolve_defaults,
};
use crate::document::id::{ActionId, ClassId, QueryId, RunbookId, ServiceId, SignatureId};
use crate::document::model::{
    Action, Document, Governance, IncidentClass, Kind, ObjectRef, Query, Runbook, Service,
    Severity, Signature, Spec, Taxonomy,
};

impl Library {
    /// A runbook with everything it resolves to.
    ///
    /// # Errors
    /// Everything it needs that does not exist, is claimed by several documents or has errors; the
    /// runbook itself too.
    pub fn closure(&self, id: &RunbookId) -> Result<Closure, Vec<MissingReference>> {
        let object = ObjectRef::new(Kind::Runbook, id.as_str());
        let mut needs = Needs::of(object);
        let runbook = needs.note(id.as_str(), self.pinned::<Runbook>(id.as_str()));
        let Some(runbook) = runbook else {
            return Err(needs.missing);
        };
        let signatures: Vec<_> = self
            .routed_to(id)
            .filter_map(|signature| needs.note(signature, self.pinned::<Signature>(signature)))
            .collect();
        let mut roots = vec![runbook.typed()];
        roots.extend(signatures.iter().map(Pinned::typed));
        let gathered = gather(self, roots);
        needs.missing.extend(gathered.missing);
        let class = needs.class(self, &runbook.spec.incident_class);
        let policy = needs.only::<Governance>(self);
        let (Some((class, severities)), Some(policy), []) =
            (class, policy, needs.missing.as_slice())
        else {
            needs.missing.sort();
            return Err(needs.missing);
        };
        let defaults = policy.spec.defaults.clone().unwrap_or_default();
        Ok(Closure {
            defaults: resolve_defaults(&defaults, &runbook.spec),
            runbook,
            actions: gathered.actions,
            queries: gathered.queries,
            signatures: signatures.into_iter().map(|s| (s.id(), s)).collect(),
            services: gathered.services,
            class,
            severities,
        })
    }

    /// A signature with everything it needs to be evaluated.
    ///
    /// # Errors
    /// As [`Library::closure`].
    pub fn signature_closure(
        &self,
        id: &SignatureId,
    ) -> Result<SignatureClosure, Vec<MissingReference>> {
        let mut needs = Needs::of(ObjectRef::new(Kind::Signature, id.as_str()));
        let signature = needs.note(id.as_str(), self.pinned::<Signature>(id.as_str()));
        let Some(signature) = signature else {
            return Err(needs.missing);
        };
        let gathered = gather(self, vec![signature.typed()]);
        needs.missing.extend(gathered.missing);
        let class = needs.class(self, &signature.spec.incident_class);
        match (class, needs.missing.as_slice()) {
            (Some((class, _)), []) => Ok(SignatureClosure {
                signature,
                queries: gathered.queries,
                services: gathered.services,
                class,
            }),
            _ => Err(needs.missing),
        }
    }

    /// Ids of the signatures routed to a runbook, in alphabetical order.
    pub fn routed_to(&self, runbook: &RunbookId) -> impl Iterator<Item = &str> {
        let target = self.find(Kind::Runbook, runbook.as_str());
        let mut ids: Vec<&str> = target
            .into_iter()
            .flat_map(|target| self.references_to(target))
            .filter(|reference| reference.role == Role::Use)
            .filter_map(|reference| self.entry(reference.from))
            .filter(|entry| entry.kind() == Some(Kind::Signature))
            .filter_map(|entry| entry.id())
            .collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter()
    }

    fn pinned<S: Spec>(&self, id: &str) -> Result<Pinned<S>, Absence> {
        let found = self.find(S::KIND, id).ok_or(Absence::Unknown)?;
        if self.is_contested(found) {
            return Err(Absence::Ambiguous);
        }
        let entry = self.entry(found).ok_or(Absence::Unknown)?;
        let document = entry.typed().and_then(S::of).filter(|_| entry.is_sound());
        let document = document.ok_or(Absence::Unsound)?;
        let digest = entry.digest().map_err(|_| Absence::NotCanonical)?;
        Ok(Pinned::new(
            Arc::clone(entry.value()),
            Arc::clone(document),
            digest,
        ))
    }
}

impl Shelf for Library {
    fn action(&self, id: &ActionId) -> Result<Pinned<Action>, Absence> {
        self.pinned(id.as_str())
    }

    fn query(&self, id: &QueryId) -> Result<Pinned<Query>, Absence> {
        self.pinned(id.as_str())
    }

    fn service(&self, id: &ServiceId) -> Result<Pinned<Service>, Absence> {
        self.pinned(id.as_str())
    }
}

struct Needs {
    from: ObjectRef,
    missing: Vec<MissingReference>,
}

impl Needs {
    fn of(from: ObjectRef) -> Self {
        Self {
            from,
            missing: Vec::new(),
        }
    }

    fn lacks(&mut self, needed: String, why: Absence) {
        self.missing.push(MissingReference {
            from: self.from.clone(),
            needed,
            why,
        });
    }

    fn note<S: Spec>(&mut self, id: &str, found: Result<Pinned<S>, Absence>) -> Option<Pinned<S>> {
        found
            .map_err(|why| self.lacks(ObjectRef::new(S::KIND, id).to_string(), why))
            .ok()
    }

    /// The only document of a kind of which a library has one.
    fn only<'l, S: Spec>(&mut self, library: &'l Library) -> Option<&'l Document<S>> {
        let found = match library.of_kind(S::KIND) {
            [] => Err(Absence::Unknown),
            [only] => sound(library, *only),
            _ => Err(Absence::Ambiguous),
        };
        found
            .map_err(|why| self.lacks(format!("the {}", S::KIND), why))
            .ok()
    }

    fn class(&mut self, library: &Library, id: &ClassId) -> Option<(IncidentClass, Vec<Severity>)> {
        let taxonomy = &self.only::<Taxonomy>(library)?.spec;
        match taxonomy.classes.get(id) {
            Some(class) => Some((class.clone(), taxonomy.severities.clone())),
            None => {
                self.lacks(format!("the incident class {id}"), Absence::Unknown);
                None
            }
        }
    }
}

fn sound<S: Spec>(library: &Library, id: DocId) -> Result<&Document<S>, Absence> {
    let entry = library.entry(id).filter(|entry| entry.is_sound());
    entry
        .and_then(|entry| entry.document())
        .ok_or(Absence::Unsound)
}
