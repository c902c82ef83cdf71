//! What keeps an action safe.

use serde_json::{Value, json};

use super::maker::{Maker, spec};

/// Reversibility classes, from the safest to the most dangerous.
const CLASSES: [&str; 6] = [
    "none_needed",
    "ephemeral",
    "self_reverting",
    "reversible",
    "compensable",
    "irreversible",
];

/// The tier of what agents never run.
const HUMAN_ONLY: u64 = 3;

pub(super) fn mutate(maker: &mut Maker<'_>) {
    rating(maker);
    let tier = maker.at(&spec().key("tier")).and_then(Value::as_u64);
    // Nothing but its rating keeps an action of tier 3 from agents, and limits for people are theirs.
    if tier != Some(HUMAN_ONLY) {
        undo(maker);
        limits(maker);
        demands(maker);
    }
    parameters(maker);
}

/// Tier and effect: what all the rules and the policy go by.
fn rating(maker: &mut Maker<'_>) {
    let spec = spec();
    maker.lower(spec.clone().key("tier"), 0);
    let effect = spec.clone().key("effect");
    if matches!(
        maker.at(&effect).and_then(Value::as_str),
        Some("write" | "delete")
    ) {
        maker.set(effect, json!("read"));
    }
    let raise = spec.key("raise_tier");
    maker.delete_items(&raise);
    for rule in maker.items(&raise) {
        maker.lower(rule.clone().key("to"), 1);
        maker.delete_items(&rule.key("in"));
    }
}

fn undo(maker: &mut Maker<'_>) {
    let undo = spec().key("reversibility");
    let class = undo.clone().key("class");
    let written = maker.at(&class).and_then(Value::as_str);
    let milder = CLASSES
        .into_iter()
        .take_while(|known| Some(*known) != written);
    for milder in milder {
        maker.set(class.clone(), json!(milder));
    }
    maker.delete_each(
        &undo,
        &["inverse", "compensation", "time_limit", "snapshot"],
    );
    maker.set(undo.clone().key("time_limit"), json!("7d"));
    for name in maker.keys(&undo.clone().key("snapshot")) {
        maker.delete(undo.clone().key("snapshot").key(name));
    }
    // Not `valid_for`: without it an undo never expires, so that more can be undone, not less.
}

fn limits(maker: &mut Maker<'_>) {
    let spec = spec();
    maker.delete_each(&spec, &["target", "limits", "blast_radius", "max_mode"]);
    maker.raise_mode(spec.clone().key("max_mode"));
    // Not `timeout`: without it the engine's own applies, which is as long as any.
    let limits = spec.clone().key("limits");
    maker.delete_each(&limits, &["rate", "cooldown", "concurrency"]);
    maker.set(limits.key("rate"), json!("1000 per 1h"));
    let radius = spec.key("blast_radius");
    maker.delete_each(&radius, &["max_targets", "max_fraction"]);
    maker.set(radius.clone().key("max_targets"), json!(1000));
    // Not `reduces_capacity`: it only tells that `min_healthy` is needed.
    maker.delete(radius.clone().key("min_healthy"));
    if maker.at(&radius).is_some() {
        maker.put(radius.key("failure_domains"), json!(3));
    }
}

fn demands(maker: &mut Maker<'_>) {
    let spec = spec();
    maker.delete_items(&spec.clone().key("preflight"));
    maker.delete(spec.clone().key("verify_floor"));
    maker.delete_each(&spec.key("verify_floor"), &["settle", "hold"]);
}

fn parameters(maker: &mut Maker<'_>) {
    let params = spec().key("params");
    for name in maker.keys(&params) {
        let param = params.clone().key(name);
        match maker.at(&param.clone().key("type")).and_then(Value::as_str) {
            Some("string") => maker.delete_each(&param, &["pattern", "enum", "lookup"]),
            Some("integer" | "number") => {
                maker.delete_each(&param, &["enum", "minimum", "maximum"]);
            }
            _ => {}
        }
    }
}
