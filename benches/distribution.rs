//! Times distribution as whole commands: `cargo bench --bench distribution -- [DOCUMENTS]`.
//!
//! A bundle of that many runbooks (10,000 if not said), made of one of this repository's own under other ids, is published, and
//! followed over HTTP on the loopback interface: first, unchanged, and after one runbook is another. `KEEP=DIR` leaves everything there,
//! and `RBK=PROGRAM` measures that instead of the one that was built.

#![expect(
    clippy::expect_used,
    reason = "a benchmark that cannot be set up has nothing else to do"
)]

mod measure;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rbk::bundle::{Contents, SourceFile, build};
use rbk::closure::Closure;
use rbk::library::{Library, LoadOptions};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use measure::measure;

fn main() {
    let arguments = std::env::args().skip(1);
    let wanted = arguments.filter_map(|word| word.parse().ok()).next();
    let wanted: usize = wanted.unwrap_or(10_000);
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let folder =
        std::env::var_os("KEEP").map_or_else(|| temporary.path().to_owned(), PathBuf::from);
    let library = Library::load(
        camino::Utf8Path::new(env!("CARGO_MANIFEST_DIR")),
        &LoadOptions::default(),
    );
    let mut contents = Contents::of(&library, &"0".repeat(40)).expect("the own library");
    let (closure, source) = contents.runbooks.swap_remove(0);
    let closure = serde_json::to_value(&closure).expect("JSON");
    contents.signatures.clear();
    contents.runbooks = (0..wanted)
        .map(|number| copy(&closure, &source, number))
        .collect();
    write(&folder.join("first"), &contents);
    contents.commit = "1".repeat(40);
    contents.runbooks[0] = copy(&closure, &source, wanted);
    write(&folder.join("second"), &contents);
    drop(contents);

    roots(&folder);
    let (address, bytes, requests) = serve(&folder.join("public"));
    publish(&folder, "first");
    let state = |name: &str| {
        let words = [
            "sync",
            "--root",
            "root.json",
            "--evidence",
            "never",
            "--from",
            &address,
        ];
        let mut command = rbk(&folder, &words);
        command.args(["--state", name]);
        command
    };
    let moved = || {
        (
            requests.swap(0, Ordering::SeqCst),
            bytes.swap(0, Ordering::SeqCst),
        )
    };
    println!(
        "{wanted} runbooks of {} bytes as JSON",
        closure.to_string().len()
    );
    let first = measure(
        || {
            let _ = fs::remove_dir_all(folder.join("state"));
            state("state")
        },
        0,
    );
    println!("first synchronisation: {first}");
    moved();
    run(state("state"));
    let (count, size) = moved();
    println!(
        "unchanged: {} ({count} requests, {size} bytes)",
        measure(|| state("state"), 0)
    );
    publish(&folder, "second");
    moved();
    run(state("state"));
    let (count, size) = moved();
    println!("one runbook is another: {count} requests, {size} bytes");
    let status = || {
        rbk(
            &folder,
            &[
                "status",
                "--state",
                "state",
                "--root",
                "root.json",
                "--evidence",
                "never",
            ],
        )
    };
    println!("verifying what is in force: {}", measure(status, 0));
}

/// The runbook under another id.
fn copy(closure: &Value, source: &SourceFile, number: usize) -> (Closure, SourceFile) {
    let id = &closure["runbook"]["metadata"]["id"];
    let copied = closure
        .to_string()
        .replace(&id.to_string(), &format!("\"runbook-{number}\""));
    let closure = serde_json::from_str(&copied).expect("a closure");
    let path = format!("runbooks/runbook-{number}/runbook.yaml");
    let bytes = source.bytes.clone();
    (closure, SourceFile { path, bytes })
}

fn write(folder: &Path, contents: &Contents) {
    let files: BTreeMap<String, Vec<u8>> = build(contents).expect("a bundle");
    fs::create_dir_all(folder).expect("a folder");
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes).expect("a file");
    }
}

fn rbk(folder: &Path, words: &[&str]) -> Command {
    let other = std::env::var_os("RBK");
    let mut command = Command::new(other.unwrap_or(env!("CARGO_BIN_EXE_rbk").into()));
    command.args(words).current_dir(folder);
    command
}

fn run(mut command: Command) {
    let output = command.output().expect("rbk starts");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}:\n{told}");
}

fn roots(folder: &Path) {
    let mut draft = vec!["root".to_owned(), "draft".to_owned()];
    for role in ["root", "targets", "snapshot", "timestamp"] {
        if !folder.join(format!("keys/{role}.pem")).exists() {
            run(rbk(folder, &["keys", "new", role, "--out", "keys"]));
        }
        draft.extend([format!("--{role}-key"), format!("keys/{role}.pub")]);
    }
    draft.extend(["--out".to_owned(), "root.json".to_owned()]);
    let words: Vec<&str> = draft.iter().map(String::as_str).collect();
    run(rbk(folder, &words));
    run(rbk(
        folder,
        &["root", "sign", "root.json", "--key", "keys/root.pem"],
    ));
}

fn publish(folder: &Path, bundle: &str) {
    let mut command = rbk(
        folder,
        &[
            "publish",
            bundle,
            "--to",
            "public",
            "--root",
            "root.json",
            "--without-evidence",
        ],
    );
    for role in ["targets", "snapshot", "timestamp"] {
        command.args(["--key", &format!("keys/{role}.pem")]);
    }
    run(command);
}

/// Serves a folder with ETags; counts requests, and bytes of answers with their heads.
fn serve(folder: &Path) -> (String, Arc<AtomicU64>, Arc<AtomicU64>) {
    let server = Arc::new(tiny_http::Server::http("127.0.0.1:0").expect("a server"));
    let address = server.server_addr().to_ip().expect("an address");
    let (bytes, requests) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    for _ in 0..2 {
        let (server, folder) = (Arc::clone(&server), folder.to_owned());
        let (bytes, requests) = (Arc::clone(&bytes), Arc::clone(&requests));
        std::thread::spawn(move || {
            for request in server.incoming_requests() {
                let content = fs::read(folder.join(request.url().trim_start_matches('/')));
                let content = content.unwrap_or_default();
                let digest = Sha256::digest(&content);
                let tag = format!("\"{digest:x}\"");
                let asked = request
                    .headers()
                    .iter()
                    .find(|it| it.field.equiv("If-None-Match"));
                let status = match asked {
                    Some(header) if header.value.as_str() == tag => 304,
                    _ if content.is_empty() => 404,
                    _ => 200,
                };
                let content = if status == 200 { content } else { Vec::new() };
                requests.fetch_add(1, Ordering::SeqCst);
                // About what a server says before the content.
                bytes.fetch_add(content.len() as u64 + 300, Ordering::SeqCst);
                let header = tiny_http::Header::from_bytes("ETag", tag).expect("a header");
                let response = tiny_http::Response::from_data(content);
                let _ = request.respond(response.with_status_code(status).with_header(header));
            }
        });
    }
    (format!("http://{address}"), bytes, requests)
}
