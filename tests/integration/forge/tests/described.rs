//! Payloads that GitHub really sent are as described, so that the description is not stricter or another than the real thing.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::forge::description::{Strictness, description};

/// Recorded payloads, beside the repository.
const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/github");

fn read(file: &Path) -> Value {
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}

/// The field that a fault says is lacking.
fn lacks(fault: &str) -> Option<&str> {
    let (_, field) = fault.split_once(": \"")?;
    field.strip_suffix("\" is a required property")
}

/// What GitHub began to send after a payload was recorded is lacking in it, and nothing else is otherwise than described.
#[test]
fn recorded_payloads_are_as_described_but_for_their_age() {
    let recorded = Path::new(RECORDED).join("recorded");
    if !recorded.exists() {
        eprintln!("skipped: there is no {}", recorded.display());
        return;
    }
    let reviews = "pulls/list-reviews";
    let pulls = "repos/list-pull-requests-associated-with-commit";
    let cases: [(&str, &str, &[&str]); 6] = [
        ("hub4j.reviews.deleted-user.json", reviews, &[]),
        ("hub4j.reviews.one-approved.json", reviews, &[]),
        (
            "octokit-rb.reviews.two-reviewers.json",
            reviews,
            &["author_association", "node_id"],
        ),
        ("hub4j.rules-branch.json", "repos/get-branch-rules", &[]),
        ("hub4j.commit-pulls.one-pr.json", pulls, &["auto_merge"]),
        ("hub4j.commit-pulls.two-prs.json", pulls, &["auto_merge"]),
    ];
    for (file, operation, came_later) in cases {
        let operation = description().operation(operation);
        let payload = read(&recorded.join(file));
        let faults = operation.faults_of_answer(200, Some(&payload), Strictness::Open);
        let lacking: BTreeSet<Option<&str>> = faults.iter().map(|it| lacks(it)).collect();
        let expected = came_later.iter().map(|field| Some(*field)).collect();
        assert_eq!(lacking, expected, "{file}: {faults:#?}");
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
