//! Documents by the place findings name.

use crate::diagnostic::{Finding, Located, Location};
use crate::library::{Entry, Library};

/// The documents of a library by their place.
pub(super) struct Places<'l> {
    library: &'l Library,
}

impl<'l> Places<'l> {
    pub(super) fn of(library: &'l Library) -> Self {
        Self { library }
    }

    pub(super) fn entry(&self, location: &Location) -> Option<&'l Entry> {
        let mut entries = self.library.entries_at(location.path());
        let found = entries.find(|(_, entry)| entry.position() == location.document);
        found.map(|(_, entry)| entry)
    }

    pub(super) fn locate(&self, finding: Finding) -> Located {
        Located::new(finding, |location| {
            let entry = self.entry(location);
            location.locate(entry.map(Entry::source), entry.map(Entry::tree))
        })
    }
}
