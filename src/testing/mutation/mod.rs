//! Mutants: documents from which one safety property was taken away.
//!
//! A library is only as safe as its lint findings and fixtures are sharp. Each mutant has to be
//! noticed by one of them; a mutant that survives names a property nothing watches over.

mod trial;

use serde_json::{Map, Value, json};

pub use trial::{Trial, TrialError, Trials, Verdict};

use crate::document::Route;
use crate::document::model::Kind;

/// A document with one safety property taken away.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// What was done, e.g. `delete preflight "not migrations"`.
    pub name: String,
    /// Where it was done.
    pub route: Route,
    /// The changed document.
    pub document: Value,
}

/// Every mutant of a document of this kind. Kinds without safety properties have none.
pub fn mutants(kind: Kind, document: &Value) -> Vec<Mutant> {
    let mut maker = Maker {
        document,
        made: Vec::new(),
    };
    match kind {
        Kind::Runbook => runbook(&mut maker),
        Kind::Action => action(&mut maker),
        Kind::Governance => governance(&mut maker),
        _ => {}
    }
    maker.made
}

struct Maker<'a> {
    document: &'a Value,
    made: Vec<Mutant>,
}

impl<'a> Maker<'a> {
    fn at(&self, route: &Route) -> Option<&'a Value> {
        self.document.pointer(&route.to_pointer())
    }

    /// Entries of the mapping at `route`, in key order.
    fn entries(&self, route: &Route) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
        self.at(route)
            .and_then(Value::as_object)
            .into_iter()
            .flat_map(Map::iter)
    }

    /// Items of the list at `route`.
    fn items(&self, route: &Route) -> impl Iterator<Item = (usize, &'a Value)> + use<'a> {
        self.at(route)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .enumerate()
    }

    fn make(&mut self, name: String, route: Route, change: impl FnOnce(&mut Value)) {
        let mut document = self.document.clone();
        change(&mut document);
        if document != *self.document {
            self.made.push(Mutant {
                name,
                route,
                document,
            });
        }
    }

    /// Deletes the entry or item at `route`, when there is one.
    fn delete(&mut self, route: Route) {
        let Some(found) = self.at(&route) else { return };
        let name = format!("delete {route}{}", shown(found));
        self.make(name, route.clone(), |document| {
            let (Some(parent), Some(last)) = (route.parent(), route.last()) else {
                return;
            };
            match (document.pointer_mut(&parent.to_pointer()), last) {
                (Some(Value::Object(map)), crate::document::Segment::Key(key)) => {
                    map.remove(key);
                }
                (Some(Value::Array(list)), crate::document::Segment::Index(index)) => {
                    list.remove(*index);
                }
                _ => {}
            }
        });
    }

    /// Deletes each of these keys of the mapping at `route`.
    fn delete_each(&mut self, route: &Route, keys: &[&str]) {
        for key in keys {
            self.delete(route.clone().key(*key));
        }
    }

    /// Deletes each item of the list at `route`.
    fn delete_items(&mut self, route: &Route) {
        for (index, _) in self.items(route).collect::<Vec<_>>() {
            self.delete(route.clone().index(index));
        }
    }

    /// Replaces the value at `route`.
    fn set(&mut self, route: Route, value: Value) {
        let Some(found) = self.at(&route) else { return };
        let name = format!("{route}: {found} becomes {value}");
        self.make(name, route.clone(), |document| {
            if let Some(place) = document.pointer_mut(&route.to_pointer()) {
                *place = value;
            }
        });
    }

    /// Lowers the number at `route` by one, not below `floor`.
    fn lower(&mut self, route: Route, floor: u64) {
        if let Some(number) = self
            .at(&route)
            .and_then(Value::as_u64)
            .filter(|number| *number > floor)
        {
            self.set(route, json!(number - 1));
        }
    }

    /// Raises the mode at `route` to `auto`.
    fn raise_mode(&mut self, route: Route) {
        self.set(route, json!("auto"));
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => format!(" {text:?}"),
        Value::Number(_) | Value::Bool(_) => format!(" {value}"),
        _ => String::new(),
    }
}

fn spec() -> Route {
    Route::root().key("spec")
}

fn runbook(maker: &mut Maker<'_>) {
    let spec = spec();
    maker.delete(spec.clone().key("escalate"));
    maker.delete(spec.clone().key("scope").key("do_not_touch"));
    maker.lower(spec.clone().key("autonomy").key("max_tier"), 0);
    maker.raise_mode(spec.clone().key("autonomy").key("mode"));
    let decide = spec.clone().key("decide");
    for (index, row) in maker.items(&decide).collect::<Vec<_>>() {
        // A row that leads to a path is no safety property; every other one keeps an agent from acting.
        if row.get("path").is_none() {
            maker.delete(decide.clone().index(index));
        }
    }
    let paths = spec.key("paths");
    for (name, path) in maker.entries(&paths).collect::<Vec<_>>() {
        let route = paths.clone().key(name);
        maker.delete(route.clone().key("outcome"));
        maker.delete_items(&route.clone().key("preflight"));
        let steps = path
            .get("steps")
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        for index in 0..steps {
            let step = route.clone().key("steps").index(index);
            maker.delete_each(&step, &["verify", "on_failure", "tier"]);
            maker.delete_each(
                &step.key("verify"),
                &["settle", "within", "success", "failure", "guard"],
            );
        }
    }
}

fn action(maker: &mut Maker<'_>) {
    let spec = spec();
    maker.lower(spec.clone().key("tier"), 0);
    maker.delete_each(
        &spec,
        &[
            "target",
            "limits",
            "blast_radius",
            "verify_floor",
            "timeout",
            "max_mode",
        ],
    );
    maker.delete_items(&spec.clone().key("preflight"));
    maker.delete_items(&spec.clone().key("raise_tier"));
    let undo = spec.clone().key("reversibility");
    maker.delete_each(
        &undo,
        &["inverse", "compensation", "time_limit", "snapshot"],
    );
    maker.delete_each(
        &spec.clone().key("limits"),
        &["rate", "cooldown", "concurrency"],
    );
    maker.delete_each(&spec.clone().key("blast_radius"), &["min_healthy"]);
    maker.set(
        spec.clone().key("blast_radius").key("max_targets"),
        json!(1000),
    );
    let params = spec.key("params");
    for (name, param) in maker.entries(&params).collect::<Vec<_>>() {
        if param.get("type") == Some(&json!("string")) {
            maker.delete_each(&params.clone().key(name), &["pattern", "enum", "lookup"]);
        }
    }
}

fn governance(maker: &mut Maker<'_>) {
    let spec = spec();
    let execute = spec.clone().key("execute");
    for (environment, row) in maker.entries(&execute).collect::<Vec<_>>() {
        for tier in row.as_object().into_iter().flat_map(Map::keys) {
            maker.raise_mode(execute.clone().key(environment).key(tier));
        }
    }
    let approval = spec.clone().key("run_time_approval");
    for (tier, _) in maker.entries(&approval).collect::<Vec<_>>() {
        let route = approval.clone().key(tier);
        maker.delete(route.clone());
        maker.lower(route.clone().key("approvals"), 0);
        maker.delete_each(&route, &["expires", "on_timeout"]);
    }
    let caps = spec.clone().key("caps");
    for (tier, _) in maker.entries(&caps).collect::<Vec<_>>() {
        maker.delete(caps.clone().key(tier));
        maker.delete_each(
            &caps.clone().key(tier),
            &["max_targets", "actions_per_hour"],
        );
    }
    maker.delete(spec.clone().key("kill_switch"));
    maker.set(
        spec.clone().key("kill_switch").key("sources"),
        json!(["bundle"]),
    );
    maker.set(
        spec.clone().key("kill_switch").key("unreachable"),
        json!("continue"),
    );
    maker.delete(spec.clone().key("rollout"));
    let rollout = spec.clone().key("rollout");
    for (service, mode) in maker.entries(&rollout).collect::<Vec<_>>() {
        if mode != &json!("auto") {
            maker.raise_mode(rollout.clone().key(service));
        }
    }
    let defaults = spec.clone().key("defaults");
    maker.delete_items(&defaults.clone().key("stop_when"));
    maker.delete_each(&defaults, &["budgets", "escalate", "evidence_max_age"]);
    maker.delete_each(
        &defaults.clone().key("budgets"),
        &["wall_clock", "actions", "queries"],
    );
    maker.delete(spec.key("tests"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_safety_property_of_a_runbook_has_a_mutant() {
        let document = json!({"spec": {
            "autonomy": {"max_tier": 2, "mode": "gated"},
            "scope": {"do_not_touch": ["x"]},
            "decide": [{"when": "a", "path": "p"}, {"otherwise": "escalate"}],
            "paths": {"p": {"preflight": ["not m", "corroborated(2)"], "steps": [{"verify": {"success": "ok"}}]}},
        }});
        let made = mutants(Kind::Runbook, &document);
        let routes: Vec<_> = made.iter().map(|mutant| mutant.route.to_string()).collect();
        assert_eq!(
            routes,
            [
                "spec.scope.do_not_touch",
                "spec.autonomy.max_tier",
                "spec.autonomy.mode",
                "spec.decide[1]",
                "spec.paths.p.preflight[0]",
                "spec.paths.p.preflight[1]",
                "spec.paths.p.steps[0].verify",
                "spec.paths.p.steps[0].verify.success",
            ]
        );
        assert!(made.iter().all(|mutant| mutant.document != document));
    }
}
