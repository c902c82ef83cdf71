//! The bundle of a commit has the same bytes wherever, whenever and by whomever it is built.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, SystemTime};

use crate::workbench::{Workbench, files};

/// A machine on which a bundle is built.
struct Machine {
    zone: &'static str,
    locale: &'static str,
    umask: &'static str,
    home: &'static str,
    /// Age of every file in days.
    age: u64,
    /// Threads that load and test.
    threads: &'static str,
}

const MACHINES: [Machine; 3] = [
    Machine {
        zone: "UTC",
        locale: "C",
        umask: "022",
        home: "/nonexistent",
        age: 0,
        threads: "1",
    },
    Machine {
        zone: "Pacific/Kiritimati",
        locale: "tr_TR.UTF-8",
        umask: "077",
        home: "/tmp",
        age: 400,
        threads: "2",
    },
    Machine {
        zone: "America/St_Johns",
        locale: "zh_CN.GB18030",
        umask: "000",
        home: "/",
        age: 20_000,
        threads: "7",
    },
];

/// The files of the bundle of `repository` as built on a machine, started in `from`.
fn build(
    bench: &Workbench,
    machine: &Machine,
    repository: &str,
    from: &str,
    out: &str,
) -> BTreeMap<PathBuf, Vec<u8>> {
    let then = SystemTime::now() - Duration::from_secs(machine.age * 86_400);
    for file in files(&bench.path(repository)) {
        if !file.starts_with(".git") {
            let file = fs::File::options()
                .write(true)
                .open(bench.path(repository).join(file))
                .unwrap();
            file.set_modified(then).unwrap();
        }
    }
    let script = format!("umask {}; exec \"$0\" \"$@\"", machine.umask);
    let mut command = Command::new("sh");
    let output = command
        .args(["-c", &script, env!("CARGO_BIN_EXE_rbk")])
        .args(["bundle", "build", ".", "--out"])
        .arg(bench.path(out))
        .current_dir(bench.path(repository).join(from))
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("RBK_TODAY", crate::workbench::TODAY)
        .env("TZ", machine.zone)
        .env("LANG", machine.locale)
        .env("LC_ALL", machine.locale)
        .env("HOME", machine.home)
        .env("RAYON_NUM_THREADS", machine.threads)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    files(&bench.path(out))
        .into_iter()
        .map(|name| {
            let bytes = fs::read(bench.path(out).join(&name)).unwrap();
            (name, bytes)
        })
        .collect()
}

/// Builds on every machine, each in a clone of its own, and compares.
fn same_everywhere(bench: &Workbench) {
    let mut first = None;
    for (number, machine) in MACHINES.iter().enumerate() {
        let clone = format!("clone-{number}/of a library");
        let path = bench.path(&clone);
        bench.git(".", &["clone", "-q", "origin", path.to_str().unwrap()]);
        // Neither what is not committed nor the folder the build starts in is part of the commit.
        bench.write(
            &format!("{clone}/runbooks/{number}.yaml"),
            "not: committed\n",
        );
        let from = if number == 0 { "." } else { "runbooks" };
        let built = build(bench, machine, &clone, from, &format!("out-{number}"));
        assert!(built.contains_key(&PathBuf::from("index.json")));
        assert!(
            built
                .keys()
                .any(|name| name.to_string_lossy().contains("pack-"))
        );
        let first = first.get_or_insert_with(|| built.clone());
        let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&built), names(first));
        for (name, bytes) in &built {
            assert!(first.get(name) == Some(bytes), "{} differs", name.display());
        }
    }
}

#[test]
fn the_starter_builds_to_the_same_bytes_everywhere() {
    let bench = Workbench::new();
    bench.starter("origin");
    same_everywhere(&bench);
}

#[test]
fn this_repositorys_library_builds_to_the_same_bytes_everywhere() {
    let bench = Workbench::new();
    bench.own_library("origin");
    same_everywhere(&bench);
}

#[test]
fn another_commit_is_another_bundle() {
    let bench = Workbench::new();
    bench.starter("origin");
    let first = build(&bench, &MACHINES[0], "origin", ".", "first");
    let runbook = "origin/runbooks/error-rate-after-deploy/runbook.yaml";
    bench.replace(runbook, "within: 15m", "within: 16m");
    bench.commit("origin");
    let second = build(&bench, &MACHINES[0], "origin", ".", "second");
    assert_ne!(first, second);
    bench.git("origin", &["checkout", "-q", "HEAD~1"]);
    assert_eq!(first, build(&bench, &MACHINES[0], "origin", ".", "third"));
}
