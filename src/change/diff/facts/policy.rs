//! What the policy lets agents do, and who has to approve a change.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::table::{Row, plainly, row, row_or};
use super::{Facts, reach, safety};
use crate::change::diff::model::{Aspect, Spot};
use crate::change::diff::order::Rule;
use crate::document::Route;
use crate::document::model::{ApproveMatrix, Document, Governance, Mode, ObjectRef, Tier};

const MODES: &[&str] = &["off", "shadow", "advise", "gated", "auto"];
const STALE: &[&str] = &["strict", "content"];
const STRICT_FIRST: &[&str] = &["deny", "allow"];
const FLAG: &[&str] = &["false", "true"];
const PROMISE: &[&str] = &["true", "false"];

#[rustfmt::skip]
const POLICY: &[Row] = &[
    row("spec/repository", "repository the policy belongs to", safety(Aspect::Policy, Rule::Shield)),
    row("spec/baseline", "adoption point", safety(Aspect::Approval, Rule::Shield)),
    row("spec/governed", "governed files", safety(Aspect::Approval, Rule::Guard)),
    row("spec/environments", "environments", reach(Aspect::Scope, Rule::Reach)),
    row("spec/aliases", "accounts of one human", safety(Aspect::Approval, Rule::Guard)),
    row("spec/never_approve", "accounts that never approve", safety(Aspect::Approval, Rule::Guard)),
    row("spec/web_flow_ids", "accounts that are nobody", safety(Aspect::Approval, Rule::Reach)),
    row("spec/kill_switch/levels", "what the kill switch can order", safety(Aspect::Policy, Rule::Guard)),
    row("spec/kill_switch/sources", "where the kill switch is looked for", safety(Aspect::Policy, Rule::Guard)),
    row("spec/kill_switch/who", "who may use the kill switch", safety(Aspect::Policy, Rule::Shield)),
    row("spec/kill_switch/unreachable", "what holds when the kill switch cannot be read", safety(Aspect::Policy, Rule::Shield)),
    row("spec/publish/on_denied", "what publishing does with what is denied", safety(Aspect::Approval, Rule::Shield)),
    row("spec/stale/grace", "how long a stale release is used", reach(Aspect::Policy, Rule::Cap)),
    row_or("spec/stale/mode", "highest mode with a stale release", "advise", reach(Aspect::Policy, Rule::Rank(MODES))),
    row("spec/break_glass/max_tier", "highest tier of break-glass", reach(Aspect::Approval, Rule::Cap)),
    row("spec/break_glass/max_ttl", "longest break-glass", safety(Aspect::Approval, Rule::Cap)),
    row("spec/break_glass/ratify_within", "time to ratify break-glass", safety(Aspect::Approval, Rule::Cap)),
    row("spec/break_glass/keys", "keys of break-glass", reach(Aspect::Approval, Rule::Reach)),
    row("spec/approve/governance_change/paths", "what counts as policy", safety(Aspect::Approval, Rule::Guard)),
    row("spec/approve/governance_change/min_distinct", "distinct humans for a change of the policy", safety(Aspect::Approval, Rule::Floor)),
    row_or("spec/approve/defaults/unknown_contributor", "unknown contributors", "deny", safety(Aspect::Approval, Rule::Rank(STRICT_FIRST))),
    row_or("spec/approve/defaults/changes_requested_blocks", "an open request for changes blocks", "true", safety(Aspect::Approval, Rule::Rank(PROMISE))),
    row("spec/approve/defaults/max_age", "age of an approval", safety(Aspect::Approval, Rule::Cap)),
];

const CAPS: [(&str, &str); 4] = [
    ("max_targets", "targets in a run"),
    ("max_fraction", "share of the targets in a run"),
    ("actions_per_hour", "actions in an hour"),
    ("max_time_limit", "longest time limit"),
];

/// What the policy lets agents do, and who has to approve a change.
pub(in crate::change::diff) fn policy(
    object: &ObjectRef,
    document: &Document<Governance>,
    value: &Value,
) -> Facts {
    let mut collect = Collect {
        facts: Facts::default(),
        spot: Spot::document(object.clone()),
        object,
        spec: value.get("spec").unwrap_or(&Value::Null),
    };
    let spot = collect.spot.clone();
    collect
        .facts
        .table(&spot, object, &Route::root(), value, POLICY, &plainly);
    collect.execution(&document.spec);
    collect.requirements("break_glass/approvers", "break-glass");
    collect.requirements(
        "approve/governance_change/require",
        "a change of the policy",
    );
    if let Some(approve) = &document.spec.approve {
        collect.approvals(&document.spec, approve);
    }
    collect.facts
}

struct Collect<'a> {
    facts: Facts,
    spot: Spot,
    object: &'a ObjectRef,
    spec: &'a Value,
}

impl Collect<'_> {
    fn note(&mut self, about: super::About, item: String, value: Option<Value>, route: Route) {
        self.facts
            .note(&self.spot, about, item, value, (self.object, route));
    }

    /// The entries of a mapping below `spec`.
    fn entries(&self, at: &str) -> Vec<(String, Value, Route)> {
        let found = self.spec.pointer(&format!("/{at}"));
        let mut route = Route::root().key("spec");
        for key in at.split('/') {
            route.push(key);
        }
        let entries = found.and_then(Value::as_object).into_iter().flatten();
        entries
            .map(|(key, value)| (key.clone(), value.clone(), route.clone().key(key.as_str())))
            .collect()
    }

    /// What agents may execute.
    fn execution(&mut self, policy: &Governance) {
        for (environment, row) in &policy.execute {
            for (tier, mode) in row {
                let route = Route::root().key("spec").key("execute");
                let route = route.key(environment.as_str()).key(tier.to_string());
                let about = reach(Aspect::Mode, Rule::Rank(MODES));
                let item = format!("mode of tier {tier} in {environment}");
                // A cell that is not there is `off`.
                let mode = Some(*mode).filter(|mode| *mode != Mode::Off);
                self.note(about, item, mode.map(|mode| json!(mode)), route);
            }
        }
        for (service, stage, route) in self.entries("rollout") {
            let about = reach(Aspect::Mode, Rule::Rollout);
            let stage = Some(stage).filter(|it| it != "shadow").unwrap_or_default();
            self.note(about, format!("rollout of {service}"), Some(stage), route);
        }
        for (tier, demand, route) in self.entries("run_time_approval") {
            let get = |key: &str| demand.get(key).cloned();
            let at = |key: &str| route.clone().key(key);
            let floor = safety(Aspect::GoAhead, Rule::Floor);
            let item = format!("go-aheads at tier {tier}");
            self.note(floor, item, get("approvals"), at("approvals"));
            let from = safety(Aspect::GoAhead, Rule::Reach);
            let item = format!("who gives the go-ahead at tier {tier}");
            self.note(from, item, get("from"), at("from"));
            let distinct = get("distinct").filter(|it| it == &json!(true));
            let shield = safety(Aspect::GoAhead, Rule::Shield);
            let item = format!("go-aheads at tier {tier} of different people");
            self.note(shield, item, distinct, at("distinct"));
            let cap = safety(Aspect::GoAhead, Rule::Cap);
            let item = format!("how long a go-ahead at tier {tier} is asked for");
            self.note(cap, item, get("expires"), at("expires"));
        }
        for (tier, caps, route) in self.entries("caps") {
            for (key, item) in CAPS {
                let about = safety(Aspect::Cap, Rule::Cap);
                let item = format!("{item} at tier {tier}");
                self.note(about, item, caps.get(key).cloned(), route.clone().key(key));
            }
        }
        let freezes = self.spec.get("freezes").and_then(Value::as_array).cloned();
        for (index, freeze) in freezes.unwrap_or_default().into_iter().enumerate() {
            let id = freeze.get("id").and_then(Value::as_str).unwrap_or_default();
            let route = Route::root().key("spec").key("freezes").index(index);
            let item = format!("freeze {id}");
            let about = safety(Aspect::Policy, Rule::Shield);
            self.note(about, item, Some(freeze.clone()), route);
        }
        for (way, demands, route) in self.entries("promotion") {
            for (key, value) in demands.as_object().into_iter().flatten() {
                let rule = match key.ends_with("_upper95") {
                    true => Rule::Cap,
                    false => Rule::Floor,
                };
                let item = format!("{key} for {way}");
                let route = route.clone().key(key.as_str());
                self.note(
                    safety(Aspect::Policy, rule),
                    item,
                    Some(value.clone()),
                    route,
                );
            }
        }
        for (team, spec, route) in self.entries("teams") {
            let ids = spec.get("members").and_then(Value::as_array);
            // Ids decide; logins are for reading.
            let ids: BTreeSet<String> = ids
                .into_iter()
                .flatten()
                .filter_map(|member| Some(member.get("id")?.to_string()))
                .collect();
            let members = safety(Aspect::Approval, Rule::Reach);
            let item = format!("members of team {team}, by id");
            self.note(
                members,
                item,
                Some(json!(ids)),
                route.clone().key("members"),
            );
            let forge = spec.get("github").map(|name| json!([name, spec.get("id")]));
            let about = safety(Aspect::Approval, Rule::Choice);
            let item = format!("forge team of {team}");
            self.note(about, item, forge, route);
        }
    }

    /// Approvals by team.
    fn requirements(&mut self, at: &str, what: &str) {
        for (team, count, route) in self.entries(at) {
            let about = safety(Aspect::Approval, Rule::Floor);
            self.note(
                about,
                format!("approvals of {team} for {what}"),
                Some(count),
                route,
            );
        }
    }

    /// Who must approve a change: the matrix, resolved for every tier and environment.
    fn approvals(&mut self, policy: &Governance, approve: &ApproveMatrix) {
        let environments: BTreeSet<&str> =
            policy.environments.iter().map(|id| id.as_str()).collect();
        for tier in Tier::ALL {
            for environment in &environments {
                self.cell(approve, tier, environment);
            }
        }
        for (index, rule) in approve.paths.iter().enumerate() {
            for (team, count) in &rule.require {
                let route = Route::root()
                    .key("spec")
                    .key("approve")
                    .key("paths")
                    .index(index);
                let about = safety(Aspect::Approval, Rule::Floor);
                let item = format!("approvals of {team} for files {}", rule.pattern);
                self.note(about, item, Some(json!(count)), route);
            }
        }
        for (index, author) in approve.trusted_authors.iter().enumerate() {
            let route = Route::root().key("spec").key("approve");
            let route = route.key("trusted_authors").index(index);
            let about = safety(Aspect::Approval, Rule::Opening);
            let item = format!("robot with the account id {}", author.id);
            self.note(about, item, Some(json!(author)), route);
        }
    }

    fn cell(&mut self, approve: &ApproveMatrix, tier: Tier, environment: &str) {
        let route = || Route::root().key("spec").key("approve").key("matrix");
        let defaults = &approve.defaults;
        let covers = |row: &&crate::document::model::ApproveRow| {
            row.tiers.contains(&tier)
                && row
                    .environments
                    .iter()
                    .any(|it| it == "*" || it == environment)
        };
        let rows = approve.matrix.iter().enumerate();
        let rows: Vec<_> = rows.filter(|(_, row)| covers(row)).collect();
        let Some((first, _)) = rows.first() else {
            return;
        };
        let place = route().index(*first);
        let of = format!("changes of tier {tier} in {environment}");
        // Every row that matches applies: the most of each team, the strictest of everything else.
        let mut most: BTreeMap<&str, (u32, usize)> = BTreeMap::new();
        for (index, row) in &rows {
            for (team, count) in &row.require {
                let entry = most.entry(team.as_str()).or_insert((*count, *index));
                if *count > entry.0 {
                    *entry = (*count, *index);
                }
            }
        }
        let floor = safety(Aspect::Approval, Rule::Floor);
        for (team, (count, index)) in most {
            let item = format!("approvals of {team} for {of}");
            let route = route().index(index).key("require").key(team);
            self.note(floor, item, Some(json!(count)), route);
        }
        let distinct = rows
            .iter()
            .filter_map(|(_, row)| row.min_distinct.or(defaults.min_distinct));
        let item = format!("distinct humans for {of}");
        self.note(
            floor,
            item,
            Some(json!(distinct.max().unwrap_or(1))),
            place.clone(),
        );
        let stale = |row: &crate::document::model::ApproveRow| {
            let said = row.stale.as_ref().or(defaults.stale.as_ref());
            said.is_some_and(|it| it == "content")
        };
        let lax = rows.iter().all(|(_, row)| stale(row));
        let word = if lax { "content" } else { "strict" };
        let about = safety(Aspect::Approval, Rule::Rank(STALE));
        let item = format!("staleness of approvals for {of}");
        self.note(about, item, Some(json!(word)), place.clone());
        let many = rows.iter().all(|(_, row)| {
            let said = row.one_person_many_teams.or(defaults.one_person_many_teams);
            said.unwrap_or(true)
        });
        let about = safety(Aspect::Approval, Rule::Rank(FLAG));
        let item = format!("one human counts for several teams for {of}");
        self.note(about, item, Some(json!(many)), place);
    }
}
