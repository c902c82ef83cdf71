//! What a call comes to: arguments, target, tier, and whether a freeze or an undo's rules apply.

use super::{Authorised, RefusalReason, Situation};
use crate::document::model::{HaltLevel, Mode, Tier};
use crate::engine::arguments::{Vocabulary, validate};
use crate::engine::call::{Call, PastAction};
use crate::engine::evidence::Arguments;
use crate::engine::limits;
use crate::engine::policy::Policy;
use crate::engine::prepared::{PreparedAction, PreparedRunbook};
use crate::engine::refusal::Refusal;
use crate::engine::scope::{Scope, fill};
use crate::engine::tier;

/// Validated arguments and the target they select.
pub(crate) type Resolved = (Arguments, Option<String>);

/// Validates arguments and fills in the target.
pub(crate) fn resolve(
    action: &PreparedAction,
    given: &Arguments,
    vocabulary: &Vocabulary,
) -> Result<Resolved, Vec<RefusalReason>> {
    let arguments = validate(given.clone(), &action.params, vocabulary, action.writes()).map_err(
        |problems| {
            problems
                .into_iter()
                .map(|p| RefusalReason::new(p.code, p.message))
                .collect::<Vec<_>>()
        },
    )?;
    let invalid = |message: String| vec![RefusalReason::new(Refusal::ArgumentInvalid, message)];
    let target = match &action.target {
        None if action.writes() => {
            return Err(invalid(format!("action `{}` names no target", action.id)));
        }
        None => None,
        Some(template) => {
            let scope = Scope::default().with_params(&arguments);
            match fill(template, &scope) {
                Ok(serde_json::Value::String(target)) => Some(target),
                Ok(_) => return Err(invalid("the target is not a text".to_owned())),
                Err(error) => return Err(invalid(format!("target: {error}"))),
            }
        }
    };
    Ok((arguments, target))
}

/// The tier of a call: what the action computes, what the step raises, and 2 for a repeated write
/// on one target within the run.
pub(crate) fn tier(
    action: &PreparedAction,
    raised: Option<Tier>,
    arguments: &Arguments,
    target: Option<&str>,
    run: &[PastAction],
) -> Tier {
    let own = action
        .tier(arguments)
        .max(raised.unwrap_or(Tier::READ_ONLY));
    let repeated = action.writes()
        && target.is_some()
        && run.iter().any(|past| {
            !past.undo && past.tier > Tier::READ_ONLY && past.target.as_deref() == target
        });
    if repeated { tier::repeated(own) } else { own }
}

/// The freeze in force for a call, if any.
pub(crate) fn frozen<'a>(
    policy: &'a Policy,
    situation: &Situation<'_>,
    tier: Tier,
    action: &PreparedAction,
) -> Option<&'a str> {
    if situation
        .frozen_since
        .is_some_and(|since| since <= situation.now)
        && action.writes()
    {
        return Some("declared");
    }
    let environment = &situation.incident.environment;
    policy.freeze_at(environment, tier, Some(&action.id), situation.now)
}

/// Judges the undo of a call made in `mode`: freezes, caps and the mode do not stop it, a halt to everything and
/// a commander do.
pub(crate) fn judge_undo(
    runbook: &PreparedRunbook,
    situation: &Situation<'_>,
    call: &Call,
    mode: Mode,
) -> Result<Authorised, RefusalReason> {
    let refuse = |code, message: &str| Err(RefusalReason::new(code, message));
    if situation.halt == Some(HaltLevel::StopNow) {
        return refuse(Refusal::KillSwitch, "stop_now");
    }
    if situation.incident.commander_active == Some(true) {
        return refuse(Refusal::Commander, "an incident commander is in control");
    }
    let Some(action) = runbook.actions.get(&call.action) else {
        return refuse(
            Refusal::OutsideClosure,
            "the undo is not part of the closure",
        );
    };
    if let Some(target) = &call.target
        && runbook.do_not_touch.covers(target).is_some()
    {
        return refuse(Refusal::DoNotTouch, "the undo's target must not be touched");
    }
    Ok(Authorised {
        call: call.clone(),
        mode,
        constraints: limits::constraints(action, Default::default()),
        timeout: action.timeout(),
    })
}
