//! What a hostile or failing mirror can do to a published library: nothing but keep an agent where it is.

use std::fs;
use std::path::{Path, PathBuf};

use rbk::distribution::{DirectoryTransport, Outcome, StateDir, SyncOptions, sync};

use crate::workbench::{Ran, Workbench, copy, files, words};

/// The starter library, committed in `library`, and its bundle published as release 1 and 2 in `public`, with
/// every file of the second different from the first. The root has two versions; agents were installed with the
/// first. `first` is the publication as it was before release 2, and the state `agent` follows it.
fn two_releases() -> Workbench {
    let bench = Workbench::new();
    bench.starter("library");
    bench.make_root();
    build(&bench, "bundle-1");
    bench.publish("bundle-1").expect(0);
    bench.sync("public").expect(0);
    copy(&bench.path("public"), &bench.path("first"));

    for document in [
        "library/runbooks/governance.yaml",
        "library/runbooks/error-rate-after-deploy/runbook.yaml",
    ] {
        bench.replace(document, "version: 1.0.0", "version: 1.0.1");
    }
    bench.commit("library");
    build(&bench, "bundle-2");
    rotate_root(&bench);
    publish_with_both_roots(&bench, "bundle-2").expect(0);
    bench
}

fn build(bench: &Workbench, out: &str) {
    bench
        .rbk(&["bundle", "build", "library", "--out", out])
        .expect(0);
}

/// Another root key: `root-2.json` follows `root.json`.
fn rotate_root(bench: &Workbench) {
    bench.rbk(&words("keys new second --out keys")).expect(0);
    let draft = "root draft --root-key keys/second.pub --targets-key keys/targets.pub --snapshot-key keys/snapshot.pub \
                 --timestamp-key keys/timestamp.pub --previous root.json --out root-2.json";
    bench.rbk(&words(draft)).expect(0);
    for key in ["file:keys/root.pem", "file:keys/second.pem"] {
        let line = [
            "root",
            "sign",
            "root-2.json",
            "--previous",
            "root.json",
            "--key",
            key,
        ];
        bench.rbk(&line).expect(0);
    }
}

fn publish_with_both_roots(bench: &Workbench, bundle: &str) -> Ran {
    bench.rbk(&words(&format!(
        "publish {bundle} --to public --root root.json --root root-2.json --key file:keys/targets.pem \
         --key file:keys/snapshot.pem --key file:keys/timestamp.pem"
    )))
}

/// What an agent acts on: every file of the release in force.
fn in_force(bench: &Workbench) -> Vec<(PathBuf, Vec<u8>)> {
    let current = bench.path("agent/current").canonicalize().unwrap();
    files(&current)
        .into_iter()
        .map(|name| (name.clone(), fs::read(current.join(&name)).unwrap()))
        .collect()
}

/// The published files that an agent on release 1 reads on its way to release 2.
fn news(bench: &Workbench) -> Vec<PathBuf> {
    let old = files(&bench.path("first"));
    let new = files(&bench.path("public")).into_iter();
    new.filter(|name| name.ends_with("timestamp.json") || !old.contains(name))
        .collect()
}

/// Ways to damage a file.
fn damages(good: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    let last = good.len() - 1;
    for (position, bit) in [
        (0, 0),
        (0, 5),
        (last / 4, 1),
        (last / 2, 0),
        (last / 2, 5),
        (last * 3 / 4, 2),
        (last, 0),
        (last, 7),
    ] {
        let mut bad = good.to_vec();
        bad[position] ^= 1 << bit;
        all.push((format!("bit {bit} of byte {position} flipped"), bad));
    }
    all.push(("its last byte cut off".to_owned(), good[..last].to_vec()));
    all.push((
        "half of it cut off".to_owned(),
        good[..good.len() / 2].to_vec(),
    ));
    all.push(("nothing left of it".to_owned(), Vec::new()));
    all.push(("a byte after it".to_owned(), [good, b"x"].concat()));
    all
}

/// Fails unless a synchronisation is refused with a word about this file, and the agent stays on release 1.
#[track_caller]
fn assert_refused(bench: &Workbench, file: &Path, what: &str, before: &[(PathBuf, Vec<u8>)]) {
    let ran = bench.sync("public");
    assert_eq!(ran.code, Some(1), "{}: {what}: {ran}", file.display());
    assert!(ran.stdout.is_empty(), "{ran}");
    let name = file.file_name().unwrap().to_str().unwrap();
    assert!(ran.stderr.contains(name), "{name}: {what}: {}", ran.stderr);
    assert!(ran.stderr.contains("release 1 stays in force"), "{ran}");
    assert!(ran.stderr.contains("  help: "), "{ran}");
    let status = bench.agent("status").expect(0);
    assert!(
        status.stdout.contains("release 1 is in force\nfresh until"),
        "{status}"
    );
    assert_eq!(in_force(bench), before, "{}: {what}", file.display());
}

#[test]
fn every_damaged_file_is_refused_and_the_last_release_stays_in_force() {
    let bench = two_releases();
    let before = in_force(&bench);
    let keep = bench.path("agent-on-1");
    copy_state(&bench.path("agent"), &keep);
    let news = news(&bench);
    // timestamp, snapshot, targets, the second root, index, policy, and packs.
    assert!(news.len() >= 7, "{news:?}");
    for file in &news {
        let path = bench.path("public").join(file);
        let good = fs::read(&path).unwrap();
        for (what, bad) in damages(&good) {
            fs::write(&path, &bad).unwrap();
            assert_refused(&bench, file, &what, &before);
            restore_state(&keep, &bench.path("agent"));
        }
        fs::remove_file(&path).unwrap();
        if !file.ends_with("2.root.json") {
            assert_refused(&bench, file, "missing", &before);
            restore_state(&keep, &bench.path("agent"));
        }
        fs::write(&path, &good).unwrap();
    }
    // Nothing but the damage was in the way.
    let ran = bench.sync("public").expect(0);
    assert!(ran.stdout.contains("release 1 → 2 is in force"), "{ran}");
    assert_ne!(in_force(&bench), before);
}

/// A missing root cannot be told from one that was never published; without it nothing that follows is read.
#[test]
fn a_withheld_root_keeps_out_nothing_but_what_it_would_allow() {
    let bench = two_releases();
    fs::remove_file(bench.path("public/metadata/2.root.json")).unwrap();
    // Root 1 trusts the same online keys: release 2 is signed by keys the agent trusts.
    bench.sync("public").expect(0);
    let root = bench.agent("status").expect(0);
    assert!(root.stdout.contains("root version 1"), "{root}");
}

#[test]
fn a_damaged_file_of_an_old_release_is_not_read() {
    let bench = two_releases();
    for file in files(&bench.path("first")) {
        if !file.ends_with("timestamp.json") {
            fs::write(bench.path("public").join(file), "damaged").unwrap();
        }
    }
    bench.sync("public").expect(0);
}

#[test]
fn a_first_synchronisation_from_a_damaged_mirror_brings_nothing_into_force() {
    let bench = two_releases();
    for file in news(&bench) {
        let path = bench.path("public").join(&file);
        let good = fs::read(&path).unwrap();
        let mut bad = good.clone();
        bad[good.len() / 2] ^= 1;
        fs::write(&path, bad).unwrap();
        let line = words("sync --from public --state fresh --root root.json");
        let ran = bench.rbk(&line).expect(1);
        assert!(ran.stderr.contains("nothing is in force"), "{ran}");
        assert!(!bench.path("fresh/current").exists());
        bench
            .rbk(&words("status --state fresh --root root.json"))
            .expect(1);
        let decide = bench.rbk_with_input(
            &words("decide --incident - --state fresh --root root.json"),
            "{\"now\": \"2026-11-02T10:10:00Z\", \"incident\": {\"id\": \"i\", \"service\": \"checkout\", \"environment\": \"production\"}}",
        );
        assert_eq!(decide.code, Some(3), "{decide}");
        fs::remove_dir_all(bench.path("fresh")).unwrap();
        fs::write(&path, good).unwrap();
    }
    let line = words("sync --from public --state fresh --root root.json");
    bench.rbk(&line).expect(0);
}

#[test]
fn an_older_publication_is_refused_as_a_rollback() {
    let bench = two_releases();
    bench.sync("public").expect(0);
    let before = in_force(&bench);
    let ran = bench.sync("first").expect(1);
    assert!(ran.stderr.contains("[rollback]"), "{ran}");
    assert!(ran.stderr.contains("timestamp.json"), "{ran}");
    assert!(ran.stderr.contains("release 2 stays in force"), "{ran}");
    assert_eq!(in_force(&bench), before);
    // A new timestamp over the old release does not help: the snapshot it lists is older.
    copy(&bench.path("first"), &bench.path("replayed"));
    for _ in 0..3 {
        bench
            .rbk(&words(
                "publish --refresh-timestamp --to replayed --root root.json --key file:keys/timestamp.pem",
            ))
            .expect(0);
    }
    let ran = bench.sync("replayed").expect(1);
    assert!(ran.stderr.contains("[rollback]"), "{ran}");
    assert_eq!(in_force(&bench), before);
    bench.sync("public").expect(0);
}

#[test]
fn files_of_two_releases_do_not_mix() {
    let bench = two_releases();
    let before = in_force(&bench);
    let keep = bench.path("agent-on-1");
    copy_state(&bench.path("agent"), &keep);
    let mix = |from: &str, to: &str| {
        let good = fs::read(bench.path(to)).unwrap();
        fs::copy(bench.path(from), bench.path(to)).unwrap();
        assert_refused(&bench, Path::new(to), "of another release", &before);
        restore_state(&keep, &bench.path("agent"));
        fs::write(bench.path(to), good).unwrap();
    };
    mix(
        "public/metadata/1.targets.json",
        "public/metadata/2.targets.json",
    );
    mix(
        "public/metadata/1.snapshot.json",
        "public/metadata/2.snapshot.json",
    );
    mix(
        "public/metadata/2.snapshot.json",
        "public/metadata/2.targets.json",
    );
    mix("public/metadata/1.root.json", "public/metadata/2.root.json");
    bench.sync("public").expect(0);
}

/// The timestamp is the one file that no digest covers: every bit of it, in this process.
#[test]
fn no_bit_of_the_timestamp_may_change() {
    let bench = Workbench::new();
    bench.starter("library");
    bench.make_root();
    build(&bench, "bundle");
    bench.publish("bundle").expect(0);
    let anchor = fs::read(bench.path("root.json")).unwrap();
    let transport = DirectoryTransport::new(&bench.path("public")).unwrap();
    let attempt = |state: &str| {
        sync(
            &StateDir::new(bench.path(state)),
            &transport,
            &anchor,
            jiff::Timestamp::now(),
            &SyncOptions::default(),
            &|_| Ok(()),
        )
        .outcome
    };
    let path = bench.path("public/metadata/timestamp.json");
    let good = fs::read(&path).unwrap();
    for position in 0..good.len() {
        for bit in 0..8 {
            let mut bad = good.clone();
            bad[position] ^= 1 << bit;
            fs::write(&path, &bad).unwrap();
            let outcome = attempt("victim");
            assert!(
                matches!(outcome, Outcome::Refused { still_on: None, .. }),
                "bit {bit} of byte {position}: {outcome:?}"
            );
        }
    }
    fs::write(&path, &good).unwrap();
    assert!(matches!(attempt("victim"), Outcome::Activated { .. }));
}

/// Copies a state folder; `current` is a link.
fn copy_state(from: &Path, to: &Path) {
    let status = std::process::Command::new("cp")
        .arg("-a")
        .args([from, to])
        .status()
        .unwrap();
    assert!(status.success());
}

fn restore_state(from: &Path, to: &Path) {
    fs::remove_dir_all(to).unwrap();
    copy_state(from, to);
}
