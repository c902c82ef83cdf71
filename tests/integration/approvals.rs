//! `rbk approvals evaluate`, as anybody runs it who repeats a decision.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::workbench::{Ran, Workbench};

fn file() -> Value {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/data/governance/cases.json"
    );
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn case(file: &Value, id: &str) -> Value {
    let cases = file["cases"].as_array().unwrap();
    cases.iter().find(|case| case["id"] == id).unwrap().clone()
}

/// Evaluates facts under a policy, both as files.
fn evaluate(facts: &str, policy: &str, more: &[&str]) -> Ran {
    let bench = Workbench::new();
    bench.write("facts.json", facts);
    bench.write("policy.json", policy);
    let command = [
        "approvals",
        "evaluate",
        "--facts",
        "facts.json",
        "--policy",
        "policy.json",
    ];
    bench.rbk(&[&command, more].concat())
}

fn evaluated(file: &Value, id: &str, more: &[&str]) -> Ran {
    let case = case(file, id);
    let policy = &file["policies"][case["policy"].as_str().unwrap()];
    evaluate(&case["facts"].to_string(), &policy.to_string(), more)
}

#[test]
fn every_case_ends_as_specified() {
    let file = file();
    for case in file["cases"].as_array().unwrap() {
        let id = case["id"].as_str().unwrap();
        let ran = evaluated(&file, id, &["--format", "json"]);
        let said: Value = serde_json::from_str(&ran.stdout).unwrap();
        for key in ["verdict", "reasons", "rejected"] {
            assert_eq!(said[key], case["expect"][key], "{id} {key}");
        }
        let code = match case["expect"]["verdict"].as_str().unwrap() {
            "ALLOW" | "ALLOW_BREAK_GLASS" => 0,
            "DENY" => 1,
            _ => 3,
        };
        assert_eq!(ran.code, Some(code), "{id}");
    }
}

#[test]
fn a_decision_is_explained() {
    let file = file();
    assert_snapshot!("approvals_allowed", evaluated(&file, "G10", &[]).expect(0));
    assert_snapshot!("approvals_denied", evaluated(&file, "G34", &[]).expect(1));
    assert_snapshot!("approvals_too_few", evaluated(&file, "G91", &[]).expect(1));
    assert_snapshot!(
        "approvals_emergency",
        evaluated(&file, "G79", &[]).expect(1)
    );
}

#[test]
fn what_cannot_be_judged_is_neither_allowed_nor_denied() {
    let file = file();
    let case = case(&file, "G01");
    let policy = &file["policies"]["default"];
    let mut without = case["facts"].clone();
    without.as_object_mut().unwrap().remove("reviews");
    let ran = evaluate(&without.to_string(), &policy.to_string(), &[]);
    assert_snapshot!("approvals_facts_missing", ran.expect(3));

    let mut unknown = case["facts"].clone();
    unknown["reviews"][0]["state"] = json!("BLESSED");
    let ran = evaluate(
        &unknown.to_string(),
        &policy.to_string(),
        &["--format", "json"],
    );
    assert_snapshot!("approvals_state_unknown", ran.expect(3));

    let mut misspelt = policy.clone();
    misspelt["spec"]["approve"]["defaults"]["stail"] = json!("strict");
    let ran = evaluate(&case["facts"].to_string(), &misspelt.to_string(), &[]);
    assert_snapshot!("approvals_policy_misspelt", ran.expect(3));

    let mut silent = policy.clone();
    silent["spec"].as_object_mut().unwrap().remove("approve");
    let ran = evaluate(&case["facts"].to_string(), &silent.to_string(), &[]);
    assert_snapshot!("approvals_policy_without_matrix", ran.expect(3));
}

#[test]
fn facts_come_from_standard_input_too() {
    let file = file();
    let bench = Workbench::new();
    bench.write("policy.json", file["policies"]["default"].to_string());
    let command = [
        "approvals",
        "evaluate",
        "--facts",
        "-",
        "--policy",
        "policy.json",
    ];
    let facts = case(&file, "G01")["facts"].to_string();
    assert_eq!(bench.rbk_with_input(&command, &facts).code, Some(0));
    assert_eq!(bench.rbk_with_input(&command, "{").code, Some(3));
    assert_eq!(bench.rbk_with_input(&command, "").code, Some(3));
}
