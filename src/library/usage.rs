//! Who refers to whom.

use std::sync::Arc;

use super::entry::{DocId, Entry};
use super::index::Index;
use crate::closure::{Role, visit_references};
use crate::document::Route;
use crate::document::model::Kind;

/// One document refers to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The document that refers.
    pub from: DocId,
    /// The kind of document it refers to.
    pub kind: Kind,
    /// What for.
    pub role: Role,
    /// The document it refers to, if there is one with that id.
    pub target: Option<DocId>,
    /// Which of the references of `from` this is: its id and route are read from there when wanted.
    ordinal: u32,
}

#[derive(Debug, Default)]
pub(super) struct Usage {
    /// By the referring document.
    references: Vec<Reference>,
    /// References with a target, by it.
    by_target: Vec<(DocId, u32)>,
}

impl Usage {
    // On one thread: whoever waits for it in parallel work would otherwise be handed a part of that work which waits for it as well.
    pub(super) fn new(entries: &[Arc<Entry>], index: &Index) -> Self {
        let mut references = Vec::new();
        for (from, entry) in (0..).map(DocId).zip(entries) {
            references_of(from, entry, index, &mut references);
        }
        let mut by_target: Vec<(DocId, u32)> = (0..)
            .zip(&references)
            .filter_map(|(at, reference)| Some((reference.target?, at)))
            .collect();
        by_target.sort_unstable();
        Self {
            references,
            by_target,
        }
    }

    pub(super) fn all(&self) -> &[Reference] {
        &self.references
    }

    pub(super) fn from(&self, from: DocId) -> &[Reference] {
        let start = self.references.partition_point(|r| r.from < from);
        let rest = self.references.get(start..).unwrap_or_default();
        rest.get(..rest.partition_point(|r| r.from == from))
            .unwrap_or_default()
    }

    pub(super) fn to(&self, target: DocId) -> impl Iterator<Item = &Reference> {
        let start = self.by_target.partition_point(|(id, _)| *id < target);
        let rest = self.by_target.get(start..).unwrap_or_default();
        rest.iter()
            .take_while(move |(id, _)| *id == target)
            .filter_map(|(_, at)| self.references.get(*at as usize))
    }
}

fn references_of(from: DocId, entry: &Entry, index: &Index, found: &mut Vec<Reference>) {
    let mut ordinal = 0;
    if let Some(document) = entry.typed() {
        visit_references(document, &mut |mention| {
            found.push(Reference {
                from,
                kind: mention.kind,
                role: mention.role,
                target: index.get(mention.kind, mention.id),
                ordinal,
            });
            ordinal += 1;
        });
    }
}

/// The id a reference names, as written, and where.
pub(super) fn spelled(entry: &Entry, reference: &Reference) -> Option<(String, Route)> {
    let mut found = None;
    let mut ordinal = 0;
    visit_references(entry.typed()?, &mut |mention| {
        if ordinal == reference.ordinal {
            found = Some((mention.id.to_owned(), mention.trail.route()));
        }
        ordinal += 1;
    });
    found
}
