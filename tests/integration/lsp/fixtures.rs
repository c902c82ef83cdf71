//! Running fixtures from the editor.

use serde_json::{Value, json};

use super::{QUIET, RUNBOOK};
use crate::editor::Editor;
use crate::workbench::Workbench;

fn lens(editor: &mut Editor<'_>, path: &str) -> Value {
    let params = json!({"textDocument": editor.file(path)});
    let lenses = editor.request("textDocument/codeLens", params);
    assert_eq!(lenses.as_array().unwrap().len(), 1, "{lenses}");
    lenses[0]["command"].clone()
}

#[test]
fn fixtures_are_run_with_the_texts_in_the_editor() {
    let bench = Workbench::new();
    bench.starter("repo");
    let mut editor = Editor::open(&bench, "repo");
    editor.open_file(RUNBOOK);
    let command = lens(&mut editor, RUNBOOK);
    let title = command["title"].as_str().unwrap().to_owned();
    assert!(
        title.starts_with("Run ") && title.ends_with(" fixtures"),
        "{title}"
    );
    let run = json!({"command": command["command"], "arguments": command["arguments"]});
    let report = editor.request("workspace/executeCommand", run.clone());
    assert_eq!(report["summary"]["failed"], 0, "{report}");
    let told = editor.notification("window/showMessage");
    assert_eq!(told["params"]["type"], 3, "{told}");
    let count = report["summary"]["passed"].as_u64().unwrap();
    assert_eq!(
        lens(&mut editor, RUNBOOK)["title"],
        format!("{title}: {count} passed")
    );

    // Nothing is said of what has changed since, and what has changed is run without being saved.
    editor.edit(
        RUNBOOK,
        "when: err_high and recent_deploy",
        "when: not err_high and recent_deploy",
    );
    assert_eq!(lens(&mut editor, RUNBOOK)["title"], title);
    editor.notifications.clear();
    let report = editor.request("workspace/executeCommand", run);
    assert!(
        report["summary"]["failed"].as_u64().unwrap() > 0,
        "{report}"
    );
    let told = editor.notification("window/showMessage");
    assert_eq!(told["params"]["type"], 1, "{told}");
    assert!(
        told["params"]["message"]
            .as_str()
            .unwrap()
            .contains("expected"),
        "{told}"
    );
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn a_fixture_is_run_alone() {
    let bench = Workbench::new();
    bench.starter("repo");
    let mut editor = Editor::open(&bench, "repo");
    editor.open_file(QUIET);
    let command = lens(&mut editor, QUIET);
    assert_eq!(command["title"], "Run 1 fixture");
    let run = json!({"command": command["command"], "arguments": command["arguments"]});
    let report = editor.request("workspace/executeCommand", run);
    assert_eq!(report["tests"].as_array().unwrap().len(), 1, "{report}");
    assert_eq!(lens(&mut editor, QUIET)["title"], "Run 1 fixture: 1 passed");
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn what_cannot_be_run_is_an_error() {
    let bench = Workbench::new();
    bench.starter("repo");
    let mut editor = Editor::open(&bench, "repo");
    for (command, argument) in [
        ("rbk.removeEverything", json!({"fixtures": "Runbook/"})),
        ("rbk.runFixtures", json!({"fixtures": "Runbook/nobody/"})),
        ("rbk.runFixtures", json!({"fixtures": 3})),
    ] {
        let run = json!({"command": command, "arguments": [argument]});
        let answer = editor.call("workspace/executeCommand", run);
        assert!(answer["error"]["message"].is_string(), "{answer}");
    }
    assert_eq!(editor.leave(), Some(0));
}
