//! What rules see: a library in which everything that is needed again and again has been found already.

use std::ops::Range;

use jiff::civil::Date;
use rayon::prelude::*;

use super::site::{CallSite, CheckSite, ConditionSite, Sites, StepSite, TemplateSite, steps};
use crate::diagnostic::{Location, Part};
use crate::document::model::{
    Action, Document, Fixture, Governance, Postmortem, Query, Runbook, Service, Signature, Spec,
    Taxonomy, Typed,
};
use crate::document::{NodeRef, Route};
use crate::engine::arguments::DoNotTouch;
use crate::library::{AT_ONCE, DocId, Entry, Library};

/// What a rule about the whole repository sees.
#[derive(Debug)]
pub struct RepositoryScope<'a> {
    library: &'a Library,
    today: Date,
    sites: Vec<Sites<'a>>,
}

/// What a rule about one document sees. Cheap to copy.
#[derive(Clone, Copy, Debug)]
pub struct DocumentScope<'a> {
    /// The document and where it comes from.
    pub entry: &'a Entry,
    /// Its position in the library.
    pub id: DocId,
    /// The repository it belongs to.
    pub repository: &'a RepositoryScope<'a>,
}

/// A document that was looked up.
#[derive(Debug)]
pub struct Found<'a, S> {
    /// Where it comes from; makes locations in it.
    pub scope: DocumentScope<'a>,
    /// What it says.
    pub document: &'a Document<S>,
}

impl<S> Clone for Found<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Found<'_, S> {}

impl<'a> RepositoryScope<'a> {
    /// Finds the sites of every document, in parallel. `today` is a parameter, never the clock.
    pub fn new(library: &'a Library, today: Date) -> Self {
        let entries: Vec<&Entry> = library.entries().map(|(_, entry)| entry).collect();
        let sites = || {
            let sites = entries.par_iter().with_max_len(AT_ONCE);
            let sites = sites.map(|entry| entry.outlined().map(Sites::of).unwrap_or_default());
            sites.collect()
        };
        // Almost every rule about references asks for them, and then all threads wait for one.
        let (sites, _) = rayon::join(sites, || library.references());
        Self {
            library,
            today,
            sites,
        }
    }

    /// The library.
    pub fn library(&self) -> &'a Library {
        self.library
    }

    /// The day on which the library is looked at.
    pub fn today(&self) -> Date {
        self.today
    }

    /// A document of the library.
    pub fn document(&self, id: DocId) -> Option<DocumentScope<'_>> {
        Some(DocumentScope {
            entry: self.library.entry(id)?,
            id,
            repository: self,
        })
    }

    /// Every document, readable or not, in path order.
    pub fn documents(&self) -> impl Iterator<Item = DocumentScope<'_>> {
        self.library.entries().map(|(id, entry)| DocumentScope {
            entry,
            id,
            repository: self,
        })
    }

    /// Every document of a kind that was read to its end, in path order.
    pub fn all<S: Spec>(&self) -> impl Iterator<Item = Found<'_, S>> {
        let ids = self.library.of_kind(S::KIND).iter();
        ids.filter_map(|id| self.found(*id))
    }

    /// The document of a kind with an id, if there is one that was read to its end. That there is none is the
    /// business of the rules about references.
    pub fn find<S: Spec>(&self, id: &str) -> Option<Found<'_, S>> {
        self.found(self.library.find(S::KIND, id)?)
    }

    /// The policy.
    pub fn policy(&self) -> Option<Found<'_, Governance>> {
        let (id, _) = self.library.governance()?;
        self.found(id)
    }

    /// The taxonomy.
    pub fn taxonomy(&self) -> Option<Found<'_, Taxonomy>> {
        let (id, _) = self.library.taxonomy()?;
        self.found(id)
    }

    fn found<S: Spec>(&self, id: DocId) -> Option<Found<'_, S>> {
        let scope = self.document(id)?;
        // What is not there may come after the place where reading had to stop.
        if !scope.entry.is_complete() {
            return None;
        }
        Some(Found {
            scope,
            document: scope.entry.document()?,
        })
    }
}

impl<'a> DocumentScope<'a> {
    /// The outermost node of the document as it is written.
    pub fn root(&self) -> NodeRef<'a> {
        self.entry.root()
    }

    /// The node at a route, if something is written there.
    pub fn node(&self, route: &Route) -> Option<NodeRef<'a>> {
        self.entry.root().resolve(route)
    }

    /// The route to a value of the document.
    pub fn route_to(&self, value: NodeRef<'_>) -> Route {
        self.entry.tree().route_to(value)
    }

    /// What the document means, as far as it could be read.
    pub fn typed(&self) -> Option<&'a Typed> {
        self.entry.outlined()
    }

    /// The document as one of a kind.
    pub fn document<S: Spec>(&self) -> Option<&'a Document<S>> {
        self.entry
            .outlined()
            .and_then(S::of)
            .map(|document| &**document)
    }

    /// The document, if it is an action.
    pub fn action(&self) -> Option<&'a Document<Action>> {
        self.document()
    }

    /// The document, if it is a fixture.
    pub fn fixture(&self) -> Option<&'a Document<Fixture>> {
        self.document()
    }

    /// The document, if it is the policy.
    pub fn governance(&self) -> Option<&'a Document<Governance>> {
        self.document()
    }

    /// The document, if it is a postmortem.
    pub fn postmortem(&self) -> Option<&'a Document<Postmortem>> {
        self.document()
    }

    /// The document, if it is a query.
    pub fn query(&self) -> Option<&'a Document<Query>> {
        self.document()
    }

    /// The document, if it is a runbook.
    pub fn runbook(&self) -> Option<&'a Document<Runbook>> {
        self.document()
    }

    /// The document, if it is a service.
    pub fn service(&self) -> Option<&'a Document<Service>> {
        self.document()
    }

    /// The document, if it is a signature.
    pub fn signature(&self) -> Option<&'a Document<Signature>> {
        self.document()
    }

    /// Its checks.
    pub fn checks(&self) -> &'a [CheckSite<'a>] {
        &self.sites().checks
    }

    /// Its calls of actions.
    pub fn calls(&self) -> &'a [CallSite<'a>] {
        &self.sites().calls
    }

    /// Its conditions.
    pub fn conditions(&self) -> &'a [ConditionSite<'a>] {
        &self.sites().conditions
    }

    /// Its templates.
    pub fn templates(&self) -> &'a [TemplateSite<'a>] {
        &self.sites().templates
    }

    /// What the runbook must not touch; nothing for other kinds and for patterns that cannot be read.
    pub fn untouchable(&self) -> &'a DoNotTouch {
        self.sites().untouchable.get_or_init(|| {
            let patterns = self.runbook().map(|it| &*it.spec.scope.do_not_touch);
            DoNotTouch::new(patterns.unwrap_or_default()).unwrap_or_default()
        })
    }

    /// The steps of a runbook; none for other kinds.
    pub fn steps(&self) -> impl Iterator<Item = StepSite<'a>> + use<'a> {
        self.runbook()
            .into_iter()
            .flat_map(|runbook| steps(&runbook.spec))
    }

    /// The value at a route. Something that is missing is shown at the key of what it is missing from.
    pub fn value(&self, route: Route) -> Location {
        self.part(route, Part::Value)
    }

    /// The key at a route.
    pub fn key(&self, route: Route) -> Location {
        self.part(route, Part::Key)
    }

    /// The key and the value at a route.
    pub fn whole(&self, route: Route) -> Location {
        self.part(route, Part::Whole)
    }

    /// Bytes of the text of the scalar at a route, such as a name within a condition.
    pub fn text(&self, route: Route, range: Range<usize>) -> Location {
        Location::text(self.entry.path(), self.entry.position(), route, range)
    }

    /// The document as a whole, shown by its id.
    pub fn identity(&self) -> Location {
        self.value(Route::root().key("metadata").key("id"))
    }

    fn part(&self, route: Route, part: Part) -> Location {
        Location::node(self.entry.path(), self.entry.position(), route, part)
    }

    fn sites(&self) -> &'a Sites<'a> {
        static NONE: Sites<'static> = Sites::none();
        let sites = self.repository.sites.get(self.id.index());
        sites.unwrap_or(&NONE)
    }
}
