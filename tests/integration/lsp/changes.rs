//! What an editor is offered to change: names, and what mends findings.

use serde_json::{Value, json};

use super::{ACTION, QUERY, QUIET, RUNBOOK};
use crate::editor::Editor;
use crate::workbench::{Workbench, files};

const SIGNATURE: &str = "postmortems/2026-03-14-null-currency/signature.yaml";

fn rename(editor: &mut Editor<'_>, path: &str, marked: &str, new: &str) -> Value {
    let mut params = editor.at(path, marked);
    params["newName"] = json!(new);
    editor.call("textDocument/rename", params)
}

#[test]
fn what_is_renamed_is_renamed_everywhere() {
    for (path, marked, new) in [
        (ACTION, "id: k8s.rollout|-undo", "k8s.undo"),
        (QUERY, "id: http|-error-ratio", "http-error-share"),
        (RUNBOOK, "id: error-rate|-after-deploy", "bad-release"),
        (SIGNATURE, "id: bad-deploy|-5xx", "bad-release-5xx"),
        (RUNBOOK, "err_|high: {query", "errors_high"),
        (RUNBOOK, "  un|do:\n", "go-back"),
        (SIGNATURE, "    dep|loy: {change", "release"),
    ] {
        let bench = Workbench::new();
        bench.starter("repo");
        let mut editor = Editor::open(&bench, "repo");
        editor.open_file(path);
        let answer = rename(&mut editor, path, marked, new);
        assert!(answer["error"].is_null(), "{marked}: {answer}");
        editor.apply(&answer["result"]);
        assert_eq!(editor.leave(), Some(0));
        bench.rbk(&["lint", "repo"]).expect(0);
        bench.rbk(&["test", "repo"]).expect(0);
        let old = marked.replace('|', "");
        let left = files(&bench.path("repo")).into_iter().filter(|path| {
            let text = std::fs::read_to_string(bench.path("repo").join(path));
            text.unwrap_or_default().contains(&old)
        });
        assert_eq!(left.count(), 0, "{marked}");
    }
}

#[test]
fn an_editor_that_cannot_rename_files_is_told_to() {
    let bench = Workbench::new();
    bench.starter("repo");
    let mut editor = Editor::start(&bench, "repo");
    editor.initialize(json!({}));
    editor.open_file(RUNBOOK);
    let answer = rename(
        &mut editor,
        RUNBOOK,
        "id: error-rate|-after-deploy",
        "bad-release",
    );
    assert!(answer["result"]["documentChanges"].is_null());
    let told = editor.notification("window/showMessage");
    let message = told["params"]["message"].as_str().unwrap();
    assert!(message.contains("runbooks/bad-release"), "{message}");
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn a_name_that_is_taken_or_cannot_be_is_refused() {
    let bench = Workbench::new();
    bench.starter("repo");
    let mut editor = Editor::open(&bench, "repo");
    editor.open_file(ACTION);
    editor.open_file(RUNBOOK);
    editor.open_file(QUIET);
    for (path, marked, new, why) in [
        (ACTION, "id: k8s.rollout|-undo", "K8s", "no id"),
        (ACTION, "id: k8s.rollout|-undo", "", "no id"),
        (ACTION, "id: k8s.rollout|-undo", "k8s.scale-in", "taken"),
        (RUNBOOK, "err_|high: {query", "err_ok", "taken"),
        (
            RUNBOOK,
            "err_|high: {query",
            "not_frozen",
            "condition language",
        ),
        (
            RUNBOOK,
            "err_|high: {query",
            "err-high",
            "condition language",
        ),
        (QUIET, "id: qui|et", "rolls-back", "taken"),
        (
            RUNBOOK,
            "owner: sr|e",
            "people",
            "outside of the repository",
        ),
        (
            RUNBOOK,
            "services: [check|out]",
            "till",
            "outside of the repository",
        ),
        (RUNBOOK, "kind: Run|book", "x", "no name here"),
    ] {
        let answer = rename(&mut editor, path, marked, new);
        let message = answer["error"]["message"].as_str().unwrap_or_default();
        assert!(message.contains(why), "{marked} {new}: {answer}");
    }
    let at = editor.at(RUNBOOK, "err_|high: {query");
    let prepared = editor.request("textDocument/prepareRename", at);
    assert_eq!(prepared["placeholder"], "err_high");
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn nothing_is_renamed_around_a_text_that_cannot_be_read() {
    let bench = Workbench::new();
    bench.starter("repo");
    let mut editor = Editor::open(&bench, "repo");
    editor.open_file(ACTION);
    editor.open_file(RUNBOOK);
    editor.edit(
        RUNBOOK,
        "escalate: {to: service_oncall",
        "escalate: {to: [service_oncall",
    );
    let answer = rename(&mut editor, ACTION, "id: k8s.rollout|-undo", "k8s.undo");
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(message.contains(RUNBOOK), "{answer}");
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn the_outline_names_what_a_document_holds() {
    let bench = Workbench::new();
    bench.starter("repo");
    let mut editor = Editor::open(&bench, "repo");
    editor.open_file(RUNBOOK);
    let params = json!({"textDocument": editor.file(RUNBOOK)});
    let outline = editor.request("textDocument/documentSymbol", params);
    assert_eq!(outline[0]["name"], "Runbook/error-rate-after-deploy");
    let child = |of: &Value, name: &str| {
        let all = of["children"].as_array().unwrap();
        all.iter().find(|one| one["name"] == name).unwrap().clone()
    };
    let checks = child(&outline[0], "checks");
    let range = editor.range(RUNBOOK, "neighbours_ok:");
    let check = child(&checks, "neighbours_ok");
    assert_eq!(check["selectionRange"]["start"], range["start"]);
    child(
        &child(&child(&child(&outline[0], "paths"), "undo"), "steps"),
        "undo",
    );
    assert_eq!(editor.leave(), Some(0));
}

fn actions(editor: &mut Editor<'_>, path: &str, range: &Value) -> Vec<Value> {
    let params =
        json!({"textDocument": editor.file(path), "range": range, "context": {"diagnostics": []}});
    let result = editor.request("textDocument/codeAction", params);
    result.as_array().unwrap().clone()
}

#[test]
fn a_fix_of_a_finding_mends_it() {
    let bench = Workbench::new();
    bench.starter("repo");
    bench.replace(
        &format!("repo/{RUNBOOK}"),
        "autonomy: {max_tier",
        "autonomie: {max_tier",
    );
    let mut editor = Editor::open(&bench, "repo");
    editor.open_file(RUNBOOK);
    let range = editor.diagnostic(RUNBOOK, "S004")["range"].clone();
    let offered = actions(&mut editor, RUNBOOK, &range);
    let fix = offered
        .iter()
        .find(|one| one["diagnostics"][0]["code"] == "S004");
    let fix = fix.unwrap_or_else(|| panic!("{offered:#?}"));
    assert_eq!(fix["kind"], "quickfix");
    editor.apply(&fix["edit"]);
    assert_eq!(editor.leave(), Some(0));
    bench.rbk(&["lint", "repo"]).expect(0);
}

#[test]
fn a_rule_that_may_be_allowed_can_be_allowed_where_it_is_broken() {
    let bench = Workbench::new();
    bench.starter("repo");
    bench.replace(
        &format!("repo/{RUNBOOK}"),
        "    err_ok: ",
        "    spare: {change: config, within: 30m}\n    err_ok: ",
    );
    let mut editor = Editor::open(&bench, "repo");
    editor.open_file(RUNBOOK);
    let told = editor.diagnostics_until(RUNBOOK, |all| !all.is_empty());
    assert_eq!(told.len(), 1, "{told:#?}");
    let code = told[0]["code"].as_str().unwrap();
    let offered = actions(&mut editor, RUNBOOK, &told[0]["range"]);
    let title = format!("Allow {code} ");
    let allow = offered
        .iter()
        .find(|one| one["title"].as_str().unwrap().starts_with(&title));
    editor.apply(&allow.unwrap_or_else(|| panic!("{offered:#?}"))["edit"]);
    assert_eq!(editor.leave(), Some(0));
    let text = bench.read(&format!("repo/{RUNBOOK}"));
    assert!(
        text.contains(&format!(
            "    # rbk: allow({code}) until=2027-01-30 reason=\"say why\"\n    spare:"
        )),
        "{text}"
    );
    bench.rbk(&["lint", "repo"]).expect(0);
}
