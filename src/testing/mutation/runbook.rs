//! What keeps a runbook safe.

use serde_json::json;

use super::maker::{Maker, spec};
use crate::document::Route;

pub(super) fn mutate(maker: &mut Maker<'_>) {
    let spec = spec();
    let fence = spec.clone().key("scope").key("do_not_touch");
    maker.delete(fence.clone());
    maker.delete_items(&fence);
    let autonomy = spec.clone().key("autonomy");
    maker.lower(autonomy.clone().key("max_tier"), 0);
    maker.raise_mode(autonomy.key("mode"));
    // These only tighten the policy's. Whether deleting one changes anything is decided with the policy
    // (`Trials`): an `escalate` that says what the policy says is no property of the runbook.
    maker.delete_each(&spec, &["escalate", "stop_when", "budgets", "handoff"]);
    maker.delete_items(&spec.clone().key("stop_when"));
    maker.delete_each(
        &spec.clone().key("budgets"),
        &["wall_clock", "actions", "queries"],
    );
    for row in maker.items(&spec.clone().key("decide")) {
        // A row that leads to a path is no safety property, and neither are its conditions: without a
        // signature, which requires them too, the path may not write.
        if maker.at(&row.clone().key("path")).is_none() {
            maker.delete(row);
        }
    }
    let paths = spec.key("paths");
    for name in maker.keys(&paths) {
        path(maker, &paths.clone().key(name));
    }
}

fn path(maker: &mut Maker<'_>, path: &Route) {
    maker.delete_each(path, &["outcome", "waiver"]);
    maker.delete_items(&path.clone().key("preflight"));
    for step in maker.items(&path.clone().key("steps")) {
        maker.delete_each(&step, &["verify", "on_failure", "tier"]);
        maker.delete_each(
            &step.clone().key("verify"),
            &["settle", "hold", "within", "success", "failure", "guard"],
        );
        let on_failure = step.key("on_failure");
        if maker.at(&on_failure) == Some(&json!("rollback")) {
            maker.set(on_failure, json!("escalate"));
        }
    }
}
