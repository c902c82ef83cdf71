//! Annotations of the run.

use super::hostile::everything;
use super::*;
use crate::diagnostic::{Finding, Located, Location, Severity};
use crate::governance::{Evaluation, Reason};
use crate::review::{annotations, findings};

fn finding(n: usize, severity: Severity) -> Located {
    let finding = Finding {
        code: "T003",
        name: "read-only-writes",
        severity,
        message: format!("finding {n}"),
        primary: Location::file(format!("runbooks/{n:02}.yaml")),
        related: Vec::new(),
        help: None,
        fix: None,
    };
    Located::new(finding, |location| location.locate(None, None))
}

#[test]
fn what_is_not_approved_is_a_finding_of_its_file() {
    let review = review(waiting(), diff(WORDS));
    let missing = findings(&review);
    assert_eq!(missing.len(), 1);
    assert_eq!(missing[0].finding.code, "A001");
    assert_eq!(missing[0].primary.path, RUNBOOK);
    assert_eq!(missing[0].primary.start.line, 1);
    insta::assert_snapshot!(annotations(&review));
    assert!(findings(&super::review(approved(), diff(WORDS))).is_empty());
}

#[test]
fn the_gravest_are_shown_and_the_rest_is_counted() {
    let mut review = review(waiting(), diff(WORDS));
    let all = (0..12)
        .map(|n| finding(n, Severity::Warning))
        .chain((12..24).map(|n| finding(n, Severity::Error)))
        .chain((24..36).map(|n| finding(n, Severity::Info)));
    review.findings = Ok(Report::new(all.collect(), 12));
    let log = annotations(&review);
    let count = |command: &str| log.lines().filter(|line| line.starts_with(command)).count();
    assert_eq!(
        (count("::error "), count("::warning "), count("::notice ")),
        (10, 10, 10)
    );
    assert!(log.starts_with("::error "), "{log}");
    let notice = log.lines().last().unwrap();
    assert!(
        notice.ends_with("not shown here: 3 more errors, 2 more warnings, 3 more notes"),
        "{notice}"
    );
}

#[test]
fn what_stands_for_the_whole_comes_before_everything_else() {
    let mut review = everything("x", true);
    review.evaluation =
        Evaluation::error(Reason::FactsIncomplete, "::stop-commands::t\n::error::x");
    let log = annotations(&review);
    let first = log.lines().next().unwrap();
    assert!(first.starts_with("::error title=rbk review::could not evaluate: FACTS_INCOMPLETE"));
    assert!(
        !log.lines()
            .any(|line| line.starts_with("::stop") || line.starts_with("::error::"))
    );
    // Nobody is blamed for approvals that nobody could judge.
    assert!(!log.contains("A001"), "{log}");
    let mut denied = super::review(waiting(), diff(WORDS));
    denied.evaluation.reasons = vec![Reason::ChangesRequested];
    denied.evaluation.units.clear();
    assert!(annotations(&denied).starts_with("::error title=rbk review::CHANGES_REQUESTED: "));
}
