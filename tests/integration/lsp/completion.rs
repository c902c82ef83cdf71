//! What is suggested while a text is written.

use serde_json::{Value, json};

use super::{ACTION, QUIET, RUNBOOK};
use crate::editor::Editor;
use crate::workbench::Workbench;

const SIGNATURE: &str = "postmortems/2026-03-14-null-currency/signature.yaml";

fn suggested(editor: &mut Editor<'_>, path: &str, marked: &str) -> Vec<Value> {
    let at = editor.at(path, marked);
    let result = editor.request("textDocument/completion", at);
    result["items"].as_array().cloned().unwrap_or_default()
}

fn labels(items: &[Value]) -> Vec<&str> {
    items
        .iter()
        .map(|item| item["label"].as_str().unwrap())
        .collect()
}

#[test]
fn names_of_the_library_are_suggested_where_they_belong() {
    for (path, old, new, marked, expected) in [
        (
            RUNBOOK,
            "action: k8s.rollout-undo",
            "action: ",
            "action: |\n",
            ["k8s.rollout-undo", "k8s.scale-in"].as_slice(),
        ),
        (
            RUNBOOK,
            "{query: http-error-ratio, at_least: 5%, for: 3m}",
            "{query: ",
            "err_high: {query: |\n",
            &["http-error-ratio", "pending-migrations"],
        ),
        (
            RUNBOOK,
            "with: {namespace: shop,",
            "with: {names",
            "with: {names|",
            &["namespace"],
        ),
        (
            RUNBOOK,
            "deployment: \"{{ incident.service }}\"",
            "deployment: ",
            "deployment: |, to",
            &["checkout", "payments-gateway"],
        ),
        (
            RUNBOOK,
            "when: err_high and recent_deploy",
            "when: err_high and re",
            "err_high and re|,",
            &["recent_deploy", "not", "rollback_armed"],
        ),
        (RUNBOOK, "path: undo}", "path: }", "path: |}", &["undo"]),
        (
            RUNBOOK,
            "owner: sre",
            "owner: ",
            "owner: |,",
            &["sre", "incident-commanders"],
        ),
        (
            RUNBOOK,
            "services: [checkout]",
            "services: [checkout, ]",
            "[checkout, |]",
            &["payments-gateway"],
        ),
        (
            RUNBOOK,
            "[staging, production]",
            "[staging, pro]",
            "[staging, pro|]",
            &["production"],
        ),
        (
            RUNBOOK,
            "incident_class: elevated-error-rate",
            "incident_class:",
            "incident_class:|\n",
            &[],
        ),
        (
            RUNBOOK,
            "incident_class: elevated-error-rate",
            "incident_class: ",
            "incident_class: |\n",
            &["elevated-error-rate"],
        ),
        (
            RUNBOOK,
            "mode: gated",
            "mode: ",
            "mode: |}",
            &["gated", "auto", "shadow"],
        ),
        (
            RUNBOOK,
            "outcome: mitigated",
            "outcome: ",
            "outcome: |\n",
            &["mitigated", "resolved", "escalated"],
        ),
        (
            RUNBOOK,
            "          on_failure: rollback\n",
            "          on\n",
            "          on|\n",
            &["on_failure", "retry", "tier"],
        ),
        (
            RUNBOOK,
            "  escalate: {to: service",
            "  bud\n  escalate: {to: service",
            "  bud|\n",
            &["budgets", "handoff"],
        ),
        (
            ACTION,
            "class: reversible",
            "class: ",
            "class: |\n",
            &["reversible", "ephemeral", "irreversible"],
        ),
        (
            QUIET,
            "    http-error-ratio: {value: 0.2%}\n",
            "    http\n",
            "    http|\n",
            &["http-error-ratio"],
        ),
        (
            QUIET,
            "signatures: {bad-deploy-5xx: no_match}",
            "signatures: {",
            "signatures: {|\n",
            &["bad-deploy-5xx"],
        ),
        (
            SIGNATURE,
            "sequence: [deploy, err]",
            "sequence: [deploy, ",
            "sequence: [deploy, |",
            &["deploy", "err", "panic"],
        ),
        (
            SIGNATURE,
            "runbook: error-rate-after-deploy, path: undo",
            "runbook: error-rate-after-deploy, path: ",
            "path: |}",
            &["undo"],
        ),
    ] {
        let bench = Workbench::new();
        bench.starter("repo");
        let mut editor = Editor::open(&bench, "repo");
        editor.open_file(path);
        editor.edit(path, old, new);
        let items = suggested(&mut editor, path, marked);
        let labels = labels(&items);
        for one in expected {
            assert!(labels.contains(one), "{marked} {one}: {labels:?}");
        }
        assert_eq!(editor.leave(), Some(0));
    }
}

#[test]
fn what_is_written_already_is_not_suggested_again() {
    let bench = Workbench::new();
    bench.starter("repo");
    let mut editor = Editor::open(&bench, "repo");
    editor.open_file(RUNBOOK);
    editor.edit(
        RUNBOOK,
        "autonomy: {max_tier: 2, mode: gated}",
        "autonomy: {max_tier: 2, }",
    );
    let items = suggested(&mut editor, RUNBOOK, "{max_tier: 2, |}");
    assert_eq!(labels(&items), ["mode"]);
    assert_eq!(items[0]["textEdit"]["newText"], "mode: ");
    assert!(items[0]["documentation"]["value"].is_string(), "{items:#?}");
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn the_whole_word_is_replaced_in_columns_of_the_editor() {
    let bench = Workbench::new();
    bench.starter("repo");
    let mut editor = Editor::open(&bench, "repo");
    editor.open_file(RUNBOOK);
    editor.edit(
        RUNBOOK,
        "- {when: upstream_bad, escalate: owner_of_dependency, because: the fault is in a dependency}",
        "- {because: \"\u{1D11E}\", when: upstrm_bad, escalate: owner_of_dependency}",
    );
    let items = suggested(&mut editor, RUNBOOK, "when: upst|rm_bad,");
    let check = items
        .iter()
        .find(|item| item["label"] == "upstream_bad")
        .unwrap();
    assert_eq!(
        check["textEdit"]["range"],
        editor.range(RUNBOOK, "upstrm_bad")
    );
    assert_eq!(
        check["detail"],
        "{query: dependency-error-ratio, at_least: 5%}"
    );
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn a_new_file_is_begun_with_suggestions() {
    let bench = Workbench::new();
    bench.starter("repo");
    let mut editor = Editor::open(&bench, "repo");
    let path = "runbooks/catalog/actions/new.yaml";
    editor.open_text(path, "api\n");
    assert!(labels(&suggested(&mut editor, path, "api|")).contains(&"apiVersion"));
    editor.open_text(path, "apiVersion: rbk/v1\nkind: \n");
    assert!(labels(&suggested(&mut editor, path, "kind: |")).contains(&"Action"));
    editor.open_text(path, "apiVersion: rbk/v1\nkind: Action\nspec:\n  eff\n");
    assert!(labels(&suggested(&mut editor, path, "eff|")).contains(&"effect"));
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn text_that_hides_what_follows_suggests_nothing_wrong() {
    let bench = Workbench::new();
    bench.starter("repo");
    let mut editor = Editor::open(&bench, "repo");
    editor.open_text("README.md", "action: \n");
    let at =
        json!({"textDocument": editor.file("README.md"), "position": {"line": 0, "character": 8}});
    assert_eq!(editor.request("textDocument/completion", at), Value::Null);
    assert_eq!(editor.leave(), Some(0));
}
