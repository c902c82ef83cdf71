//! An editor: starts `rbk lsp` and talks to it over its standard input and output.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::workbench::Workbench;

/// How long an answer may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(30);

/// An editor with a folder open.
pub(crate) struct Editor<'w> {
    bench: &'w Workbench,
    folder: String,
    child: Child,
    input: ChildStdin,
    received: Receiver<Value>,
    /// Messages that came while another was waited for.
    pub(crate) notifications: Vec<Value>,
    diagnostics: BTreeMap<String, Vec<Value>>,
    texts: BTreeMap<String, (i64, String)>,
    requests: i64,
}

impl<'w> Editor<'w> {
    /// Starts the server and opens a folder in it.
    pub(crate) fn open(bench: &'w Workbench, folder: &str) -> Self {
        let mut editor = Self::start(bench, folder);
        let edits = json!({"documentChanges": true, "resourceOperations": ["rename"]});
        editor.initialize(json!({
            "general": {"positionEncodings": ["utf-16"]},
            "workspace": {"workspaceEdit": edits},
        }));
        editor
    }

    /// Starts the server and says nothing yet.
    pub(crate) fn start(bench: &'w Workbench, folder: &str) -> Self {
        let mut child = bench
            .command(&["lsp", "--stdio"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let (sender, received) = mpsc::channel();
        std::thread::spawn(move || {
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Self {
            bench,
            folder: folder.to_owned(),
            input: child.stdin.take().unwrap(),
            child,
            received,
            notifications: Vec::new(),
            diagnostics: BTreeMap::new(),
            texts: BTreeMap::new(),
            requests: 0,
        }
    }

    pub(crate) fn initialize(&mut self, capabilities: Value) -> Value {
        let root = self.uri("");
        let folders = json!([{"uri": root, "name": "runbooks"}]);
        let params = json!({"processId": null, "rootUri": root, "capabilities": capabilities, "workspaceFolders": folders});
        let result = self.request("initialize", params);
        self.notify("initialized", json!({}));
        result
    }

    pub(crate) fn uri(&self, path: &str) -> String {
        let folder = self.bench.path(&self.folder).join(path);
        let path = folder.to_str().unwrap().trim_end_matches('/').to_owned();
        format!("file://{}", path.replace(' ', "%20"))
    }

    pub(crate) fn file(&self, path: &str) -> Value {
        json!({"uri": self.uri(path)})
    }

    /// Sends bytes as they are.
    pub(crate) fn send_raw(&mut self, bytes: &[u8]) {
        self.input.write_all(bytes).unwrap();
        self.input.flush().unwrap();
    }

    pub(crate) fn send(&mut self, message: &Value) {
        let text = message.to_string();
        self.send_raw(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes());
    }

    pub(crate) fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Sends a request and does not wait; its id.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.requests += 1;
        let id = self.requests;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        id
    }

    /// Sends a request; what is answered, be it a result or an error.
    pub(crate) fn call(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params);
        self.answer(&json!(id))
    }

    /// Sends a request that has to have a result.
    #[track_caller]
    pub(crate) fn request(&mut self, method: &str, params: Value) -> Value {
        let answer = self.call(method, params);
        assert!(answer["error"].is_null(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// The answer to the request with this id.
    #[track_caller]
    pub(crate) fn answer(&mut self, id: &Value) -> Value {
        self.wait_for("an answer", |message, _| {
            (message.get("method").is_none() && message.get("id") == Some(id))
                .then(|| message.clone())
        })
    }

    /// Waits until diagnostics satisfy `wanted`, and returns them.
    #[track_caller]
    pub(crate) fn diagnostics_until(
        &mut self,
        path: &str,
        wanted: impl Fn(&[Value]) -> bool,
    ) -> Vec<Value> {
        let uri = self.uri(path);
        if let Some(known) = self.diagnostics.get(&uri).filter(|known| wanted(known)) {
            return known.clone();
        }
        self.wait_for("diagnostics", |_, known| {
            known.get(&uri).filter(|known| wanted(known)).cloned()
        })
    }

    /// Waits until a file has a diagnostic with this code, and returns it.
    #[track_caller]
    pub(crate) fn diagnostic(&mut self, path: &str, code: &str) -> Value {
        let is = |one: &&Value| one["code"] == code;
        let all = self.diagnostics_until(path, |all| all.iter().any(|one| is(&one)));
        all.iter().find(is).unwrap().clone()
    }

    #[track_caller]
    fn wait_for<T>(
        &mut self,
        what: &str,
        wanted: impl Fn(&Value, &BTreeMap<String, Vec<Value>>) -> Option<T>,
    ) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(message) = self.received.recv_timeout(left) else {
                panic!("waited for {what} in vain; known: {:#?}", self.diagnostics);
            };
            if message["method"] == "textDocument/publishDiagnostics" {
                let params = &message["params"];
                let uri = params["uri"].as_str().unwrap().to_owned();
                let found = params["diagnostics"].as_array().unwrap().clone();
                self.diagnostics.insert(uri, found);
            } else if message.get("method").is_some() {
                self.notifications.push(message.clone());
            }
            if let Some(found) = wanted(&message, &self.diagnostics) {
                return found;
            }
        }
    }

    /// Waits for a notification or a request of the server.
    #[track_caller]
    pub(crate) fn notification(&mut self, method: &str) -> Value {
        let is = |message: &Value| message["method"] == method;
        if let Some(known) = self.notifications.iter().find(|message| is(message)) {
            return known.clone();
        }
        self.wait_for(method, |message, _| is(message).then(|| message.clone()))
    }

    /// Opens a file with the text on disk.
    pub(crate) fn open_file(&mut self, path: &str) {
        let text = self.bench.read(&format!("{}/{path}", self.folder));
        self.open_text(path, &text);
    }

    /// Opens a file with a text of its own.
    pub(crate) fn open_text(&mut self, path: &str, text: &str) {
        self.texts.insert(path.to_owned(), (1, text.to_owned()));
        let document =
            json!({"uri": self.uri(path), "languageId": "yaml", "version": 1, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": document}));
    }

    /// Replaces a text that occurs once, as typing would.
    #[track_caller]
    pub(crate) fn edit(&mut self, path: &str, old: &str, new: &str) {
        let range = self.range(path, old);
        let (version, text) = self.texts.get_mut(path).unwrap();
        *version += 1;
        *text = text.replacen(old, new, 1);
        let version = *version;
        let document = json!({"uri": self.uri(path), "version": version});
        let change = json!({"range": range, "text": new});
        let params = json!({"textDocument": document, "contentChanges": [change]});
        self.notify("textDocument/didChange", params);
    }

    pub(crate) fn text(&self, path: &str) -> &str {
        &self.texts[path].1
    }

    /// Where a text that occurs once is, in UTF-16 columns.
    #[track_caller]
    pub(crate) fn range(&self, path: &str, part: &str) -> Value {
        let text = self.text(path);
        assert_eq!(text.matches(part).count(), 1, "`{part}` in {path}:\n{text}");
        let at = text.find(part).unwrap();
        json!({"start": position(text, at), "end": position(text, at + part.len())})
    }

    /// The parameters of a request about a place: within a text that occurs once, where `|` stands.
    #[track_caller]
    pub(crate) fn at(&self, path: &str, marked: &str) -> Value {
        let (before, after) = marked.split_once('|').unwrap();
        let part = format!("{before}{after}");
        let text = self.text(path);
        assert_eq!(
            text.matches(&part).count(),
            1,
            "`{part}` in {path}:\n{text}"
        );
        let at = text.find(&part).unwrap() + before.len();
        json!({"textDocument": self.file(path), "position": position(text, at)})
    }

    /// Applies a workspace edit to the files on disk, the last place of each first.
    pub(crate) fn apply(&self, edit: &Value) {
        let plain = edit["changes"].as_object().into_iter().flatten();
        let mut all: Vec<(String, Value)> = plain
            .map(|(uri, edits)| (uri.clone(), edits.clone()))
            .collect();
        let mut renames = Vec::new();
        for change in edit["documentChanges"].as_array().into_iter().flatten() {
            if change["kind"] == "rename" {
                renames.push(["oldUri", "newUri"].map(|end| path_of(&change[end])));
            } else {
                let uri = change["textDocument"]["uri"].as_str().unwrap();
                all.push((uri.to_owned(), change["edits"].clone()));
            }
        }
        for (uri, edits) in all {
            let path = path_of(&json!(uri));
            let mut text = std::fs::read_to_string(&path).unwrap();
            let mut edits = edits.as_array().unwrap().clone();
            edits.sort_by_key(|edit| {
                let start = &edit["range"]["start"];
                (start["line"].as_u64(), start["character"].as_u64())
            });
            for edit in edits.iter().rev() {
                let [start, end] = ["start", "end"].map(|end| offset(&text, &edit["range"][end]));
                text.replace_range(start..end, edit["newText"].as_str().unwrap());
            }
            std::fs::write(path, text).unwrap();
        }
        for [from, to] in renames {
            std::fs::rename(from, to).unwrap();
        }
    }

    /// Says goodbye; the exit code.
    pub(crate) fn leave(mut self) -> Option<i32> {
        self.request("shutdown", Value::Null);
        self.notify("exit", Value::Null);
        self.child.wait().unwrap().code()
    }

    /// Waits for the server to end by itself.
    pub(crate) fn ended(mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }

    /// Closes the stream without a word.
    pub(crate) fn vanish(self) -> Option<i32> {
        let Self {
            input, mut child, ..
        } = self;
        drop(input);
        child.wait().unwrap().code()
    }
}

/// A line and a column of UTF-16 code units.
fn position(text: &str, at: usize) -> Value {
    let before = &text[..at];
    let line = before.rsplit('\n').next().unwrap();
    json!({"line": before.matches('\n').count(), "character": line.encode_utf16().count()})
}

fn path_of(uri: &Value) -> String {
    uri.as_str()
        .unwrap()
        .strip_prefix("file://")
        .unwrap()
        .to_owned()
}

/// The byte at a line and a column of UTF-16 code units.
fn offset(text: &str, position: &Value) -> usize {
    let line = usize::try_from(position["line"].as_u64().unwrap()).unwrap();
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let mut column = position["character"].as_u64().unwrap();
    let rest = text[start..].chars();
    let passed = rest.take_while(|c| {
        let within = column > 0;
        column = column.saturating_sub(c.len_utf16() as u64);
        within
    });
    start + passed.map(char::len_utf8).sum::<usize>()
}

fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim().split_once(": ") {
            Some((_, value)) => length = value.parse().unwrap(),
            None => break,
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).unwrap())
}
