use super::super::{Example, Options, Outcome, TODAY, lint};
use crate::library::Library;

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

/// The starter library with two S009 in the runbook's labels, each on a line of its own, and these comments.
fn run(above: &str, first: &str, second: &str) -> Outcome {
    let mut overlay = Example::base().build().unwrap();
    let text = overlay.files.get_mut(RUNBOOK).unwrap();
    let labels = format!(
        "review_by: 2027-06-01,\n  labels: {{\n    {above}\n    country: no, {first}\n    answer: yes {second}\n  }}}}"
    );
    *text = text.replace("review_by: 2027-06-01}", &labels);
    lint_files(&overlay.files)
}

fn lint_files(files: &std::collections::BTreeMap<String, String>) -> Outcome {
    let sources = files
        .iter()
        .map(|(path, text)| (path.into(), text.clone().into_bytes()));
    // What is written here for the sake of a test is not laid out canonically.
    let options = Options {
        ignore: vec!["H009".to_owned()],
        ..Options::on(TODAY)
    };
    lint(&Library::from_sources(sources), &options).unwrap()
}

fn codes(outcome: &Outcome) -> Vec<(&'static str, u32)> {
    let findings = outcome.report.findings.iter();
    findings
        .map(|located| (located.finding.code, located.primary.start.line))
        .collect()
}

const ALLOW: &str = "# rbk: allow(S009) until=2027-01-01 reason=\"another tool\"";

#[test]
fn a_comment_speaks_about_its_own_line_or_the_next() {
    assert_eq!(codes(&run("", "", "")), [("S009", 6), ("S009", 7)]);
    assert_eq!(codes(&run("", ALLOW, "")), [("S009", 7)]);
    assert_eq!(codes(&run(ALLOW, "", "")), [("S009", 7)]);
    assert_eq!(codes(&run(ALLOW, "", ALLOW)), []);
    assert_eq!(run(ALLOW, "", ALLOW).report.summary.excepted, 2);
    assert_eq!(run(ALLOW, "", ALLOW).excepted.len(), 2);
}

#[test]
fn what_is_malformed_expired_or_unused_lets_nothing_pass() {
    let expired = ALLOW.replace("2027-01-01", "2026-11-30");
    assert_eq!(codes(&run(&expired, "", ALLOW)), [("X002", 5), ("S009", 6)]);
    let unknown = ALLOW.replace("S009", "S099");
    assert_eq!(codes(&run(&unknown, "", ALLOW)), [("X001", 5), ("S009", 6)]);
    let no_reason = ALLOW.replace("another tool", " ");
    assert_eq!(
        codes(&run(&no_reason, "", ALLOW)),
        [("X001", 5), ("S009", 6)]
    );
    let unused = ALLOW.replace("S009", "S009, S015");
    assert_eq!(codes(&run(&unused, "", ALLOW)), [("X003", 5)]);
    let locked = ALLOW.replace("S009", "S003");
    assert_eq!(codes(&run(&locked, "", ALLOW)), [("X004", 5), ("S009", 6)]);
}

fn with_exception(path: &str, expires: &str) -> Outcome {
    let mut overlay = Example::edit(
        RUNBOOK,
        "review_by: 2027-06-01}",
        "review_by: 2027-06-01, labels: {country: no}}",
    )
    .build()
    .unwrap();
    overlay.files.insert(
        "runbooks/exceptions/country.yaml".to_owned(),
        format!(
            "apiVersion: rbk/v1\nkind: Exception\n\
             metadata: {{id: country, title: A label, version: 1.0.0, owner: sre, status: stable}}\n\
             spec: {{rule: S009, object: Runbook/error-rate-after-deploy, path: {path}, ticket: SRE-1, reason: why, expires: {expires}}}\n"
        ),
    );
    lint_files(&overlay.files)
}

#[test]
fn an_exception_holds_for_its_object_its_place_and_its_time() {
    assert_eq!(codes(&with_exception("metadata.labels", "2026-12-01")), []);
    assert_eq!(
        codes(&with_exception("metadata.labels.country", "2026-12-01")),
        []
    );
    assert_eq!(
        codes(&with_exception("metadata.label", "2026-12-01")),
        [("S009", 3), ("X003", 4)]
    );
    assert_eq!(
        codes(&with_exception("metadata", "2026-11-30")),
        [("S009", 3), ("A005", 4)]
    );
}
