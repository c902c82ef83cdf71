//! Whether what landed is what was approved (step 7).

use super::facts::{Blob, Unit};
use super::reason::Reason;

/// Digests at the commits that matter.
struct At<'f> {
    parent: &'f Option<Blob>,
    merge_base: &'f Option<Blob>,
    head: &'f Option<Blob>,
    landed: &'f Option<Blob>,
    clean_merge: &'f Option<Blob>,
}

/// What is wrong with the bytes of a unit. `may_merge` tells whether a clean merge with what the branch changed meanwhile will do.
pub(super) fn compare(unit: &Unit, may_merge: bool) -> Option<Reason> {
    let file = At {
        parent: &unit.parent,
        merge_base: &unit.merge_base,
        head: &unit.head,
        landed: &unit.landed,
        clean_merge: &unit.clean_merge,
    };
    // What a document is resolved with may change though the document itself does not.
    let is_changed = unit.parent != unit.landed;
    let of_file = is_changed.then(|| file.compare(may_merge)).flatten();
    let closure = unit.closure.as_ref().map(|closure| At {
        parent: &closure.parent,
        merge_base: &closure.merge_base,
        head: &closure.head,
        landed: &closure.landed,
        clean_merge: &closure.clean_merge,
    });
    of_file.or_else(|| closure.and_then(|closure| closure.compare(may_merge)))
}

impl At<'_> {
    fn compare(&self, may_merge: bool) -> Option<Reason> {
        if self.parent == self.landed {
            return None;
        }
        if self.head == self.merge_base {
            return Some(Reason::LandedExtraChange);
        }
        if self.parent == self.merge_base {
            return (self.landed != self.head).then_some(Reason::LandedBytesDiffer);
        }
        if !may_merge {
            return Some(Reason::ConcurrentChange);
        }
        let is_clean = self.clean_merge.is_some() && self.clean_merge == self.landed;
        (!is_clean).then_some(Reason::LandedBytesDiffer)
    }
}
