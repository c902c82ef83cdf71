//! What a policy changes, and policies that nothing can be judged by.

use serde_json::{Value, json};

use super::cases::{facts, judged, rules_with};
use crate::governance::{RulesError, Verdict};

fn verdict(case: &str, facts_changes: &[(&str, Value)], policy: &[(&str, Value)]) -> Verdict {
    let mut facts = facts(case);
    for (pointer, value) in facts_changes {
        *facts.pointer_mut(pointer).unwrap() = value.clone();
    }
    judged(&facts, &rules_with(policy).unwrap()).verdict
}

#[test]
fn without_a_row_for_the_policy_robots_keep_their_paths() {
    let none = [("/approve/governance_change", Value::Null)];
    assert_eq!(verdict("G22", &[], &none), Verdict::Allow);
}

#[test]
fn a_robot_is_not_trusted_with_the_policy() {
    let all = [("/approve/governance_change/paths", json!(["lib/**"]))];
    assert_eq!(verdict("G22", &[], &all), Verdict::Deny);
}

#[test]
fn every_team_that_grants_exceptions_has_to() {
    let signed = [("/exceptions/0/signature_ok", json!(true))];
    let both = [(
        "/break_glass/approvers",
        json!({"platform": 1, "security": 1}),
    )];
    assert_eq!(verdict("G85", &signed, &[]), Verdict::AllowBreakGlass);
    assert_eq!(verdict("G85", &signed, &both), Verdict::Deny);
}

#[test]
fn an_exception_needs_a_policy_that_knows_exceptions() {
    let signed = [("/exceptions/0/signature_ok", json!(true))];
    let nobody = [("/break_glass/approvers", json!({}))];
    let low = [("/break_glass/max_tier", json!(0))];
    for policy in [nobody, low, [("/break_glass", Value::Null)]] {
        assert_eq!(verdict("G85", &signed, &policy), Verdict::Deny);
    }
}

#[test]
fn what_has_no_tier_may_merge_cleanly_where_content_decides() {
    let merged = [
        ("/units/0/tier_before", Value::Null),
        ("/units/0/tier_after", Value::Null),
        ("/units/0/envs", json!([])),
        ("/units/0/P", json!("b9")),
        ("/units/0/C", json!("b29")),
    ];
    let content = [("/approve/defaults/stale", json!("content"))];
    let judge = |clean: &str, policy: &[(&str, Value)]| {
        let mut facts = facts("G01");
        for (pointer, value) in &merged {
            *facts.pointer_mut(pointer).unwrap() = value.clone();
        }
        facts["units"][0]["clean_merge"] = json!(clean);
        judged(&facts, &rules_with(policy).unwrap()).verdict
    };
    assert_eq!(judge("b29", &content), Verdict::Allow);
    assert_eq!(judge("b28", &content), Verdict::Deny);
    assert_eq!(judge("b29", &[]), Verdict::Deny);
}

#[test]
fn the_policy_may_pass_unknown_contributors_and_requests_for_changes() {
    let author = [("/prs/0/commits/0/author", Value::Null)];
    let pass = [("/approve/defaults/unknown_contributor", json!("allow"))];
    assert_eq!(verdict("G01", &author, &[]), Verdict::Deny);
    assert_eq!(verdict("G01", &author, &pass), Verdict::Allow);

    let mut facts = facts("G01");
    let mut no = facts["reviews"][0].clone();
    no["id"] = json!(9);
    no["user"] = json!(103);
    no["state"] = json!("CHANGES_REQUESTED");
    facts["reviews"].as_array_mut().unwrap().push(no);
    let pass = [("/approve/defaults/changes_requested_blocks", json!(false))];
    assert_eq!(
        judged(&facts, &rules_with(&[]).unwrap()).verdict,
        Verdict::Deny
    );
    assert_eq!(
        judged(&facts, &rules_with(&pass).unwrap()).verdict,
        Verdict::Allow
    );
}

#[test]
fn a_policy_that_is_not_understood_judges_nothing() {
    let refused = |pointer: &str, value: Value| rules_with(&[(pointer, value)]).unwrap_err();
    assert_eq!(refused("/approve", Value::Null), RulesError::NoApprove);
    assert_eq!(
        refused("/repository", Value::Null),
        RulesError::NoRepository
    );
    for (pointer, value) in [
        ("/approve/defaults/stale", json!("sometimes")),
        ("/approve/defaults/unknown_contributor", json!("perhaps")),
        ("/approve/governance_change/stale", json!("never")),
    ] {
        let error = refused(pointer, value);
        assert!(matches!(error, RulesError::Word { .. }), "{error}");
    }
    let error = refused("/approve/governance_change/paths", json!(["[a"]));
    assert!(matches!(error, RulesError::Glob { .. }), "{error}");
    for pointer in [
        "/approve/governance_change/require",
        "/break_glass/approvers",
    ] {
        let error = refused(pointer, json!({"nobody": 1}));
        assert_eq!(error, RulesError::UnknownTeam("nobody".into()));
    }
}

#[test]
fn names_are_resolved_by_the_members_the_policy_lists_too() {
    // The account of `erin` is not among those that were looked up under that name.
    let renamed = [
        ("/users/105/login", json!("someone")),
        ("/prs/0/author", json!(105)),
        ("/prs/0/commits/0/author", json!(105)),
        ("/prs/0/commits/0/committer", json!(105)),
        ("/prs/0/pushes/0/actor", json!(105)),
    ];
    let same = [("/aliases", json!([["erin", "bob"]]))];
    assert_eq!(verdict("G01", &renamed, &[]), Verdict::Allow);
    assert_eq!(verdict("G01", &renamed, &same), Verdict::Deny);
}

#[test]
fn what_the_defaults_leave_out_is_strict_where_that_is_safer() {
    let silent = [("/approve/defaults", json!({}))];
    let author = [("/prs/0/commits/0/author", Value::Null)];
    assert_eq!(verdict("G01", &author, &silent), Verdict::Deny);
    let mut facts = facts("G01");
    let mut no = facts["reviews"][0].clone();
    no["id"] = json!(9);
    no["user"] = json!(103);
    no["state"] = json!("CHANGES_REQUESTED");
    facts["reviews"].as_array_mut().unwrap().push(no);
    let evaluation = judged(&facts, &rules_with(&silent).unwrap());
    assert_eq!(evaluation.verdict, Verdict::Deny);
    assert!(evaluation.units[0].one_person_many_teams);
}

#[test]
fn a_robot_is_trusted_with_what_has_no_tier() {
    let none = [
        ("/units/0/tier_before", Value::Null),
        ("/units/0/tier_after", Value::Null),
    ];
    assert_eq!(verdict("G22", &none, &[]), Verdict::Allow);
}

#[test]
fn every_row_asks_teams_that_are_there() {
    let nobody = json!({"nobody": 1});
    for (pointer, value) in [
        (
            "/approve/matrix",
            json!([{"tiers": [0], "environments": ["*"], "require": nobody}]),
        ),
        (
            "/approve/paths",
            json!([{"match": "lib/**", "require": nobody}]),
        ),
        (
            "/approve/trusted_authors",
            json!([{"login": "renovate[bot]", "id": 201, "max_tier": 0, "paths": ["lib/**"], "require": nobody}]),
        ),
    ] {
        let error = rules_with(&[(pointer, value)]).unwrap_err();
        assert_eq!(error, RulesError::UnknownTeam("nobody".into()), "{pointer}");
    }
}
