//! Fixtures that end differently: those of the newer state, run against both.

use std::collections::BTreeSet;

use camino::Utf8PathBuf;
use rayon::prelude::*;
use serde::Serialize;

use super::model::Side;
use super::state::{Pair, States};
use crate::document::model::{Fixture, Kind, ObjectRef};
use crate::library::DocId;
use crate::testing::{Ending, Suite};

/// What fixtures show.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Fixtures {
    /// How many were run on both sides.
    pub compared: usize,
    /// Those that end differently, by name.
    pub differing: Vec<FixtureChange>,
    /// Those that could be run on one side only, with the reason.
    pub not_compared: Vec<FixtureSkipped>,
}

/// A fixture that ends differently.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FixtureChange {
    /// `Runbook/id/fixture`.
    pub name: String,
    /// Its file.
    pub path: Utf8PathBuf,
    /// Whether it was recorded in a real incident.
    pub recorded: bool,
    /// Whether what it expects is met before, and after.
    pub met: [bool; 2],
    /// What is not the same: what, before, after.
    pub endings: Vec<(String, String, String)>,
}

/// A fixture that could not be compared.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FixtureSkipped {
    /// `Runbook/id/fixture`, else its file.
    pub name: String,
    /// On which side.
    pub side: Side,
    /// Why.
    pub why: String,
}

/// Runs the fixtures of every runbook and signature that is `reached` by the change. None when one of the states has
/// no policy to run under.
pub(super) fn compare(
    states: States<'_>,
    pairs: &[Pair],
    reached: &BTreeSet<ObjectRef>,
) -> Option<Fixtures> {
    let tested = reached
        .iter()
        .filter(|it| matches!(it.kind, Kind::Runbook | Kind::Signature));
    let runs: Vec<(DocId, &ObjectRef)> = tested
        .filter_map(|object| Some((object, states.head.find(object.kind, &object.id)?)))
        .flat_map(|(object, id)| {
            let fixtures = states.head.fixtures_of(id).iter();
            fixtures.map(move |fixture| (*fixture, object))
        })
        .collect();
    if runs.is_empty() {
        return Some(Fixtures::default());
    }
    let (base, head) = (Suite::new(states.base).ok()?, Suite::new(states.head).ok()?);
    let compared: Vec<Compared> = runs
        .par_iter()
        .filter_map(|(id, object)| {
            let renamed = pairs
                .iter()
                .find(|pair| pair.after.as_ref() == Some(object));
            let before = renamed
                .and_then(|pair| pair.before.as_ref())
                .unwrap_or(object);
            let entry = states.head.entry(*id)?;
            let fixture = entry.document::<Fixture>()?;
            let name = format!("{object}/{}", fixture.metadata.id);
            let sides = [
                (Side::Base, base.ending(fixture, before)),
                (Side::Head, head.ending(fixture, object)),
            ];
            match sides {
                [(_, Ok(old)), (_, Ok(new))] => {
                    let provenance = fixture.spec.provenance.as_ref();
                    Some(Compared::Both(FixtureChange {
                        name,
                        path: entry.path().to_owned(),
                        recorded: provenance.is_some_and(|it| it.origin == "recorded"),
                        met: [old.met, new.met],
                        endings: endings(&old, &new),
                    }))
                }
                // What cannot be run on either side says nothing about the change.
                [(_, Err(_)), (_, Err(_))] => None,
                [(side, Err(why)), _] | [_, (side, Err(why))] => {
                    Some(Compared::One(FixtureSkipped { name, side, why }))
                }
            }
        })
        .collect();
    let mut fixtures = Fixtures::default();
    for compared in compared {
        match compared {
            Compared::One(skipped) => fixtures.not_compared.push(skipped),
            Compared::Both(change) => {
                fixtures.compared += 1;
                if !change.endings.is_empty() {
                    fixtures.differing.push(change);
                }
            }
        }
    }
    Some(fixtures)
}

enum Compared {
    Both(FixtureChange),
    One(FixtureSkipped),
}

/// What is not the same: what, before, after.
fn endings(old: &Ending, new: &Ending) -> Vec<(String, String, String)> {
    let differing = new.parts.iter().filter_map(|(what, after)| {
        let before = old.parts.get(what)?;
        (before != after).then(|| (what.clone(), before.clone(), after.clone()))
    });
    differing.collect()
}
