//! Levels, choices, determinism and moot findings.

use std::collections::BTreeSet;

use super::{library, overlaid, run};
use crate::lint::{Change, Example, Options, Outcome, TODAY, lint};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

/// An S009 in the runbook, and `rbk.yaml` with these rule levels.
fn ambiguous(rules: &'static str) -> crate::library::Library {
    let mut overlay = Example::edit(
        RUNBOOK,
        "review_by: 2027-06-01}",
        "review_by: 2027-06-01, labels: {country: no}}",
    )
    .build()
    .unwrap();
    overlay
        .files
        .get_mut("rbk.yaml")
        .unwrap()
        .push_str(&format!("  rules: {{{rules}}}\n"));
    overlaid(&overlay)
}

fn codes(outcome: &Outcome) -> Vec<&'static str> {
    let findings = outcome.report.findings.iter();
    findings.map(|located| located.finding.code).collect()
}

#[test]
fn a_repository_sets_the_level_of_rules_that_are_not_locked() {
    assert_eq!(run(&ambiguous("S009: warn")).report.summary.warnings, 1);
    assert_eq!(run(&ambiguous("S009: error")).report.summary.errors, 1);
    assert_eq!(run(&ambiguous("S009: info")).report.summary.infos, 1);
    assert_eq!(codes(&run(&ambiguous("S009: off"))), Vec::<&str>::new());
}

#[test]
fn a_locked_rule_cannot_be_lowered() {
    let error = lint(&ambiguous("S003: warn"), &Options::on(TODAY)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "rbk.yaml:8:11: the rule S003 (schema-violation) is locked and cannot be lowered"
    );
    assert!(lint(&ambiguous("S003: error"), &Options::on(TODAY)).is_ok());
    let error = lint(&ambiguous("S999: off"), &Options::on(TODAY)).unwrap_err();
    assert!(
        error.to_string().contains("there is no rule `S999`"),
        "{error}"
    );
}

#[test]
fn options_choose_rules_and_say_that_they_did() {
    let library = ambiguous("");
    let with = |select: &[&str], ignore: &[&str]| {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let options = Options {
            select: owned(select),
            ignore: owned(ignore),
            ..Options::on(TODAY)
        };
        lint(&library, &options)
    };
    assert_eq!(codes(&with(&["S"], &[]).unwrap()), ["S009"]);
    assert_eq!(codes(&with(&["ambiguous-scalar"], &[]).unwrap()), ["S009"]);
    assert_eq!(codes(&with(&["S001"], &[]).unwrap()), Vec::<&str>::new());
    assert!(with(&["S001"], &[]).unwrap().is_partial);
    assert_eq!(codes(&with(&[], &["S009"]).unwrap()), Vec::<&str>::new());
    assert!(with(&[], &["S003"]).is_err(), "locked");
    assert!(with(&["nonsense"], &[]).is_err());
}

#[test]
fn changed_files_are_asked_about_with_what_they_break_elsewhere() {
    let library = ambiguous("");
    let with = |path: &str| {
        let options = Options {
            changed: Some(BTreeSet::from([path.into()])),
            ..Options::on(TODAY)
        };
        codes(&lint(&library, &options).unwrap())
    };
    assert_eq!(with(RUNBOOK), ["S009"]);
    assert_eq!(with("runbooks/governance.yaml"), Vec::<&str>::new());
}

#[test]
fn a_missing_configuration_is_the_conventional_one() {
    static WITHOUT: [Change; 1] = [Change::remove("rbk.yaml")];
    let overlay = Example::edits(&WITHOUT).build().unwrap();
    assert_eq!(codes(&run(&overlaid(&overlay))), Vec::<&str>::new());
}

#[test]
fn two_runs_give_the_same_findings_in_the_same_order() {
    let broken = library(&[
        ("runbooks/b.yaml", "kind: X\n---\nkind: Y\na: 1\na: 2\n"),
        (
            "runbooks/a.yaml",
            "apiVersion: rbk/v1\nkind: Service\nspec: {purpos: x}\n",
        ),
    ]);
    let all = |outcome: Outcome| {
        format!(
            "{:?}",
            outcome
                .report
                .findings
                .iter()
                .map(|l| (&l.finding, l.primary.span))
                .collect::<Vec<_>>()
        )
    };
    let first = all(run(&broken));
    for _ in 0..5 {
        assert_eq!(all(run(&broken)), first);
    }
    let paths: Vec<_> = run(&broken)
        .report
        .findings
        .iter()
        .map(|l| (l.primary.path.clone(), l.primary.span))
        .collect();
    assert!(paths.is_sorted(), "{paths:?}");
}

/// An `Exception` that lacks its ticket, with this written for its expiry and after it.
fn exception(expires: &str, after: &str) -> Vec<&'static str> {
    let mut overlay = Example::base().build().unwrap();
    let expires = match expires {
        "" => String::new(),
        text => format!("  {text}\n"),
    };
    overlay.files.insert(
        "runbooks/exceptions/country.yaml".to_owned(),
        format!(
            "apiVersion: rbk/v1\nkind: Exception\n\
             metadata: {{id: country, title: A label, version: 1.0.0, owner: sre, status: stable}}\n\
             spec:\n  rule: S009\n  object: Runbook/error-rate-after-deploy\n  reason: why\n{expires}{after}"
        ),
    );
    codes(&run(&overlaid(&overlay)))
}

#[test]
fn what_could_not_be_read_correctly_is_not_judged_any_further() {
    assert_eq!(exception("expires: 2027-01-01", ""), ["A005"], "no ticket");
    assert_eq!(exception("", ""), ["A005", "A005"], "nor an end");
    assert_eq!(
        exception("expires: never", ""),
        ["A005", "S008"],
        "no ticket, and nobody knows about the end"
    );
    assert_eq!(
        exception("expire: 2027-01-01", ""),
        ["A005", "S004"],
        "no ticket; the end is there and misspelt"
    );
    assert_eq!(
        exception("expires: 2027-01-01", "\t- x\n"),
        ["S001"],
        "the ticket may come after the place where reading stopped"
    );
}

#[test]
fn what_an_unreadable_text_may_declare_is_not_missed() {
    for path in [
        RUNBOOK,
        "runbooks/catalog/taxonomy/taxonomy.yaml",
        "runbooks/catalog/actions/k8s.rollout-undo.yaml",
        "runbooks/catalog/queries/http-error-ratio.yaml",
        "runbooks/catalog/services/checkout.yaml",
        "runbooks/governance.yaml",
    ] {
        let mut overlay = Example::base().build().unwrap();
        let text = overlay.files.get_mut(path).unwrap();
        text.insert_str(0, "apiVersion: rbk/v1\n\tkind: x\n");
        assert_eq!(codes(&run(&overlaid(&overlay))), ["S001"], "{path}");
    }
}

#[test]
fn a_file_on_disk_that_no_pattern_collects_is_not_overlooked() {
    let folder = tempfile::tempdir().unwrap();
    let root = camino::Utf8Path::from_path(folder.path()).unwrap();
    let mut files = Example::base().build().unwrap().files;
    files.insert(
        "runbooks/drain.yml".to_owned(),
        "kind: Runbook\n".to_owned(),
    );
    files.insert("runbooks/notes.txt".to_owned(), "no document\n".to_owned());
    for (path, text) in &files {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let load = || crate::library::Library::load(root, &crate::library::LoadOptions::default());
    let outcome = run(&load());
    assert_eq!(codes(&outcome), ["S015"]);
    assert_eq!(
        outcome.report.findings[0].primary.path,
        "runbooks/drain.yml"
    );
    let configuration = root.join("rbk.yaml");
    let text = std::fs::read_to_string(&configuration).unwrap();
    std::fs::write(
        &configuration,
        format!("{text}  exclude: [runbooks/*.yml]\n"),
    )
    .unwrap();
    assert_eq!(codes(&run(&load())), Vec::<&str>::new());
}
