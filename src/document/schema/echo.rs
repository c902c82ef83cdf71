//! One mistake, one violation: drops what only follows from another violation.

use std::collections::{BTreeMap, BTreeSet};

use super::violation::{Violation, ViolationKind};
use crate::document::route::{Route, Target};

pub(super) fn drop_echoes(found: &mut Vec<Violation>) {
    drop_echoes_of_misspelt_keys(found);
    drop_echoes_of_undecided_mappings(found);
    keep_gravest_of_each_value(found);
}

// A misspelt key that is needed is also missing.
fn drop_echoes_of_misspelt_keys(found: &mut Vec<Violation>) {
    let mut meant = BTreeSet::new();
    let mut objects = BTreeSet::new();
    for violation in found.iter() {
        if let ViolationKind::UnknownKey {
            suggestion: Some(key),
            belongs: None,
            ..
        } = &violation.kind
            && let Some(object) = violation.route.parent()
        {
            meant.insert(object.clone().key(key));
            objects.insert(object);
        }
    }
    found.retain(|violation| match &violation.kind {
        ViolationKind::MissingKey { .. } => !meant.contains(&violation.route),
        ViolationKind::KeyChoice { .. } => {
            !chooser(violation).is_some_and(|object| objects.contains(&object))
        }
        _ => true,
    });
}

// Without the one key that decides what a mapping is, or with two, keys that depend on it seem misplaced.
fn drop_echoes_of_undecided_mappings(found: &mut Vec<Violation>) {
    let is_decisive = |violation: &&Violation| {
        matches!(
            violation.kind,
            ViolationKind::KeyChoice { decisive: true, .. }
        )
    };
    let undecided: BTreeSet<Route> = found
        .iter()
        .filter(is_decisive)
        .filter_map(chooser)
        .collect();
    found.retain(|violation| match &violation.kind {
        ViolationKind::KeyChoice {
            decisive: false, ..
        } => !chooser(violation).is_some_and(|object| undecided.contains(&object)),
        _ => true,
    });
}

// The mapping whose keys exclude or need each other.
fn chooser(violation: &Violation) -> Option<Route> {
    match &violation.kind {
        ViolationKind::KeyChoice { present, .. } if present.is_empty() => {
            Some(violation.route.clone())
        }
        ViolationKind::KeyChoice { .. } => violation.route.parent(),
        _ => None,
    }
}

// Text of the wrong form is often too long as well.
fn keep_gravest_of_each_value(found: &mut Vec<Violation>) {
    let mut gravest: BTreeMap<Route, u8> = BTreeMap::new();
    for violation in found
        .iter()
        .filter(|violation| violation.target == Target::Value)
    {
        let rank = gravest.entry(violation.route.clone()).or_insert(u8::MAX);
        *rank = (*rank).min(gravity(&violation.kind));
    }
    found.retain(|violation| {
        violation.target == Target::Key
            || gravest
                .get(&violation.route)
                .is_none_or(|rank| *rank == gravity(&violation.kind))
    });
}

fn gravity(kind: &ViolationKind) -> u8 {
    match kind {
        ViolationKind::WrongType => 0,
        ViolationKind::NotAllowed { .. } => 1,
        ViolationKind::Form => 2,
        ViolationKind::Range => 3,
        ViolationKind::Size => 4,
        _ => 5,
    }
}
