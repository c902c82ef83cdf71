use serde_json::{Value, json};

use super::{Kind, mutants};

fn routes(kind: Kind, document: &Value) -> Vec<String> {
    let made = mutants(kind, document);
    assert!(made.iter().all(|mutant| mutant.document != *document));
    made.iter().map(|mutant| mutant.route.to_string()).collect()
}

#[test]
fn every_safety_property_of_a_runbook_has_a_mutant() {
    let document = json!({"spec": {
        "autonomy": {"max_tier": 2, "mode": "gated"},
        "scope": {"do_not_touch": ["x"]},
        "decide": [{"when": "a", "path": "p"}, {"otherwise": "escalate"}],
        "paths": {"p": {
            "preflight": ["not m", "corroborated(2)"],
            "steps": [{"verify": {"success": "ok"}, "on_failure": "rollback"}],
        }},
    }});
    assert_eq!(
        routes(Kind::Runbook, &document),
        [
            "spec.scope.do_not_touch",
            "spec.scope.do_not_touch[0]",
            "spec.autonomy.max_tier",
            "spec.autonomy.mode",
            "spec.decide[1]",
            "spec.paths.p.preflight[0]",
            "spec.paths.p.preflight[1]",
            "spec.paths.p.steps[0].verify",
            "spec.paths.p.steps[0].on_failure",
            "spec.paths.p.steps[0].verify.success",
            "spec.paths.p.steps[0].on_failure",
        ]
    );
}

#[test]
fn an_action_becomes_milder_in_every_way() {
    let document = json!({"spec": {
        "tier": 2,
        "effect": "write",
        "reversibility": {"class": "self_reverting", "time_limit": "30m"},
        "params": {"name": {"type": "string", "pattern": "x"}, "count": {"type": "integer", "maximum": 3}},
    }});
    let names: Vec<_> = mutants(Kind::Action, &document)
        .into_iter()
        .map(|mutant| mutant.name)
        .collect();
    assert_eq!(
        names,
        [
            "spec.tier: 2 becomes 1",
            "spec.effect: \"write\" becomes \"read\"",
            "spec.reversibility.class: \"self_reverting\" becomes \"none_needed\"",
            "spec.reversibility.class: \"self_reverting\" becomes \"ephemeral\"",
            "delete spec.reversibility.time_limit \"30m\"",
            "spec.reversibility.time_limit: \"30m\" becomes \"7d\"",
            "delete spec.params.count.maximum 3",
            "delete spec.params.name.pattern \"x\"",
        ]
    );
}

#[test]
fn of_what_agents_never_run_only_the_rating_counts() {
    let document = json!({"spec": {"tier": 3, "effect": "write", "limits": {"rate": "1 per 1d"}}});
    assert_eq!(
        routes(Kind::Action, &document),
        ["spec.tier", "spec.effect"]
    );
}

#[test]
fn a_freeze_gets_shorter_from_both_ends() {
    let document = json!({"spec": {"freezes": [{"from": "2026-12-20", "to": "2027-01-03"}]}});
    let days: Vec<_> = mutants(Kind::Governance, &document)
        .into_iter()
        .filter_map(|mutant| mutant.document.pointer(&mutant.route.to_pointer()).cloned())
        .collect();
    assert_eq!(days, [json!("2026-12-21"), json!("2027-01-02")]);
}

#[test]
fn a_mode_is_raised_to_every_higher_one() {
    let document = json!({"spec": {"rollout": {"ledger": "advise", "cart": "auto"}}});
    let modes: Vec<_> = mutants(Kind::Governance, &document)
        .into_iter()
        .filter_map(|mutant| mutant.document.pointer(&mutant.route.to_pointer()).cloned())
        .collect();
    assert_eq!(modes, [json!("gated"), json!("auto")]);
}
