use serde_json::{Value, json};

use super::{Weight, differences, weight};
use crate::document::model::Kind;

fn weighed(kind: Kind, before: Value, after: Value) -> Option<Weight> {
    let wrapped = |spec: Value| json!({"spec": spec});
    weight(&differences(kind, &wrapped(before), &wrapped(after)))
}

#[track_caller]
fn both_ways(kind: Kind, weaker: Value, safer: Value) {
    assert_eq!(
        weighed(kind, weaker.clone(), safer.clone()),
        Some(Weight::Within),
        "to {safer}"
    );
    assert_eq!(
        weighed(kind, safer.clone(), weaker.clone()),
        Some(Weight::Wider),
        "to {weaker}"
    );
}

#[test]
fn what_is_safer_one_way_is_wider_the_other() {
    for (weaker, safer) in [
        (
            json!({"scope": {"services": ["a", "b"]}}),
            json!({"scope": {"services": ["b"]}}),
        ),
        (
            json!({"scope": {"do_not_touch": []}}),
            json!({"scope": {"do_not_touch": ["x"]}}),
        ),
        (
            json!({"autonomy": {"max_tier": 2}}),
            json!({"autonomy": {"max_tier": 1}}),
        ),
        (
            json!({"autonomy": {"mode": "auto"}}),
            json!({"autonomy": {"mode": "gated"}}),
        ),
        (
            json!({"stop_when": []}),
            json!({"stop_when": ["severity_raised"]}),
        ),
        (json!({}), json!({"budgets": {"wall_clock": "30m"}})),
        (
            json!({"budgets": {"wall_clock": "1h"}}),
            json!({"budgets": {"wall_clock": "45m"}}),
        ),
        (
            json!({"paths": {"p": {"preflight": [], "steps": [{"id": "a", "verify": {"hold": "1m"}}]}}}),
            json!({"paths": {"p": {"preflight": ["not x"], "steps": [{"id": "a", "verify": {"hold": "120s"}}]}}}),
        ),
        (
            json!({"paths": {"p": {"steps": [{"id": "a", "verify": {"success": "ok"}}]}}}),
            json!({"paths": {"p": {"steps": [{"id": "a", "verify": {"success": "ok", "guard": "fine"}}]}}}),
        ),
    ] {
        both_ways(Kind::Runbook, weaker, safer);
    }
    for (weaker, safer) in [
        (json!({"tier": 1}), json!({"tier": 2})),
        (
            json!({"limits": {"rate": "4 per 1h"}}),
            json!({"limits": {"rate": "1 per 30m"}}),
        ),
        (
            json!({"blast_radius": {"max_fraction": "30%"}}),
            json!({"blast_radius": {"max_fraction": "20%"}}),
        ),
        (
            json!({"permissions": ["a:get", "a:patch"]}),
            json!({"permissions": ["a:get"]}),
        ),
        (
            json!({"params": {"n": {"maximum": 50}}}),
            json!({"params": {"n": {"maximum": 5}}}),
        ),
    ] {
        both_ways(Kind::Action, weaker, safer);
    }
    for (weaker, safer) in [
        (
            json!({"require": {"a": {"x": 1}}}),
            json!({"require": {"a": {"x": 1}, "b": {"x": 2}}}),
        ),
        (
            json!({"score": {"match_at": 0.5}}),
            json!({"score": {"match_at": 0.8}}),
        ),
        (json!({"routes": [{"runbook": "a"}]}), json!({"routes": []})),
    ] {
        both_ways(Kind::Signature, weaker, safer);
    }
    for (weaker, safer) in [
        (
            json!({"execute": {"prod": {"1": "gated"}}}),
            json!({"execute": {"prod": {}}}),
        ),
        (
            json!({"rollout": {"shop": "auto"}}),
            json!({"rollout": {"shop": "gated"}}),
        ),
    ] {
        both_ways(Kind::Governance, weaker, safer);
    }
}

#[test]
fn a_decision_table_may_gain_rows_and_lose_paths() {
    let row = |when: &str| json!({"when": when, "path": "p"});
    let escalate = json!({"when": "bad", "escalate": "sre"});
    let last = json!({"otherwise": "escalate"});
    let table = |rows: &[&Value]| json!({"decide": rows});
    let (a, b) = (row("a"), row("a and b"));
    let cases = [
        (
            table(&[&a, &last]),
            table(&[&escalate, &a, &last]),
            Weight::Within,
        ),
        (table(&[&a, &b, &last]), table(&[&b, &last]), Weight::Within),
        (
            table(&[&escalate, &a, &last]),
            table(&[&a, &last]),
            Weight::Wider,
        ),
        (table(&[&b, &last]), table(&[&a, &last]), Weight::Wider),
        (
            table(&[&escalate, &a, &last]),
            table(&[&a, &escalate, &last]),
            Weight::Wider,
        ),
        (
            table(&[&json!({"when": "a", "path": "p", "because": "x"})]),
            table(&[&json!({"when": "a", "path": "p", "because": "y"})]),
            Weight::Text,
        ),
    ];
    for (before, after, expected) in cases {
        assert_eq!(
            weighed(Kind::Runbook, before, after.clone()),
            Some(expected),
            "{after}"
        );
    }
}

#[test]
fn what_no_table_knows_is_wide_and_words_are_not() {
    let wide = |before, after| weighed(Kind::Runbook, before, after);
    assert_eq!(
        wide(json!({"novelty": 1}), json!({"novelty": 2})),
        Some(Weight::Wider)
    );
    assert_eq!(
        wide(
            json!({"checks": {"a": {"above": 1}}}),
            json!({"checks": {"a": {"above": 2}}})
        ),
        Some(Weight::Wider)
    );
    assert_eq!(
        wide(
            json!({"budgets": {"actions": "3"}}),
            json!({"budgets": {"actions": 3}})
        ),
        Some(Weight::Wider)
    );
    assert_eq!(wide(json!({"alerts": []}), json!({"alerts": []})), None);
    let titled =
        |title: &str, version: &str| json!({"metadata": {"title": title, "version": version}});
    let found = differences(Kind::Action, &titled("a", "1.0.0"), &titled("b", "1.0.1"));
    assert_eq!(weight(&found), Some(Weight::Text));
    assert_eq!(found.len(), 1, "the version itself is no difference");
}

#[test]
fn standing_rises_towards_stable() {
    let status = |status: &str| json!({"metadata": {"status": status}});
    let weighed = |a: &str, b: &str| weight(&differences(Kind::Signature, &status(a), &status(b)));
    assert_eq!(weighed("shadow", "stable"), Some(Weight::Wider));
    assert_eq!(weighed("stable", "shadow"), Some(Weight::Within));
    assert_eq!(weighed("stable", "deprecated"), Some(Weight::Within));
    assert_eq!(weighed("deprecated", "stable"), Some(Weight::Wider));
}

#[test]
fn a_weight_demands_a_version() {
    let demands =
        |weight: Weight, before: &str| weight.demands(&before.parse().unwrap()).to_string();
    assert_eq!(demands(Weight::Wider, "1.4.2"), "2.0.0");
    assert_eq!(demands(Weight::Within, "1.4.2"), "1.5.0");
    assert_eq!(demands(Weight::Text, "1.4.2"), "1.4.3");
    assert_eq!(demands(Weight::Wider, "0.4.2"), "0.5.0");
    assert_eq!(demands(Weight::Within, "0.4.2"), "0.4.3");
}
