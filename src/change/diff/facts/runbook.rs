//! What a runbook may do, with everything it resolves to.

use serde_json::{Value, json};

use super::table::{Row, plainly, row};
use super::{Facts, reach, safety};
use crate::change::diff::model::{Aspect, Spot};
use crate::change::diff::order::Rule;
use crate::closure::Closure;
use crate::document::Route;
use crate::document::model::{Decision, Governance, Kind, ObjectRef};

const MODES: &[&str] = &["off", "shadow", "advise", "gated", "auto"];
const TIERS: &[&str] = &["0", "1", "2", "3"];

#[rustfmt::skip]
const RUNBOOK: &[Row] = &[
    row("spec/autonomy/max_tier", "highest tier of the runbook", reach(Aspect::Tier, Rule::Rank(TIERS))),
    row("spec/autonomy/mode", "mode of the runbook", reach(Aspect::Mode, Rule::Rank(MODES))),
    row("spec/scope/services", "services in scope", reach(Aspect::Scope, Rule::Reach)),
    row("spec/scope/environments", "environments in scope", reach(Aspect::Scope, Rule::Reach)),
    row("spec/scope/do_not_touch", "targets never touched", reach(Aspect::Scope, Rule::Guard)),
    row("spec/alerts", "alerts that start it", reach(Aspect::Decision, Rule::Reach)),
    row("spec/incident_class", "incident class", reach(Aspect::Decision, Rule::Choice)),
];

/// A runbook, its closure, and the policy it is run under.
pub(super) struct Resolved<'a> {
    pub(super) object: ObjectRef,
    pub(super) closure: &'a Closure,
    pub(super) policy: &'a ObjectRef,
    pub(super) governance: &'a Governance,
}

/// What a runbook may do, with everything it resolves to.
pub(in crate::change::diff) fn runbook(
    closure: &Closure,
    policy: &ObjectRef,
    governance: &Governance,
) -> Facts {
    let resolved = Resolved {
        object: ObjectRef::new(Kind::Runbook, &closure.runbook.metadata.id),
        closure,
        policy,
        governance,
    };
    let mut facts = Facts::default();
    let document = closure.runbook.value();
    let spot = Spot::document(resolved.object.clone());
    let root = Route::root();
    facts.table(&spot, &resolved.object, &root, document, RUNBOOK, &plainly);
    facts.status(&spot, &resolved.object, document);
    facts.inherited(&spot, &resolved);
    facts.decisions(&spot, &resolved);
    facts.checks(&spot, &resolved);
    for (path_id, path) in &closure.runbook.spec.paths {
        let spot = Spot {
            path: Some(path_id.to_string()),
            ..spot.clone()
        };
        let route = Route::root().key("spec").key("paths").key(path_id.as_str());
        let origin = || (&resolved.object, route.clone());
        facts.note(
            &spot,
            reach(Aspect::Part, Rule::Opening),
            "path",
            Some(json!("yes")),
            origin(),
        );
        let ids = path.steps.iter().map(|step| json!(step.id.as_str()));
        facts.note(
            &spot,
            safety(Aspect::Decision, Rule::Plain),
            "order of steps",
            Some(Value::Array(ids.collect())).filter(|_| path.steps.len() > 1),
            (&resolved.object, route.clone().key("steps")),
        );
        facts.note(
            &spot,
            safety(Aspect::Decision, Rule::Plain),
            "outcome",
            path.outcome.map(|outcome| json!(outcome)),
            (&resolved.object, route.clone().key("outcome")),
        );
        facts.note(
            &spot,
            safety(Aspect::Rollback, Rule::Opening),
            "waiver of the rollback",
            path.waiver.as_ref().map(|waiver| json!(waiver.no_rollback)),
            (&resolved.object, route.clone().key("waiver")),
        );
        for index in 0..path.steps.len() {
            facts.step(
                &spot,
                &resolved,
                path,
                index,
                &route.clone().key("steps").index(index),
            );
        }
    }
    facts
}

impl Facts {
    /// Stop conditions, budgets, handoff and escalation: the policy's, tightened by the runbook.
    fn inherited(&mut self, spot: &Spot, resolved: &Resolved<'_>) {
        let defaults = &resolved.closure.defaults;
        let own = resolved.closure.runbook.value();
        let mut note = |about, key: &str, inner: Option<&str>, item: &str, value: Option<Value>| {
            let mut below = Route::root().key("spec").key(key);
            if let Some(inner) = inner {
                below.push(inner);
            }
            // Where the runbook says nothing, the policy does.
            let origin = if super::table::at(own, &below).is_some() {
                (&resolved.object, below)
            } else {
                let mut route = Route::root().key("spec").key("defaults").key(key);
                if let Some(inner) = inner {
                    route.push(inner);
                }
                (resolved.policy, route)
            };
            self.note(spot, about, item, value, origin);
        };
        let guard = safety(Aspect::Handover, Rule::Guard);
        note(
            guard,
            "stop_when",
            None,
            "stop conditions",
            Some(json!(defaults.stop_when)),
        );
        note(
            guard,
            "handoff",
            None,
            "handoff",
            Some(json!(defaults.handoff)),
        );
        let budgets = defaults.budgets.unwrap_or_default();
        let cap = safety(Aspect::Cap, Rule::Cap);
        let wall_clock = budgets.wall_clock.map(|it| json!(it.to_string()));
        note(
            cap,
            "budgets",
            Some("wall_clock"),
            "longest run",
            wall_clock,
        );
        let actions = budgets.actions.map(Value::from);
        note(cap, "budgets", Some("actions"), "actions in a run", actions);
        let queries = budgets.queries.map(Value::from);
        note(cap, "budgets", Some("queries"), "queries in a run", queries);
        let escalate = defaults.escalate.as_ref();
        let plain = safety(Aspect::Handover, Rule::Plain);
        note(
            plain,
            "escalate",
            Some("to"),
            "escalates to",
            escalate.map(|it| json!(it.to)),
        );
        let then = escalate.and_then(|it| it.then.as_ref());
        let shield = safety(Aspect::Handover, Rule::Shield);
        note(
            shield,
            "escalate",
            Some("then"),
            "who is told next",
            then.map(|it| json!(it)),
        );
        let within = escalate.and_then(|it| it.ack_within);
        let cap = safety(Aspect::Handover, Rule::Cap);
        let within = within.map(|it| json!(it.to_string()));
        note(
            cap,
            "escalate",
            Some("ack_within"),
            "time to acknowledge",
            within,
        );
        let pages = escalate.and_then(|it| it.page).unwrap_or(false);
        let shield = safety(Aspect::Handover, Rule::Shield);
        note(
            shield,
            "escalate",
            Some("page"),
            "somebody is woken up",
            pages.then(|| json!("yes")),
        );
    }

    /// The decision table: the first row that holds wins.
    fn decisions(&mut self, spot: &Spot, resolved: &Resolved<'_>) {
        let rows = &resolved.closure.runbook.spec.decide;
        let route = Route::root().key("spec").key("decide");
        let said: Vec<Value> = rows.iter().map(|row| json!(described(row))).collect();
        self.note(
            spot,
            reach(Aspect::Decision, Rule::Table),
            "decision table",
            Some(Value::Array(said)).filter(|_| !rows.is_empty()),
            (&resolved.object, route),
        );
    }
}

/// A row in words, without its reason; those that lead to a path say so first.
fn described(row: &Decision) -> String {
    let when = row.when.as_deref().unwrap_or("otherwise");
    if let Some(path) = &row.path {
        return format!("path {path}: {when}");
    }
    if let Some(team) = &row.escalate {
        return format!("escalate to {team}: {when}");
    }
    match row.otherwise {
        Some(crate::document::model::DecisionOutcome::Escalate) => format!("escalate: {when}"),
        _ => format!("dismiss: {when}"),
    }
}
