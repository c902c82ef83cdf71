//! How much is judged.

use serde_json::{Value, json};

use super::cases::{facts, judged, rules};
use crate::governance::{
    Evaluation, MAX_COMMITS, MAX_COMPARISONS, MAX_REVIEWS, MAX_UNITS, Reason, Verdict,
};

fn many(facts: &mut Value, pointer: &str, count: usize, key: Option<&str>) {
    let list = facts.pointer_mut(pointer).unwrap();
    let one = list[0].clone();
    let items = (0..count).map(|index| {
        let mut one = one.clone();
        if let Some(key) = key {
            one[key] = if key == "path" {
                json!(format!("runbooks/api/{index}.yaml"))
            } else {
                json!(index)
            };
        }
        one
    });
    *list = items.collect();
}

fn is_too_much(evaluation: &Evaluation, what: &str) -> bool {
    let said = evaluation
        .details
        .iter()
        .any(|detail| detail.contains(what));
    evaluation.verdict == Verdict::Error && evaluation.reasons == [Reason::FactsIncomplete] && said
}

#[test]
fn as_much_as_is_judged_and_not_one_more() {
    let rules = rules("default");
    for (pointer, most, key, what) in [
        ("/reviews", MAX_REVIEWS, Some("id"), "reviews"),
        ("/prs/0/commits", MAX_COMMITS, None, "commits"),
        ("/prs/0/pushes", MAX_COMMITS, None, "pushes"),
        ("/prs", MAX_REVIEWS, None, "pull requests"),
        ("/units", MAX_UNITS, Some("path"), "units"),
    ] {
        let mut facts = facts("G01");
        many(&mut facts, pointer, most + 1, key);
        assert!(is_too_much(&judged(&facts, &rules), what), "{what}");
    }
    let mut most = facts("G01");
    many(&mut most, "/reviews", MAX_REVIEWS, Some("id"));
    assert_eq!(judged(&most, &rules).verdict, Verdict::Allow);

    let mut many_exceptions = facts("G79");
    many(&mut many_exceptions, "/exceptions", MAX_REVIEWS + 1, None);
    assert!(is_too_much(&judged(&many_exceptions, &rules), "exceptions"));

    let mut facts = facts("G79");
    let review = json!({"id": 1, "user": 102, "state": "APPROVED", "commit_id": null, "submitted_at": "2026-11-10T20:00:00Z"});
    facts["exceptions"][0]["ratification"] = json!({"digests": {}, "reviews": [review]});
    let reviews = "/exceptions/0/ratification/reviews";
    many(&mut facts, reviews, MAX_REVIEWS + 1, Some("id"));
    assert!(is_too_much(&judged(&facts, &rules), "ratifying reviews"));
}

#[test]
fn many_files_with_many_members_are_not_compared() {
    let mut facts = facts("G01");
    many(&mut facts, "/units", 100, Some("path"));
    let members = |count: usize| (0..count).map(|id| json!(id)).collect::<Value>();
    let others: usize = ["security", "dba", "platform"]
        .iter()
        .map(|team| facts["teams"][team].as_array().unwrap().len())
        .sum();
    let most = MAX_COMPARISONS / 100 - others - 1;
    facts["teams"]["sre"] = members(most + 1);
    assert!(is_too_much(
        &judged(&facts, &rules("default")),
        "comparisons"
    ));
}
