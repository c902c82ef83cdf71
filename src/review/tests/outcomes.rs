//! What comes of a review as a whole, and the commit status it gives.

use serde_json::json;

use super::*;
use crate::governance::{Evaluation, Reason, Verdict};
use crate::review::{Conclusion, State, status};

fn outcome(review: &Review) -> (Conclusion, State, String) {
    let status = status(review);
    (review.conclusion(), status.state, status.description)
}

#[test]
fn only_what_is_allowed_or_ungoverned_succeeds() {
    let mut review = review(approved(), diff(WORDS));
    let expected = |conclusion, state, text: &str| (conclusion, state, text.to_owned());
    assert_eq!(
        outcome(&review),
        expected(
            Conclusion::Approved,
            State::Success,
            "approved by everybody who has to"
        )
    );
    review.evaluation.verdict = Verdict::AllowBreakGlass;
    assert_eq!(review.conclusion(), Conclusion::BreakGlass);
    assert_eq!(status(&review).state, State::Success);

    let ungoverned = facts("G01", &[("/units", json!([]))]);
    review.evaluation = evaluate(&ungoverned, &rules("default"));
    assert_eq!(
        outcome(&review),
        expected(
            Conclusion::NothingGoverned,
            State::Success,
            "no governed file changes"
        )
    );
}

#[test]
fn what_waits_says_for_whom_and_what_is_denied_says_why() {
    let waiting = review(waiting(), diff(WORDS));
    let (conclusion, state, description) = outcome(&waiting);
    assert_eq!((conclusion, state), (Conclusion::Waiting, State::Pending));
    assert!(
        description.starts_with("approvals missing: "),
        "{description}"
    );
    let mut denied = waiting.clone();
    denied.evaluation.reasons.push(Reason::ChangesRequested);
    let (conclusion, state, description) = outcome(&denied);
    assert_eq!((conclusion, state), (Conclusion::Denied, State::Failure));
    assert_eq!(
        description,
        "denied: INSUFFICIENT_APPROVALS, CHANGES_REQUESTED"
    );
}

#[test]
fn what_could_not_be_evaluated_is_an_error_however_well_it_is_approved() {
    let good = review(approved(), diff(WORDS));
    let mut reviews = vec![good.clone(); 4];
    reviews[0].diff = Ok(diff(&[(RUNBOOK, "kind: Runbook", "kind: Runbok")]));
    reviews[1].diff = Err("no such commit".to_owned());
    reviews[2].findings = Err("unreadable".to_owned());
    reviews[3].evaluation = Evaluation::error(Reason::FactsIncomplete, "reviews");
    for review in reviews {
        assert_eq!(review.conclusion(), Conclusion::CouldNotEvaluate);
        let status = status(&review);
        assert_eq!(status.state, State::Error);
        assert!(
            status.description.starts_with("could not evaluate: "),
            "{}",
            status.description
        );
    }
    // That there is nothing to test is no obstacle.
    let mut untested = good;
    untested.tests = Err("there is no fixture".to_owned());
    assert_eq!(untested.conclusion(), Conclusion::Approved);
}
