//! The tier of a step, resolved with its arguments and what undoes it.

use super::runbook::Resolved;
use crate::closure::Pinned;
use crate::document::Route;
use crate::document::id::ActionId;
use crate::document::model::{Action, Kind, ObjectRef, Step, Tier};
use crate::engine::tier as rating;
use crate::lint::argument::{Arguments, Possible};

/// The highest tier a step may have, and what says so; with `worst`, an argument that only the run knows counts as
/// the worst it may be.
pub(super) fn highest_tier(
    resolved: &Resolved<'_>,
    step: &Step,
    action: &Pinned<Action>,
    arguments: &Arguments,
    (route, worst): (&Route, bool),
) -> (Tier, (ObjectRef, Route)) {
    let mut highest = call_tier(&step.action, &action.spec, arguments, worst);
    let undo = action.spec.reversibility.undo();
    let undo = undo.and_then(|call| Some((call, resolved.closure.actions.get(&call.action)?)));
    if let Some((call, undo)) = undo {
        let passed = arguments.of_undo(&call.with, &undo.spec.params);
        let of_undo = call_tier(&call.action, &undo.spec, &passed, worst);
        if of_undo.0 > highest.0 {
            highest = of_undo;
        }
    }
    match step.tier {
        Some(raised) if raised > highest.0 => {
            (raised, (resolved.object.clone(), route.clone().key("tier")))
        }
        _ => highest,
    }
}

fn call_tier(
    id: &ActionId,
    action: &Action,
    arguments: &Arguments,
    worst: bool,
) -> (Tier, (ObjectRef, Route)) {
    let spec = || Route::root().key("spec");
    let object = || ObjectRef::new(Kind::Action, id.as_str());
    let mut highest = (rating::floor(action), (object(), spec().key("tier")));
    for (index, raise) in action.raise_tier.iter().enumerate() {
        let applies = match arguments.get(&raise.param) {
            Some(Possible::OneOf(values)) => values.iter().any(|it| raise.values.contains(it)),
            Some(Possible::Anything) => worst,
            None => false,
        };
        if applies && raise.to > highest.0 {
            let route = spec().key("raise_tier").index(index).key("to");
            highest = (raise.to, (object(), route));
        }
    }
    highest
}
