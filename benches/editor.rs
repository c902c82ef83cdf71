//! A session of an editor with `rbk lsp`: how long it takes from a letter typed to the diagnostics of the file.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{ChildStdout, Command, Stdio};
use std::time::Instant;

use serde_json::{Value, json};

/// Edits that are measured; one more comes first.
const EDITS: usize = 101;

/// Types a mistake into a file and takes it back, again and again. Milliseconds from sending each edit to having its
/// diagnostics, shortest first.
pub(crate) fn typed(mut rbk: Command, folder: &Path, file: &str, old: &str, new: &str) -> Vec<f64> {
    let mut child = rbk
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("rbk starts");
    let mut input = child.stdin.take().expect("a pipe");
    let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut send = |message: Value| {
        let text = message.to_string();
        write!(input, "Content-Length: {}\r\n\r\n{text}", text.len()).expect("rbk reads");
    };
    let uri = format!("file://{}", folder.join(file).display());
    let text = std::fs::read_to_string(folder.join(file)).expect("the file");
    let (before, _) = text.split_once(old).expect("the text");
    let line = before.matches('\n').count();
    let column = before.rsplit('\n').next().unwrap_or_default().len();
    let root = format!("file://{}", folder.display());
    let params = json!({"rootUri": root, "capabilities": {}});
    send(json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}));
    wait(&mut output, |message| message["id"] == 0);
    send(json!({"jsonrpc": "2.0", "method": "initialized", "params": {}}));
    let document = json!({"uri": uri, "languageId": "yaml", "version": 0, "text": text});
    let opened = json!({"textDocument": document});
    send(json!({"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": opened}));

    let mut took = Vec::new();
    for version in 1..=EDITS + 1 {
        let (from, to) = if version % 2 == 1 {
            (old, new)
        } else {
            (new, old)
        };
        let start = json!({"line": line, "character": column});
        let end = json!({"line": line, "character": column + from.len()});
        let change = json!({"range": {"start": start, "end": end}, "text": to});
        let changed = json!({"uri": uri, "version": version});
        let params = json!({"textDocument": changed, "contentChanges": [change]});
        let began = Instant::now();
        send(json!({"jsonrpc": "2.0", "method": "textDocument/didChange", "params": params}));
        wait(&mut output, |message| {
            let params = &message["params"];
            message["method"] == "textDocument/publishDiagnostics"
                && params["uri"] == uri
                && params["version"] == version
        });
        took.push(began.elapsed().as_secs_f64() * 1_000.0);
    }
    send(json!({"jsonrpc": "2.0", "id": 1, "method": "shutdown"}));
    wait(&mut output, |message| message["id"] == 1);
    send(json!({"jsonrpc": "2.0", "method": "exit"}));
    assert!(child.wait().expect("rbk ends").success());
    took.remove(0);
    took.sort_by(f64::total_cmp);
    took
}

fn wait(output: &mut BufReader<ChildStdout>, wanted: impl Fn(&Value) -> bool) {
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            output.read_line(&mut line).expect("rbk answers");
            match line.trim().split_once(": ") {
                Some((_, value)) => length = value.parse().expect("a length"),
                None => break,
            }
        }
        let mut body = vec![0; length];
        output.read_exact(&mut body).expect("rbk answers");
        if wanted(&serde_json::from_slice(&body).expect("JSON")) {
            return;
        }
    }
}
