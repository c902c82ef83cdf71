//! What keeps a policy safe.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::maker::{Maker, spec};
use crate::document::Route;

pub(super) fn mutate(maker: &mut Maker<'_>) {
    let spec = spec();
    let execute = spec.clone().key("execute");
    for environment in maker.keys(&execute) {
        let row = execute.clone().key(environment);
        for tier in maker.keys(&row) {
            maker.raise_mode(row.clone().key(tier));
        }
    }
    approvals(maker, &spec.clone().key("run_time_approval"));
    caps(maker, &spec.clone().key("caps"));
    freezes(maker, &spec.clone().key("freezes"));
    kill_switch(maker, &spec.clone().key("kill_switch"));
    let rollout = spec.clone().key("rollout");
    for service in maker.keys(&rollout) {
        maker.raise_mode(rollout.clone().key(service));
    }
    defaults(maker, &spec.clone().key("defaults"));
    maker.delete(spec.key("tests"));
}

fn approvals(maker: &mut Maker<'_>, approvals: &Route) {
    for tier in maker.keys(approvals) {
        let approval = approvals.clone().key(tier);
        maker.delete(approval.clone());
        maker.lower(approval.clone().key("approvals"), 0);
        maker.delete_each(&approval, &["distinct", "expires", "on_timeout"]);
        maker.set(approval.key("expires"), json!("1d"));
    }
}

fn caps(maker: &mut Maker<'_>, caps: &Route) {
    for tier in maker.keys(caps) {
        let of_tier = caps.clone().key(tier);
        maker.delete(of_tier.clone());
        for cap in maker.keys(&of_tier) {
            let cap = of_tier.clone().key(cap);
            maker.delete(cap.clone());
            maker.multiply(cap);
        }
        // A larger `max_fraction` is a cap still; how large it may be is for who reviews it to say.
        maker.set(of_tier.key("max_time_limit"), json!("7d"));
    }
}

fn freezes(maker: &mut Maker<'_>, freezes: &Route) {
    for freeze in maker.items(freezes) {
        maker.delete(freeze.clone());
        maker.delete_items(&freeze.clone().key("environments"));
        maker.delete_items(&freeze.clone().key("tiers"));
        let later: fn(Date) -> Option<Date> = |day| day.tomorrow().ok();
        let earlier: fn(Date) -> Option<Date> = |day| day.yesterday().ok();
        for (end, inward) in [("from", later), ("to", earlier)] {
            let day = freeze.clone().key(end);
            let date = maker.at(&day).and_then(Value::as_str);
            let date = date.and_then(|text| text.parse().ok());
            if let Some(date) = date.and_then(inward) {
                maker.set(day, json!(date.to_string()));
            }
        }
    }
}

fn kill_switch(maker: &mut Maker<'_>, switch: &Route) {
    maker.delete(switch.clone());
    maker.delete_each(switch, &["levels", "sources", "unreachable"]);
    maker.delete_items(&switch.clone().key("levels"));
    maker.delete_items(&switch.clone().key("sources"));
    maker.set(switch.clone().key("unreachable"), json!("continue"));
}

fn defaults(maker: &mut Maker<'_>, defaults: &Route) {
    maker.delete(defaults.clone());
    maker.delete_items(&defaults.clone().key("stop_when"));
    maker.delete_items(&defaults.clone().key("handoff"));
    maker.delete_each(defaults, &["budgets", "escalate", "evidence_max_age"]);
    let budgets = defaults.clone().key("budgets");
    maker.delete_each(&budgets, &["wall_clock", "actions", "queries"]);
    maker.set(budgets.clone().key("wall_clock"), json!("1d"));
    maker.multiply(budgets.clone().key("actions"));
    maker.multiply(budgets.key("queries"));
    let escalate = defaults.clone().key("escalate");
    maker.delete_each(&escalate, &["to", "ack_within", "then", "page"]);
    let ages = defaults.clone().key("evidence_max_age");
    // What only reads may rest on anything.
    for tier in maker.keys(&ages).into_iter().filter(|tier| *tier != "0") {
        maker.delete(ages.clone().key(tier));
        maker.set(ages.clone().key(tier), json!("1d"));
    }
}
