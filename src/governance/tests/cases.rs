//! `tests/data/governance/cases.json`: facts and policy of a case, and what has to come of them.

use serde_json::{Value, json};

use super::super::{Evaluation, Facts, Rules, RulesError, evaluate};
use crate::document::model::Governance;

pub(in crate::governance) fn file() -> Value {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/data/governance/cases.json"
    );
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The rules of a policy of the file.
pub(super) fn rules(name: &str) -> Rules {
    Rules::new(
        &serde_json::from_value::<Governance>(file()["policies"][name]["spec"].clone()).unwrap(),
    )
    .unwrap()
}

/// The rules of the default policy with changes, by JSON pointer; `null` takes a key away.
pub(super) fn rules_with(changes: &[(&str, Value)]) -> Result<Rules, RulesError> {
    let mut spec = file()["policies"]["default"]["spec"].clone();
    for (pointer, value) in changes {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let parent = spec.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        match value {
            Value::Null => parent.remove(key),
            value => parent.insert(key.to_owned(), value.clone()),
        };
    }
    Rules::new(&serde_json::from_value::<Governance>(spec).unwrap())
}

/// The facts of a case.
pub(in crate::governance) fn facts(id: &str) -> Value {
    let file = file();
    let cases = file["cases"].as_array().unwrap();
    cases.iter().find(|case| case["id"] == id).unwrap()["facts"].clone()
}

/// What is said of facts.
pub(super) fn judged(facts: &Value, rules: &Rules) -> Evaluation {
    evaluate(
        &Facts::from_json(facts.to_string().as_bytes()).unwrap(),
        rules,
    )
}

#[test]
fn every_case_is_decided_as_specified() {
    let file = file();
    let cases = file["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 31);
    for case in cases {
        let evaluation = judged(&case["facts"], &rules(case["policy"].as_str().unwrap()));
        let found = json!({
            "verdict": evaluation.verdict,
            "reasons": evaluation.reasons,
            "rejected": evaluation.rejected,
        });
        assert_eq!(found, case["expect"], "{} {}", case["id"], case["title"]);
    }
}
