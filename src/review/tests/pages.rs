//! Comments as they are read. The golden files are next to this module.

use serde_json::json;

use super::*;
use crate::diagnostic::{Finding, Located, Location, Severity};
use crate::governance::{Evaluation, Reason};
use crate::review::{comment, is_current, summary};

#[test]
fn a_tier_raised_a_guard_dropped_and_a_scope_widened_come_first() {
    let page = comment(&review(waiting(), diff(RISKY)));
    let risks = page.split_once("**What an agent could do").unwrap().1;
    let rows: Vec<&str> = risks
        .lines()
        .filter(|line| line.starts_with("| "))
        .collect();
    for (row, what) in rows
        .iter()
        .skip(1)
        .zip(["tier", "no&#95;commander", "services in scope"])
    {
        assert!(row.contains(what), "{what} in {row}");
    }
    insta::assert_snapshot!(page);
}

#[test]
fn words_only_are_said_to_be_words_only() {
    insta::assert_snapshot!(comment(&review(approved(), diff(WORDS))));
}

#[test]
fn what_could_not_be_evaluated_looks_like_neither() {
    let mut unread = review(
        approved(),
        diff(&[(RUNBOOK, "kind: Runbook", "kind: Runbok")]),
    );
    insta::assert_snapshot!("could_not_compare", comment(&unread));
    unread.evaluation =
        Evaluation::error(Reason::FactsIncomplete, "the timeline could not be read");
    unread.facts = None;
    unread.pull.policy = None;
    unread.diff = Err("the base is not in this clone".to_owned());
    unread.findings = Err("runbooks cannot be read".to_owned());
    unread.tests = Err("there is no policy".to_owned());
    insta::assert_snapshot!("could_not_gather", comment(&unread));
}

#[test]
fn approvals_that_are_missing_name_who_can_give_them_and_what_did_not_count() {
    let own = json!([
        {"id": 6, "user": 109, "state": "APPROVED", "commit_id": "b".repeat(40), "submitted_at": "2026-11-10T10:00:00Z"},
        {"id": 7, "user": 102, "state": "APPROVED", "commit_id": "b".repeat(40), "submitted_at": "2026-11-10T10:01:00Z"},
        {"id": 8, "user": 301, "state": "APPROVED", "commit_id": "b".repeat(40), "submitted_at": "2026-11-10T10:02:00Z"}
    ]);
    let facts = facts(
        "G01",
        &[
            ("/units/0/path", json!(RUNBOOK)),
            ("/units/0/tier_after", json!(3)),
            ("/reviews", own),
        ],
    );
    insta::assert_snapshot!(comment(&review(facts, diff(WORDS))));
}

#[test]
fn what_denies_besides_approvals_is_said_with_the_files() {
    let facts = facts(
        "G01",
        &[
            ("/units/0/path", json!(RUNBOOK)),
            ("/units/0/tier_after", json!(2)),
            ("/units/0/P", json!("b9")),
        ],
    );
    insta::assert_snapshot!(comment(&review(facts, diff(WORDS))));
}

#[test]
fn what_is_approved_is_said_to_be_with_what_else_was_found() {
    let edits = [
        (RUNBOOK, "mode: gated", "mode: advise"),
        (RUNBOOK, "version: 1.0.0", "version: 1.1.0"),
    ];
    let mut approved = review(approved(), diff(&edits));
    let finding = Finding {
        code: "T003",
        name: "read-only-writes",
        severity: Severity::Warning,
        message: "the runbook declares `max_tier: 2`".to_owned(),
        primary: Location::file(RUNBOOK),
        related: Vec::new(),
        help: Some("declare it".to_owned()),
        fix: None,
    };
    let finding = Located::new(finding, |location| location.locate(None, None));
    approved.findings = Ok(Report::new(vec![finding], 20));
    insta::assert_snapshot!(comment(&approved));
    insta::assert_snapshot!("approved_summary", summary(&approved));
}

#[test]
fn a_change_of_no_governed_file_says_so() {
    let nothing = facts("G01", &[("/units", json!([]))]);
    insta::assert_snapshot!(comment(&review(nothing, Diff::default())));
}

#[test]
fn a_comment_that_says_the_same_is_not_written_again() {
    let page = comment(&review(waiting(), diff(WORDS)));
    assert_eq!(page, comment(&review(waiting(), diff(WORDS))));
    assert!(is_current(&page.replace('\n', "\r\n"), &page));
    assert!(is_current(page.trim_end(), &page));
    // Somebody who edits the comment and leaves the digest does not get away with it.
    assert!(!is_current(&page.replace("missing", "given"), &page));
    let other = comment(&review(approved(), diff(WORDS)));
    assert_ne!(page.lines().next(), other.lines().next());
}
