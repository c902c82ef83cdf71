//! Publishing and following, with python-tuf as the other side.
//!
//! python-tuf is used from the virtual environment `RBK_TEST_VENV`, or from `python3` if it has it; without
//! either these tests say that they are skipped (or fail, when `RBK_REQUIRE_FOREIGN` is set).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use jiff::{SignedDuration, Timestamp};
use rbk::distribution::root::{self, RolePlan, TopRole};
use rbk::distribution::{
    DirectoryTransport, HttpOptions, HttpTransport, KeySource, Lifetimes, NewKey, Outcome,
    Repository, Signer, StateDir, SyncOptions, sync,
};
use sha2::{Digest as _, Sha256};

use crate::workbench::{Workbench, words};

fn python() -> Option<PathBuf> {
    if let Some(venv) = std::env::var_os("RBK_TEST_VENV") {
        return Some(PathBuf::from(venv).join("bin/python"));
    }
    let found = Command::new("python3")
        .args(["-c", "import tuf, cryptography"])
        .output();
    if found.is_ok_and(|output| output.status.success()) {
        return Some(PathBuf::from("python3"));
    }
    assert!(
        std::env::var_os("RBK_REQUIRE_FOREIGN").is_none(),
        "python-tuf is required, but not installed"
    );
    eprintln!(
        "skipped: python-tuf is not installed; set RBK_TEST_VENV to a virtual environment that has it"
    );
    None
}

fn python_tuf(python: &Path, arguments: &[&str]) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/python_tuf.py");
    Command::new(python)
        .arg(script)
        .args(arguments)
        .output()
        .unwrap()
}

fn serve(dir: &Path) -> String {
    let server = tiny_http::Server::http("127.0.0.1:0").unwrap();
    let address = format!("http://{}", server.server_addr().to_ip().unwrap());
    let dir = dir.to_owned();
    std::thread::spawn(move || {
        for request in server.incoming_requests() {
            let _ = match std::fs::read(dir.join(request.url().trim_start_matches('/'))) {
                Ok(bytes) => request.respond(tiny_http::Response::from_data(bytes)),
                Err(_) => request.respond(tiny_http::Response::empty(404)),
            };
        }
    });
    address
}

/// A publisher with keys in files, as an operator would have them.
struct Publisher {
    home: tempfile::TempDir,
    keys: BTreeMap<&'static str, Box<dyn Signer>>,
    roots: Vec<Vec<u8>>,
}

impl Publisher {
    fn new() -> Self {
        let mut publisher = Self {
            home: tempfile::tempdir().unwrap(),
            keys: BTreeMap::new(),
            roots: Vec::new(),
        };
        for name in ["alice", "bob", "carol", "targets", "snapshot", "timestamp"] {
            publisher.generate(name);
        }
        let plan = BTreeMap::from([
            (TopRole::Root, publisher.role(2, &["alice", "bob", "carol"])),
            (TopRole::Targets, publisher.role(1, &["targets"])),
            (TopRole::Snapshot, publisher.role(1, &["snapshot"])),
            (TopRole::Timestamp, publisher.role(1, &["timestamp"])),
        ]);
        let draft = root::draft(&plan, in_days(365), Timestamp::now()).unwrap();
        let copies: Vec<Vec<u8>> = ["alice", "bob"]
            .iter()
            .map(|name| root::sign(&draft, None, &*publisher.keys[name]).unwrap())
            .collect();
        publisher.roots.push(root::merge(&copies).unwrap());
        publisher
    }

    fn generate(&mut self, name: &'static str) {
        let path = self.home.path().join(format!("{name}.pem"));
        NewKey::ed25519().unwrap().write(&path).unwrap();
        let source: KeySource = path.to_str().unwrap().parse().unwrap();
        self.keys.insert(name, source.load(&|_| None).unwrap());
    }

    fn role(&self, threshold: u64, names: &[&str]) -> RolePlan {
        RolePlan {
            keys: names
                .iter()
                .map(|name| self.keys[name].public_key().clone())
                .collect(),
            threshold,
        }
    }

    fn rotate(&mut self, changes: &[(TopRole, RolePlan)], signers: &[&str]) {
        let previous = self.roots.last().unwrap();
        let changes = changes.iter().cloned().collect();
        let draft = root::draft_next(previous, &changes, in_days(365), Timestamp::now()).unwrap();
        let next = signers.iter().fold(draft, |next, name| {
            root::sign(&next, Some(previous), &self.keys[name]).unwrap()
        });
        assert!(root::status(&next, Some(previous)).unwrap().is_complete());
        self.roots.push(next);
    }

    fn publish(&self, files: &BTreeMap<String, Vec<u8>>) -> u64 {
        let signers: Vec<&dyn Signer> = self.keys.values().map(|key| key as &dyn Signer).collect();
        let repository = Repository::open(&self.public(), &self.roots).unwrap();
        repository
            .publish(files, &signers, &Lifetimes::default(), Timestamp::now())
            .unwrap()
            .release
    }

    fn public(&self) -> PathBuf {
        self.home.path().join("public")
    }

    fn anchor(&self) -> PathBuf {
        let path = self.home.path().join("root.json");
        std::fs::write(&path, &self.roots[0]).unwrap();
        path
    }
}

fn in_days(days: i64) -> Timestamp {
    Timestamp::now() + SignedDuration::from_hours(24 * days)
}

fn release(marker: &str) -> BTreeMap<String, Vec<u8>> {
    BTreeMap::from([
        (
            "index.json".to_owned(),
            format!("{{\"marker\":\"{marker}\"}}").into_bytes(),
        ),
        (
            "pack-00.tar.gz".to_owned(),
            (0..100_000u32).map(|n| (n % 251) as u8).collect(),
        ),
        ("empty.jsonl".to_owned(), Vec::new()),
    ])
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[test]
fn python_tuf_follows_what_rbk_publishes_through_rotations() {
    let Some(python) = python() else { return };
    let mut publisher = Publisher::new();
    publisher.publish(&release("one"));
    let (anchor, address) = (publisher.anchor(), serve(&publisher.public()));
    let state = publisher.home.path().join("python");
    let follow = || {
        python_tuf(
            &python,
            &[
                "follow",
                anchor.to_str().unwrap(),
                &address,
                state.to_str().unwrap(),
            ],
        )
    };
    let expect = |marker: &str, number: u64, root: u64| {
        let output = follow();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let files: BTreeMap<_, _> = release(marker)
            .into_iter()
            .map(|(name, bytes)| (name, sha256(&bytes)))
            .collect();
        assert_eq!(
            report,
            serde_json::json!({"release": number, "root": root, "files": files})
        );
    };
    expect("one", 1, 1);

    // Another root threshold with another key, then every online key.
    publisher.generate("dave");
    publisher.rotate(
        &[(
            TopRole::Root,
            publisher.role(3, &["alice", "bob", "carol", "dave"]),
        )],
        &["alice", "carol", "dave"],
    );
    for name in ["targets", "snapshot", "timestamp"] {
        let new: &'static str = name;
        std::fs::remove_file(publisher.home.path().join(format!("{name}.pem"))).unwrap();
        publisher.generate(new);
    }
    let changes = [
        (TopRole::Targets, publisher.role(1, &["targets"])),
        (TopRole::Snapshot, publisher.role(1, &["snapshot"])),
        (TopRole::Timestamp, publisher.role(1, &["timestamp"])),
    ];
    publisher.rotate(&changes, &["bob", "carol", "dave"]);
    publisher.publish(&release("two"));
    expect("two", 2, 3);

    // That python-tuf looks: a changed digit in the targets metadata is refused.
    let targets = publisher.public().join("metadata/2.targets.json");
    let changed = std::fs::read_to_string(&targets)
        .unwrap()
        .replace("\"length\":100000", "\"length\":100001");
    std::fs::write(&targets, changed).unwrap();
    std::fs::remove_dir_all(&state).unwrap();
    let output = follow();
    assert!(!output.status.success());
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("LengthOrHashMismatchError"),
        "{output:?}"
    );
}

#[test]
fn python_tuf_finds_orders_through_the_delegation() {
    let Some(python) = python() else { return };
    let mut publisher = Publisher::new();
    publisher.generate("commander");
    let signers: Vec<&dyn Signer> = publisher
        .keys
        .values()
        .map(|key| key as &dyn Signer)
        .collect();
    let open = || Repository::open(&publisher.public(), &publisher.roots).unwrap();
    let lifetimes = Lifetimes::default();
    let commander = publisher.keys["commander"].public_key().clone();
    open()
        .with_emergency_keys(&[commander], 1)
        .publish(&release("one"), &signers, &lifetimes, Timestamp::now())
        .unwrap();
    let (anchor, address) = (publisher.anchor(), serve(&publisher.public()));
    let state = publisher.home.path().join("python");
    let found = || -> serde_json::Value {
        let [anchor, state] = [&anchor, &state].map(|path| path.to_str().unwrap());
        let output = python_tuf(&python, &["orders", anchor, &address, state]);
        let shown = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{shown}");
        serde_json::from_slice(&output.stdout).unwrap()
    };
    // The role is delegated to, and has given no orders yet.
    assert_eq!(found(), serde_json::json!({}));
    // What is not delegated to the role is none of its files, whoever signs it.
    let orders = BTreeMap::from([
        ("halt.json".to_owned(), b"stop".to_vec()),
        ("more.json".to_owned(), b"more".to_vec()),
    ]);
    open()
        .publish_orders(&orders, &signers, &lifetimes, Timestamp::now())
        .unwrap();
    let stop = serde_json::json!({"halt.json": sha256(b"stop")});
    assert_eq!(found(), stop);
}

/// The example for other languages, against what the binary publishes.
#[test]
fn a_reader_in_another_language_obeys_orders() {
    let Some(python) = python() else { return };
    let bench = Workbench::new();
    bench.starter("repository");
    let build = "bundle build repository --out bundle";
    bench.rbk(&words(build)).expect(0);
    bench.make_root();
    let new = "keys new commander --out keys";
    bench.rbk(&words(new)).expect(0);
    let more = "--emergency-key keys/commander.pub --key file:keys/commander.pem";
    bench.publish_with("bundle", more).expect(0);
    let address = serve(&bench.path("public"));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/reader.py");
    let read = || -> serde_json::Value {
        let [root, state] = ["root.json", "python"].map(|name| bench.path(name));
        let ran = Command::new(&python)
            .arg(&script)
            .args([root.to_str().unwrap(), &address, state.to_str().unwrap()])
            .output()
            .unwrap();
        let shown = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{shown}");
        serde_json::from_slice(&ran.stdout).unwrap()
    };
    let order = |order: &str| {
        let keys = ["commander", "snapshot", "timestamp"];
        let keys = keys
            .map(|name| format!("--key file:keys/{name}.pem"))
            .join(" ");
        let line =
            format!("{order} --to public --root root.json --by dave --reason drained {keys}");
        bench.rbk(&words(&line)).expect(0);
    };
    const RUNBOOK: &str = "Runbook/error-rate-after-deploy@1.0.0";
    let before = read();
    assert_eq!(before["halt"], serde_json::Value::Null);
    assert!(before["documents"][RUNBOOK]["actions"].is_object());
    order("halt --level pause_new");
    order("recall Action/k8s.rollout-undo");
    let after = read();
    assert_eq!(after["halt"], "pause_new");
    assert_eq!(after["documents"].get(RUNBOOK), None);
    assert_eq!(after["refused"][RUNBOOK], "withdrawn by dave: drained");
    order("halt --lift");
    order("recall Action/k8s.rollout-undo --lift");
    assert_eq!(read(), before);
}

#[test]
fn rbk_follows_what_python_tuf_publishes_through_rotations() {
    let Some(python) = python() else { return };
    let home = tempfile::tempdir().unwrap();
    let public = home.path().join("public");
    let output = python_tuf(&python, &["publish", public.to_str().unwrap()]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let anchor = std::fs::read(public.join("anchor.json")).unwrap();
    let state = StateDir::new(home.path().join("state"));
    let transport = HttpTransport::new(&serve(&public), HttpOptions::default()).unwrap();
    let report = sync(
        &state,
        &transport,
        &anchor,
        Timestamp::now(),
        &SyncOptions::default(),
        &|_| Ok(()),
    );
    assert_eq!(report.outcome, Outcome::Activated { from: None, to: 2 });
    let release = state.current(&anchor).unwrap().unwrap();
    assert_eq!(release.read("index.json").unwrap(), b"second");
    assert_eq!(
        release.read("pack-00.tar.gz").unwrap(),
        (0..=255).collect::<Vec<u8>>()
    );
}

#[test]
fn a_release_travels_from_key_files_to_an_agent() {
    let publisher = Publisher::new();
    publisher.publish(&release("one"));
    let anchor = publisher.roots[0].clone();
    let state = StateDir::new(publisher.home.path().join("agent"));
    let run = |transport: &dyn rbk::distribution::Transport| {
        sync(
            &state,
            transport,
            &anchor,
            Timestamp::now(),
            &SyncOptions::default(),
            &|_| Ok(()),
        )
        .outcome
    };
    let http = HttpTransport::new(&serve(&publisher.public()), HttpOptions::default()).unwrap();
    assert_eq!(run(&http), Outcome::Activated { from: None, to: 1 });
    publisher.publish(&release("two"));
    let directory = DirectoryTransport::new(&publisher.public()).unwrap();
    assert_eq!(
        run(&directory),
        Outcome::Activated {
            from: Some(1),
            to: 2
        }
    );
    let current = publisher
        .home
        .path()
        .join("agent/current/targets/index.json");
    assert_eq!(std::fs::read(current).unwrap(), b"{\"marker\":\"two\"}");
    let report = serde_json::to_value(sync(
        &state,
        &directory,
        &anchor,
        Timestamp::now(),
        &SyncOptions::default(),
        &|_| Ok(()),
    ))
    .unwrap();
    assert_eq!(report["outcome"], "unchanged");
    assert_eq!(report["release"], 2);
}
