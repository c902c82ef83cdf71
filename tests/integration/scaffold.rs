//! `rbk new`: what it writes lints clean and passes its own fixtures.

use std::path::Path;
use std::process::{Command, Output};

const DAY: &str = "2026-12-01";

fn rbk(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rbk"))
        .args(arguments)
        .env("RBK_TODAY", DAY)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn succeeds(folder: &Path, arguments: &[&str]) -> String {
    let output = rbk(folder, arguments);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}\n{text}{errors}");
    text
}

fn refused(folder: &Path, arguments: &[&str]) -> String {
    let output = rbk(folder, arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_new_document_of_every_kind_lints_clean_and_passes_its_fixtures() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    succeeds(folder, &["init"]);
    succeeds(folder, &["schema", "--out", "schema"]);
    assert!(folder.join("schema/halt.schema.json").exists());
    let tests = |text: &str| text.lines().last().unwrap_or_default().to_owned();
    let before = tests(&succeeds(folder, &["check"]));
    for kind in [
        "runbook",
        "action",
        "query",
        "service",
        "signature",
        "postmortem",
    ] {
        let id = format!("fresh-{kind}");
        let written = succeeds(folder, &["new", kind, &id]);
        assert!(written.contains("wrote "), "{written}");
        succeeds(folder, &["check"]);
    }
    assert_ne!(
        before,
        tests(&succeeds(folder, &["check"])),
        "no fixtures were added"
    );
    let text = std::fs::read_to_string(folder.join("runbooks/fresh-runbook/runbook.yaml")).unwrap();
    assert!(text.starts_with("# yaml-language-server: $schema=../../schema/runbook.schema.json\n"));
}

#[test]
fn what_cannot_be_written_is_said_and_nothing_is() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    assert!(refused(folder, &["new", "runbok", "x"]).contains("did you mean `runbook`?"));
    succeeds(folder, &["init"]);
    assert!(refused(folder, &["new", "runbook", "Not An Id"]).contains("is no id"));
    assert!(refused(folder, &["new", "query", "http-error-ratio"]).contains("already"));
    let unknown = refused(folder, &["new", "runbook", "x", "--service", "nowhere"]);
    assert!(
        unknown.contains("there is checkout, payments-gateway"),
        "{unknown}"
    );
    assert!(!folder.join("runbooks/x").exists());
}

#[test]
fn schemas_are_printed_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let printed = succeeds(folder.path(), &["schema", "Runbook"]);
    let schema: serde_json::Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(schema["properties"]["kind"]["const"], "Runbook");
    assert!(refused(folder.path(), &["schema", "runbok"]).contains("did you mean `runbook`?"));
    let printed = succeeds(folder.path(), &["schema", "bundle-index"]);
    let schema: serde_json::Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(schema["title"], "Index of a bundle");
}
