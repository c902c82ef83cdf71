//! The tier of a call, computed from what an action says about itself. The engine and the linter ask the same
//! functions, so that what was reviewed is what is enforced.

use crate::document::model::{Action, Effect, RaiseTier, ReversibilityClass, Tier};

/// The least tier of an action, whatever its arguments: what it declares, but a write is at least 1, an approximate
/// undo at least 2, and a write without any undo 3.
pub(crate) fn floor(action: &Action) -> Tier {
    let by_effect = match action.effect {
        Effect::Read | Effect::Notify => Tier::READ_ONLY,
        Effect::Write | Effect::Delete => Tier::LOW_RISK,
    };
    let by_class = match action.reversibility.class {
        ReversibilityClass::Irreversible if action.effect.changes_the_world() => Tier::HUMAN_ONLY,
        ReversibilityClass::Compensable => Tier::NEEDS_APPROVAL,
        _ => Tier::READ_ONLY,
    };
    action.tier.max(by_effect).max(by_class)
}

/// The tier of a call of an action whose arguments raise it as `applies` says.
pub(crate) fn of_call(action: &Action, mut applies: impl FnMut(&RaiseTier) -> bool) -> Tier {
    let raised = action.raise_tier.iter().filter(|raise| applies(raise));
    raised.map(|raise| raise.to).fold(floor(action), Tier::max)
}

/// The tier of a write on a target that the run has written to before, given the tier the call has by itself.
pub(crate) fn repeated(own: Tier) -> Tier {
    own.max(Tier::NEEDS_APPROVAL)
}
