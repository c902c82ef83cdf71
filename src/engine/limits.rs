//! Limits that depend on what was done lately: caps, rates, cool-downs, concurrency.

use super::authorize::Situation;
use super::call::{Constraints, PastAction};
use super::moment::before;
use super::prepared::PreparedAction;
use super::refusal::Refusal;
use crate::document::model::{Tier, TierCaps};
use crate::document::unit::{Duration, Percent};

const HOUR: Duration = Duration::from_secs(3_600);

/// Every limit a call would exceed.
///
/// A call that was started in the future, as another host's clock may have it, counts as recent.
pub(crate) fn exceeded(
    action: &PreparedAction,
    target: Option<&str>,
    tier: Tier,
    caps: TierCaps,
    situation: &Situation<'_>,
    retry: bool,
) -> Vec<(Refusal, String)> {
    let mut found = Vec::new();
    let spec = action.spec();
    let now = situation.now;
    let all = || situation.history.iter().chain(situation.run);
    let same_action = |past: &&PastAction| past.action == action.id;

    if action.writes() {
        let radius = spec.blast_radius.as_ref().map(|radius| radius.max_targets);
        for (most, what, counted) in [
            (
                caps.max_targets,
                "tier",
                tier_targets(situation.run, tier, target),
            ),
            (
                radius,
                "action",
                action_targets(situation.run, action, target),
            ),
        ] {
            if let Some(most) = most
                && counted > usize::try_from(most).unwrap_or(usize::MAX)
            {
                found.push((
                    Refusal::TargetCap,
                    format!("{counted} targets; the {what} allows {most}"),
                ));
            }
        }
    }
    if action.writes()
        && let Some(busy) = all().find(|past| holds(past, target) && !(retry && same_action(past)))
    {
        let message = format!("`{}` has been writing to it since {}", busy.action, busy.at);
        found.push((Refusal::TargetBusy, message));
    }
    if let Some(most) = caps.actions_per_hour {
        let from = before(now, HOUR);
        let made = all()
            .filter(|p| p.tier == tier && !p.undo && p.at > from)
            .count();
        if made >= usize::try_from(most).unwrap_or(usize::MAX) {
            let message =
                format!("{made} actions of tier {tier} in the last hour; {most} are allowed");
            found.push((Refusal::HourlyCap, message));
        }
    }
    let Some(limits) = spec.limits else {
        return found;
    };
    if let Some(rate) = limits.rate {
        let from = before(now, rate.per);
        let made = all().filter(same_action).filter(|p| p.at > from).count();
        if made >= usize::try_from(rate.count).unwrap_or(usize::MAX) {
            let message = format!("{made} runs within {}; {rate} is allowed", rate.per);
            found.push((Refusal::RateLimit, message));
        }
    }
    if let Some(cooldown) = limits.cooldown.filter(|_| !retry) {
        let from = before(now, cooldown);
        let on_target = |past: &&PastAction| past.target.as_deref() == target;
        let latest = all()
            .filter(same_action)
            .filter(on_target)
            .map(|p| p.at)
            .max();
        if let Some(at) = latest.filter(|at| *at > from) {
            let message = format!("the last run on this target was at {at}; {cooldown} must pass");
            found.push((Refusal::Cooldown, message));
        }
    }
    if let Some(most) = limits.concurrency {
        let running = all()
            .filter(same_action)
            .filter(|p| p.ended.is_none())
            .count();
        if running >= usize::try_from(most).unwrap_or(usize::MAX) {
            let message = format!("{running} runs are under way; {most} are allowed at one time");
            found.push((Refusal::Concurrency, message));
        }
    }
    found
}

/// Whether a call is still writing to a target: whoever does it holds it, whatever the action and the run.
fn holds(past: &PastAction, target: Option<&str>) -> bool {
    past.ended.is_none()
        && past.tier > Tier::READ_ONLY
        && target.is_some()
        && past.target.as_deref() == target
}

fn distinct<'a>(past: impl Iterator<Item = &'a PastAction>, target: Option<&'a str>) -> usize {
    let targets = past.filter(|p| !p.undo).filter_map(|p| p.target.as_deref());
    targets
        .chain(target)
        .collect::<std::collections::BTreeSet<_>>()
        .len()
}

fn tier_targets(run: &[PastAction], tier: Tier, target: Option<&str>) -> usize {
    distinct(run.iter().filter(|p| p.tier == tier), target)
}

fn action_targets(run: &[PastAction], action: &PreparedAction, target: Option<&str>) -> usize {
    distinct(run.iter().filter(|p| p.action == action.id), target)
}

/// What the executor must keep to: the tighter of the action's own limits and the tier's.
pub(crate) fn constraints(action: &PreparedAction, caps: TierCaps) -> Constraints {
    let radius = action.spec().blast_radius.as_ref();
    let fraction = |a: Option<Percent>, b: Option<Percent>| match (a, b) {
        (Some(a), Some(b)) => Some(if b < a { b } else { a }),
        (one, other) => one.or(other),
    };
    Constraints {
        max_targets: radius
            .map(|r| r.max_targets)
            .into_iter()
            .chain(caps.max_targets)
            .min(),
        max_fraction: fraction(radius.and_then(|r| r.max_fraction), caps.max_fraction),
        min_healthy: radius.and_then(|r| r.min_healthy),
        time_limit: action.spec().reversibility.time_limit,
    }
}
