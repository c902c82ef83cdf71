//! Documents that came or went, and what facts do not tell of those that changed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::compare::Found;
use super::model::{Aspect, Grade, Side, Spot};
use super::state::{Pair, States};
use crate::document::Route;
use crate::document::model::{Kind, ObjectRef, Runbook, Signature};
use crate::library::Entry;
use crate::library::difference::{Weight, differences};

/// A document that came or went.
pub(super) fn whole(states: States<'_>, pair: &Pair) -> Option<Found> {
    let (side, object, entry) = match (&pair.before, &pair.after) {
        (None, Some(object)) => (Side::Head, object, states.entry(Side::Head, object)?),
        (Some(object), None) => (Side::Base, object, states.entry(Side::Base, object)?),
        _ => return None,
    };
    let (coming, going) = weight_of(object.kind, entry);
    let (grade, verb) = match side {
        Side::Head => (coming, "new"),
        Side::Base => (going, "removed"),
    };
    let summary = Some(json!(summary(entry)));
    let (before, after) = match side {
        Side::Head => (None, summary),
        Side::Base => (summary, None),
    };
    Some(Found {
        grade,
        aspect: Aspect::Part,
        what: format!("{verb} {}", object.kind.name().to_lowercase()),
        before,
        after,
        origin: (
            side,
            object.clone(),
            Route::root().key("metadata").key("id"),
        ),
        also: None,
        at: vec![Spot::document(object.clone())],
    })
}

/// What it means that a document comes, and that it goes.
fn weight_of(kind: Kind, entry: &Entry) -> (Grade, Grade) {
    match kind {
        Kind::Runbook => (Grade::MoreReach, Grade::Safer),
        Kind::Signature => {
            let routes = entry.document::<Signature>().map(|it| it.spec.routes.len());
            match routes {
                // It may still keep another signature from matching alone.
                Some(0) => (Grade::Changed, Grade::Changed),
                _ => (Grade::MoreReach, Grade::Safer),
            }
        }
        // Arguments may name it.
        Kind::Service => (Grade::MoreReach, Grade::Safer),
        Kind::Exception => (Grade::LessSafety, Grade::Safer),
        Kind::Governance => (Grade::Changed, Grade::LessSafety),
        // Nothing is done with it until something refers to it.
        Kind::Action | Kind::Query | Kind::Taxonomy | Kind::Repository => {
            (Grade::Changed, Grade::Changed)
        }
        Kind::Fixture => (Grade::Text, Grade::Changed),
        Kind::Postmortem => (Grade::Text, Grade::Text),
    }
}

fn summary(entry: &Entry) -> String {
    let title = entry.typed().map(|typed| typed.metadata().title.clone());
    let title = title.unwrap_or_default();
    let Some(runbook) = entry.document::<Runbook>() else {
        return title;
    };
    let list = |names: Vec<&str>| names.join(", ");
    let spec = &runbook.spec;
    format!(
        "up to tier {} in mode {}, for {} in {}: {title}",
        spec.autonomy.max_tier,
        spec.autonomy.mode,
        list(spec.scope.services.iter().map(|id| id.as_str()).collect()),
        list(
            spec.scope
                .environments
                .iter()
                .map(|id| id.as_str())
                .collect()
        ),
    )
}

/// The places of which something was told, by document.
pub(super) struct Told(BTreeMap<ObjectRef, BTreeSet<Route>>);

impl Told {
    /// The places of everything that was found.
    pub(super) fn of(found: &[Found]) -> Self {
        let mut told: BTreeMap<ObjectRef, BTreeSet<Route>> = BTreeMap::new();
        for it in found {
            let (_, object, route) = &it.origin;
            let own = (object.clone(), route.clone());
            for (object, route) in [Some(own), it.also.clone()].into_iter().flatten() {
                told.entry(object).or_default().insert(route);
            }
        }
        Self(told)
    }
}

/// What differs in a document and was not told yet.
pub(super) fn rest(
    states: States<'_>,
    pair: &Pair,
    told: &Told,
    spots: &dyn Fn(&ObjectRef) -> Vec<Spot>,
) -> Vec<Found> {
    let (Some(before), Some(after)) = (&pair.before, &pair.after) else {
        return Vec::new();
    };
    let entries = (
        states.entry(Side::Base, before),
        states.entry(Side::Head, after),
    );
    let (Some(old), Some(new)) = entries else {
        return Vec::new();
    };
    if !(old.is_sound() && new.is_sound()) {
        return Vec::new();
    }
    let is_told = |route: &Route| {
        let places = [before, after]
            .into_iter()
            .filter_map(|object| told.0.get(object));
        let mut places = places.flatten();
        places.any(|place| place.contains(route) || route.contains(place))
    };
    let mut found: Vec<Found> = differences(after.kind, old.value(), new.value())
        .into_iter()
        .filter(|difference| !is_told(&difference.route))
        .map(|difference| {
            let side = if difference.after.is_some() {
                Side::Head
            } else {
                Side::Base
            };
            Found {
                grade: match difference.weight {
                    Weight::Text => Grade::Text,
                    // Whatever an exception says otherwise may let more pass.
                    _ if after.kind == Kind::Exception => Grade::LessSafety,
                    _ => Grade::Changed,
                },
                aspect: Aspect::Other,
                what: difference.route.to_string(),
                before: difference.before,
                after: difference.after,
                origin: (side, after.clone(), difference.route),
                also: None,
                at: spots(after),
            }
        })
        .collect();
    let body = |entry: &Entry| {
        entry
            .body()
            .map(|span| entry.source().slice(span).to_owned())
    };
    if body(old) != body(new) {
        found.push(Found {
            grade: Grade::Text,
            aspect: Aspect::Other,
            what: "narrative".to_owned(),
            before: None,
            after: None::<Value>,
            origin: (Side::Head, after.clone(), Route::root()),
            also: None,
            at: spots(after),
        });
    }
    found
}
