use std::collections::BTreeMap;

use super::*;
use crate::lint::{Example, Options, Outcome, TODAY, lint};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";
const TABLE: &str = "    - {otherwise: escalate, because: no trusted pattern}\n";

type Files = BTreeMap<String, String>;

/// The starter library with the last row of its decision table replaced.
fn files(rows: &str) -> Files {
    let mut files = Example::base().build().unwrap().files;
    let text = files.get_mut(RUNBOOK).unwrap();
    assert!(text.contains(TABLE));
    *text = text.replace(TABLE, rows);
    files
}

/// The same with one placeholder.
fn with_todo() -> Files {
    files("    - {otherwise: escalate, because: TODO}\n")
}

fn library(files: &Files) -> Library {
    let files = files.iter();
    Library::from_sources(files.map(|(path, text)| (path.into(), text.clone().into_bytes())))
}

fn run(files: &Files, baseline: Option<&Baseline>) -> Outcome {
    let options = Options {
        baseline,
        ..Options::on(TODAY)
    };
    lint(&library(files), &options).unwrap()
}

fn adopted(files: &Files) -> Baseline {
    Baseline::of(&library(files), &run(files, None).report.findings)
}

/// New findings, known ones, and known ones that did not occur.
fn counts(files: &Files, baseline: &Baseline) -> (usize, usize, usize) {
    let outcome = run(files, Some(baseline));
    assert_eq!(outcome.report.summary.known, outcome.known.len());
    (
        outcome.report.findings.len(),
        outcome.known.len(),
        outcome.gone,
    )
}

#[test]
fn what_is_adopted_is_known_and_nothing_else_is() {
    let before = with_todo();
    let baseline = adopted(&before);
    assert_eq!(baseline.len(), 1);
    assert_eq!(counts(&before, &Baseline::default()), (1, 0, 0));
    assert_eq!(counts(&before, &baseline), (0, 1, 0));
}

#[test]
fn moving_lines_and_renaming_the_file_change_nothing() {
    let baseline = adopted(&with_todo());
    let mut moved = with_todo();
    let text = moved.remove(RUNBOOK).unwrap();
    let text = text.replace(
        "  decide:\n",
        "  # what to do\n  decide:\n    # in this order\n",
    );
    moved.insert(
        RUNBOOK.replace("/runbook.yaml", "/error-rate-after-deploy.yaml"),
        text,
    );
    assert_eq!(counts(&moved, &baseline), (0, 1, 0));
}

#[test]
fn rows_above_change_nothing_because_items_are_not_counted() {
    let baseline = adopted(&with_todo());
    let row = "    - {when: upstream_bad and err_high, escalate: service_oncall, because: both are bad}\n";
    let more = files(&format!(
        "{row}    - {{otherwise: escalate, because: TODO}}\n"
    ));
    assert_eq!(counts(&more, &baseline).1, 1);
}

#[test]
fn other_content_is_new() {
    let baseline = adopted(&with_todo());
    let other = files("    - {otherwise: escalate, because: FIXME}\n");
    assert_eq!(counts(&other, &baseline), (1, 0, 1));
}

#[test]
fn the_same_in_another_document_is_new() {
    let baseline = adopted(&with_todo());
    let mut other = with_todo();
    let text = other.get_mut("runbooks/governance.yaml").unwrap();
    *text = text.replacen("title: ", "title: TODO ", 1);
    assert_eq!(counts(&other, &baseline), (1, 1, 0));
}

#[test]
fn a_second_one_in_the_same_place_is_new() {
    let row = "    - {when: upstream_bad, escalate: service_oncall, because: TODO}\n";
    let once = with_todo();
    let twice = files(&format!(
        "{row}    - {{otherwise: escalate, because: TODO}}\n"
    ));
    let new = |baseline: &Baseline| {
        let outcome = run(&twice, Some(baseline));
        let findings = outcome.report.findings.iter();
        findings.filter(|it| it.finding.code == "H006").count()
    };
    assert_eq!(new(&Baseline::default()), 2);
    assert_eq!(new(&adopted(&once)), 1);
    assert_eq!(new(&adopted(&twice)), 0);
}

#[test]
fn what_is_mended_is_gone_and_pruned() {
    let baseline = adopted(&with_todo());
    let mended = files(TABLE);
    assert_eq!(counts(&mended, &baseline), (0, 0, 1));
    let found = adopted(&mended);
    assert!(baseline.within(&found, |_| true).is_empty());
    assert_eq!(baseline.within(&found, |_| false), baseline, "not asked");
    let grown = baseline.within(&adopted(&with_todo()), |_| true);
    assert_eq!(grown, baseline);
    assert!(Baseline::default().within(&baseline, |_| true).is_empty());
}

#[test]
fn locked_rules_are_never_known() {
    let locked = files("");
    let outcome = run(&locked, None);
    assert!(
        outcome
            .report
            .findings
            .iter()
            .any(|it| it.finding.code == "E002")
    );
    assert!(adopted(&locked).is_empty());
}

#[test]
fn partial_runs_say_nothing_about_what_they_did_not_look_for() {
    let baseline = adopted(&with_todo());
    let options = Options {
        select: vec!["T".to_owned()],
        baseline: Some(&baseline),
        ..Options::on(TODAY)
    };
    assert_eq!(lint(&library(&files(TABLE)), &options).unwrap().gone, 0);
}

#[test]
fn a_baseline_survives_its_file() {
    let baseline = adopted(&with_todo());
    let text = baseline.to_json();
    assert_eq!(Baseline::from_json(text.as_bytes()), Ok(baseline));
    let path = "\"path\": \"/spec/decide/[]/because\"";
    for part in [
        "\"document\": \"Runbook/error-rate-after-deploy\"",
        path,
        "TODO",
    ] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn a_file_that_is_not_a_baseline_is_refused() {
    let text = adopted(&with_todo()).to_json();
    let entry = text
        .split_once("[\n")
        .unwrap()
        .1
        .rsplit_once("\n  ]")
        .unwrap()
        .0;
    let cases = [
        (String::new(), "EOF"),
        (
            text.replace("\"version\": 1", "\"version\": 2"),
            "version 2",
        ),
        (text.replace("H006", "Z999"), "there is no rule `Z999`"),
        (text.replace("H006", "T003"), "Exception"),
        (text.replace("H006", "X003"), "Exception"),
        (
            text.replace("\"count\": 1", "\"count\": 0"),
            "counts nothing",
        ),
        (text.replace("\"count\": 1", "\"count\": -1"), "-1"),
        (text.replace("sha256:", "sha1:"), "no digest"),
        (
            text.replace("\"path\"", "\"line\": 3, \"path\""),
            "unknown field `line`",
        ),
        (
            text.replace(entry, &format!("{entry},\n{entry}")),
            "is there twice",
        ),
    ];
    for (text, expected) in cases {
        let error = Baseline::from_json(text.as_bytes())
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{error}: {expected}");
    }
}
