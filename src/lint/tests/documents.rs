//! What is said about whole documents with many mistakes.

use super::{library, run};
use crate::diagnostic::render::{Format, Style};
use crate::lint::Example;

/// The starter's runbook with a dozen mistakes.
const MISTAKES: &str = r#"apiVersion: rbk/v1
kind: Runbook
metadata: {id: error-rate-after-deploy, title: Roll back a release, version: 1.0, owner: sre, status: stable, review_by: 2027-02-30, labels: {country: no}}
spec:
  incident_class: elevated-error-rate
  alerts: [HighRequestErrorRate, &burn ErrorBudgetBurn]
  scope:
    services: [checkout]
    environments: [staging, production]
    do_not_tuch: ["statefulset/**"]
    do_not_touch: ["*/kube-system/**"]
  autonomy: {max_tier: 2, mode: manual}
  checks:
    err_high: {query: http-error-ratio, at_least: 5 percent, for: 3m}
    err_ok: {query: http-error-ratio, below: 1%, for: 2m}
    recent_deploy: {change: deploy, within: 30m}
    upstream_bad: {query: dependency-error-ratio, at_least: 5%}
    migrations: {query: pending-migrations, above: 0}
    neighbours_ok: {query: neighbour-error-ratio, below: 2%}
  decide:
    - {when: upstream_bad, escalate: owner_of_dependency, because: the fault is in a<invisible> dependency}
    - {when: err_high && recent_deploy, path: undo}
    - {otherwise: escalate, because: "token=q8Zt5Vn2Lw9Rk4Xs7Bd1 did not work"}
  paths:
    undo:
      preflight: [not migrations, corroborated(2)]
      steps:
        - id: undo
          action: k8s.rollout-undo
          with: {namespace: shop, deployment: "{{ incident.service | shell }}", to_revision: "{{ change.deploy.previous_revision }}"}
          verify: {settle: 2m, within: 15m, success: err_ok, failure: err_high, guard: neighbours_ok}
          on_failure: rollback
          on_failure: escalate
      outcome: mitigated
  escalate: {to: service_oncall, ack_within: 5m, then: incident-commanders, page: true}
"#;

#[test]
fn one_run_finds_every_mistake_in_a_file() {
    let mut overlay = Example::base().build().unwrap();
    let path = "runbooks/error-rate-after-deploy/runbook.yaml";
    let text = MISTAKES.replace("<invisible>", "\u{200B}");
    overlay.files.insert(path.to_owned(), text);
    let files: Vec<_> = overlay
        .files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let outcome = run(&library(&files));
    let codes: Vec<_> = outcome
        .report
        .findings
        .iter()
        .map(|located| (located.primary.start.line, located.finding.code))
        .collect();
    assert_eq!(
        codes,
        [
            (3, "S007"),
            (3, "S008"),
            (3, "S009"),
            (6, "S010"),
            (10, "S004"),
            (12, "S003"),
            (14, "S008"),
            (21, "S011"),
            (22, "S012"),
            (23, "S013"),
            (30, "S012"),
            (33, "S001"),
        ],
        "{}",
        Format::Human.render(&outcome.report, &Style::default())
    );
    insta::assert_snapshot!(Format::Human.render(&outcome.report, &Style::default()));
}

fn codes(files: &[(&str, &str)]) -> Vec<&'static str> {
    let outcome = run(&library(files));
    outcome
        .report
        .findings
        .iter()
        .map(|located| located.finding.code)
        .collect()
}

#[test]
fn what_is_no_document_is_said_once() {
    for text in [
        "- a\n- b\n",
        "just text\n",
        "---\n---\nkind: Nonsense\n",
        "{}\n",
    ] {
        let found = codes(&[("runbooks/a.yaml", text)]);
        assert!(
            !found.is_empty() && found.iter().all(|code| *code == "S002"),
            "{text:?}: {found:?}"
        );
    }
    assert_eq!(
        codes(&[("postmortems/a/postmortem.md", "# No front matter\n")]),
        ["S001"]
    );
}

#[test]
fn bytes_that_are_not_text_are_a_finding_and_not_a_gap() {
    let sources = [("runbooks/a.yaml".into(), vec![0xFF, 0xFE])];
    let outcome = run(&crate::library::Library::from_sources(sources));
    assert_eq!(outcome.report.findings.len(), 1);
    assert_eq!(outcome.report.findings[0].finding.code, "S001");
    assert!(!outcome.is_complete(), "nothing was looked at");
}

#[test]
fn what_was_refused_in_the_text_is_not_reported_again_by_the_schema() {
    let service = |purpose: &str| {
        format!(
            "apiVersion: rbk/v1\nkind: Service\nmetadata: {{id: a, title: A, version: 1.0.0, owner: sre, status: stable}}\n\
             spec:\n  purpose: {purpose}\n  environments: [staging]\n  oncall: {{team: sre}}\n"
        )
    };
    let found = |purpose: &str| codes(&[("runbooks/catalog/services/a.yaml", &service(purpose))]);
    assert_eq!(found("*other"), ["S010"]);
    assert_eq!(found("!!int text"), ["S010"]);
    assert_eq!(found("1e999"), ["S008"]);
    let merged = service("text").replace("  purpose: text\n", "  <<: {purpose: text}\n");
    assert_eq!(
        codes(&[("runbooks/catalog/services/a.yaml", &merged)]),
        ["S010"]
    );
}
