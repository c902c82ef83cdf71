//! Diagnostics while typing.

use std::fs;

use serde_json::{Value, json};

use super::{ACTION, QUERY, RUNBOOK};
use crate::editor::Editor;
use crate::workbench::Workbench;

fn has(code: &'static str) -> impl Fn(&[Value]) -> bool {
    move |all| all.iter().any(|one| one["code"] == code)
}

#[test]
fn a_mistake_is_told_while_it_is_typed_and_taken_back_when_it_is_mended() {
    let bench = Workbench::new();
    bench.starter("repo");
    let mut editor = Editor::open(&bench, "repo");
    editor.open_file(RUNBOOK);
    editor.edit(
        RUNBOOK,
        "action: k8s.rollout-undo",
        "action: k8s.rolout-undo",
    );
    let told = editor.diagnostic(RUNBOOK, "R001");
    assert_eq!(told["range"], editor.range(RUNBOOK, "k8s.rolout-undo"));
    assert_eq!(
        (&told["severity"], &told["source"]),
        (&json!(1), &json!("rbk"))
    );
    assert!(
        told["message"]
            .as_str()
            .unwrap()
            .contains("k8s.rollout-undo"),
        "{told}"
    );
    editor.edit(
        RUNBOOK,
        "action: k8s.rolout-undo",
        "action: k8s.rollout-undo",
    );
    editor.diagnostics_until(RUNBOOK, <[Value]>::is_empty);
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn a_text_that_is_broken_in_the_middle_is_told_at_its_place() {
    let bench = Workbench::new();
    bench.starter("repo");
    let mut editor = Editor::open(&bench, "repo");
    editor.open_file(RUNBOOK);
    editor.edit(
        RUNBOOK,
        "autonomy: {max_tier: 2, mode: gated}",
        "autonomy: {max_tier: 2, mode",
    );
    editor.diagnostics_until(RUNBOOK, has("S001"));
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn other_files_are_told_what_an_edit_does_to_them() {
    let bench = Workbench::new();
    bench.starter("repo");
    let mut editor = Editor::open(&bench, "repo");
    editor.open_file(QUERY);
    editor.edit(QUERY, "id: http-error-ratio", "id: http-error-share");
    let told = editor.diagnostic(RUNBOOK, "R002");
    assert!(
        told["message"]
            .as_str()
            .unwrap()
            .contains("http-error-ratio"),
        "{told}"
    );
    editor.edit(QUERY, "id: http-error-share", "id: http-error-ratio");
    editor.diagnostics_until(RUNBOOK, <[Value]>::is_empty);
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn columns_are_those_of_the_editor_where_the_text_is_not_ascii() {
    let bench = Workbench::new();
    bench.starter("repo");
    let line = "- {when: err_high and recent_deploy, path: undo}";
    let new = "- {when: err_high and recent_deploy, because: \"\u{1D11E}ü\", pth: undo}";
    for (encoding, width) in [("utf-16", 5), ("utf-8", 8)] {
        let mut editor = Editor::start(&bench, "repo");
        let result = editor.initialize(json!({"general": {"positionEncodings": [encoding]}}));
        assert_eq!(result["capabilities"]["positionEncoding"], encoding);
        editor.open_file(RUNBOOK);
        editor.edit(RUNBOOK, line, new);
        let told = editor.diagnostic(RUNBOOK, "S004");
        let text = editor.text(RUNBOOK);
        let before = text.lines().find(|line| line.contains("pth")).unwrap();
        let before = &before[..before.find('"').unwrap()];
        let expected = before.len() + width + ", ".len();
        assert_eq!(
            told["range"]["start"]["character"], expected,
            "{encoding}: {told}"
        );
        assert_eq!(editor.leave(), Some(0));
    }
}

#[test]
fn files_that_are_made_and_removed_elsewhere_count() {
    let bench = Workbench::new();
    bench.starter("repo");
    let mut editor = Editor::open(&bench, "repo");
    let text = bench.read(&format!("repo/{ACTION}"));
    fs::remove_file(bench.path(format!("repo/{ACTION}"))).unwrap();
    let change = |editor: &Editor<'_>, kind: u8| json!({"changes": [{"uri": editor.uri(ACTION), "type": kind}]});
    editor.notify("workspace/didChangeWatchedFiles", change(&editor, 3));
    editor.diagnostic(RUNBOOK, "R001");
    bench.write(&format!("repo/{ACTION}"), text);
    editor.notify("workspace/didChangeWatchedFiles", change(&editor, 1));
    editor.diagnostics_until(RUNBOOK, <[Value]>::is_empty);
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn what_was_not_saved_is_forgotten_when_the_file_is_closed() {
    let bench = Workbench::new();
    bench.starter("repo");
    let mut editor = Editor::open(&bench, "repo");
    editor.open_file(RUNBOOK);
    editor.edit(RUNBOOK, "mode: gated", "mode: manual");
    editor.diagnostics_until(RUNBOOK, |all| !all.is_empty());
    let document = editor.file(RUNBOOK);
    editor.notify("textDocument/didClose", json!({"textDocument": document}));
    editor.diagnostics_until(RUNBOOK, <[Value]>::is_empty);
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn related_places_lead_to_other_files() {
    let bench = Workbench::new();
    bench.starter("repo");
    let copy = bench.read(&format!("repo/{QUERY}"));
    let other = "runbooks/catalog/queries/again.yaml";
    bench.write(&format!("repo/{other}"), copy);
    let mut editor = Editor::open(&bench, "repo");
    let is_related = |all: &[Value]| {
        let places = all
            .iter()
            .flat_map(|one| one["relatedInformation"].as_array().unwrap());
        places.into_iter().any(|place| {
            place["location"]["uri"]
                .as_str()
                .unwrap()
                .ends_with(".yaml")
        })
    };
    let uri = editor.uri(QUERY);
    let told = editor.diagnostics_until(QUERY, is_related);
    assert!(
        told.iter()
            .any(|one| one["relatedInformation"].to_string().contains("again.yaml")),
        "{uri} {told:?}"
    );
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn changes_of_one_message_follow_each_other() {
    let bench = Workbench::new();
    bench.starter("repo");
    let mut editor = Editor::open(&bench, "repo");
    let (path, text) = (
        "runbooks/catalog/actions/new.yaml",
        "a: \u{1D11E}1\r\nb: 2\r\n",
    );
    editor.open_text(path, text);
    let at = |line: u32, from: u32, to: u32, text: &str| {
        let place = |character| json!({"line": line, "character": character});
        json!({"range": {"start": place(from), "end": place(to)}, "text": text})
    };
    let changes = json!([
        at(0, 3, 5, "x\n"),        // the note, which takes two columns
        at(1, 0, 1, "c: 3"),       // what was behind it
        at(2, 0, 99, "kind: Bee"), // the last line, and beyond
        at(9, 0, 0, "\n# end"),    // beyond the text
    ]);
    let document = json!({"uri": editor.uri(path), "version": 2});
    editor.notify(
        "textDocument/didChange",
        json!({"textDocument": document, "contentChanges": changes}),
    );
    let told = editor.diagnostics_until(path, |all| {
        all.iter()
            .any(|one| one["message"].to_string().contains("Bee"))
    });
    let kind = told.iter().find(|one| one["code"] == "S002").unwrap();
    let place = |character| json!({"line": 2, "character": character});
    assert_eq!(kind["range"], json!({"start": place(6), "end": place(9)}));
    assert_eq!(editor.leave(), Some(0));
}
