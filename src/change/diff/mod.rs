//! What an agent may do after a change that it could not do before.
//!
//! Runbooks are compared by what they resolve to: a change in the catalogue or in the policy shows under every
//! runbook it reaches. [`compare()`] is a function of two libraries and nothing else.

mod compare;
mod documents;
mod facts;
mod fixtures;
mod model;
mod moves;
mod order;
pub mod render;
mod shown;
mod state;
#[cfg(test)]
mod tests;
mod versions;

use std::collections::{BTreeMap, BTreeSet};

pub use fixtures::{FixtureChange, FixtureSkipped, Fixtures};
pub use model::{
    Aspect, Diff, Difference, Grade, Move, Place, Side, Spot, Unevaluated, Verdict, VersionBump,
};

use compare::Found;
use facts::Facts;
use state::{Pair, States};

use crate::closure::Closure;
use crate::closure::MissingReference;
use crate::document::Route;
use crate::document::model::{Kind, ObjectRef};
use crate::library::Library;

/// Compares what may be done under a library as it was and as it is. No fixture is run.
pub fn compare(base: &Library, head: &Library) -> Diff {
    between(base, head, false)
}

/// As [`compare`], and the fixtures that the change reaches are run against both.
pub fn compare_and_test(base: &Library, head: &Library) -> Diff {
    between(base, head, true)
}

fn between(base: &Library, head: &Library, tested: bool) -> Diff {
    let states = States { base, head };
    let mut diff = Diff {
        unevaluated: state::unreadable(states),
        ..Diff::default()
    };
    let files = states.changed_files();
    let old = states.objects(Side::Base, &files, &mut diff.unevaluated);
    let new = states.objects(Side::Head, &files, &mut diff.unevaluated);
    let (pairs, moves) = moves::pairs(states, &old, &new);
    diff.moves = moves;
    let changed: BTreeSet<ObjectRef> = pairs
        .iter()
        .flat_map(|pair| pair.before.iter().chain(&pair.after))
        .cloned()
        .collect();
    let mut work = Work {
        states,
        pairs: &pairs,
        found: Vec::new(),
        users: BTreeMap::new(),
        affected: BTreeSet::new(),
        unevaluated: &mut diff.unevaluated,
    };
    let reached = states.reached(&changed);
    work.runbooks(&reached);
    work.signatures();
    work.documents();
    let mut found = work.found;
    diff.affected = work.affected.into_iter().collect();
    merge(&mut found);
    diff.differences = found
        .into_iter()
        .filter_map(|found| resolved(states, found))
        .collect();
    diff.differences.sort_by(|a, b| sorting(a).cmp(&sorting(b)));
    diff.versions = pairs
        .iter()
        .filter_map(|pair| versions::bump(states, pair))
        .collect();
    diff.unevaluated.sort();
    diff.unevaluated.dedup();
    // Words change no ending, and what ends differently next to what cannot be read says nothing.
    let is_whole = diff.unevaluated.is_empty();
    if tested && is_whole && diff.differences.iter().any(|it| it.grade != Grade::Text) {
        diff.fixtures = fixtures::compare(states, &pairs, &reached);
    }
    diff.judge();
    diff
}

struct Work<'a> {
    states: States<'a>,
    pairs: &'a [Pair],
    found: Vec<Found>,
    /// Runbooks by what they resolve to, before or after.
    users: BTreeMap<ObjectRef, BTreeSet<ObjectRef>>,
    affected: BTreeSet<ObjectRef>,
    unevaluated: &'a mut Vec<Unevaluated>,
}

/// What a document resolves to on one side; none when it is not there.
type Resolution<T> = Option<Result<T, ()>>;

impl Work<'_> {
    /// What a document was called before, when it is called otherwise now.
    fn name_before(&self, object: &ObjectRef) -> ObjectRef {
        let pair = self
            .pairs
            .iter()
            .find(|it| it.after.as_ref() == Some(object));
        let before = pair.and_then(|pair| pair.before.clone());
        before.unwrap_or_else(|| object.clone())
    }

    fn resolve<T>(
        &mut self,
        side: Side,
        object: &ObjectRef,
        of: impl FnOnce(&Library) -> Result<T, Vec<MissingReference>>,
    ) -> Resolution<T> {
        let library = self.states.library(side);
        let entry = self.states.entry(side, object)?;
        Some(of(library).map_err(|missing| {
            for missing in missing {
                let itself = missing.needed == object.to_string();
                let told = |it: &Unevaluated| it.side == side && it.what == missing.needed;
                if itself && self.unevaluated.iter().any(told) {
                    continue;
                }
                self.unevaluated.push(Unevaluated {
                    side,
                    what: object.to_string(),
                    path: Some(entry.path().to_owned()),
                    why: missing.to_string(),
                });
            }
        }))
    }

    /// Compares every runbook that may not resolve to the same.
    fn runbooks(&mut self, reached: &BTreeSet<ObjectRef>) {
        let renamed: BTreeSet<&ObjectRef> = self
            .pairs
            .iter()
            .filter(|pair| pair.before != pair.after && pair.after.is_some())
            .filter_map(|pair| pair.before.as_ref())
            .collect();
        let runbooks = reached.iter().filter(|object| object.kind == Kind::Runbook);
        for object in runbooks.filter(|object| !renamed.contains(object)) {
            let before = self.name_before(object);
            let old = self.resolve(Side::Base, &before, |it| {
                it.closure(&before.id.as_str().into())
            });
            let new = self.resolve(Side::Head, object, |it| {
                it.closure(&object.id.as_str().into())
            });
            let sides = [(Side::Base, &old), (Side::Head, &new)];
            let policies = sides.map(|(side, _)| self.states.library(side).governance());
            if let (Some(Ok(old)), Some(Ok(new))) = (&old, &new)
                && old == new
                && policies[0].map(|it| &it.1.spec) == policies[1].map(|it| &it.1.spec)
            {
                continue;
            }
            self.affected.insert(object.clone());
            for (_, resolution) in sides {
                if let Some(Ok(closure)) = resolution {
                    for document in closure.documents() {
                        let used = ObjectRef::new(document.kind(), &document.metadata().id);
                        self.users.entry(used).or_default().insert(object.clone());
                    }
                }
            }
            if let (Some(Ok(old)), Some(Ok(new))) = (&old, &new) {
                let mut facts = [(Side::Base, old), (Side::Head, new)]
                    .map(|(side, closure)| self.facts_of(side, closure));
                if before != *object {
                    let [old, _] = &mut facts;
                    rename(old, &before, object);
                }
                let [old, new] = facts;
                self.found.extend(compare::compare(&old, &new));
            }
        }
    }

    fn facts_of(&self, side: Side, closure: &Closure) -> Facts {
        let Some((_, policy)) = self.states.library(side).governance() else {
            return Facts::default();
        };
        let object = ObjectRef::new(Kind::Governance, &policy.metadata.id);
        facts::runbook(closure, &object, &policy.spec)
    }

    /// Compares every signature that changed.
    fn signatures(&mut self) {
        for pair in self.pairs {
            let (Some(before), Some(after)) = (&pair.before, &pair.after) else {
                continue;
            };
            if after.kind != Kind::Signature {
                continue;
            }
            let old = self.resolve(Side::Base, before, |library| {
                library.signature_closure(&before.id.as_str().into())
            });
            let new = self.resolve(Side::Head, after, |library| {
                library.signature_closure(&after.id.as_str().into())
            });
            if let (Some(Ok(old)), Some(Ok(new))) = (old, new) {
                let mut old = facts::signature(&old.signature);
                rename(&mut old, before, after);
                let new = facts::signature(&new.signature);
                self.tell(after, compare::compare(&old, &new));
            }
        }
    }

    /// Compares the policy and the catalogue, and tells what nothing else told.
    fn documents(&mut self) {
        for pair in self.pairs {
            let (Some(before), Some(after)) = (&pair.before, &pair.after) else {
                if !self.is_unreadable_elsewhere(pair) {
                    self.found.extend(documents::whole(self.states, pair));
                }
                continue;
            };
            let sides = [(Side::Base, before), (Side::Head, after)];
            let facts = sides.map(|(side, object)| self.own_facts(side, object));
            if let [Some(mut old), Some(new)] = facts {
                rename(&mut old, before, after);
                self.tell(after, compare::compare(&old, &new));
            }
        }
        let told = documents::Told::of(&self.found);
        for pair in self.pairs {
            let spots = |object: &ObjectRef| self.spots(object);
            let rest = documents::rest(self.states, pair, &told, &spots);
            self.found.extend(rest);
        }
    }

    /// Whether the file of a document that came or went is there on the other side and cannot be read: then nobody
    /// can tell that it is not in it.
    fn is_unreadable_elsewhere(&self, pair: &Pair) -> bool {
        let (side, other) = match &pair.before {
            Some(_) => (Side::Base, Side::Head),
            None => (Side::Head, Side::Base),
        };
        let entry = pair
            .object()
            .and_then(|object| self.states.entry(side, object));
        let path = entry.map(|entry| entry.path());
        let mut unread = self.unevaluated.iter();
        unread.any(|it| it.side == other && it.path.as_deref() == path)
    }

    /// What a document says by itself, for kinds that are no part of a runbook's steps.
    fn own_facts(&self, side: Side, object: &ObjectRef) -> Option<Facts> {
        let entry = self.states.entry(side, object)?;
        match object.kind {
            Kind::Query => Some(facts::query(object, entry.value())),
            Kind::Service => Some(facts::service(object, entry.value())),
            Kind::Governance => Some(facts::policy(object, entry.document()?, entry.value())),
            _ => None,
        }
    }

    /// Notes what was found about a document, for all runbooks that resolve to it.
    fn tell(&mut self, object: &ObjectRef, found: Vec<Found>) {
        let spots = self.spots(object);
        self.found.extend(found.into_iter().map(|found| Found {
            at: spots.clone(),
            ..found
        }));
    }

    /// The runbooks that resolve to a document; else the document itself.
    fn spots(&self, object: &ObjectRef) -> Vec<Spot> {
        match self.users.get(object) {
            Some(users) => users.iter().cloned().map(Spot::document).collect(),
            None => vec![Spot::document(object.clone())],
        }
    }
}

/// Facts of a document under the name it has now.
fn rename(facts: &mut Facts, before: &ObjectRef, after: &ObjectRef) {
    if before == after {
        return;
    }
    let old = std::mem::take(&mut facts.0);
    facts.0 = old
        .into_iter()
        .map(|(mut key, fact)| {
            if key.spot.document == *before {
                key.spot.document = after.clone();
            }
            (key, fact)
        })
        .collect();
}

/// What several runbooks and steps owe to one place is told once, with all of them.
fn merge(found: &mut Vec<Found>) {
    let is_step = |found: &Found| found.at.iter().any(|spot| spot.step.is_some());
    let (steps, mut kept): (Vec<_>, Vec<_>) = found.drain(..).partition(is_step);
    // The policy and the runbook as a whole speak for what follows from them in each step.
    let mut general: BTreeMap<(Grade, Aspect, ObjectRef, Route), usize> = BTreeMap::new();
    for (index, found) in kept.iter().enumerate() {
        let (_, object, route) = &found.origin;
        let place = (found.grade, found.aspect, object.clone(), route.clone());
        general.entry(place).or_insert(index);
    }
    let mut index: BTreeMap<String, usize> = BTreeMap::new();
    for next in steps {
        let (_, object, route) = &next.origin;
        let place = (next.grade, next.aspect, object.clone(), route.clone());
        let same = format!("{place:?} {} {:?} {:?}", next.what, next.before, next.after);
        let into = general.get(&place).or_else(|| index.get(&same)).copied();
        match into.and_then(|at| kept.get_mut(at)) {
            Some(known) => known.at.extend(next.at),
            None => {
                index.insert(same, kept.len());
                kept.push(next);
            }
        }
    }
    // So does the policy for what a runbook inherits.
    let mut inherited: BTreeMap<String, usize> = BTreeMap::new();
    let mut merged: Vec<Found> = Vec::new();
    for next in kept {
        let (_, object, route) = &next.origin;
        let same = format!(
            "{:?} {object} {route} {} {:?} {:?}",
            next.grade, next.what, next.before, next.after
        );
        match inherited.get(&same).and_then(|at| merged.get_mut(*at)) {
            Some(known) => known.at.extend(next.at),
            None => {
                inherited.insert(same, merged.len());
                merged.push(next);
            }
        }
    }
    for found in &mut merged {
        found.at.sort();
        found.at.dedup();
        if found
            .at
            .iter()
            .any(|spot| spot.document.kind == Kind::Runbook)
        {
            found.at.retain(|spot| spot.document.kind == Kind::Runbook);
        }
    }
    *found = merged;
}

fn resolved(states: States<'_>, found: Found) -> Option<Difference> {
    let (before, after) = shown::both(found.before.as_ref(), found.after.as_ref());
    let (side, object, route) = &found.origin;
    Some(Difference {
        grade: found.grade,
        aspect: found.aspect,
        place: states.place(*side, object, route)?,
        what: found.what,
        before,
        after,
        document: object.clone(),
        at: found.at,
    })
}

/// Risk first, the gravest aspect first; then what changed, what is safer, and words.
fn sorting(it: &Difference) -> impl Ord + '_ {
    let rank = if it.grade.is_risk() {
        Grade::MoreReach
    } else {
        it.grade
    };
    (
        rank, it.aspect, &it.at, &it.what, &it.place, &it.before, &it.after,
    )
}
