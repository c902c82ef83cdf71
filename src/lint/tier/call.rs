//! What the calls of a runbook come to before they are made: the tier of each step, and why.

use std::collections::BTreeMap;

use super::argument::{Arguments, Possible};
use crate::diagnostic::Location;
use crate::document::Route;
use crate::document::id::{ActionId, StepId};
use crate::document::model::{Action, RaiseTier, Tier};
use crate::engine::arguments::DoNotTouch;
use crate::engine::tier;
use crate::lint::site::StepSite;
use crate::lint::{DocumentScope, Found};

/// A step, its action, and everything that decides its tier.
#[derive(Debug)]
pub(in crate::lint) struct RatedStep<'a> {
    pub(in crate::lint) site: StepSite<'a>,
    pub(in crate::lint) action: Found<'a, Action>,
    /// What it acts on, as far as that can be said before the run; the same text is the same target.
    pub(in crate::lint) target: Option<String>,
    /// The first step of the path that writes to the same target, if it is an earlier one.
    pub(in crate::lint) repeats: Option<&'a StepId>,
    grounds: Vec<Ground>,
}

/// One reason why a call has at least this tier.
#[derive(Clone, Debug)]
pub(in crate::lint) struct Ground {
    pub(in crate::lint) tier: Tier,
    /// Whether it holds in every run; otherwise only for some of the values an argument may have.
    pub(in crate::lint) certain: bool,
    pub(in crate::lint) place: Location,
    pub(in crate::lint) why: String,
}

impl RatedStep<'_> {
    /// The highest tier the call may have, and why.
    pub(in crate::lint) fn highest(&self) -> Option<&Ground> {
        highest(self.grounds.iter())
    }

    /// The tier the call has in every run, and why.
    pub(in crate::lint) fn certain(&self) -> Option<&Ground> {
        highest(self.grounds.iter().filter(|ground| ground.certain))
    }

    /// Whether the step changes the world.
    pub(in crate::lint) fn writes(&self) -> bool {
        self.action.document.spec.effect.changes_the_world()
    }
}

/// The first of the highest.
fn highest<'g>(grounds: impl Iterator<Item = &'g Ground>) -> Option<&'g Ground> {
    grounds.reduce(|best, ground| {
        if ground.tier > best.tier {
            ground
        } else {
            best
        }
    })
}

/// Every step of a runbook whose action is known and rated as its effect and class demand; the others are the
/// business of the rules about references and about the tiers of actions.
pub(in crate::lint) fn rated_steps<'a>(scope: &DocumentScope<'a>) -> Vec<RatedStep<'a>> {
    let Some(runbook) = scope.runbook() else {
        return Vec::new();
    };
    let untouchable = scope.untouchable();
    let mut written: BTreeMap<String, &'a StepId> = BTreeMap::new();
    let mut rated = Vec::new();
    for site in scope.steps() {
        if site.index == 0 {
            written.clear();
        }
        let Some(action) = rated_action(scope, &site.step.action) else {
            continue;
        };
        let params = &action.document.spec.params;
        let arguments = Arguments::of_step(&site.step.with, params, &runbook.spec.scope);
        let target = arguments.target(&action.document.spec);
        let writes = action.document.spec.effect.changes_the_world();
        let mut step = RatedStep {
            repeats: None,
            grounds: grounds(scope, &site, action, &arguments, untouchable),
            site,
            action,
            target,
        };
        if let Some(target) = step.target.as_ref().filter(|_| writes) {
            let first = *written.entry(target.clone()).or_insert(&step.site.step.id);
            if first != &step.site.step.id {
                let own = step.certain().map_or(Tier::READ_ONLY, |ground| ground.tier);
                step.repeats = Some(first);
                step.grounds.push(Ground {
                    tier: tier::repeated(own),
                    certain: true,
                    place: scope.value(step.site.route.clone().key("action")),
                    why: format!("writes to the same target as step `{first}` before it"),
                });
            }
        }
        rated.push(step);
    }
    rated
}

/// An action that is rated at least as its effect and class demand.
fn rated_action<'a>(scope: &DocumentScope<'a>, id: &ActionId) -> Option<Found<'a, Action>> {
    let action = scope.repository.find::<Action>(id.as_str())?;
    let spec = &action.document.spec;
    (spec.tier == tier::floor(spec)).then_some(action)
}

fn grounds<'a>(
    scope: &DocumentScope<'a>,
    site: &StepSite<'a>,
    action: Found<'a, Action>,
    arguments: &Arguments,
    untouchable: &DoNotTouch,
) -> Vec<Ground> {
    let id = site.step.action.as_str();
    let mut grounds = vec![declared(
        action,
        format!("`{id}` is an action of tier {}", action.document.spec.tier),
    )];
    raised(id, action, arguments, untouchable, &mut grounds);
    if let Some(tier) = site.step.tier {
        grounds.push(Ground {
            tier,
            certain: true,
            place: scope.value(site.route.clone().key("tier")),
            why: format!("the step is raised to tier {tier}"),
        });
    }
    let undo = action.document.spec.reversibility.undo();
    if let Some((call, undo)) =
        undo.and_then(|call| Some((call, rated_action(scope, &call.action)?)))
    {
        let id = call.action.as_str();
        let passed = arguments.of_undo(&call.with, &undo.document.spec.params);
        let tier = undo.document.spec.tier;
        grounds.push(declared(
            undo,
            format!("its undo `{id}` is an action of tier {tier}"),
        ));
        raised(id, undo, &passed, untouchable, &mut grounds);
    }
    grounds
}

fn declared(action: Found<'_, Action>, why: String) -> Ground {
    let route = Route::root().key("spec").key("tier");
    Ground {
        tier: action.document.spec.tier,
        certain: true,
        place: action.scope.value(route),
        why,
    }
}

/// Adds what `raise_tier` of an action makes of the arguments.
fn raised(
    id: &str,
    action: Found<'_, Action>,
    arguments: &Arguments,
    untouchable: &DoNotTouch,
    grounds: &mut Vec<Ground>,
) {
    let spec = &action.document.spec;
    for (index, raise) in spec.raise_tier.iter().enumerate() {
        let Some((certain, value)) = applies(raise, spec, arguments, untouchable) else {
            continue;
        };
        let route = Route::root().key("spec").key("raise_tier").index(index);
        let verb = if certain { "is" } else { "may be" };
        grounds.push(Ground {
            tier: raise.to,
            certain,
            place: action.scope.value(route.key("to")),
            why: format!(
                "`{}` of `{id}` {verb} {value}, which raises it to tier {}",
                raise.param, raise.to
            ),
        });
    }
}

/// Whether arguments raise the tier in every run, with the first value that does. A value whose target the runbook
/// must not touch never gets as far.
fn applies(
    raise: &RaiseTier,
    action: &Action,
    arguments: &Arguments,
    untouchable: &DoNotTouch,
) -> Option<(bool, serde_json::Value)> {
    let may_run = |value: &&serde_json::Value| {
        let target = arguments.target_with(action, &raise.param, value);
        target.is_none_or(|target| untouchable.covers(&target).is_none())
    };
    match arguments.get(&raise.param)? {
        Possible::OneOf(values) => {
            let mut matching = values.iter().filter(|value| raise.values.contains(value));
            if matching.clone().count() == values.len() {
                return Some((true, matching.next()?.clone()));
            }
            Some((false, matching.find(may_run)?.clone()))
        }
        Possible::Anything => {
            let enumerated = action.params.get(&raise.param).map(|param| &param.one_of);
            let admitted = |value: &&serde_json::Value| {
                enumerated.is_none_or(|values| values.is_empty() || values.contains(value))
            };
            let mut values = raise.values.iter().filter(admitted);
            Some((false, values.find(may_run)?.clone()))
        }
    }
}
