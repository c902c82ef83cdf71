//! Other implementations of TUF follow what the binary publishes: from the first root, and from wherever they were, through two
//! rotations of keys and changes of thresholds.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest as _, Sha256};

use crate::workbench::{Workbench, words};

/// A program that follows a publication: arguments are the root, the address, and a folder for what it keeps.
struct Reader {
    name: &'static str,
    program: PathBuf,
    script: Option<PathBuf>,
}

/// The readers that are installed; all of them have to be where `RBK_REQUIRE_FOREIGN` is set.
fn readers() -> Vec<Reader> {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop");
    let python = |venv: PathBuf| Reader {
        name: "python-tuf",
        program: venv.join("bin/python"),
        script: Some(scripts.join("python_reader.py")),
    };
    let node = |_: PathBuf| Reader {
        name: "tuf-js",
        program: "node".into(),
        script: Some(scripts.join("tuf_js.mjs")),
    };
    let tough = |program: PathBuf| Reader {
        name: "tough",
        program,
        script: None,
    };
    let of = |variable: &str, make: &dyn Fn(PathBuf) -> Reader| {
        let value = std::env::var_os(variable);
        let required = std::env::var_os("RBK_REQUIRE_FOREIGN").is_some();
        assert!(value.is_some() || !required, "{variable} is not set");
        if value.is_none() {
            eprintln!("skipped: {variable} is not set");
        }
        value.map(|value| make(value.into()))
    };
    let found = [
        of("RBK_TEST_VENV", &python),
        of("RBK_TEST_NODE", &node),
        of("RBK_TEST_TOUGH", &tough),
    ];
    found.into_iter().flatten().collect()
}

impl Reader {
    /// Follows a publication, and gives its files with their SHA-256.
    fn read(&self, bench: &Workbench, address: &str, state: &str) -> BTreeMap<String, String> {
        let ran = Command::new(&self.program)
            .args(&self.script)
            .arg(bench.path("root.json"))
            .arg(address)
            .arg(bench.path(format!("{}-{state}", self.name)))
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{}: {told}", self.name);
        serde_json::from_slice(&ran.stdout).unwrap()
    }
}

/// A server over a folder, as plain as they come.
pub(crate) fn serve(folder: PathBuf) -> String {
    let server = tiny_http::Server::http("127.0.0.1:0").unwrap();
    let address = format!("http://{}", server.server_addr().to_ip().unwrap());
    std::thread::spawn(move || {
        for request in server.incoming_requests() {
            let path = request.url().split('?').next().unwrap_or_default();
            let _ = match fs::read(folder.join(path.trim_start_matches('/'))) {
                Ok(bytes) => request.respond(tiny_http::Response::from_data(bytes)),
                Err(_) => request.respond(tiny_http::Response::empty(404)),
            };
        }
    });
    address
}

/// The files of a bundle with their SHA-256.
fn files(bench: &Workbench, bundle: &str) -> BTreeMap<String, String> {
    let entries = fs::read_dir(bench.path(bundle)).unwrap();
    let digest = |entry: fs::DirEntry| {
        let bytes = fs::read(entry.path()).unwrap();
        let name = entry.file_name().into_string().unwrap();
        (name, format!("{:x}", Sha256::digest(bytes)))
    };
    entries.map(|entry| digest(entry.unwrap())).collect()
}

/// Drafts the successor of a root; `keys` are the options that say who signs what.
pub(crate) fn rotate(bench: &Workbench, from: &str, to: &str, keys: &str, holders: &[&str]) {
    let draft = format!("root draft --previous {from} --out {to} {keys}");
    bench.rbk(&words(&draft)).expect(0);
    for holder in holders {
        let sign = format!("root sign {to} --previous {from} --key file:keys/{holder}.pem");
        bench.rbk(&words(&sign)).expect(0);
    }
    bench
        .rbk(&words(&format!("root show {to} --previous {from}")))
        .expect(0);
}

pub(crate) fn publish(bench: &Workbench, bundle: &str, roots: &str, keys: &[&str]) {
    let keys: String = keys
        .iter()
        .map(|key| format!(" --key file:keys/{key}.pem"))
        .collect();
    let line = format!("publish {bundle} --to public {roots}{keys}");
    bench.rbk(&words(&line)).expect(0);
}

#[test]
fn other_implementations_follow_through_two_rotations_and_changes_of_thresholds() {
    let readers = readers();
    let bench = Workbench::new();
    bench.starter("library");
    bench
        .rbk(&words("bundle build library --out one"))
        .expect(0);
    let runbook = "library/runbooks/error-rate-after-deploy/runbook.yaml";
    bench.replace(runbook, "version: 1.0.0", "version: 2.0.0");
    bench.commit("library");
    bench
        .rbk(&words("bundle build library --out two"))
        .expect(0);
    bench.make_root();
    for key in [
        "carol",
        "dana",
        "targets-2",
        "targets-3",
        "snapshot-2",
        "timestamp-2",
    ] {
        bench.rbk(&["keys", "new", key, "--out", "keys"]).expect(0);
    }
    let address = serve(bench.path("public"));
    let follow = |bundle: &str, round: &str| {
        let wanted = files(&bench, bundle);
        for reader in &readers {
            // One that followed from the start, and one that begins now.
            for state in ["old", round] {
                let found = reader.read(&bench, &address, state);
                assert_eq!(found, wanted, "{}, {state}", reader.name);
            }
        }
        let agent = format!("sync --from {address} --state agent --root root.json");
        bench.rbk(&words(&agent)).expect(0);
    };
    publish(
        &bench,
        "one",
        "--root root.json",
        &["targets", "snapshot", "timestamp"],
    );
    follow("one", "first");

    // Every online key is another.
    let keys = "--root-key keys/root.pub --targets-key keys/targets-2.pub --snapshot-key keys/snapshot-2.pub --timestamp-key keys/timestamp-2.pub";
    rotate(&bench, "root.json", "root-2.json", keys, &["root"]);
    let online = ["targets-2", "snapshot-2", "timestamp-2"];
    publish(
        &bench,
        "two",
        "--root root.json --root root-2.json",
        &online,
    );
    follow("two", "second");

    // Two of three hold the root now, one of them new to it, and two have to sign a release.
    let keys = "--root-key keys/root.pub --root-key keys/carol.pub --root-key keys/dana.pub --root-threshold 2 --targets-key keys/targets-2.pub --targets-key keys/targets-3.pub --targets-threshold 2 --snapshot-key keys/snapshot-2.pub --timestamp-key keys/timestamp-2.pub";
    rotate(
        &bench,
        "root-2.json",
        "root-3.json",
        keys,
        &["root", "carol"],
    );
    let roots = "--root root.json --root root-2.json --root root-3.json";
    let line = format!(
        "publish one --to public {roots} --key file:keys/targets-2.pem --key file:keys/snapshot-2.pem --key file:keys/timestamp-2.pem"
    );
    let ran = bench.rbk(&words(&line)).expect(3);
    assert!(ran.stderr.contains("role targets"), "{ran}");
    publish(
        &bench,
        "one",
        roots,
        &["targets-2", "targets-3", "snapshot-2", "timestamp-2"],
    );
    follow("one", "third");
}
