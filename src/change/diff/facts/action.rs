//! What an action may do, whoever calls it.

use serde_json::Value;

use super::table::{Row, plainly, row, row_or};
use super::{Facts, Key, reach, safety};
use crate::change::diff::model::{Aspect, Spot};
use crate::change::diff::order::Rule;
use crate::document::Route;
use crate::document::model::ObjectRef;

const EFFECTS: &[&str] = &["read", "notify", "write", "delete"];
const CLASSES: &[&str] = &[
    "none_needed",
    "ephemeral",
    "self_reverting",
    "reversible",
    "compensable",
    "irreversible",
];
const FLAG: &[&str] = &["false", "true"];
const PROMISE: &[&str] = &["true", "false"];

#[rustfmt::skip]
const ACTION: &[Row] = &[
    row("spec/effect", "effect", reach(Aspect::Effect, Rule::Rank(EFFECTS))),
    row("spec/adapter", "what the executor calls", reach(Aspect::Target, Rule::Choice)),
    row("spec/target", "target", reach(Aspect::Target, Rule::Shield)),
    row("spec/reversibility/class", "reversibility", safety(Aspect::Rollback, Rule::Rank(CLASSES))),
    row("spec/reversibility/inverse", "exact undo", safety(Aspect::Rollback, Rule::Shield)),
    row("spec/reversibility/compensation", "approximate undo", safety(Aspect::Rollback, Rule::Shield)),
    row("spec/reversibility/snapshot", "snapshot captured first", safety(Aspect::Rollback, Rule::Shield)),
    row("spec/reversibility/valid_for", "how long the undo works", safety(Aspect::Rollback, Rule::Floor)),
    row("spec/reversibility/time_limit", "how long the effect lasts", safety(Aspect::Rollback, Rule::Cap)),
    row_or("spec/idempotent", "idempotent", "false", safety(Aspect::Rollback, Rule::Rank(PROMISE))),
    row("spec/blast_radius/unit", "unit counted", safety(Aspect::Cap, Rule::Shield)),
    row("spec/blast_radius/max_fraction", "largest share of the targets", safety(Aspect::Cap, Rule::Cap)),
    row_or("spec/blast_radius/failure_domains", "failure domains at once", "1", safety(Aspect::Cap, Rule::Cap)),
    row("spec/blast_radius/min_healthy", "share that stays healthy", safety(Aspect::Cap, Rule::Floor)),
    row_or("spec/blast_radius/reduces_capacity", "takes capacity away", "false", reach(Aspect::Effect, Rule::Rank(FLAG))),
    row("spec/limits/rate", "rate", safety(Aspect::Cap, Rule::Cap)),
    row("spec/limits/cooldown", "cooldown", safety(Aspect::Cap, Rule::Floor)),
    row("spec/limits/concurrency", "runs at one time", safety(Aspect::Cap, Rule::Cap)),
    row("spec/timeout", "timeout", safety(Aspect::Cap, Rule::Cap)),
    row("spec/permissions", "permissions", reach(Aspect::Permission, Rule::Reach)),
    row_or("spec/max_mode", "highest mode of the action", "auto", reach(Aspect::Mode, Rule::Cap)),
    row("spec/raise_tier", "values that raise the tier", safety(Aspect::Guard, Rule::Guard)),
];

#[rustfmt::skip]
const PARAMETER: &[Row] = &[
    row("type", "type", reach(Aspect::Parameter, Rule::Choice)),
    row("pattern", "pattern", reach(Aspect::Parameter, Rule::Shield)),
    row("lookup", "catalogue it must be known in", reach(Aspect::Parameter, Rule::Shield)),
    row("minimum", "smallest value", reach(Aspect::Parameter, Rule::Floor)),
    row("maximum", "largest value", reach(Aspect::Parameter, Rule::Cap)),
    row("maxLength", "longest text", reach(Aspect::Parameter, Rule::Cap)),
    row("default", "default", reach(Aspect::Parameter, Rule::Opening)),
];

impl Facts {
    /// Notes what an action says about itself.
    pub(super) fn action(&mut self, spot: &Spot, object: &ObjectRef, action: &Value) {
        self.table(spot, object, &Route::root(), action, ACTION, &plainly);
        for (aspect, item, words) in [
            (Aspect::Effect, "effect", EFFECTS),
            (Aspect::Rollback, "reversibility", CLASSES),
        ] {
            let key = Key {
                spot: spot.clone(),
                aspect,
                item: item.to_owned(),
            };
            // Called milder than before, the same action has to keep to less.
            if let Some(fact) = self.0.get_mut(&key) {
                let rank = words.iter().position(|word| fact.value == *word);
                fact.rating = rank.map(|rank| (object.id.clone(), rank));
            }
        }
        let params = action.pointer("/spec/params").and_then(Value::as_object);
        for (name, spec) in params.into_iter().flatten() {
            let base = Route::root().key("spec").key("params").key(name.as_str());
            let named = |item: &str| format!("{item} of parameter `{name}`");
            for row in PARAMETER {
                let value = spec.get(row.at).cloned();
                let origin = (object, base.clone().key(row.at));
                self.note(spot, row.about, named(row.item), value, origin);
            }
            // A list of values is a bound only while it is there.
            let rule = reach(Aspect::Parameter, Rule::Values);
            let values = spec.get("enum").cloned();
            let origin = (object, base.key("enum"));
            self.note(spot, rule, named("values"), values, origin);
        }
    }
}
