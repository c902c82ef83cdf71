//! From names to what they stand for.

use serde_json::{Value, json};

use super::{ACTION, QUERY, QUIET, RUNBOOK};
use crate::editor::Editor;
use crate::workbench::Workbench;

fn defined(editor: &mut Editor<'_>, path: &str, marked: &str) -> Vec<Value> {
    let at = editor.at(path, marked);
    let result = editor.request("textDocument/definition", at);
    result.as_array().unwrap().clone()
}

fn hover(editor: &mut Editor<'_>, path: &str, marked: &str) -> String {
    let at = editor.at(path, marked);
    let result = editor.request("textDocument/hover", at);
    result["contents"]["value"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn names_lead_to_where_they_are_defined() {
    let bench = Workbench::new();
    bench.starter("repo");
    let mut editor = Editor::open(&bench, "repo");
    for path in [RUNBOOK, ACTION, QUERY, QUIET] {
        editor.open_file(path);
    }
    for (from, marked, to, definition) in [
        (
            RUNBOOK,
            "action: k8s.roll|out-undo",
            ACTION,
            "k8s.rollout-undo, title",
        ),
        (
            RUNBOOK,
            "err_high: {query: http-|error",
            QUERY,
            "http-error-ratio, title",
        ),
        (RUNBOOK, "when: err_|high and", RUNBOOK, "err_high: {"),
        (RUNBOOK, "[not migra|tions", RUNBOOK, "migrations: {"),
        (RUNBOOK, "path: un|do", RUNBOOK, "undo:\n"),
        (
            QUIET,
            "  http-error|-ratio: {value: 0.2%}",
            QUERY,
            "http-error-ratio, title",
        ),
    ] {
        let found = defined(&mut editor, from, marked);
        let [found] = found.as_slice() else {
            panic!("{marked}: {found:?}");
        };
        assert_eq!(found["uri"], editor.uri(to), "{marked}");
        let expected = editor.range(to, definition);
        assert_eq!(found["range"]["start"], expected["start"], "{marked}");
    }
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn what_is_not_saved_is_seen() {
    let bench = Workbench::new();
    bench.starter("repo");
    let mut editor = Editor::open(&bench, "repo");
    editor.open_file(RUNBOOK);
    let text = bench.read(&format!("repo/{QUERY}"));
    let new = "runbooks/catalog/queries/unsaved.yaml";
    editor.open_text(
        new,
        &text.replacen("id: http-error-ratio", "id: unsaved-ratio", 1),
    );
    editor.edit(
        RUNBOOK,
        "{query: http-error-ratio, below: 1%",
        "{query: unsaved-ratio, below: 1%",
    );
    let found = defined(&mut editor, RUNBOOK, "unsaved|-ratio");
    assert_eq!(found[0]["uri"], editor.uri(new));

    let mut params = editor.at(new, "id: unsaved|-ratio");
    params["context"] = json!({"includeDeclaration": true});
    let found = editor.request("textDocument/references", params);
    let uris: Vec<&str> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["uri"].as_str().unwrap())
        .collect();
    assert_eq!(uris, [editor.uri(new), editor.uri(RUNBOOK)]);
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn references_are_found_in_every_kind_of_document() {
    let bench = Workbench::new();
    bench.starter("repo");
    let mut editor = Editor::open(&bench, "repo");
    editor.open_file(ACTION);
    let mut params = editor.at(ACTION, "id: k8s.rollout|-undo");
    params["context"] = json!({"includeDeclaration": false});
    let found = editor.request("textDocument/references", params);
    let uris: Vec<String> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["uri"].as_str().unwrap().to_owned())
        .collect();
    for path in [
        ACTION,
        RUNBOOK,
        "runbooks/error-rate-after-deploy/fixtures/rolls-back.yaml",
    ] {
        assert!(uris.contains(&editor.uri(path)), "{path}: {uris:#?}");
    }
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn a_definition_is_found_in_a_text_that_is_broken_further_down() {
    let bench = Workbench::new();
    bench.starter("repo");
    let mut editor = Editor::open(&bench, "repo");
    editor.open_file(RUNBOOK);
    editor.edit(
        RUNBOOK,
        "  escalate: {to: service_oncall,",
        "  escalate: {to: [service_oncall,",
    );
    let found = defined(&mut editor, RUNBOOK, "action: k8s.roll|out-undo");
    assert_eq!(found[0]["uri"], editor.uri(ACTION));
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn hovering_says_what_something_means() {
    let bench = Workbench::new();
    bench.starter("repo");
    let mut editor = Editor::open(&bench, "repo");
    editor.open_file(RUNBOOK);
    editor.edit(
        RUNBOOK,
        "  incident_class: elevated-error-rate\n",
        "  incident_class: elevated-error-rate # rbk: allow(H006) until=2026-12-01 reason=\"x\"\n",
    );
    for (marked, expected) in [
        (
            "action: k8s.roll|out-undo",
            [
                "Return a Deployment",
                "tier 2 · write · reversible, undone by `k8s.rollout-undo`",
                "`to_revision`",
            ]
            .as_slice(),
        ),
        (
            "upstream_bad: {query: dependency-error-|ratio",
            &["promql", "a ratio such as 5%", "sum"],
        ),
        ("at_least: 5|%, for: 3m", &["0.05 of the whole"]),
        ("at_least: 5%, for: 3|m", &["180 seconds"]),
        ("when: err_|high and", &["http-error-ratio", "5%"]),
        ("auto|nomy:", &["autonomy"]),
        ("name|space: shop", &["namespaces"]),
        ("allow(H0|06)", &["H006"]),
        ("incident_class: elevated-error|-rate", &["incident class"]),
    ] {
        let text = hover(&mut editor, RUNBOOK, marked);
        for part in expected {
            assert!(
                text.to_lowercase().contains(&part.to_lowercase()),
                "{marked}: {text}"
            );
        }
    }
    assert_eq!(editor.leave(), Some(0));
}
