//! The two states that are compared, and which of their documents differ.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::model::{Place, Side, Unevaluated};
use crate::diagnostic::Location;
use crate::document::model::{Kind, ObjectRef, Signature};
use crate::document::{Route, Segment};
use crate::library::{DocId, Entry, Library};

/// The two states that are compared.
#[derive(Clone, Copy)]
pub(super) struct States<'a> {
    pub(super) base: &'a Library,
    pub(super) head: &'a Library,
}

/// A document that is not the same on both sides.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    /// As it was; none when it is new.
    pub(super) before: Option<ObjectRef>,
    /// As it is; none when it was removed.
    pub(super) after: Option<ObjectRef>,
}

impl Pair {
    /// What it is called now, else what it was called.
    pub(super) fn object(&self) -> Option<&ObjectRef> {
        self.after.as_ref().or(self.before.as_ref())
    }
}

impl<'a> States<'a> {
    pub(super) fn library(self, side: Side) -> &'a Library {
        match side {
            Side::Base => self.base,
            Side::Head => self.head,
        }
    }

    pub(super) fn entry(self, side: Side, object: &ObjectRef) -> Option<&'a Entry> {
        let library = self.library(side);
        library.entry(library.find(object.kind, &object.id)?)
    }

    /// Files whose text is not the same on both sides, or that are there on one only.
    pub(super) fn changed_files(self) -> BTreeSet<&'a Utf8Path> {
        let texts = |library: &'a Library| -> BTreeMap<&'a Utf8Path, &'a str> {
            let entries = library.entries();
            entries
                .map(|(_, entry)| (entry.path(), entry.source().text()))
                .collect()
        };
        let (old, new) = (texts(self.base), texts(self.head));
        let paths = old.keys().chain(new.keys()).copied();
        paths
            .filter(|path| old.get(path) != new.get(path))
            .collect()
    }

    /// The objects of some files, and what keeps their documents from being compared.
    pub(super) fn objects(
        self,
        side: Side,
        files: &BTreeSet<&Utf8Path>,
        unevaluated: &mut Vec<Unevaluated>,
    ) -> BTreeSet<ObjectRef> {
        let library = self.library(side);
        let contested = library.duplicates().iter();
        let contested: BTreeSet<ObjectRef> = contested
            .flat_map(|duplicate| &duplicate.documents)
            .filter_map(|id| library.entry(*id)?.object())
            .collect();
        let mut found = BTreeSet::new();
        for path in files {
            for (_, entry) in library.entries_at(path) {
                let mut refuse = |what: String, why: &str| {
                    unevaluated.push(Unevaluated {
                        side,
                        what,
                        path: Some((*path).to_owned()),
                        why: why.to_owned(),
                    });
                };
                let Some(object) = entry.object() else {
                    refuse(path.to_string(), "says no kind and id that could be read");
                    continue;
                };
                if !entry.is_sound() || entry.markdown_error().is_some() {
                    refuse(object.to_string(), "has errors; `rbk lint` shows them");
                } else if contested.contains(&object) {
                    refuse(object.to_string(), "is what several documents claim to be");
                }
                found.insert(object);
            }
        }
        found
    }

    /// Everything that refers to what changed, and what it leads to, on either side.
    pub(super) fn reached(self, changed: &BTreeSet<ObjectRef>) -> BTreeSet<ObjectRef> {
        let mut seen = changed.clone();
        let mut open: Vec<ObjectRef> = changed.iter().cloned().collect();
        let general = |object: &ObjectRef| matches!(object.kind, Kind::Governance | Kind::Taxonomy);
        if changed.iter().any(general) {
            // Every runbook inherits from these.
            for library in [self.base, self.head] {
                for kind in [Kind::Runbook, Kind::Signature] {
                    seen.extend(library.names(kind).map(|id| ObjectRef::new(kind, id)));
                }
            }
            return seen;
        }
        while let Some(object) = open.pop() {
            for library in [self.base, self.head] {
                let Some(id) = library.find(object.kind, &object.id) else {
                    continue;
                };
                for next in users(library, id).into_iter().chain(answers(library, id)) {
                    if seen.insert(next.clone()) {
                        open.push(next);
                    }
                }
            }
        }
        seen
    }

    /// A place in a file; what is not there any more is shown where it would be.
    pub(super) fn place(self, side: Side, object: &ObjectRef, route: &Route) -> Option<Place> {
        let (side, route) = match (side, self.entry(Side::Head, object)) {
            // The number of an item that is gone means another one by now.
            (Side::Base, Some(_)) => (Side::Head, without_index(route)),
            _ => (side, route.clone()),
        };
        let entry = self.entry(side, object)?;
        let location = Location::value(entry.path(), entry.position(), route);
        let position = location.locate(Some(entry.source()), Some(entry.tree()));
        Some(Place {
            path: entry.path().to_owned(),
            line: position.start.line,
            column: position.start.column,
            side,
        })
    }
}

fn without_index(route: &Route) -> Route {
    let keys = route.segments().iter();
    let keys = keys.take_while(|segment| matches!(segment, Segment::Key(_)));
    keys.fold(Route::root(), |mut route, segment| {
        route.push(segment.clone());
        route
    })
}

/// Documents that resolve to this one.
fn users(library: &Library, id: DocId) -> Vec<ObjectRef> {
    let references = library.references_to(id);
    let entries = references.filter_map(|reference| library.entry(reference.from));
    let resolved = |entry: &&Entry| {
        matches!(
            entry.kind(),
            Some(Kind::Runbook | Kind::Action | Kind::Signature)
        )
    };
    entries.filter(resolved).filter_map(Entry::object).collect()
}

/// The runbooks a signature leads to: it is part of what they resolve to.
fn answers(library: &Library, id: DocId) -> Vec<ObjectRef> {
    let signature = library.entry(id).and_then(Entry::document::<Signature>);
    let routes = signature.map(|signature| &signature.spec.routes);
    let routes = routes.into_iter().flatten();
    routes
        .map(|route| ObjectRef::new(Kind::Runbook, route.runbook.as_str()))
        .collect()
}

/// Files that could not become documents at all.
pub(super) fn unreadable(states: States<'_>) -> Vec<Unevaluated> {
    let mut found = Vec::new();
    for side in [Side::Base, Side::Head] {
        for failure in states.library(side).failures() {
            found.push(Unevaluated {
                side,
                what: failure.path.to_string(),
                path: Some(Utf8PathBuf::from(&failure.path)),
                why: failure.error.to_string(),
            });
        }
    }
    found
}
