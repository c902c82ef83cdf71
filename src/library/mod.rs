//! A loaded repository: discovery, index, references, closures.
//!
//! Loading never fails as a whole. What cannot be read is kept as a [`Failure`], what is wrong with a
//! document is kept in its [`Entry`], and whoever reports on a library reports both.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, OnceLock};

use camino::{Utf8Path, Utf8PathBuf};

use crate::document::Route;
use crate::document::id::{ClassId, EnvironmentId, TeamId};
use crate::document::model::{
    Action, Document, Exception, Fixture, Governance, Kind, Postmortem, Query, Repository, Runbook,
    Service, Severity, Signature, Taxonomy,
};

mod catalogue;
mod data;
pub mod difference;
mod discovery;
mod entry;
mod failure;
mod formatting;
mod index;
mod load;
mod outline;
mod resolve;
pub mod scaffold;
mod selection;
pub mod starter;
#[cfg(test)]
mod tests;
mod usage;

pub use catalogue::Catalogue;
pub use data::{DataError, MAX_DATA_BYTES};
pub use discovery::{CONFIGURATION, MAX_FILES};
pub use entry::{DocId, Entry};
pub use failure::{Failure, LoadError};
pub use index::{Duplicate, FixtureTarget};
pub use load::{LoadOptions, MAX_TOTAL_BYTES};
pub use selection::{PatternError, Selection};
pub use usage::Reference;

use index::Index;
use usage::Usage;

/// Most documents that a thread takes as one piece of work, so that none is left with much when the others are done.
pub(crate) const AT_ONCE: usize = 32;

/// All documents of a repository, with what they say about each other.
pub struct Library {
    root: Option<Utf8PathBuf>,
    entries: Vec<Arc<Entry>>,
    failures: Vec<Failure>,
    unselected: Vec<Utf8PathBuf>,
    data: BTreeMap<Utf8PathBuf, Arc<[u8]>>,
    index: Index,
    usage: OnceLock<Usage>,
    fixtures: OnceLock<BTreeMap<DocId, Vec<DocId>>>,
    fixtures_by_source: OnceLock<BTreeMap<Box<str>, Vec<DocId>>>,
}

impl Library {
    /// The root of the repository that `start` lies in: the closest folder at or above it with
    /// `rbk.yaml`, else the closest with `.git`.
    pub fn find_root(start: &Utf8Path) -> Option<Utf8PathBuf> {
        discovery::find_root(start)
    }

    /// Reads the repository at `root`: the files that `rbk.yaml` selects, or those of the
    /// conventional layout without one, and `rbk.yaml` itself.
    pub fn load(root: &Utf8Path, options: &LoadOptions) -> Self {
        load::from_disk(root, options)
    }

    /// Reads documents from memory; paths are relative to a root that need not exist. Of two sources
    /// with one path the later is read. Nothing is selected: see [`Selection`] for that.
    pub fn from_sources(sources: impl IntoIterator<Item = (Utf8PathBuf, Vec<u8>)>) -> Self {
        load::from_sources(sources.into_iter().collect())
    }

    /// This library with the content of some files replaced or added, for editors; all other
    /// documents are shared with it. `rbk.yaml` does not select anew.
    #[must_use]
    pub fn with_sources(&self, sources: impl IntoIterator<Item = (Utf8PathBuf, Vec<u8>)>) -> Self {
        load::with_sources(self, sources.into_iter().collect())
    }

    fn new(entries: Vec<Arc<Entry>>, failures: Vec<Failure>) -> Self {
        Self {
            root: None,
            index: Index::new(&entries),
            entries,
            failures,
            unselected: Vec::new(),
            data: BTreeMap::new(),
            usage: OnceLock::new(),
            fixtures: OnceLock::new(),
            fixtures_by_source: OnceLock::new(),
        }
    }

    /// The root on disk, if the library was read from there.
    pub fn root(&self) -> Option<&Utf8Path> {
        self.root.as_deref()
    }

    /// Every document, in path order.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = (DocId, &Entry)> {
        let numbers = (0..u32::MAX).map(DocId);
        let entries = self.entries.iter().map(|entry| &**entry);
        entries.zip(numbers).map(|(entry, id)| (id, entry))
    }

    /// A document of this library.
    pub fn entry(&self, id: DocId) -> Option<&Entry> {
        self.entries.get(id.index()).map(|entry| &**entry)
    }

    /// The documents of one file.
    pub fn entries_at(&self, path: &Utf8Path) -> impl Iterator<Item = (DocId, &Entry)> {
        self.entries_from(path)
            .take_while(move |(_, entry)| entry.path().as_str() == path.as_str())
    }

    /// The documents in a folder and below it.
    pub fn entries_below(&self, folder: &Utf8Path) -> impl Iterator<Item = (DocId, &Entry)> {
        self.entries_from(folder)
            .take_while(move |(_, entry)| entry.path().starts_with(folder))
    }

    /// The documents from a path on, in path order.
    fn entries_from(&self, path: &Utf8Path) -> impl Iterator<Item = (DocId, &Entry)> {
        let start = self
            .entries
            .partition_point(|entry| path_order(entry.path(), path).is_lt());
        let rest = self.entries.get(start..).unwrap_or_default();
        let numbers = (start..).map(|at| DocId(u32::try_from(at).unwrap_or(u32::MAX)));
        numbers.zip(rest.iter().map(|entry| &**entry))
    }

    /// Files that could not be read.
    pub fn failures(&self) -> &[Failure] {
        &self.failures
    }

    /// Files below the root that are not selected, in path order; none for a library from memory.
    pub fn unselected(&self) -> &[Utf8PathBuf] {
        &self.unselected
    }

    /// The document of a kind with an id, be it readable or not; the first, if several claim it.
    pub fn find(&self, kind: Kind, id: &str) -> Option<DocId> {
        self.index.get(kind, id)
    }

    /// Every document of a kind, readable or not, in path order.
    pub fn of_kind(&self, kind: Kind) -> &[DocId] {
        self.index.of_kind(kind)
    }

    /// Every id of a kind in alphabetical order.
    pub fn names(&self, kind: Kind) -> impl Iterator<Item = &str> {
        self.index.names(kind).map(|(name, _)| name)
    }

    /// Ids that several documents of one kind claim.
    pub fn duplicates(&self) -> &[Duplicate] {
        &self.index.duplicates
    }

    fn is_contested(&self, id: DocId) -> bool {
        self.index.is_contested(id)
    }

    /// The action catalogue.
    pub fn actions(&self) -> Catalogue<'_, Action> {
        Catalogue::new(self)
    }

    /// The vetted queries.
    pub fn queries(&self) -> Catalogue<'_, Query> {
        Catalogue::new(self)
    }

    /// The services.
    pub fn services(&self) -> Catalogue<'_, Service> {
        Catalogue::new(self)
    }

    /// The runbooks.
    pub fn runbooks(&self) -> Catalogue<'_, Runbook> {
        Catalogue::new(self)
    }

    /// The signatures.
    pub fn signatures(&self) -> Catalogue<'_, Signature> {
        Catalogue::new(self)
    }

    /// The postmortems.
    pub fn postmortems(&self) -> Catalogue<'_, Postmortem> {
        Catalogue::new(self)
    }

    /// The fixtures.
    pub fn fixtures(&self) -> Catalogue<'_, Fixture> {
        Catalogue::new(self)
    }

    /// The exceptions.
    pub fn exceptions(&self) -> Catalogue<'_, Exception> {
        Catalogue::new(self)
    }

    /// The policy. A sound library has one; of several, the first.
    pub fn governance(&self) -> Option<(DocId, &Document<Governance>)> {
        Catalogue::new(self).iter().next()
    }

    /// The taxonomy. A sound library has one; of several, the first.
    pub fn taxonomy(&self) -> Option<(DocId, &Document<Taxonomy>)> {
        Catalogue::new(self).iter().next()
    }

    /// The configuration in `rbk.yaml`.
    pub fn repository(&self) -> Option<(DocId, &Document<Repository>)> {
        Catalogue::new(self).iter().next()
    }

    /// The teams of the policy, in alphabetical order.
    pub fn teams(&self) -> impl Iterator<Item = &TeamId> {
        let governance = self.governance().into_iter();
        governance.flat_map(|(_, document)| document.spec.teams.keys())
    }

    /// The environments of the policy, as it lists them.
    pub fn environments(&self) -> &[EnvironmentId] {
        let governance = self.governance();
        governance.map_or(&[], |(_, document)| &document.spec.environments)
    }

    /// The incident classes of the taxonomy, in alphabetical order.
    pub fn classes(&self) -> impl Iterator<Item = &ClassId> {
        let taxonomy = self.taxonomy().into_iter();
        taxonomy.flat_map(|(_, document)| document.spec.classes.keys())
    }

    /// The severities of the taxonomy, from the worst to the mildest.
    pub fn severities(&self) -> &[Severity] {
        let taxonomy = self.taxonomy();
        taxonomy.map_or(&[], |(_, document)| &document.spec.severities)
    }

    fn usage(&self) -> &Usage {
        self.usage
            .get_or_init(|| Usage::new(&self.entries, &self.index))
    }

    /// Every reference of every document, in the order of the documents.
    pub fn references(&self) -> &[Reference] {
        self.usage().all()
    }

    /// What a document refers to.
    pub fn references_from(&self, id: DocId) -> &[Reference] {
        self.usage().from(id)
    }

    /// Who refers to a document, in the order of the documents.
    pub fn references_to(&self, id: DocId) -> impl Iterator<Item = &Reference> {
        self.usage().to(id)
    }

    /// The id a reference names, as written, and where it is written in the referring document.
    pub fn spelled(&self, reference: &Reference) -> Option<(String, Route)> {
        usage::spelled(self.entry(reference.from)?, reference)
    }

    /// What a fixture tests; none if `id` is not a readable fixture.
    pub fn fixture_target(&self, id: DocId) -> Option<FixtureTarget> {
        let entry = self.entry(id)?;
        let fixture = entry.document::<Fixture>()?;
        Some(self.index.fixture_target(entry, &fixture.spec))
    }

    /// The fixtures that test a runbook or a signature, in path order.
    pub fn fixtures_of(&self, id: DocId) -> &[DocId] {
        let by_target = self.fixtures.get_or_init(|| {
            let mut by_target: BTreeMap<DocId, Vec<DocId>> = BTreeMap::new();
            for fixture in self.of_kind(Kind::Fixture) {
                if let Some(FixtureTarget::Document(target)) = self.fixture_target(*fixture) {
                    by_target.entry(target).or_default().push(*fixture);
                }
            }
            by_target
        });
        by_target.get(&id).map_or(&[], Vec::as_slice)
    }

    /// The fixtures that exercise a document: those of it, and those of the runbooks and signatures that lead to it.
    pub fn fixtures_near(&self, id: DocId) -> BTreeSet<DocId> {
        let mut near = vec![id];
        let mut next = 0;
        // Whoever refers to the document, and to those: the callers of an action, and their signatures.
        while let Some(found) = near.get(next).copied() {
            for user in self.references_to(found).map(|reference| reference.from) {
                let kind = self.entry(user).and_then(Entry::kind);
                if matches!(kind, Some(Kind::Runbook | Kind::Action | Kind::Signature))
                    && !near.contains(&user)
                {
                    near.push(user);
                }
            }
            next += 1;
        }
        let fixtures = near.iter().flat_map(|target| self.fixtures_of(*target));
        fixtures.copied().collect()
    }

    /// The fixtures whose provenance names this source, in path order.
    pub fn fixtures_from(&self, source: &str) -> &[DocId] {
        let by_source = self.fixtures_by_source.get_or_init(|| {
            let mut by_source: BTreeMap<Box<str>, Vec<DocId>> = BTreeMap::new();
            for (id, fixture) in self.fixtures().iter() {
                let provenance = fixture.spec.provenance.as_ref();
                if let Some(source) = provenance.and_then(|from| from.source.as_deref()) {
                    by_source.entry(source.into()).or_default().push(id);
                }
            }
            by_source
        });
        by_source.get(source).map_or(&[], Vec::as_slice)
    }
}

impl fmt::Debug for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Library")
            .field("root", &self.root)
            .field("documents", &self.entries.len())
            .field("failures", &self.failures)
            .finish_non_exhaustive()
    }
}

/// The order of documents: that of paths, in which a folder comes right before what is in it, without taking them apart.
fn path_order(a: &Utf8Path, b: &Utf8Path) -> std::cmp::Ordering {
    let (a, b) = (a.as_str().as_bytes(), b.as_str().as_bytes());
    let shared = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let separator_first = |path: &[u8]| path.get(shared).map(|byte| (*byte != b'/', *byte));
    separator_first(a).cmp(&separator_first(b))
}
