//! Finding documents by kind and id.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

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
    /// Runbooks and signatures by the folder they lie in.
    testable: BTreeMap<Utf8PathBuf, Vec<DocId>>,
    pub(super) duplicates: Vec<Duplicate>,
    contested: BTreeSet<DocId>,
}

impl Index {
    pub(super) fn new(entries: &[Arc<Entry>]) -> Self {
        let mut index = Self::default();
        for (id, entry) in numbered(entries) {
            let Some(kind) = entry.kind() else { continue };
            index.by_kind.entry(kind).or_default().push(id);
            if let Some(name) = entry.id() {
                let named = index.by_id.entry(kind).or_default();
                if !named.contains_key(name) {
                    named.insert(name.into(), id);
                }
            }
            if matches!(kind, Kind::Runbook | Kind::Signature) {
                match index.testable.get_mut(entry.folder()) {
                    Some(documents) => documents.push(id),
                    None => {
                        index.testable.insert(entry.folder().to_owned(), vec![id]);
                    }
                }
            }
        }
        index.find_duplicates(entries);
        index
    }

    fn find_duplicates(&mut self, entries: &[Arc<Entry>]) {
        let mut groups: BTreeMap<(Kind, String, String), Vec<DocId>> = BTreeMap::new();
        for (id, entry) in numbered(entries) {
            if let (Some(kind), Some(name)) = (entry.kind(), entry.id()) {
                let key = (kind, self.scope(entry), name.to_lowercase());
                groups.entry(key).or_default().push(id);
            }
        }
        for ((kind, _, id), documents) in groups {
            if documents.len() > 1 {
                self.contested.extend(&documents);
                self.duplicates.push(Duplicate {
                    kind,
                    id,
                    documents,
                });
            }
        }
    }

    // Fixtures are named within what they test, so that every runbook may have one called `quiet`.
    fn scope(&self, entry: &Entry) -> String {
        match entry.document::<Fixture>() {
            None => String::new(),
            Some(fixture) => match self.fixture_target(entry, &fixture.spec) {
                FixtureTarget::Document(id) => id.index().to_string(),
                _ => format!("{}/", entry.folder()),
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
            .find_map(|folder| self.testable.get(folder))
            .map_or(&[], Vec::as_slice)
    }
}

pub(super) fn numbered(entries: &[Arc<Entry>]) -> impl Iterator<Item = (DocId, &Entry)> {
    (0..).map(DocId).zip(entries.iter().map(|entry| &**entry))
}
