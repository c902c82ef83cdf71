//! Faults that the operating system makes: the process is killed, or a call fails, at every change of the file system of a
//! synchronisation and of a publication. `strace` injects them from outside; nothing in `rbk` knows of it.

mod disk;
mod together;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::workbench::{Ran, Workbench, words};

/// Calls that change a file system. A file that was created and holds nothing is what is left by a kill at its first `write`.
const CHANGES: &str = "rename,renameat,renameat2,link,linkat,symlink,symlinkat,mkdir,mkdirat,unlink,unlinkat,rmdir,fsync,fdatasync,write,ftruncate";

/// What happens at a call.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// The process is killed before the call is carried out.
    Kill,
    /// The call is not carried out and fails so.
    Error(&'static str),
}

/// Whether calls can be traced here: with `strace`, and where tracing is allowed.
fn can_trace() -> bool {
    let ran = Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .output();
    match ran {
        Ok(ran) if ran.status.success() => true,
        Ok(_) => {
            eprintln!("skipped: processes cannot be traced here");
            false
        }
        Err(_) => {
            let required = std::env::var_os("RBK_REQUIRE_FOREIGN").is_some();
            assert!(!required, "strace is required, but not installed");
            eprintln!("skipped: strace is not installed");
            false
        }
    }
}

/// Runs `rbk` under `strace` with further options.
fn traced(bench: &Workbench, options: &[&str], line: &str) -> Option<i32> {
    let command = bench.command(&[]);
    let rbk = command.get_program().to_owned();
    let mut strace = Command::new("strace");
    strace
        .args(["-f", "-qq"])
        .args(options)
        .arg("--")
        .arg(rbk)
        .args(words(line));
    strace.current_dir(bench.path("")).env_clear();
    strace.envs(
        command
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    let ran = strace.output().unwrap();
    let told = String::from_utf8_lossy(&ran.stderr);
    assert!(!told.contains("panicked"), "{line}: {told}");
    ran.status.code()
}

/// How often a command makes each changing call.
fn counted(bench: &Workbench, line: &str) -> BTreeMap<String, usize> {
    let log = bench.path("calls");
    let trace = format!("trace={CHANGES}");
    let code = traced(bench, &["-o", log.to_str().unwrap(), "-e", &trace], line);
    assert_eq!(code, Some(0), "{line}");
    let mut calls = BTreeMap::new();
    for line in fs::read_to_string(log).unwrap().lines() {
        // `PID name(…`, and `<... name resumed>` for the rest of one that was interrupted.
        let rest = line
            .split_once(' ')
            .map_or(line, |(_, rest)| rest)
            .trim_start();
        if let Some((name, _)) = rest.split_once('(').filter(|(name, _)| !name.contains('<')) {
            *calls.entry(name.to_owned()).or_insert(0) += 1;
        }
    }
    calls
}

/// Copies a folder with its links.
fn copy(bench: &Workbench, from: &str, to: &str) {
    let _ = fs::remove_dir_all(bench.path(to));
    if bench.path(from).exists() {
        let ran = Command::new("cp")
            .arg("-a")
            .args([bench.path(from), bench.path(to)])
            .status();
        assert!(ran.unwrap().success());
    }
}

/// Lets every change of a command go wrong once. `line` is the command for a folder of its own, a copy of `start`; `check` looks at
/// what is left in it.
fn everywhere(
    bench: &Workbench,
    start: &str,
    fault: Fault,
    line: &(dyn Fn(&str) -> String + Sync),
    check: &(dyn Fn(&str) + Sync),
) {
    copy(bench, start, "counted");
    let calls = counted(bench, &line("counted"));
    let places: Vec<(String, usize)> = calls
        .iter()
        .flat_map(|(name, count)| (1..=*count).map(|at| (name.clone(), at)))
        .collect();
    assert!(places.len() > 5, "{calls:?}");
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for thread in 0..2 {
            let (places, next) = (&places, &next);
            scope.spawn(move || {
                let folder = format!("faulty-{thread}");
                while let Some((name, at)) = places.get(next.fetch_add(1, Ordering::SeqCst)) {
                    copy(bench, start, &folder);
                    let what = match fault {
                        Fault::Kill => "signal=KILL".to_owned(),
                        Fault::Error(error) => format!("error={error}"),
                    };
                    let inject = format!("inject={name}:{what}:when={at}");
                    let trace = format!("trace={name}");
                    let log = bench.path(format!("{folder}.calls"));
                    let options = ["-o", log.to_str().unwrap(), "-e", &trace, "-e", &inject];
                    let code = traced(bench, &options, &line(&folder));
                    match fault {
                        Fault::Kill => assert_ne!(code, Some(0), "{inject} did not kill"),
                        // Output that cannot be written ends with its own code; a tag that is not kept costs a request.
                        Fault::Error(_) => {
                            assert!(matches!(code, Some(0..=3)), "{inject}: {code:?}")
                        }
                    }
                    if let Fault::Error(_) = fault {
                        assert!(
                            fs::read_to_string(log).unwrap().contains("(INJECTED)"),
                            "{inject}"
                        );
                    }
                    check(&folder);
                }
            });
        }
    });
}

/// Two publications: `before` with release 1, `after` with release 2 and a halt. `agent` is a state that follows the first.
fn two_publications() -> Workbench {
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
    bench.rbk(&words("keys new commander --out keys")).expect(0);
    let commander = "--emergency-key keys/commander.pub --key file:keys/commander.pem";
    bench.publish_with("one", commander).expect(0);
    copy(&bench, "public", "before");
    bench.publish_with("two", "").expect(0);
    let keys =
        "--key file:keys/commander.pem --key file:keys/snapshot.pem --key file:keys/timestamp.pem";
    let halt = format!(
        "halt --level stop_now --by dave --reason drill --to public --root root.json {keys}"
    );
    bench.rbk(&words(&halt)).expect(0);
    copy(&bench, "public", "after");
    sync(&bench, "before", "agent").expect(0);
    bench
}

fn line(from: &str, state: &str) -> String {
    format!("sync --from {from} --state {state} --root root.json --agent-id here")
}

fn sync(bench: &Workbench, from: &str, state: &str) -> Ran {
    bench.rbk(&words(&line(from, state)))
}

/// The release in force in a state, which has to be whole: every file is verified.
fn release(bench: &Workbench, state: &str) -> Option<u64> {
    let status = format!("status --state {state} --root root.json --format json --agent-id here");
    let ran = bench.rbk(&words(&status));
    let report = ran.json();
    assert!(report.get("unusable").is_none(), "{ran}");
    report["release"].as_u64()
}

/// What is left of a synchronisation that broke off: the old release or the new, whole; and it can be ended, after which the older
/// publication is a rollback and the halt is known.
fn is_sound(bench: &Workbench, state: &str, old: Option<u64>) {
    let on = release(bench, state);
    assert!(on == old || on == Some(2), "{on:?}");
    if on == Some(2) {
        let ran = sync(bench, "before", state).expect(1);
        assert!(ran.stderr.contains("[rollback]"), "{ran}");
    }
    sync(bench, "after", state).expect(0);
    assert_eq!(release(bench, state), Some(2));
    let ran = sync(bench, "before", state).expect(1);
    assert!(ran.stderr.contains("[rollback]"), "{ran}");
    let status = format!("status --state {state} --root root.json --agent-id here");
    let ran = bench.rbk(&words(&status)).expect(0);
    assert!(ran.stdout.contains("halt stop_now by dave"), "{ran}");
}

#[test]
fn a_first_synchronisation_may_be_killed_anywhere() {
    if !can_trace() {
        return;
    }
    let bench = two_publications();
    let check = |state: &str| is_sound(&bench, state, None);
    everywhere(
        &bench,
        "nothing",
        Fault::Kill,
        &|state| line("after", state),
        &check,
    );
}

#[test]
fn an_update_may_be_killed_anywhere() {
    if !can_trace() {
        return;
    }
    let bench = two_publications();
    let check = |state: &str| is_sound(&bench, state, Some(1));
    everywhere(
        &bench,
        "agent",
        Fault::Kill,
        &|state| line("after", state),
        &check,
    );
}

#[test]
fn any_call_of_an_update_may_fail() {
    if !can_trace() {
        return;
    }
    let bench = two_publications();
    let check = |state: &str| is_sound(&bench, state, Some(1));
    for error in ["ENOSPC", "EIO"] {
        everywhere(
            &bench,
            "agent",
            Fault::Error(error),
            &|state| line("after", state),
            &check,
        );
    }
}

/// A publication that broke off: whoever follows it is on the old release or the new, and publishing again ends it.
fn is_followable(bench: &Workbench, public: &str) {
    let state = format!("{public}-agent");
    copy(bench, "agent", &state);
    sync(bench, public, &state).expect(0);
    let on = release(bench, &state);
    assert!(matches!(on, Some(1 | 2)), "{on:?}");
    bench.rbk(&words(&publish("two", public))).expect(0);
    sync(bench, public, &state).expect(0);
    assert!(release(bench, &state) >= Some(2));
    // From nothing too.
    fs::remove_dir_all(bench.path(&state)).unwrap();
    sync(bench, public, &state).expect(0);
}

fn publish(bundle: &str, public: &str) -> String {
    format!(
        "publish {bundle} --to {public} --root root.json --key keys/targets.pem --key keys/snapshot.pem --key keys/timestamp.pem"
    )
}

#[test]
fn a_publication_may_be_killed_anywhere() {
    if !can_trace() {
        return;
    }
    let bench = two_publications();
    let check = |public: &str| is_followable(&bench, public);
    everywhere(
        &bench,
        "before",
        Fault::Kill,
        &|public| publish("two", public),
        &check,
    );
    let refresh = |public: &str| publish("--refresh-timestamp", public);
    everywhere(&bench, "before", Fault::Kill, &refresh, &check);
}

#[test]
fn any_call_of_a_publication_may_fail() {
    if !can_trace() {
        return;
    }
    let bench = two_publications();
    let check = |public: &str| is_followable(&bench, public);
    everywhere(
        &bench,
        "before",
        Fault::Error("ENOSPC"),
        &|public| publish("two", public),
        &check,
    );
}

/// Whether a folder is empty or missing.
fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none())
}
