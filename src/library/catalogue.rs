//! All documents of one kind.

use std::marker::PhantomData;

use super::Library;
use super::entry::DocId;
use crate::document::model::{Document, Spec};
use crate::document::suggest;

/// All documents of one kind in a library.
pub struct Catalogue<'l, S> {
    library: &'l Library,
    kind: PhantomData<fn() -> S>,
}

impl<S> Clone for Catalogue<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Catalogue<'_, S> {}

impl<'l, S: Spec> Catalogue<'l, S> {
    pub(super) fn new(library: &'l Library) -> Self {
        Self {
            library,
            kind: PhantomData,
        }
    }

    /// The document with this id; the first, if several claim it.
    pub fn get(self, id: &S::Id) -> Option<(DocId, &'l Document<S>)> {
        self.find(id.as_ref())
    }

    /// As [`Catalogue::get`], from text.
    pub fn find(self, id: &str) -> Option<(DocId, &'l Document<S>)> {
        let found = self.library.find(S::KIND, id)?;
        Some((found, self.library.entry(found)?.document()?))
    }

    /// Whether a document has this id, be it readable or not.
    pub fn contains(self, id: &S::Id) -> bool {
        self.library.find(S::KIND, id.as_ref()).is_some()
    }

    /// Every document that could be read, in path order; several may have one id.
    pub fn iter(self) -> impl Iterator<Item = (DocId, &'l Document<S>)> {
        let ids = self.library.of_kind(S::KIND).iter();
        ids.filter_map(move |id| Some((*id, self.library.entry(*id)?.document()?)))
    }

    /// Number of documents of the kind, readable or not.
    pub fn len(self) -> usize {
        self.library.of_kind(S::KIND).len()
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Every id in alphabetical order.
    pub fn names(self) -> impl Iterator<Item = &'l str> {
        self.library.names(S::KIND)
    }

    /// The id most like a misspelt one.
    pub fn nearest(self, id: &str) -> Option<&'l str> {
        suggest::nearest(id, self.names())
    }
}
