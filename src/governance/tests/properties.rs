//! What must hold for any facts.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::cases::{facts, judged, rules};
use crate::governance::{Evaluation, Facts, Verdict};

const IDS: [&str; 10] = [
    "G01", "G04", "G07", "G10", "G13", "G19", "G49", "G61", "G64", "G91",
];
const ACCOUNTS: [u64; 9] = [101, 102, 103, 104, 105, 106, 107, 109, 301];
const STATES: [&str; 4] = ["APPROVED", "CHANGES_REQUESTED", "DISMISSED", "COMMENTED"];

/// Facts of a case with other reviews.
fn reviewed() -> impl Strategy<Value = Value> {
    let review = (0..ACCOUNTS.len(), 0..STATES.len(), 8_u32..13, any::<bool>());
    let reviews = proptest::collection::vec(review, 0..8);
    (0..IDS.len(), reviews, 0_u8..4).prop_map(|(case, reviews, tier)| {
        let mut facts = facts(IDS[case]);
        let reviews = reviews
            .iter()
            .enumerate()
            .map(|(id, (who, state, hour, old))| {
                let commit = if *old { "a".repeat(40) } else { "b".repeat(40) };
                json!({
                    "id": id, "user": ACCOUNTS[*who], "state": STATES[*state], "commit_id": commit,
                    "submitted_at": format!("2026-11-10T{hour:02}:00:00Z"),
                })
            });
        facts["reviews"] = reviews.collect();
        facts["now"] = json!("2026-11-10T13:00:00Z");
        facts["units"][0]["tier_after"] = json!(tier);
        facts
    })
}

fn is_allowed(evaluation: &Evaluation) -> bool {
    matches!(
        evaluation.verdict,
        Verdict::Allow | Verdict::AllowBreakGlass
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn order_does_not_matter(facts in reviewed()) {
        let rules = rules("default");
        let mut turned = facts.clone();
        for list in ["reviews", "prs", "units"] {
            turned[list].as_array_mut().unwrap().reverse();
        }
        prop_assert_eq!(judged(&facts, &rules), judged(&turned, &rules));
    }

    // Only an opinion that is withdrawn altogether, with everything the person said, must not help: the last word of a person
    // may hide an earlier one.
    #[test]
    fn without_a_person_who_approved_nothing_is_allowed_that_was_not(facts in reviewed(), who in 0..ACCOUNTS.len()) {
        let rules = rules("default");
        let mut fewer = facts.clone();
        let blocks = |review: &Value| review["state"] == "CHANGES_REQUESTED";
        let said = facts["reviews"].as_array().unwrap();
        prop_assume!(!said.iter().any(|review| review["user"] == ACCOUNTS[who] && blocks(review)));
        fewer["reviews"].as_array_mut().unwrap().retain(|review| review["user"] != ACCOUNTS[who]);
        prop_assert!(!is_allowed(&judged(&fewer, &rules)) || is_allowed(&judged(&facts, &rules)));
    }

    #[test]
    fn contributors_cannot_help(facts in reviewed()) {
        let rules = rules("default");
        let mut more = facts.clone();
        more["reviews"].as_array_mut().unwrap().push(json!({
            "id": 99, "user": 101, "state": "APPROVED", "commit_id": "b".repeat(40), "submitted_at": "2026-11-10T11:59:00Z",
        }));
        prop_assert!(!is_allowed(&judged(&more, &rules)) || is_allowed(&judged(&facts, &rules)));
    }

    #[test]
    fn a_higher_tier_is_never_easier(facts in reviewed()) {
        let rules = rules("default");
        let mut raised = facts.clone();
        let tier = facts["units"][0]["tier_after"].as_u64().unwrap();
        prop_assume!(tier < 3);
        raised["units"][0]["tier_after"] = json!(tier + 1);
        prop_assert!(!is_allowed(&judged(&raised, &rules)) || is_allowed(&judged(&facts, &rules)));
    }

    #[test]
    fn what_counts_comes_from_people_who_may(facts in reviewed()) {
        let evaluation = judged(&facts, &rules("default"));
        for unit in &evaluation.units {
            for account in unit.counted.values() {
                prop_assert!(!evaluation.contributors.contains(account));
                prop_assert!(![301, 109].contains(account));
            }
            for team in unit.teams.values() {
                prop_assert!(team.could.is_disjoint(&evaluation.contributors));
                prop_assert!(team.has.is_disjoint(&team.could));
            }
        }
    }

    #[test]
    fn facts_survive_being_written(facts in reviewed()) {
        let read = Facts::from_json(facts.to_string().as_bytes()).unwrap();
        let written = serde_json::to_vec(&read).unwrap();
        prop_assert_eq!(Facts::from_json(&written).unwrap(), read);
    }

    #[test]
    fn any_text_is_refused_or_read(text in ".{0,200}") {
        let _ = Facts::from_json(text.as_bytes());
    }
}

/// The places of a value, as JSON pointers.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| {
            let place = format!("{at}/{key}");
            places(value, &place, found);
            found.push(place);
        }),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, value)| {
            places(value, &format!("{at}/{index}"), found);
        }),
        _ => {}
    }
}

#[test]
fn a_missing_field_never_allows() {
    let whole = facts("G04");
    let mut found = Vec::new();
    places(&whole, "", &mut found);
    let rules = rules("default");
    let mut refused = 0;
    // An account that is not named is one that is deleted, and a team one that is not resolved.
    let of_maps = ["/users/", "/teams/"];
    for place in found
        .iter()
        .filter(|place| !of_maps.iter().any(|map| place.starts_with(map)))
    {
        let (parent, key) = place.rsplit_once('/').unwrap();
        let mut without = whole.clone();
        without
            .pointer_mut(parent)
            .unwrap()
            .as_object_mut()
            .unwrap()
            .remove(key);
        assert!(
            Facts::from_json(without.to_string().as_bytes()).is_err(),
            "{place}"
        );
        refused += 1;
    }
    assert!(refused > 50, "{refused}");
    for (map, key) in [("users", "102"), ("teams", "sre")] {
        let mut without = whole.clone();
        without[map].as_object_mut().unwrap().remove(key);
        assert!(!is_allowed(&judged(&without, &rules)), "{map}/{key}");
    }
}

#[test]
fn those_who_could_approve_are_members_who_may() {
    let mut facts = facts("G04");
    facts["reviews"].as_array_mut().unwrap().truncate(1);
    let evaluation = judged(&facts, &rules("default"));
    let sre = &evaluation.units[0].teams["sre"];
    assert_eq!(sre.has, BTreeSet::from([102]));
    // Not the author and her second account, not the machine user, not the robots.
    assert_eq!(sre.could, BTreeSet::from([103, 108]));
}

#[test]
fn a_member_whose_account_was_not_looked_up_could_approve() {
    let mut facts = facts("G04");
    facts["users"].as_object_mut().unwrap().remove("108");
    facts["reviews"].as_array_mut().unwrap().truncate(1);
    let evaluation = judged(&facts, &rules("default"));
    assert!(evaluation.units[0].teams["sre"].could.contains(&108));
}
