//! What one step may do: its action, resolved with the arguments, the policy and what the path demands.

use serde_json::{Value, json};

use super::runbook::Resolved;
use super::tier::highest_tier;
use super::{Facts, reach, safety};
use crate::change::diff::model::{Aspect, Spot};
use crate::change::diff::order::Rule;
use crate::closure::Pinned;
use crate::document::Route;
use crate::document::model::{Action, Mode, ObjectRef, OnFailure, Path, Step, Tier};
use crate::engine::tier as rating;
use crate::lint::argument::{Arguments, Possible};

const MODES: &[&str] = &["off", "shadow", "advise", "gated", "auto"];
const TIERS: &[&str] = &["0", "1", "2", "3"];

impl Facts {
    /// Notes what the step at `index` of a path may do.
    pub(super) fn step(
        &mut self,
        path_spot: &Spot,
        resolved: &Resolved<'_>,
        path: &Path,
        index: usize,
        route: &Route,
    ) {
        let Some(step) = path.steps.get(index) else {
            return;
        };
        let spot = Spot {
            step: Some(step.id.to_string()),
            ..path_spot.clone()
        };
        let own = (&resolved.object, route.clone());
        let about = reach(Aspect::Part, Rule::Choice);
        let called = (own.0, route.clone().key("action"));
        self.note(
            &spot,
            about,
            "action",
            Some(json!(step.action.as_str())),
            called,
        );
        let Some(action) = resolved.closure.actions.get(&step.action) else {
            return;
        };
        let object = action.object();
        let scope = &resolved.closure.runbook.spec.scope;
        let arguments = Arguments::of_step(&step.with, &action.spec.params, scope);
        self.action(&spot, &object, action.value());
        self.action_checks(&spot, &object, &action.spec.preflight, action.value());
        self.parameters(&spot, (&object, action), &arguments, |name| {
            let given = route.clone().key("with").key(name);
            step.with
                .contains_key(name)
                .then_some((&resolved.object, given))
        });
        self.preflight(&spot, resolved, path, (&object, action), route);
        self.verification(&spot, resolved, step, action, route);
        let rolls_back = step.on_failure == Some(OnFailure::Rollback);
        self.note(
            &spot,
            safety(Aspect::Rollback, Rule::Shield),
            "rollback on failure",
            rolls_back.then(|| json!("yes")),
            (own.0, route.clone().key("on_failure")),
        );
        self.attempts(&spot, resolved, step, route);
        let mut certain = Tier::READ_ONLY;
        for (item, worst) in [("tier", false), ("tier for some arguments", true)] {
            let (tier, origin) = highest_tier(resolved, step, action, &arguments, (route, worst));
            // Said twice only when what is not known before the run makes a difference.
            if worst && tier == certain {
                continue;
            }
            if !worst {
                certain = tier;
            }
            let about = reach(Aspect::Tier, Rule::Rank(TIERS));
            let origin = (&origin.0, origin.1);
            if let Some(fact) = self.note(&spot, about, item, Some(json!(tier.get())), origin) {
                let rated = usize::from(rating::floor(&action.spec).get());
                fact.rating = Some((step.action.to_string(), rated));
            }
        }
        self.under_policy(&spot, resolved, (&object, &action.spec), certain);
        self.undo(&spot, resolved, (&object, action));
    }

    /// What each parameter may be.
    fn parameters<'o>(
        &mut self,
        spot: &Spot,
        (object, action): (&'o ObjectRef, &Pinned<Action>),
        arguments: &Arguments,
        given: impl Fn(&str) -> Option<(&'o ObjectRef, Route)>,
    ) {
        for name in action.spec.params.keys() {
            let value = match arguments.get(name) {
                Some(Possible::OneOf(values)) => json!(values),
                Some(Possible::Anything) => json!("any value it takes, known in the run only"),
                None => continue,
            };
            let declared = || {
                (
                    object,
                    Route::root().key("spec").key("params").key(name.as_str()),
                )
            };
            let origin = given(name).unwrap_or_else(declared);
            let about = reach(Aspect::Parameter, Rule::Binding);
            self.note(
                spot,
                about,
                format!("parameter `{name}`"),
                Some(value),
                origin,
            );
        }
    }

    /// What has to hold before the step: what the action and the path demand.
    fn preflight(
        &mut self,
        spot: &Spot,
        resolved: &Resolved<'_>,
        path: &Path,
        (object, action): (&ObjectRef, &Pinned<Action>),
        route: &Route,
    ) {
        let about = safety(Aspect::Guard, Rule::Shield);
        let below = || {
            route
                .parent()
                .and_then(|steps| steps.parent())
                .unwrap_or_default()
        };
        for text in &path.preflight {
            let origin = (&resolved.object, below().key("preflight"));
            let item = format!("preflight `{text}`");
            self.note(spot, about, item, Some(json!("required")), origin);
        }
        for text in &action.spec.preflight {
            let origin = (object, Route::root().key("spec").key("preflight"));
            let item = format!("preflight `{text}`");
            self.note(spot, about, item, Some(json!("required")), origin);
        }
    }

    /// How the effect is observed, with the least the action demands.
    fn verification(
        &mut self,
        spot: &Spot,
        resolved: &Resolved<'_>,
        step: &Step,
        action: &Pinned<Action>,
        route: &Route,
    ) {
        const WHOLE: &str = "verification";
        let route = route.clone().key("verify");
        let at = |key: &str| (&resolved.object, route.clone().key(key));
        let shield = safety(Aspect::Verification, Rule::Shield);
        let whole = step.verify.as_ref().map(|_| json!("yes"));
        self.note(
            spot,
            shield,
            WHOLE,
            whole,
            (&resolved.object, route.clone()),
        );
        let Some(verify) = &step.verify else { return };
        let shield = shield.part_of(Aspect::Verification, WHOLE);
        for (key, text) in [
            ("success", &verify.success),
            ("failure", &verify.failure),
            ("guard", &verify.guard),
        ] {
            let item = format!("verified by `{key}`");
            self.note(
                spot,
                shield,
                item,
                text.as_ref().map(|it| json!(it)),
                at(key),
            );
        }
        let least = action.spec.verify_floor;
        let settle = verify.settle.max(least.map(|floor| floor.settle));
        let hold = verify.hold.max(least.map(|floor| floor.hold));
        let floor = safety(Aspect::Verification, Rule::Floor).part_of(Aspect::Verification, WHOLE);
        let settle = settle.map(|it| json!(it.to_string()));
        self.note(
            spot,
            floor,
            "time before the first look",
            settle,
            at("settle"),
        );
        let hold = hold.map(|it| json!(it.to_string()));
        self.note(spot, floor, "how long success must hold", hold, at("hold"));
        let cap = safety(Aspect::Verification, Rule::Cap).part_of(Aspect::Verification, WHOLE);
        let within = verify.within.map(|it| json!(it.to_string()));
        self.note(spot, cap, "time for success", within, at("within"));
    }

    fn attempts(&mut self, spot: &Spot, resolved: &Resolved<'_>, step: &Step, route: &Route) {
        let route = route.clone().key("retry");
        let attempts = step.retry.map_or(1, |retry| retry.attempts);
        let cap = safety(Aspect::Cap, Rule::Cap);
        let origin = (&resolved.object, route.clone().key("attempts"));
        self.note(spot, cap, "attempts", Some(json!(attempts)), origin);
        let cooldown = step.retry.and_then(|retry| retry.cooldown);
        // Without a second attempt there is nothing to wait for.
        let floor = safety(Aspect::Cap, Rule::Floor).part_of(Aspect::Cap, "attempts");
        let cooldown = cooldown.map(|it| json!(it.to_string()));
        let origin = (&resolved.object, route.key("cooldown"));
        self.note(spot, floor, "time between attempts", cooldown, origin);
    }

    /// What the policy makes of the tier: the mode in each environment, go-aheads, caps, the age of evidence.
    fn under_policy(
        &mut self,
        spot: &Spot,
        resolved: &Resolved<'_>,
        (object, action): (&ObjectRef, &Action),
        highest: Tier,
    ) {
        let policy = resolved.governance;
        let runbook = &resolved.closure.runbook.spec;
        let below = |key: &str| Route::root().key("spec").key(key);
        let number = highest.to_string();
        let mut highest_mode = Mode::Off;
        for environment in &runbook.scope.environments {
            let cell = policy
                .execute
                .get(environment)
                .and_then(|row| row.get(&highest));
            let cell = cell.copied().unwrap_or(Mode::Off);
            let own = runbook.autonomy.mode;
            let most = action.max_mode.unwrap_or(Mode::Auto);
            let mode = cell.min(own).min(most);
            highest_mode = highest_mode.max(mode);
            let origin = if cell <= own && cell <= most {
                let cell = below("execute")
                    .key(environment.as_str())
                    .key(number.as_str());
                (resolved.policy, cell)
            } else if own <= most {
                (&resolved.object, below("autonomy").key("mode"))
            } else {
                (object, below("max_mode"))
            };
            let about = reach(Aspect::Mode, Rule::Rank(MODES));
            let item = format!("mode in {environment}");
            self.note(spot, about, item, Some(json!(mode)), origin);
        }
        // What nobody may run needs neither a go-ahead nor a cap.
        const RUN: (Aspect, &str) = (Aspect::Mode, "run by an agent");
        let runs = highest_mode >= Mode::Gated;
        let about = reach(RUN.0, Rule::Opening);
        let origin = (&resolved.object, below("autonomy").key("mode"));
        self.note(spot, about, RUN.1, runs.then(|| json!("yes")), origin);
        if !runs {
            return;
        }
        let is_gated = highest_mode == Mode::Gated;
        let go_ahead = policy.run_time_approval.get(&highest).filter(|_| is_gated);
        let route = below("run_time_approval")
            .key(number.as_str())
            .key("approvals");
        let about = safety(Aspect::GoAhead, Rule::Floor).part_of(RUN.0, RUN.1);
        let count = go_ahead.map(|it| json!(it.approvals));
        self.note(
            spot,
            about,
            "go-aheads at run time",
            count,
            (resolved.policy, route),
        );
        let cap = safety(Aspect::Cap, Rule::Cap).part_of(RUN.0, RUN.1);
        let by_tier = policy.caps.get(&highest);
        let own = action
            .blast_radius
            .as_ref()
            .map(|radius| radius.max_targets);
        let capped = by_tier.and_then(|caps| caps.max_targets);
        let least = own.into_iter().chain(capped).min();
        let origin = match (own, capped) {
            (Some(own), capped) if capped.is_none_or(|capped| own <= capped) => {
                (object, below("blast_radius").key("max_targets"))
            }
            _ => (
                resolved.policy,
                below("caps").key(number.as_str()).key("max_targets"),
            ),
        };
        self.note(
            spot,
            cap,
            "targets in a run",
            least.map(Value::from),
            origin,
        );
        let hourly = by_tier.and_then(|caps| caps.actions_per_hour);
        let route = below("caps").key(number.as_str()).key("actions_per_hour");
        let origin = (resolved.policy, route);
        self.note(
            spot,
            cap,
            "actions in an hour",
            hourly.map(Value::from),
            origin,
        );
        let age = resolved.closure.defaults.evidence_max_age.get(&highest);
        let route = below("defaults")
            .key("evidence_max_age")
            .key(number.as_str());
        let age = age.map(|it| json!(it.to_string()));
        self.note(spot, cap, "age of evidence", age, (resolved.policy, route));
    }

    /// What undoes the step, as a call of its own; its arguments are those of the step.
    fn undo(
        &mut self,
        spot: &Spot,
        resolved: &Resolved<'_>,
        (object, action): (&ObjectRef, &Pinned<Action>),
    ) {
        let reversibility = &action.spec.reversibility;
        let Some(call) = reversibility.undo() else {
            return;
        };
        let Some(undo) = resolved.closure.actions.get(&call.action) else {
            return;
        };
        let spot = Spot {
            undo: true,
            ..spot.clone()
        };
        let key = match &reversibility.inverse {
            Some(_) => "inverse",
            None => "compensation",
        };
        let route = Route::root().key("spec").key("reversibility").key(key);
        let about = reach(Aspect::Part, Rule::Choice);
        let called = Some(json!(call.action.as_str()));
        self.note(
            &spot,
            about,
            "action",
            called,
            (object, route.clone().key("action")),
        );
        self.action(&spot, &undo.object(), undo.value());
    }
}
