//! What rules about a change see: the library, and what it was at the base of the change.

use super::subject::{DocumentScope, Found, RepositoryScope};
use crate::document::model::Spec;

/// What a rule about a change sees.
#[derive(Clone, Copy, Debug)]
pub struct ChangeScope<'a> {
    /// The library as it was.
    pub base: &'a RepositoryScope<'a>,
    /// The library as it is.
    pub head: &'a RepositoryScope<'a>,
}

/// A document before and after.
#[derive(Debug)]
pub struct Changed<'a, S> {
    /// As it was; none when it is new.
    pub before: Option<Found<'a, S>>,
    /// As it is; none when it was removed.
    pub after: Option<Found<'a, S>>,
}

impl<'a> ChangeScope<'a> {
    /// Every document that is there before and after and not the same, by kind and id.
    pub fn both(&self) -> impl Iterator<Item = (DocumentScope<'a>, DocumentScope<'a>)> {
        let (base, head) = (self.base, self.head);
        head.documents().filter_map(move |after| {
            let object = after.entry.object()?;
            let before = base.document(base.library().find(object.kind, &object.id)?)?;
            let sound = before.entry.is_complete() && after.entry.is_complete();
            let differs = before.entry.value() != after.entry.value();
            (sound && differs).then_some((before, after))
        })
    }

    /// Every document of a kind that is not the same before and after, by id, wherever its file is.
    pub fn changed<S: Spec>(&self) -> Vec<Changed<'a, S>> {
        let after = self.head.all::<S>().filter_map(|after| {
            let before = self.base.find::<S>(&after.document.metadata.id);
            let same = before
                .is_some_and(|before| before.scope.entry.value() == after.scope.entry.value());
            (!same).then_some(Changed {
                before,
                after: Some(after),
            })
        });
        let removed = self.base.all::<S>().filter_map(|before| {
            let gone = self
                .head
                .library()
                .find(S::KIND, &before.document.metadata.id);
            gone.is_none().then_some(Changed {
                before: Some(before),
                after: None,
            })
        });
        after.chain(removed).collect()
    }
}
