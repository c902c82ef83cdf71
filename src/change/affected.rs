//! What a change reaches: the documents it touches, everything that depends on them before or after it, and what they
//! no longer, or newly, use.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use crate::document::model::{Fixture, Kind, ObjectRef};
use crate::library::{CONFIGURATION, DocId, Entry, FixtureTarget, Library};

/// What a change reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Affected {
    /// Every document, because of a document that governs all of them.
    Everything {
        /// The file that governs them.
        because: Utf8PathBuf,
    },
    /// The documents of these files, in the library's paths; some may not exist any more.
    Files(BTreeSet<Utf8PathBuf>),
}

/// What is reached by a change of the files `changed`, between the library as it was and as it is. Paths are relative
/// to the root of the library.
pub fn affected(base: &Library, head: &Library, changed: &BTreeSet<Utf8PathBuf>) -> Affected {
    if let Some(because) = governing(base, changed).or_else(|| governing(head, changed)) {
        return Affected::Everything { because };
    }
    let mut reach = Reach {
        sides: [base, head],
        files: changed.clone(),
        open: Vec::new(),
        seen: BTreeSet::new(),
    };
    for path in changed {
        reach.touch(path);
    }
    while let Some(object) = reach.open.pop() {
        reach.dependents(&object);
    }
    Affected::Files(reach.files)
}

/// A changed file that says something about every document.
fn governing(library: &Library, changed: &BTreeSet<Utf8PathBuf>) -> Option<Utf8PathBuf> {
    let is_general = |entry: &Entry| {
        matches!(
            entry.kind(),
            Some(Kind::Governance | Kind::Taxonomy | Kind::Repository)
        )
    };
    let governs = |path: &&Utf8PathBuf| {
        *path == CONFIGURATION || library.entries_at(path).any(|(_, entry)| is_general(entry))
    };
    changed.iter().find(governs).cloned()
}

struct Reach<'l> {
    /// As it was and as it is.
    sides: [&'l Library; 2],
    files: BTreeSet<Utf8PathBuf>,
    /// Objects whose dependents are to be found.
    open: Vec<ObjectRef>,
    seen: BTreeSet<ObjectRef>,
}

impl Reach<'_> {
    /// A file that changed.
    fn touch(&mut self, path: &Utf8Path) {
        let [base, head] = self.sides;
        let mut is_document = false;
        for library in [base, head] {
            for (id, entry) in library.entries_at(path) {
                is_document = true;
                if let Some(object) = entry.object().filter(|object| self.differs(object, path)) {
                    self.add(object);
                }
                self.tested_by(library, id, entry);
            }
        }
        self.used_otherwise(path);
        if !is_document {
            self.data(path);
        }
    }

    /// Whether an object is not the same before and after. Moving it may change which fixtures test it.
    fn differs(&self, object: &ObjectRef, path: &Utf8Path) -> bool {
        let [before, after] = self.sides.map(|library| {
            let id = library.find(object.kind, object.id.as_str())?;
            library.entry(id)
        });
        match before.zip(after) {
            Some((before, after)) => {
                before.path() != after.path()
                    || before.value() != after.value()
                    || path.extension() == Some("md")
            }
            None => true,
        }
    }

    fn add(&mut self, object: ObjectRef) {
        if self.seen.insert(object.clone()) {
            for library in self.sides {
                if let Some(id) = library.find(object.kind, object.id.as_str()) {
                    self.file(library, id);
                }
            }
            self.open.push(object);
        }
    }

    /// A document to look at, whose dependents are not concerned.
    fn file(&mut self, library: &Library, id: DocId) {
        if let Some(entry) = library.entry(id) {
            self.files.insert(entry.path().to_owned());
        }
    }

    /// Everything that refers to an object, before or after.
    fn dependents(&mut self, object: &ObjectRef) {
        for library in self.sides {
            let Some(target) = library.find(object.kind, object.id.as_str()) else {
                continue;
            };
            let from: Vec<DocId> = library
                .references_to(target)
                .map(|reference| reference.from)
                .collect();
            for id in from
                .into_iter()
                .chain(library.fixtures_of(target).iter().copied())
            {
                self.file(library, id);
                // A test is the end of the way: what it says changes nothing for others.
                let entry = library
                    .entry(id)
                    .filter(|it| it.kind() != Some(Kind::Fixture));
                if let Some(object) = entry.and_then(Entry::object) {
                    self.add(object);
                }
            }
        }
    }

    /// What a fixture tests has one test more, less or another one.
    fn tested_by(&mut self, library: &Library, id: DocId, entry: &Entry) {
        match library.fixture_target(id) {
            Some(FixtureTarget::Document(target)) => self.file(library, target),
            Some(FixtureTarget::Ambiguous(targets)) => {
                for target in targets {
                    self.file(library, target);
                }
            }
            _ => {}
        }
        // What a fixture answers is answered once more or less; an exception is about what it names.
        let is_about_others = matches!(entry.kind(), Some(Kind::Fixture | Kind::Exception));
        if is_about_others {
            let targets = library.references_from(id).iter();
            for target in targets.filter_map(|reference| reference.target) {
                self.file(library, target);
            }
        }
        // A recorded incident is evidence for its postmortem.
        let fixture = entry.document::<Fixture>();
        let provenance = fixture.and_then(|fixture| fixture.spec.provenance.as_ref());
        let source = provenance.and_then(|provenance| provenance.source.as_deref());
        let incident = source.and_then(|source| library.find(Kind::Postmortem, source));
        if let Some(incident) = incident {
            self.file(library, incident);
        }
    }

    /// What the documents of a file use now and did not use before, or the other way round: it may be unused now.
    fn used_otherwise(&mut self, path: &Utf8Path) {
        let [before, after] = self.sides.map(|library| {
            let mut used: BTreeMap<ObjectRef, usize> = BTreeMap::new();
            for (id, _) in library.entries_at(path) {
                for reference in library.references_from(id) {
                    let target = reference.target.and_then(|target| library.entry(target));
                    if let Some(object) = target.and_then(Entry::object) {
                        *used.entry(object).or_default() += 1;
                    }
                }
            }
            used
        });
        let objects: BTreeSet<&ObjectRef> = before.keys().chain(after.keys()).collect();
        for object in objects {
            if before.contains_key(object) == after.contains_key(object) {
                continue;
            }
            for library in self.sides {
                if let Some(id) = library.find(object.kind, object.id.as_str()) {
                    self.file(library, id);
                }
            }
        }
    }

    /// A file that is no document, such as a recorded log: whoever says its name may read it.
    fn data(&mut self, path: &Utf8Path) {
        let Some(name) = path.file_name() else {
            return;
        };
        for library in self.sides {
            for id in library.of_kind(Kind::Fixture) {
                let text = library.entry(*id).map(|entry| entry.source().text());
                if text.is_some_and(|text| text.contains(name)) {
                    self.file(library, *id);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
