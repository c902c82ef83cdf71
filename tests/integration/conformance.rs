//! `examples/tuf_conformance.rs`, called as the TUF client conformance suite calls a client.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::Duration;

use crate::interop::{publish, rotate, serve};
use crate::workbench::{Workbench, words};

/// The example beside the tests. `cargo test` builds it; where single tests are asked for it may not be there yet.
fn program() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let folder = tests.parent().unwrap().parent().unwrap();
    let program = folder.join("examples/tuf_conformance");
    assert!(
        program.exists(),
        "run `cargo build --example tuf_conformance`"
    );
    program
}

fn client(bench: &Workbench, address: &str, words: &[&str]) -> Output {
    let folder = |name: &str| bench.path(name).to_str().unwrap().to_owned();
    let metadata = ["--metadata-dir".to_owned(), folder("client")];
    let place = ["--metadata-url".to_owned(), format!("{address}/metadata/")];
    let mut command = Command::new(program());
    command
        .args(metadata)
        .args(place)
        .args(words)
        .current_dir(bench.path(""));
    command.output().unwrap()
}

fn accepts(output: &Output) {
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{told}");
}

fn refuses(output: &Output, why: &str) {
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains(why), "{told}");
}

/// What the client holds for a role, which has to be one of the published files byte for byte.
fn holds(bench: &Workbench, role: &str, published: &str) {
    let own = fs::read(bench.path(format!("client/{role}.json"))).unwrap();
    let there = fs::read(bench.path(format!("public/metadata/{published}"))).unwrap();
    assert!(own == there, "{role}");
}

fn published() -> (Workbench, String) {
    let bench = Workbench::new();
    bench.starter("library");
    bench
        .rbk(&words("bundle build library --out one"))
        .expect(0);
    bench.make_root();
    publish(
        &bench,
        "one",
        "--root root.json",
        &["targets", "snapshot", "timestamp"],
    );
    let address = serve(bench.path("public"));
    accepts(&client(&bench, &address, &["init", "root.json"]));
    (bench, address)
}

#[test]
fn the_metadata_directory_holds_what_is_trusted_byte_for_byte() {
    let (bench, address) = published();
    holds(&bench, "root", "1.root.json");
    assert!(!bench.path("client/timestamp.json").exists());
    accepts(&client(&bench, &address, &["refresh"]));
    for (role, published) in [
        ("timestamp", "timestamp.json"),
        ("snapshot", "1.snapshot.json"),
        ("targets", "1.targets.json"),
    ] {
        holds(&bench, role, published);
    }
    let keys = "--root-key keys/root.pub --targets-key keys/targets.pub --snapshot-key keys/snapshot.pub --timestamp-key keys/new.pub";
    bench.rbk(&words("keys new new --out keys")).expect(0);
    rotate(&bench, "root.json", "root-2.json", keys, &["root"]);
    let roots = "--root root.json --root root-2.json";
    publish(&bench, "one", roots, &["targets", "snapshot", "new"]);
    accepts(&client(&bench, &address, &["refresh"]));
    holds(&bench, "root", "2.root.json");
    holds(&bench, "targets", "2.targets.json");
    let base = format!("{address}/targets/");
    let download = [
        "--target-name",
        "index.json",
        "--target-base-url",
        &base,
        "--target-dir",
        "got",
        "download",
    ];
    accepts(&client(&bench, &address, &download));
    assert_eq!(bench.read("got/index.json"), bench.read("one/index.json"));
    let missing = [
        "--target-name",
        "nothing",
        "--target-base-url",
        &base,
        "--target-dir",
        "got",
        "download",
    ];
    refuses(
        &client(&bench, &address, &missing),
        "no target is called nothing",
    );
}

#[test]
fn what_must_be_refused_is_refused_and_what_was_trusted_stays() {
    let (bench, address) = published();
    let first = fs::read(bench.path("public/metadata/timestamp.json")).unwrap();
    publish(
        &bench,
        "one",
        "--root root.json",
        &["targets", "snapshot", "timestamp"],
    );
    accepts(&client(&bench, &address, &["refresh"]));
    let newest = fs::read(bench.path("public/metadata/timestamp.json")).unwrap();

    // A rollback.
    bench.write("public/metadata/timestamp.json", &first);
    refuses(
        &client(&bench, &address, &["refresh"]),
        "version 2 is already trusted",
    );
    assert_eq!(
        fs::read(bench.path("client/timestamp.json")).unwrap(),
        newest
    );
    // Changed, and signed by nobody.
    let text = String::from_utf8(newest.clone()).unwrap();
    bench.write(
        "public/metadata/timestamp.json",
        text.replacen("\"version\":2", "\"version\":9", 1),
    );
    refuses(&client(&bench, &address, &["refresh"]), "signature");
    // Targets that are not the listed ones.
    bench.write("public/metadata/timestamp.json", &newest);
    let targets = bench.path("public/metadata/2.targets.json");
    let honest = fs::read(&targets).unwrap();
    fs::copy(bench.path("public/metadata/1.targets.json"), &targets).unwrap();
    fs::remove_file(bench.path("client/targets.json")).unwrap();
    refuses(&client(&bench, &address, &["refresh"]), "");
    fs::write(&targets, honest).unwrap();
    accepts(&client(&bench, &address, &["refresh"]));
    // Expired.
    let line = "publish one --to public --root root.json --key keys/targets.pem --key keys/snapshot.pem --key keys/timestamp.pem --timestamp-expires 1s";
    bench.rbk(&words(line)).expect(0);
    std::thread::sleep(Duration::from_millis(1100));
    refuses(&client(&bench, &address, &["refresh"]), "expired");
    // Not a root.
    bench.write("wrong.json", "{}");
    refuses(
        &client(&bench, &address, &["init", "wrong.json"]),
        "`signed` is missing",
    );
    holds(&bench, "root", "1.root.json");
}
