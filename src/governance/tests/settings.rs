//! What the settings of a policy make of the same facts.

use serde_json::{Value, json};

use super::cases::{facts, judged, rules_with};
use crate::governance::Verdict;

/// Verdict and codes of a case with changed facts under a changed policy.
fn under(
    case: &str,
    changes: &[(&str, Value)],
    facts_changes: &[(&str, Value)],
) -> (Verdict, Vec<&'static str>, Vec<&'static str>) {
    let mut facts = facts(case);
    for (pointer, value) in facts_changes {
        *facts.pointer_mut(pointer).unwrap() = value.clone();
    }
    let found = judged(&facts, &rules_with(changes).unwrap());
    let codes = found.reasons.iter().map(|reason| reason.code()).collect();
    let refused = found.rejected.iter().map(|one| one.reason.code()).collect();
    (found.verdict, codes, refused)
}

const UNKNOWN: (&str, Value) = ("/prs/0/commits/0/author", Value::Null);

#[test]
fn defaults_of_a_policy_decide() {
    let strict = ("/approve/matrix/1/stale", json!(null));
    let content = ("/approve/defaults/stale", json!("content"));
    assert_eq!(
        under("G19", std::slice::from_ref(&strict), &[]).2,
        ["STALE_COMMIT"]
    );
    assert_eq!(
        under("G19", &[strict, content.clone()], &[]).0,
        Verdict::Allow
    );
    let lenient = ("/approve/defaults/unknown_contributor", json!("allow"));
    assert_eq!(under("G58", &[lenient], &[]).0, Verdict::Allow);
    let deaf = ("/approve/defaults/changes_requested_blocks", json!(false));
    let says_no = ("/reviews/1/user", json!(103));
    assert_eq!(
        under("G49", &[], std::slice::from_ref(&says_no)).1,
        ["CHANGES_REQUESTED"]
    );
    assert_eq!(under("G49", &[deaf], &[says_no]).0, Verdict::Allow);
    let brief = ("/approve/defaults/max_age", json!("1h"));
    assert_eq!(under("G01", &[brief], &[]).2, ["APPROVAL_TOO_OLD"]);
    let default_age = ("/approve/defaults/max_age", json!(null));
    assert_eq!(under("G01", &[default_age], &[]).0, Verdict::Allow);
    let single = ("/approve/defaults/one_person_many_teams", json!(false));
    let both = (
        "/approve/matrix/2/require",
        json!({"sre": 1, "security": 1}),
    );
    let carol = ("/reviews/0/user", json!(103));
    assert_eq!(
        under(
            "G01",
            std::slice::from_ref(&both),
            std::slice::from_ref(&carol)
        )
        .0,
        Verdict::Allow
    );
    assert_eq!(
        under("G01", &[both, single], &[carol]).1,
        ["TOO_FEW_HUMANS"]
    );
    // A clean merge will do for a file that does nothing, where only its bytes make approvals stale.
    let nothing = [
        ("/units/0/tier_before", json!(null)),
        ("/units/0/tier_after", json!(null)),
        ("/units/0/envs", json!([])),
        ("/units/0/P", json!("b9")),
        ("/units/0/C", json!("b29")),
    ];
    assert_eq!(
        under("G61", std::slice::from_ref(&content), &nothing).0,
        Verdict::Allow
    );
    assert_eq!(under("G61", &[], &nothing).1, ["CONCURRENT_CHANGE"]);
    // Never from tier 2 up.
    assert_eq!(under("G61", &[content], &[]).1, ["CONCURRENT_CHANGE"]);
}

#[test]
fn every_row_that_fits_applies() {
    let rows = json!([
        {"tiers": [2], "environments": ["prod"], "min_distinct": 2, "require": {"sre": 1}},
        {"tiers": [2], "environments": ["staging"], "min_distinct": 1, "require": {"sre": 1}},
    ]);
    let matrix = ("/approve/matrix", rows);
    let one = ("/reviews/1/user", json!(106));
    let both = ("/units/0/envs", json!(["prod", "staging"]));
    assert_eq!(
        under(
            "G04",
            std::slice::from_ref(&matrix),
            &[one.clone(), both.clone()]
        )
        .1,
        ["TOO_FEW_HUMANS"]
    );
    assert_eq!(under("G04", &[matrix], &[both]).0, Verdict::Allow);
    // Paths add to the matrix.
    assert_eq!(
        under("G10", &[], &[("/reviews/1/user", json!(106))]).1,
        ["INSUFFICIENT_APPROVALS"]
    );
}

#[test]
fn a_policy_without_rules_of_its_own_has_none() {
    let none = ("/approve/governance_change", json!(null));
    let reads = [
        UNKNOWN,
        ("/units/0/tier_before", json!(0)),
        ("/units/0/tier_after", json!(0)),
    ];
    assert_eq!(
        under("G01", std::slice::from_ref(&none), &reads).0,
        Verdict::Allow
    );
    assert_eq!(under("G22", &[none], &[]).0, Verdict::Allow);
    let trusting = ("/approve/trusted_authors/0/paths", json!(["**"]));
    assert_eq!(
        under(
            "G22",
            &[trusting],
            &[("/units/0/path", json!("governance.yaml"))]
        )
        .1,
        ["INSUFFICIENT_APPROVALS"]
    );
    let asking = ("/approve/trusted_authors/0/require", json!({"sre": 1}));
    assert_eq!(under("G22", &[asking], &[]).1, ["INSUFFICIENT_APPROVALS"]);
    let closed = ("/break_glass", json!(null));
    let signed = ("/exceptions/0/signature_ok", json!(true));
    assert_eq!(
        under("G85", &[closed], std::slice::from_ref(&signed)).1,
        ["EXC_SIGNATURE"]
    );
    let nobody = ("/break_glass/approvers", json!({}));
    assert_eq!(
        under("G85", &[nobody], std::slice::from_ref(&signed)).1,
        ["EXC_GRANTOR"]
    );
    let two = (
        "/break_glass/approvers",
        json!({"platform": 1, "security": 1}),
    );
    assert_eq!(under("G85", &[two], &[signed]).1, ["EXC_GRANTOR"]);
}

#[test]
fn people_are_told_apart_by_ids() {
    // The name in the policy leads to the id, and the id survives that the account was renamed.
    let never = ("/never_approve", json!(["Erin"]));
    let renamed = ("/users/105/login", json!("erin-2"));
    assert_eq!(
        under("G10", &[never], &[renamed]).2,
        ["REVIEWER_NOT_ALLOWED"]
    );
    let number = ("/never_approve", json!(["102"]));
    assert_eq!(under("G01", &[number], &[]).2, ["REVIEWER_NOT_ALLOWED"]);
    let alias = ("/aliases", json!([["bob", "svc-deploy"]]));
    assert_eq!(under("G01", &[alias], &[]).2, ["REVIEWER_NOT_ALLOWED"]);
    let chain = (
        "/aliases",
        json!([["alice", "alice-alt"], ["alice-alt", "bob"]]),
    );
    assert_eq!(under("G01", &[chain], &[]).2, ["SELF_APPROVAL"]);
    let late = (
        "/aliases",
        json!([
            ["alice", "alice-alt"],
            ["bob", "mallory"],
            ["mallory", "alice-alt"]
        ]),
    );
    assert_eq!(under("G01", &[late], &[]).2, ["SELF_APPROVAL"]);
}

/// Who is listed in git was approved there; GitHub's own list of the same team does not add to it.
#[test]
fn members_that_a_policy_lists_count_instead_of_those_of_github() {
    let listing = |id: u64| {
        let members = json!([{"login": "somebody", "id": id}]);
        (
            "/teams/sre",
            json!({"github": "acme/sre", "id": 11, "members": members}),
        )
    };
    assert_eq!(under("G01", &[listing(102)], &[]).0, Verdict::Allow);
    assert_eq!(under("G01", &[listing(105)], &[]).0, Verdict::Deny);
}
