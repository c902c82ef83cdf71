//! Finding documents by kind and id.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::Utf8Path;

use super::entry::{DocId, Entry};
use crate::document::model::{Fixture, Kind, ObjectRef, Target};

/// Several documents of one kind with one id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// Their kind.
    pub kind: Kind,
    /// Their id in lower case, which is how ids are compared here.
    pub id: String,
    /// The documents; two or more.
    pub documents: Vec<DocId>,
}

/// What a fixture tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FixtureTarget {
    /// This runbook or signature.
    Document(DocId),
    /// It names one that does not exist.
    Unknown(ObjectRef),
    /// It names none, and the closest folder with runbooks or signatures holds several.
    Ambiguous(Vec<DocId>),
    /// It names none, and there is none in its folder or above.
    Nothing,
}

#[derive(Debug, Default)]
pub(super) struct Index {
    /// The first document with each id.
    by_id: BTreeMap<Kind, BTreeMap<Box<str>, DocId>>,
    /// Every document of a kind, with or without an id.
    by_kind: BTreeMap<Kind, Vec<DocId>>,
    /// Runbooks and signatures by the folder they lie in. Keyed by text: paths compare component by component, which
    /// takes many times as long.
    testable: BTreeMap<Box<str>, Vec<DocId>>,
    pub(super) duplicates: Vec<Duplicate>,
    contested: BTreeSet<DocId>,
}

/// What a document claims as its own; nobody else may claim the same.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Claim<'e> {
    kind: Kind,
    scope: Scope<'e>,
    /// In lower case.
    id: Cow<'e, str>,
}

/// Within what an id has to be the only one.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Scope<'e> {
    Library,
    /// What a fixture tests.
    Tests(DocId),
    /// The folder of a fixture that tests nothing.
    Folder(&'e str),
}

impl Index {
    pub(super) fn new(entries: &[Arc<Entry>]) -> Self {
        let mut index = Self::default();
        for (id, entry) in numbered(entries) {
            let Some(kind) = entry.kind() else { continue };
            index.by_kind.entry(kind).or_default().push(id);
            if let Some(name) = entry.id() {
                let named = index.by_id.entry(kind).or_default();
                named.entry(name.into()).or_insert(id);
            }
            if matches!(kind, Kind::Runbook | Kind::Signature) {
                let folder = entry.folder().as_str();
                index.testable.entry(folder.into()).or_default().push(id);
            }
        }
        index.find_duplicates(entries);
        index
    }

    fn find_duplicates(&mut self, entries: &[Arc<Entry>]) {
        let mut claims: Vec<(Claim<'_>, DocId)> = numbered(entries)
            .filter_map(|(id, entry)| Some((self.claim(entry)?, id)))
            .collect();
        claims.sort_unstable();
        let mut duplicates = Vec::new();
        for group in claims.chunk_by(|(a, _), (b, _)| a == b) {
            if let [(claim, _), _, ..] = group {
                let documents: Vec<DocId> = group.iter().map(|(_, id)| *id).collect();
                self.contested.extend(&documents);
                duplicates.push(Duplicate {
                    kind: claim.kind,
                    id: claim.id.to_string(),
                    documents,
                });
            }
        }
        self.duplicates = duplicates;
    }

    fn claim<'e>(&self, entry: &'e Entry) -> Option<Claim<'e>> {
        Some(Claim {
            kind: entry.kind()?,
            scope: self.scope(entry),
            id: lower(entry.id()?),
        })
    }

    // Fixtures are named within what they test, so that every runbook may have one called `quiet`.
    fn scope<'e>(&self, entry: &'e Entry) -> Scope<'e> {
        match entry.document::<Fixture>() {
            None => Scope::Library,
            Some(fixture) => match self.fixture_target(entry, &fixture.spec) {
                FixtureTarget::Document(id) => Scope::Tests(id),
                _ => Scope::Folder(entry.folder().as_str()),
            },
        }
    }

    pub(super) fn fixture_target(&self, entry: &Entry, fixture: &Fixture) -> FixtureTarget {
        let named = match &fixture.target {
            Some(Target::Runbook(id)) => (Kind::Runbook, id.as_str()),
            Some(Target::Signature(id)) => (Kind::Signature, id.as_str()),
            None => {
                return match self.closest_testable(entry.folder()) {
                    [] => FixtureTarget::Nothing,
                    [only] => FixtureTarget::Document(*only),
                    several => FixtureTarget::Ambiguous(several.to_vec()),
                };
            }
        };
        match self.get(named.0, named.1) {
            Some(id) => FixtureTarget::Document(id),
            None => FixtureTarget::Unknown(ObjectRef::new(named.0, named.1)),
        }
    }

    pub(super) fn get(&self, kind: Kind, id: &str) -> Option<DocId> {
        self.by_id.get(&kind)?.get(id).copied()
    }

    /// Whether another document claims the same id.
    pub(super) fn is_contested(&self, id: DocId) -> bool {
        self.contested.contains(&id)
    }

    pub(super) fn of_kind(&self, kind: Kind) -> &[DocId] {
        self.by_kind.get(&kind).map_or(&[], Vec::as_slice)
    }

    pub(super) fn names(&self, kind: Kind) -> impl Iterator<Item = (&str, DocId)> {
        let named = self.by_id.get(&kind).into_iter().flatten();
        named.map(|(name, id)| (&**name, *id))
    }

    /// Runbooks and signatures in the closest folder at or above `folder` that holds any.
    fn closest_testable(&self, folder: &Utf8Path) -> &[DocId] {
        folder
            .ancestors()
            .find_map(|folder| self.testable.get(folder.as_str()))
            .map_or(&[], Vec::as_slice)
    }
}

pub(super) fn numbered(entries: &[Arc<Entry>]) -> impl Iterator<Item = (DocId, &Entry)> {
    (0..).map(DocId).zip(entries.iter().map(|entry| &**entry))
}

/// An id in lower case, as most are written.
fn lower(id: &str) -> Cow<'_, str> {
    let is_lower = |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase();
    match id.bytes().all(is_lower) {
        true => Cow::Borrowed(id),
        false => Cow::Owned(id.to_lowercase()),
    }
}
