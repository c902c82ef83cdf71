//! Payloads that GitHub really sent are as described, so that the description is not stricter or another than the real thing.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::forge::description::{Strictness, description};

/// Recorded payloads, beside the repository.
const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/github");

fn read(file: &Path) -> Value {
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}

#[test]
fn recorded_payloads_are_as_described() {
    let recorded = Path::new(RECORDED).join("recorded");
    if !recorded.exists() {
        eprintln!("skipped: there is no {}", recorded.display());
        return;
    }
    for (file, operation) in [
        ("hub4j.reviews.deleted-user.json", "pulls/list-reviews"),
        ("hub4j.reviews.one-approved.json", "pulls/list-reviews"),
        (
            "octokit-rb.reviews.two-reviewers.json",
            "pulls/list-reviews",
        ),
        ("hub4j.rules-branch.json", "repos/get-branch-rules"),
        (
            "hub4j.commit-pulls.one-pr.json",
            "repos/list-pull-requests-associated-with-commit",
        ),
        (
            "hub4j.commit-pulls.two-prs.json",
            "repos/list-pull-requests-associated-with-commit",
        ),
    ] {
        let operation = description().operation(operation);
        let payload = read(&recorded.join(file));
        let faults = operation.faults_of_answer(200, Some(&payload), Strictness::Open);
        assert!(faults.is_empty(), "{file}: {faults:#?}");
    }
}

#[test]
fn written_payloads_are_as_described() {
    let cases = ["G04", "G08", "G37", "G47", "G56", "G57", "G74"];
    let cases = cases.map(|case| Path::new(RECORDED).join(case));
    if !cases.iter().all(|case| case.exists()) {
        eprintln!("skipped: there is no {RECORDED}");
        return;
    }
    for case in cases {
        for file in fs::read_dir(&case).unwrap() {
            let file = file.unwrap().path();
            let name = file.file_name().unwrap().to_str().unwrap().to_owned();
            let id = name.trim_end_matches(".json").replacen('.', "/", 1);
            let id = id.split('.').next().unwrap_or(&id);
            let operation = description().operation(id);
            let faults = operation.faults_of_answer(200, Some(&read(&file)), Strictness::Open);
            assert!(faults.is_empty(), "{}: {faults:#?}", file.display());
        }
    }
}

#[test]
fn a_payload_that_lacks_or_invents_something_is_not_as_described() {
    let operation = description().operation("repos/list-activities");
    let mut entry = json!({
        "id": 1, "node_id": "A", "before": "a", "after": "b", "ref": "refs/heads/x", "timestamp": "2026-11-10T12:00:00Z",
        "activity_type": "push", "actor": null,
    });
    let faults = |entry: &Value, strictness| {
        operation.faults_of_answer(200, Some(&json!([entry])), strictness)
    };
    assert_eq!(faults(&entry, Strictness::Closed), [""; 0]);
    entry["pusher"] = json!("me");
    assert_eq!(faults(&entry, Strictness::Closed).len(), 1);
    assert_eq!(faults(&entry, Strictness::Open), [""; 0]);
    entry["timestamp"] = json!("yesterday");
    assert_eq!(faults(&entry, Strictness::Open).len(), 1);
    entry.as_object_mut().unwrap().remove("after");
    assert_eq!(faults(&entry, Strictness::Open).len(), 2);
}
