//! Every single expectation of every fixture counts: turned around, it fails that fixture and no other.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use rbk::document::model::Kind;
use rbk::library::{Library, LoadOptions};
use rbk::testing::{Outcome, Selection, Suite, TestResult};
use serde_json::{Value, json};

/// A fixture with one expectation turned around.
struct Flip {
    /// Which leaf of `expect`, and what it is now.
    what: String,
    /// The expectation that has to be reported.
    reported: String,
    /// The fixture's text.
    text: String,
    /// An upper bound on the time; it cannot be lowered below nothing.
    is_bound: bool,
}

/// This repository's library: its documents without the fixtures, and the fixtures as values.
struct Own {
    library: Library,
    fixtures: BTreeMap<Utf8PathBuf, Value>,
}

impl Own {
    fn read() -> Self {
        let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR"));
        let library = Library::load(root, &LoadOptions::default());
        let mut documents = BTreeMap::new();
        let mut fixtures = BTreeMap::new();
        for (_, entry) in library.entries() {
            let (path, text) = (entry.path().to_owned(), entry.source().text());
            if entry.kind() == Some(Kind::Fixture) {
                let value = serde_yaml::from_str(text).unwrap();
                assert!(fixtures.insert(path, value).is_none(), "two in a file");
            } else {
                documents.insert(path, text.into());
            }
        }
        Self {
            library: Library::from_sources(documents),
            fixtures,
        }
    }

    /// The results of the library with only these fixtures, by path.
    fn run(&self, fixtures: BTreeMap<Utf8PathBuf, String>) -> BTreeMap<Utf8PathBuf, TestResult> {
        let fixtures = fixtures
            .into_iter()
            .map(|(path, text)| (path, text.into_bytes()));
        let library = self.library.with_sources(fixtures);
        let report = Suite::new(&library)
            .and_then(|suite| suite.run(&Selection::default()))
            .unwrap();
        report
            .tests
            .into_iter()
            .filter(|test| test.kind.is_some())
            .map(|test| (Utf8PathBuf::from(&test.path), test))
            .collect()
    }
}

/// The flips of one fixture. `seed` chooses among several other values, so that fixtures differ in what they try.
fn flips(fixture: &Value, seed: usize) -> Vec<Flip> {
    let mut found = Vec::new();
    let expect = &fixture["spec"]["expect"];
    let mut flip = |pointer: String, reported: &str, value: Value| {
        let mut changed = fixture.clone();
        let what = format!("{pointer}: {value}");
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let parent = changed["spec"]["expect"].pointer_mut(parent).unwrap();
        match parent {
            Value::Array(items) => items[key.parse::<usize>().unwrap()] = value,
            other => other[key] = value,
        }
        found.push(Flip {
            what,
            reported: reported.to_owned(),
            text: changed.to_string(),
            is_bound: pointer == "/escalation/within",
        });
    };
    let other = |values: &[&str], than: &Value| {
        let others: Vec<&str> = values
            .iter()
            .copied()
            .filter(|value| *than != **value)
            .collect();
        json!(others[seed % others.len()])
    };
    for (id, verdict) in expect["signatures"].as_object().into_iter().flatten() {
        let value = other(&["match", "ambiguous", "no_match"], verdict);
        flip(
            format!("/signatures/{id}"),
            &format!("signatures.{id}"),
            value,
        );
    }
    for (key, values) in [
        ("runbook", ["none", "traffic-surge", "queue-backlog"]),
        ("path", ["none", "undo", "collect"]),
    ] {
        if let Some(value) = expect.get(key) {
            flip(format!("/{key}"), key, other(&values, value));
        }
    }
    for (index, action) in expect["actions"]
        .as_array()
        .into_iter()
        .flatten()
        .enumerate()
    {
        let at = |key: &str| format!("/actions/{index}/{key}");
        let names = ["k8s.rollout-undo", "flags.disable", "diag.collect"];
        flip(at("action"), "actions", other(&names, &action["action"]));
        if action.get("step").is_some() {
            flip(at("step"), "actions", json!("another"));
        }
        if let Some(mode) = action.get("mode") {
            flip(
                at("mode"),
                "actions",
                other(&["gated", "auto", "advise"], mode),
            );
        }
        let undo = action["undo"].as_bool().unwrap_or_default();
        flip(at("undo"), "actions", json!(!undo));
        for (name, value) in action["with"].as_object().into_iter().flatten() {
            flip(at(&format!("with/{name}")), "actions", another(value));
        }
        // One action more than there was, and one fewer.
        let mut twice = expect["actions"].as_array().unwrap().clone();
        twice.insert(index, action.clone());
        flip("/actions".to_owned(), "actions", json!(twice));
        let mut without = expect["actions"].as_array().unwrap().clone();
        without.remove(index);
        flip("/actions".to_owned(), "actions", json!(without));
        // What was done had been forbidden.
        flip(
            "/forbidden".to_owned(),
            "forbidden",
            json!([action["action"]]),
        );
    }
    for (index, action) in expect["proposed"]
        .as_array()
        .into_iter()
        .flatten()
        .enumerate()
    {
        let names = ["k8s.rollout-undo", "flags.disable", "diag.collect"];
        flip(
            format!("/proposed/{index}"),
            "proposed",
            other(&names, action),
        );
        flip("/forbidden".to_owned(), "forbidden", json!([action]));
    }
    if let Some(escalation) = expect.get("escalation") {
        let reasons = ["no_signature", "decided", "otherwise"];
        let reason = other(&reasons, &escalation["reason"]);
        flip("/escalation/reason".to_owned(), "escalation.reason", reason);
        if let Some(to) = escalation.get("to") {
            let teams = ["security", "data-sre", "sre-leads"];
            flip(
                "/escalation/to".to_owned(),
                "escalation.to",
                other(&teams, to),
            );
        }
        if escalation.get("within").is_some() {
            let bound = json!("0s");
            flip("/escalation/within".to_owned(), "escalation.within", bound);
        }
    } else {
        let escalation = json!({"reason": "no_signature"});
        flip("/escalation".to_owned(), "escalation", escalation);
    }
    if let Some(outcome) = expect.get("outcome") {
        let outcomes = ["resolved", "mitigated", "escalated", "dismissed", "stopped"];
        flip("/outcome".to_owned(), "outcome", other(&outcomes, outcome));
    }
    found
}

fn another(value: &Value) -> Value {
    match value {
        Value::Bool(truth) => json!(!truth),
        Value::Number(number) => json!(number.as_i64().unwrap() + 1),
        Value::String(text) => json!(format!("{text}-other")),
        other => panic!("{other} is no argument"),
    }
}

/// Whether the run of a failed test was over the moment it began.
fn ended_at_once(test: &TestResult) -> bool {
    match &test.outcome {
        Outcome::Failed { trace, .. } => trace
            .last()
            .is_some_and(|line| line.trim_start().starts_with("+0s ")),
        _ => false,
    }
}

#[test]
fn every_expectation_turned_around_fails_its_fixture_and_no_other() {
    let own = Own::read();
    let written: BTreeMap<_, _> = own
        .fixtures
        .iter()
        .map(|(path, value)| (path.clone(), value.to_string()))
        .collect();
    let all = own.run(written.clone());
    assert_eq!(all.len(), written.len());
    for test in all.values() {
        assert!(test.outcome.passed(), "{test:?}");
    }

    let mut pending: Vec<(&Utf8PathBuf, Vec<Flip>)> = own
        .fixtures
        .iter()
        .enumerate()
        .map(|(seed, (path, fixture))| (path, flips(fixture, seed)))
        .collect();
    let mut tried = 0;
    let mut at_once = BTreeSet::new();
    let mut unmoved_bounds = Vec::new();
    let mut wrong = Vec::new();
    // Each round turns one expectation around in most fixtures that have some left; others have to pass beside them.
    for round in 0.. {
        let mut fixtures = BTreeMap::new();
        let mut flipped = BTreeMap::new();
        for (index, (path, flips)) in pending.iter_mut().enumerate() {
            let beside = (index + round) % 8 == 0 && (!flips.is_empty() || index % 16 == 0);
            if beside {
                fixtures.insert(path.clone(), written[*path].clone());
            } else if let Some(flip) = flips.pop() {
                fixtures.insert(path.clone(), flip.text.clone());
                flipped.insert(path.clone(), flip);
            }
        }
        if flipped.is_empty() && pending.iter().all(|(_, flips)| flips.is_empty()) {
            break;
        }
        tried += flipped.len();
        for (path, test) in own.run(fixtures) {
            match (flipped.get(&path), &test.outcome) {
                (None, Outcome::Passed) => {}
                (Some(flip), Outcome::Failed { differences, .. })
                    if differences.len() == 1 && differences[0].expectation == flip.reported =>
                {
                    if ended_at_once(&test) {
                        at_once.insert(path);
                    }
                }
                (Some(flip), Outcome::Passed) if flip.is_bound => unmoved_bounds.push(path),
                (None, outcome) => wrong.push(format!("{path} unchanged: {outcome:?}")),
                (Some(flip), outcome) => wrong.push(format!("{path} {}: {outcome:?}", flip.what)),
            }
        }
    }
    // Nothing can be faster than at once.
    let late = unmoved_bounds
        .iter()
        .filter(|path| !at_once.contains(*path));
    wrong.extend(late.map(|path| format!("{path} /escalation/within: passes all the same")));
    assert!(
        wrong.is_empty(),
        "{} of {tried}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(tried > 5 * own.fixtures.len(), "{tried}");
}

#[test]
fn every_expectation_of_the_policys_own_tests_counts() {
    let path = Utf8PathBuf::from("runbooks/governance.yaml");
    let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join(&path)).unwrap();
    let policy: Value = serde_yaml::from_str(&text).unwrap();
    let tests = policy["spec"]["tests"].as_array().unwrap();
    for index in 0..tests.len() {
        let mut changed = policy.clone();
        let expect = &mut changed["spec"]["tests"][index]["expect"];
        *expect = json!(if *expect == "gated" { "auto" } else { "gated" });
        let library = Library::from_sources([(path.clone(), changed.to_string().into_bytes())]);
        let selection = Selection {
            filter: Some("Governance/".to_owned()),
        };
        let report = Suite::new(&library).and_then(|suite| suite.run(&selection));
        let failed: Vec<_> = report
            .unwrap()
            .tests
            .into_iter()
            .filter(|test| !test.outcome.passed())
            .map(|test| test.name)
            .collect();
        let name = tests[index]["name"].as_str().unwrap();
        assert_eq!(failed, [format!("Governance/acme/{name}")]);
    }
}
