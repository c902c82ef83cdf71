//! Documents by the place findings name.

use std::collections::BTreeMap;

use camino::Utf8Path;

use crate::diagnostic::{Finding, Located, Location};
use crate::library::{Entry, Library};

/// The documents of a library by their place.
pub(super) struct Places<'l> {
    by_place: BTreeMap<(&'l Utf8Path, usize), &'l Entry>,
}

impl<'l> Places<'l> {
    pub(super) fn of(library: &'l Library) -> Self {
        let entries = library.entries();
        Self {
            by_place: entries
                .map(|(_, entry)| ((entry.path(), entry.position()), entry))
                .collect(),
        }
    }

    pub(super) fn entry(&self, location: &Location) -> Option<&'l Entry> {
        let place = (location.path(), location.document);
        self.by_place.get(&place).copied()
    }

    pub(super) fn locate(&self, finding: Finding) -> Located {
        Located::new(finding, |location| {
            let entry = self.entry(location);
            location.locate(entry.map(Entry::source), entry.map(Entry::tree))
        })
    }
}
