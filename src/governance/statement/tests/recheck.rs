//! What is seen again, from statements alone and from records.

use super::*;
use crate::governance::Verdict;

fn rechecked(change: &dyn Fn(&mut Vec<Value>)) -> Vec<(usize, &'static str)> {
    let mut statements = lines(&built(&history()).unwrap());
    change(&mut statements);
    codes(&Chain::read(&chained_anew(&statements)).unwrap().recheck())
}

#[test]
fn what_was_written_down_holds() {
    let records = history();
    let judged = judge(&records);
    let chain = Chain::default().extended(&judged).unwrap();
    assert_eq!(chain.recheck(), []);
    assert_eq!(chain.recompute(&judged), []);
    // Facts that were gathered later say the same.
    let mut later = records.clone();
    later
        .iter_mut()
        .for_each(|record| record.facts.now = "2026-12-01T00:00:00Z".parse().unwrap());
    assert_eq!(chain.recompute(&judge(&later)), []);
}

#[test]
fn every_case_is_written_down_as_it_was_decided_and_holds() {
    let file = cases::file();
    for case in file["cases"].as_array().unwrap() {
        let id = case["id"].as_str().unwrap();
        let mut record = landing(id, '1', '2', vec![runbook("1.1.0")]);
        record.policy = file["policies"][case["policy"].as_str().unwrap()].clone();
        let mut adopted = adoption();
        adopted.policy = record.policy.clone();
        adopted.subjects = vec![runbook("1.0.0"), governance(&record.policy)];
        let records = [adopted, record];
        let judged = judge(&records);
        let chain = Chain::default().extended(&judged).unwrap();
        let outcome = &chain.links()[1].statement.predicate.evaluation;
        assert_eq!(json!(outcome.verdict), case["expect"]["verdict"], "{id}");
        assert_eq!(json!(outcome.reasons), case["expect"]["reasons"], "{id}");
        let refused = &chain.links()[1].statement.predicate.approvals.refused;
        let refused: Value = refused
            .iter()
            .map(|it| json!([it.review, it.reason]))
            .collect();
        assert_eq!(refused, case["expect"]["rejected"], "{id}");
        assert_eq!(chain.recheck(), [], "{id}");
        assert_eq!(chain.recompute(&judged), [], "{id}");
    }
}

/// A statement that says ALLOW of a landing that was denied is found out, whatever denied it.
#[test]
fn a_denial_cannot_be_turned_into_leave() {
    let file = cases::file();
    for case in file["cases"].as_array().unwrap() {
        let (id, expect) = (case["id"].as_str().unwrap(), &case["expect"]);
        if expect["verdict"] != "DENY" {
            continue;
        }
        let records = [adoption(), landing(id, '1', '2', vec![runbook("1.1.0")])];
        let judged = judge(&records);
        let mut statements = lines(&Chain::default().extended(&judged).unwrap());
        statements[1]["predicate"]["evaluation"]["verdict"] = json!("ALLOW");
        statements[1]["predicate"]["evaluation"]["reasons"] = json!([]);
        let chain = Chain::read(&chained_anew(&statements)).unwrap();
        assert_eq!(
            codes(&chain.recompute(&judged)),
            [(2, "EVALUATION_DIFFERS")],
            "{id}"
        );
        // What only the facts tell is not seen without them: what the forge says of the pull request and of the branch.
        let only_by_facts = [
            "MERGE_COMMIT_MISMATCH",
            "PR_NOT_MERGED_HERE",
            "CONTINUITY_BROKEN",
        ];
        let reason = expect["reasons"][0].as_str().unwrap();
        let is_seen = !chain.recheck().is_empty();
        assert!(is_seen || only_by_facts.contains(&reason), "{id} {reason}");
    }
}

#[test]
fn approvals_have_to_be_enough_by_what_the_statement_holds() {
    let review = |it: &mut Vec<Value>, pointer: &str, to: Value| {
        *it[1]["predicate"].pointer_mut(pointer).unwrap() = to;
    };
    let unsatisfied = [(2, "APPROVALS_UNSATISFIED")];
    for (pointer, to) in [
        ("/units/0/counted", json!([])),
        ("/units/0/counted", json!([7])),
        ("/units/0/requires", Value::Null),
        ("/units/0/requires/teams/sre", json!(0)),
        ("/units/0/change/tier_after", json!(2)),
        ("/units/0/change/C", json!("b9")),
        ("/units/0/change/envs", json!([])),
        ("/contributors/accounts", json!([101, 102])),
        ("/contributors/unknown", json!(true)),
        ("/teams/sre", json!([101, 103])),
        ("/approvals/counted", json!([])),
        ("/approvals/counted/0/account", json!(101)),
        ("/approvals/counted/0/account", Value::Null),
        (
            "/approvals/counted/0/submitted_at",
            json!("2026-11-11T00:00:00Z"),
        ),
        ("/accounts", json!([])),
        ("/pull_request", Value::Null),
        ("/evaluation/reasons", json!(["INSUFFICIENT_APPROVALS"])),
        ("/evaluation/reasons", json!(["RATIFIED"])),
        ("/evaluation/reasons", json!(["GRANDFATHERED"])),
        ("/evaluation/verdict", json!("ALLOW_BREAK_GLASS")),
        ("/evaluation/verdict", json!("ERROR")),
    ] {
        let found = rechecked(&|it| review(it, pointer, to.clone()));
        assert_eq!(found, unsatisfied, "{pointer} {to}");
    }
}

#[test]
fn records_have_to_be_there_and_to_be_judged() {
    let records = history();
    let judged = judge(&records);
    let chain = Chain::default().extended(&judged).unwrap();
    assert_eq!(
        codes(&chain.recompute(&judged[..3])),
        [(4, "RECORD_MISSING")]
    );
    let mut unclear = records.clone();
    unclear[1].facts.landing.tip_parents.clear();
    assert_eq!(
        codes(&chain.recompute(&judge(&unclear))),
        [(2, "NOT_EVALUATED")]
    );
    let mut other = records.clone();
    other[1].subjects[0].closure = Digest::of(b"other");
    assert_eq!(
        codes(&chain.recompute(&judge(&other))),
        [(2, "EVALUATION_DIFFERS")]
    );
    let mut fewer = records.clone();
    fewer[1].facts.reviews.clear();
    let faults = chain.recompute(&judge(&fewer));
    assert!(
        faults[0].message.contains("DENY [INSUFFICIENT_APPROVALS]"),
        "{:?}",
        faults[0]
    );
    assert_eq!(judged[1].evaluation.verdict, Verdict::Allow);
}
