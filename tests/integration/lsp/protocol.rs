//! Beginning, ending, and everything that does not follow the protocol.

use serde_json::{Value, json};

use super::{RUNBOOK, TAXONOMY};
use crate::editor::Editor;
use crate::workbench::Workbench;

#[test]
fn a_session_ends_with_the_code_the_protocol_demands() {
    let bench = Workbench::new();
    bench.starter("repo");
    assert_eq!(Editor::open(&bench, "repo").leave(), Some(0));
    assert_eq!(Editor::open(&bench, "repo").vanish(), Some(1));
    let mut editor = Editor::open(&bench, "repo");
    editor.notify("exit", Value::Null);
    assert_eq!(editor.ended(), Some(1));
}

#[test]
fn nothing_is_answered_before_the_beginning_or_after_the_end() {
    let bench = Workbench::new();
    bench.starter("repo");
    let mut editor = Editor::start(&bench, "repo");
    let hover =
        json!({"textDocument": editor.file(RUNBOOK), "position": {"line": 0, "character": 0}});
    let answer = editor.call("textDocument/hover", hover.clone());
    assert_eq!(answer["error"]["code"], -32002, "{answer}");
    editor.notify(
        "textDocument/didSave",
        json!({"textDocument": editor.file(RUNBOOK)}),
    );

    let result = editor.initialize(json!({}));
    assert_eq!(result["capabilities"]["positionEncoding"], "utf-16");
    assert_eq!(result["serverInfo"]["name"], "rbk");
    let again = editor.call("initialize", json!({"capabilities": {}}));
    assert_eq!(again["error"]["code"], -32600, "{again}");

    editor.request("shutdown", Value::Null);
    let late = editor.call("textDocument/hover", hover);
    assert_eq!(late["error"]["code"], -32600, "{late}");
    editor.notify("exit", Value::Null);
    assert_eq!(editor.ended(), Some(0));
}

#[test]
fn what_cannot_be_understood_is_answered_and_the_session_goes_on() {
    let bench = Workbench::new();
    bench.starter("repo");
    let mut editor = Editor::open(&bench, "repo");
    for (bytes, code) in [
        ("Content-Length: 3\r\n\r\n{]}", -32700),
        ("Content-Length: 2\r\n\r\n[]", -32600),
        ("Nonsense: 1\r\n\r\n", -32700),
    ] {
        editor.send_raw(bytes.as_bytes());
        assert_eq!(
            editor.answer(&Value::Null)["error"]["code"],
            code,
            "{bytes:?}"
        );
    }
    for (method, params, code) in [
        ("textDocument/inlineValue", json!({}), -32601),
        ("textDocument/hover", json!({"position": "here"}), -32602),
        ("textDocument/hover", Value::Null, -32602),
    ] {
        let answer = editor.call(method, params);
        assert_eq!(answer["error"]["code"], code, "{answer}");
    }
    // These have no answer: they are only to be survived.
    editor.notify("textDocument/didChange", json!({"contentChanges": 7}));
    let unopened = json!({"uri": editor.uri(RUNBOOK), "version": 3});
    editor.notify(
        "textDocument/didChange",
        json!({"textDocument": unopened, "contentChanges": [{"text": "x"}]}),
    );
    editor.notify("$/unheardOf", json!([1]));
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn a_path_outside_of_the_repository_is_refused() {
    let bench = Workbench::new();
    bench.starter("repo");
    bench.write("secret.yaml", "kind: Runbook\n");
    let mut editor = Editor::open(&bench, "repo");
    for uri in [
        editor.uri("../secret.yaml"),
        "file:///etc/passwd".to_owned(),
        "untitled:Untitled-1".to_owned(),
    ] {
        let place = json!({"textDocument": {"uri": uri}, "position": {"line": 0, "character": 0}});
        let answer = editor.call("textDocument/hover", place);
        assert_eq!(answer["error"]["code"], -32602, "{answer}");
        let document = json!({"uri": uri, "languageId": "yaml", "version": 1, "text": "a: b"});
        editor.notify("textDocument/didOpen", json!({"textDocument": document}));
    }
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn a_gigantic_document_is_told_to_be_too_large() {
    let bench = Workbench::new();
    bench.starter("repo");
    let mut editor = Editor::open(&bench, "repo");
    let text = "# nothing\n".repeat(600_000);
    editor.open_text(RUNBOOK, &text);
    let told = editor.diagnostic(RUNBOOK, "S001");
    assert!(
        told["message"].as_str().unwrap().contains("limited to"),
        "{told}"
    );
    assert_eq!(editor.leave(), Some(0));

    let mut editor = Editor::open(&bench, "repo");
    let length = 40_000_000;
    editor.send_raw(format!("Content-Length: {length}\r\n\r\n").as_bytes());
    editor.send_raw(&vec![b' '; length]);
    assert_eq!(editor.answer(&Value::Null)["error"]["code"], -32600);
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn a_cancelled_request_is_not_answered_with_a_result() {
    let bench = Workbench::new();
    bench.starter("repo");
    let mut editor = Editor::open(&bench, "repo");
    editor.open_file(TAXONOMY);
    let place =
        json!({"textDocument": editor.file(TAXONOMY), "position": {"line": 0, "character": 0}});
    // Both come in one piece, so that the second is there before the first is answered.
    let request =
        json!({"jsonrpc": "2.0", "id": "c", "method": "textDocument/hover", "params": place});
    let cancel = json!({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": "c"}});
    let other =
        json!({"jsonrpc": "2.0", "id": "o", "method": "textDocument/hover", "params": place});
    let texts = [other, request, cancel].map(|message| message.to_string());
    let framed = texts.map(|text| format!("Content-Length: {}\r\n\r\n{text}", text.len()));
    // The first keeps the server busy while the others arrive.
    let busy = json!({"jsonrpc": "2.0", "method": "workspace/didChangeWatchedFiles",
        "params": {"changes": [{"uri": editor.uri("runbooks/new.yaml"), "type": 1}]}})
    .to_string();
    let busy = format!("Content-Length: {}\r\n\r\n{busy}", busy.len());
    editor.send_raw(format!("{busy}{}", framed.concat()).as_bytes());
    assert!(editor.answer(&json!("o"))["error"].is_null());
    assert_eq!(editor.answer(&json!("c"))["error"]["code"], -32800);
    assert_eq!(editor.leave(), Some(0));
}
