//! Documents that are somewhere else, or are called otherwise, than before.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Move, Side};
use super::state::{Pair, States};
use crate::document::model::ObjectRef;

/// Least likeness, in percent, at which a document with another id is taken for the same.
const LEAST: u8 = 60;

/// Most pairs of texts that are compared, and the longest text, in bytes: a change that moves more is shown as
/// documents that went and documents that came.
const MOST_PAIRS: usize = 2_000;
const LONGEST: usize = 64 * 1024;

/// The documents that differ, those of another id brought together with what they were, and the moves.
pub(super) fn pairs(
    states: States<'_>,
    old: &BTreeSet<ObjectRef>,
    new: &BTreeSet<ObjectRef>,
) -> (Vec<Pair>, Vec<Move>) {
    let mut pairs = Vec::new();
    let mut moves = Vec::new();
    let known = |side, object: &ObjectRef| states.entry(side, object).is_some();
    let both = old
        .union(new)
        .filter(|it| known(Side::Base, it) && known(Side::Head, it));
    for object in both {
        let entries = [Side::Base, Side::Head].map(|side| states.entry(side, object));
        let [Some(before), Some(after)] = entries else {
            continue;
        };
        if before.path() != after.path() {
            moves.push(moved(states, object, object, None));
        }
        let body = |entry: &crate::library::Entry| {
            let body = entry
                .body()
                .map(|span| entry.source().slice(span).to_owned());
            body.unwrap_or_default()
        };
        if before.value() != after.value() || body(before) != body(after) {
            pairs.push(Pair {
                before: Some(object.clone()),
                after: Some(object.clone()),
            });
        }
    }
    let mut gone: Vec<&ObjectRef> = old.iter().filter(|it| !known(Side::Head, it)).collect();
    let mut came: Vec<&ObjectRef> = new.iter().filter(|it| !known(Side::Base, it)).collect();
    for (before, after, likeness) in alike(states, &gone, &came) {
        moves.push(moved(states, &before, &after, Some(likeness)));
        gone.retain(|it| **it != before);
        came.retain(|it| **it != after);
        pairs.push(Pair {
            before: Some(before),
            after: Some(after),
        });
    }
    pairs.extend(gone.into_iter().map(|object| Pair {
        before: Some(object.clone()),
        after: None,
    }));
    pairs.extend(came.into_iter().map(|object| Pair {
        before: None,
        after: Some(object.clone()),
    }));
    pairs.sort_by(|a, b| a.object().cmp(&b.object()));
    (pairs, moves.into_iter().flatten().collect())
}

fn moved(
    states: States<'_>,
    before: &ObjectRef,
    after: &ObjectRef,
    similarity: Option<u8>,
) -> Option<Move> {
    Some(Move {
        from: states.entry(Side::Base, before)?.path().to_owned(),
        to: states.entry(Side::Head, after)?.path().to_owned(),
        before: before.clone(),
        after: after.clone(),
        similarity,
    })
}

/// Documents of one kind that went and came and are alike, the most alike first.
fn alike<'a>(
    states: States<'a>,
    gone: &[&'a ObjectRef],
    came: &[&'a ObjectRef],
) -> Vec<(ObjectRef, ObjectRef, u8)> {
    let words = |side, objects: &[&'a ObjectRef]| -> BTreeMap<&'a ObjectRef, Words<'a>> {
        let counted = objects.iter().filter_map(|object| {
            let entry = states.entry(side, object)?;
            let text = entry.source().slice(entry.tree().span());
            (text.len() <= LONGEST).then(|| (*object, Words::of(text)))
        });
        counted.collect()
    };
    let (old, new) = (words(Side::Base, gone), words(Side::Head, came));
    let candidates = gone.iter().flat_map(|before| {
        let same = came.iter().filter(|after| after.kind == before.kind);
        same.map(move |after| (*before, *after))
    });
    let mut found: Vec<(u8, &ObjectRef, &ObjectRef)> = candidates
        .take(MOST_PAIRS)
        .filter_map(|(before, after)| {
            let percent = old.get(before)?.likeness(new.get(after)?);
            (percent >= LEAST).then_some((percent, before, after))
        })
        .collect();
    found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| (a.1, a.2).cmp(&(b.1, b.2))));
    let mut taken: BTreeSet<(Side, &ObjectRef)> = BTreeSet::new();
    let mut matched = Vec::new();
    for (percent, before, after) in found {
        let sides = [(Side::Base, before), (Side::Head, after)];
        if sides.iter().any(|side| taken.contains(side)) {
            continue;
        }
        taken.extend(sides);
        matched.push((before.clone(), after.clone(), percent));
    }
    matched
}

/// How often each word occurs: likeness has to be cheap, whatever the texts are.
struct Words<'a> {
    counts: BTreeMap<&'a str, usize>,
    all: usize,
}

impl<'a> Words<'a> {
    fn of(text: &'a str) -> Self {
        let mut counts = BTreeMap::new();
        for word in text.split_whitespace() {
            *counts.entry(word).or_default() += 1;
        }
        Self {
            all: counts.values().sum(),
            counts,
        }
    }

    /// The share of words both texts have, in percent.
    fn likeness(&self, other: &Self) -> u8 {
        let shared: usize = self
            .counts
            .iter()
            .filter_map(|(word, count)| Some((*count).min(*other.counts.get(word)?)))
            .sum();
        let percent = (200 * shared).checked_div(self.all + other.all);
        u8::try_from(percent.unwrap_or_default()).unwrap_or(100)
    }
}
