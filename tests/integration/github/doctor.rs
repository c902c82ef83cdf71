//! `rbk doctor`: what GitHub enforces on the published branch, and what the policy says that is not so.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::forge::world::{ALICE, POLICY, World};
use crate::workbench::Ran;

/// A repository whose policy has a baseline.
fn adopted() -> World {
    let mut world = World::new();
    let first = world.head("main");
    let baseline = format!("  baseline: {{commit: {first}, date: 2026-11-02}}\n  governed:");
    world.push(ALICE, "main", POLICY, "  governed:", &baseline);
    world
}

/// A rule of a ruleset, as it applies to a branch.
fn rule(kind: &str, parameters: Option<Value>) -> Value {
    let mut rule = json!({
        "type": kind, "ruleset_source_type": "Repository", "ruleset_source": "acme/runbooks", "ruleset_id": 51,
    });
    if let Some(parameters) = parameters {
        rule["parameters"] = parameters;
    }
    rule
}

fn protect_by_ruleset(world: &World, status: &str) {
    let pull_request = json!({
        "required_approving_review_count": 1, "dismiss_stale_reviews_on_push": false, "require_code_owner_review": false,
        "require_last_push_approval": true, "required_review_thread_resolution": false,
    });
    let checks = json!({
        "required_status_checks": [{"context": status}], "strict_required_status_checks_policy": false,
    });
    let rules = vec![
        rule("pull_request", Some(pull_request)),
        rule("non_fast_forward", None),
        rule("deletion", None),
        rule("required_status_checks", Some(checks)),
    ];
    let main = "main".to_owned();
    world
        .forge
        .with(|state| state.branch_rules.insert(main, rules));
}

/// The states of the checks, and the exit code.
fn examined(world: &World, code: i32) -> (BTreeMap<String, String>, Ran) {
    world.clone_anew();
    let ran = world.rbk(&["doctor", "--format", "json"]).expect(code);
    let advice: Vec<Value> = serde_json::from_str(&ran.stdout).unwrap();
    let text = |it: &Value, key: &str| it[key].as_str().unwrap().to_owned();
    let states = advice
        .iter()
        .map(|it| (text(it, "check"), text(it, "state")))
        .collect();
    (states, ran)
}

/// The checks in one state.
fn of<'a>(states: &'a BTreeMap<String, String>, state: &str) -> Vec<&'a str> {
    let found = states.iter().filter(|(_, it)| *it == state);
    found.map(|(check, _)| check.as_str()).collect()
}

const OF_BRANCH: [&str; 5] = [
    "deletion-blocked",
    "force-push-blocked",
    "last-push-approved",
    "pull-request-required",
    "status-required",
];

#[test]
fn a_branch_that_anybody_may_push_to_is_bad() {
    let (states, ran) = examined(&adopted(), 1);
    assert_eq!(of(&states, "bad"), OF_BRANCH);
    assert!(ran.stdout.contains("block force pushes"), "{ran}");
}

#[test]
fn a_ruleset_that_says_everything_is_good() {
    let world = adopted();
    protect_by_ruleset(&world, "rbk/approvals");
    let (states, _) = examined(&world, 0);
    assert_eq!(of(&states, "good").len(), states.len(), "{states:?}");
}

#[test]
fn a_required_status_of_another_name_is_another_one() {
    let world = adopted();
    protect_by_ruleset(&world, "build");
    let (states, _) = examined(&world, 1);
    assert_eq!(of(&states, "bad"), ["status-required"]);
}

#[test]
fn the_older_form_of_protection_counts_as_well() {
    let world = adopted();
    let url = "https://api.github.com/repos/acme/runbooks/branches/main/protection";
    let protection = json!({
        "url": url,
        "required_status_checks": {"url": url, "contexts_url": url, "contexts": ["rbk/approvals"], "checks": []},
        "required_pull_request_reviews": {
            "url": url, "dismiss_stale_reviews": true, "require_code_owner_reviews": false, "require_last_push_approval": false,
        },
        "allow_force_pushes": {"enabled": false}, "allow_deletions": {"enabled": false},
    });
    let main = "main".to_owned();
    world
        .forge
        .with(|state| state.protection.insert(main, protection));
    let (states, _) = examined(&world, 0);
    assert_eq!(of(&states, "good").len(), states.len(), "{states:?}");
}

/// What this token may not see may be in order or not.
#[test]
fn what_may_not_be_read_is_neither_good_nor_bad() {
    let world = adopted();
    world
        .forge
        .with(|state| state.access.may_administrate = false);
    let (states, ran) = examined(&world, 3);
    assert_eq!(of(&states, "unknown"), OF_BRANCH);
    assert!(ran.stdout.contains("administration: read"), "{ran}");
}

#[test]
fn a_policy_for_another_repository_is_bad() {
    let mut world = adopted();
    protect_by_ruleset(&world, "rbk/approvals");
    world.push(ALICE, "main", POLICY, "id: 9001", "id: 9002");
    let (states, _) = examined(&world, 1);
    assert_eq!(of(&states, "bad"), ["repository"]);
}
