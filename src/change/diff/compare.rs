//! Facts of two states, compared one by one.

use std::collections::BTreeSet;

use serde_json::Value;

use super::facts::{Fact, Facts, Key};
use super::model::{Aspect, Grade, Side, Spot};
use super::order::{Order, order};
use crate::document::Route;
use crate::document::model::ObjectRef;

/// Something that differs, before its place has been looked up.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) grade: Grade,
    pub(super) aspect: Aspect,
    pub(super) what: String,
    pub(super) before: Option<Value>,
    pub(super) after: Option<Value>,
    /// Where it is said, in the state it is said in: the newer one if it is said there.
    pub(super) origin: (Side, ObjectRef, Route),
    /// Where else it is or was said: nothing more is to be told of that place.
    pub(super) also: Option<(ObjectRef, Route)>,
    pub(super) at: Vec<Spot>,
}

/// Everything in which the facts of a document differ.
pub(super) fn compare(before: &Facts, after: &Facts) -> Vec<Found> {
    let spots =
        |facts: &Facts| -> BTreeSet<Spot> { facts.0.keys().map(|key| key.spot.clone()).collect() };
    let (old_spots, new_spots) = (spots(before), spots(after));
    let mut found = Vec::new();
    let mut whole: Vec<&Spot> = Vec::new();
    for spot in old_spots.symmetric_difference(&new_spots) {
        // A path stands for its steps, and a step for what undoes it.
        if whole.iter().any(|outer| is_within(spot, outer)) {
            continue;
        }
        whole.push(spot);
        let (side, facts, other) = match new_spots.contains(spot) {
            true => (Side::Head, after, before),
            false => (Side::Base, before, after),
        };
        found.extend(part(spot, side, facts, other));
    }
    let keys: BTreeSet<&Key> = before.0.keys().chain(after.0.keys()).collect();
    for key in keys {
        if whole.iter().any(|outer| is_within(&key.spot, outer)) {
            continue;
        }
        let (old, new) = (before.0.get(key), after.0.get(key));
        if !came_with_its_whole(key, old.or(new), before, after) {
            found.extend(difference(key, old, new));
        }
    }
    found
}

fn is_within(spot: &Spot, outer: &Spot) -> bool {
    spot.document == outer.document
        && (outer.path.is_none() || spot.path == outer.path)
        && (outer.step.is_none() || spot.step == outer.step)
        && (!outer.undo || spot.undo)
}

/// Whether a fact is part of one that is not there on both sides.
fn came_with_its_whole(key: &Key, fact: Option<&Fact>, before: &Facts, after: &Facts) -> bool {
    let Some((aspect, item)) = fact.and_then(|fact| fact.part_of) else {
        return false;
    };
    let whole = Key {
        spot: key.spot.clone(),
        aspect,
        item: item.to_owned(),
    };
    before.0.contains_key(&whole) != after.0.contains_key(&whole)
}

fn difference(key: &Key, old: Option<&Fact>, new: Option<&Fact>) -> Option<Found> {
    let (old_value, new_value) = (old.map(|it| &it.value), new.map(|it| &it.value));
    if old_value == new_value {
        return None;
    }
    let fact = new.or(old)?;
    let reaches = fact.reaches || old.is_some_and(|old| old.reaches);
    let order = match old.zip(new) {
        // What hangs on it is not the same any more.
        Some((old, new)) if old.rule != new.rule => Order::Apart,
        _ => order(fact.rule, old_value, new_value),
    };
    let grade = match order {
        Order::Riskier | Order::Apart if reaches => Grade::MoreReach,
        Order::Riskier | Order::Apart => Grade::LessSafety,
        // The same action rated lower needs fewer go-aheads and approvals for what it did before.
        Order::Safer if is_rated_lower(old, new) => Grade::LessSafety,
        Order::Safer => Grade::Safer,
        Order::Unclear => Grade::Changed,
    };
    let side = if new.is_some() {
        Side::Head
    } else {
        Side::Base
    };
    Some(Found {
        grade,
        aspect: key.aspect,
        what: key.item.clone(),
        before: old_value.cloned(),
        after: new_value.cloned(),
        origin: (side, fact.origin.clone(), fact.route.clone()),
        also: old.map(|old| (old.origin.clone(), old.route.clone())),
        at: vec![key.spot.clone()],
    })
}

fn is_rated_lower(old: Option<&Fact>, new: Option<&Fact>) -> bool {
    let rating = |fact: Option<&Fact>| fact.and_then(|fact| fact.rating.clone());
    match (rating(old), rating(new)) {
        (Some((old, was)), Some((new, is))) => old == new && is < was,
        _ => false,
    }
}

/// A path or step that is there on one side only.
fn part(spot: &Spot, side: Side, facts: &Facts, other: &Facts) -> Option<Found> {
    let inside = || facts.0.iter().filter(|(key, _)| is_within(&key.spot, spot));
    // What undoes a step comes and goes with the fact that there is an undo.
    if spot.undo {
        return None;
    }
    let (_, first) = inside().find(|(key, _)| key.spot == *spot && key.aspect == Aspect::Part)?;
    let tier = |facts: &Facts, inner: Option<&Spot>| -> Option<u64> {
        let tiers = facts.0.iter().filter(|(key, _)| {
            key.aspect == Aspect::Tier
                && key.spot.step.is_some()
                && inner.is_none_or(|outer| is_within(&key.spot, outer))
        });
        tiers.filter_map(|(_, fact)| fact.value.as_u64()).max()
    };
    let highest = tier(facts, Some(spot));
    // A part of a higher tier than everything else raises the tier of the whole.
    let aspect = match highest > tier(other, None) && highest > Some(0) {
        true => Aspect::Tier,
        false => Aspect::Part,
    };
    let calls: Vec<String> = inside()
        .filter(|(key, _)| key.aspect == Aspect::Part && key.spot.step.is_some() && !key.spot.undo)
        .map(|(key, fact)| {
            let tier = tier(facts, Some(&key.spot)).unwrap_or_default();
            format!("{} at tier {tier}", fact.value.as_str().unwrap_or_default())
        })
        .collect();
    let summary = Some(Value::from(match calls.is_empty() {
        true => "no step".to_owned(),
        false => calls.join(", "),
    }));
    let noun = if spot.step.is_some() { "step" } else { "path" };
    let (grade, verb, before, after) = match side {
        Side::Head => (Grade::MoreReach, "new", None, summary),
        Side::Base => (Grade::Safer, "removed", summary, None),
    };
    Some(Found {
        grade,
        aspect,
        what: format!("{verb} {noun}"),
        before,
        after,
        origin: (side, first.origin.clone(), part_route(spot, first)),
        also: None,
        at: vec![spot.clone()],
    })
}

/// The path or step as a whole, not only what identifies it.
fn part_route(spot: &Spot, first: &Fact) -> Route {
    match spot.step {
        Some(_) => first.route.parent().unwrap_or_default(),
        None => first.route.clone(),
    }
}
