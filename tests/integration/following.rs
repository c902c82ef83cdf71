//! Agents that follow a publication: channels, rollback by a new release, age, reports, and polling for ever.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::workbench::{Ran, Workbench, words};

const AGENT: &str = "--state agent --root root.json --evidence never";

/// A repository with two versions, each as a bundle: `one`, and `two` in which the runbook is another.
fn published() -> Workbench {
    let bench = Workbench::new();
    bench.own_library("library");
    bench
        .rbk(&words("bundle build library --out one"))
        .expect(0);
    let runbook = "library/runbooks/error-rate-after-deploy/runbook.yaml";
    bench.replace(runbook, "version: 1.0.0", "version: 99.0.0");
    bench.commit("library");
    bench
        .rbk(&words("bundle build library --out two"))
        .expect(0);
    bench.make_root();
    bench.publish_with("one", "--without-evidence").expect(0);
    bench
}

fn sync(bench: &Workbench, more: &str) -> Ran {
    bench.rbk(&words(&format!("sync --from public {AGENT} {more}")))
}

fn status(bench: &Workbench, more: &str) -> serde_json::Value {
    let ran = bench.rbk(&words(&format!("status {AGENT} --format json {more}")));
    ran.json()
}

#[test]
fn what_a_release_changes_is_said_in_a_line() {
    let bench = published();
    sync(&bench, "").expect(0);
    bench.publish_with("two", "--without-evidence").expect(0);
    let ran = sync(&bench, "").expect(0);
    assert!(ran.stdout.contains("release 1 → 2 is in force"), "{ran}");
    assert!(ran.stdout.contains("error-rate-after-deploy 1."), "{ran}");
    assert!(ran.stdout.contains(" → 99.0.0"), "{ran}");
    // As JSON too.
    bench.publish_with("one", "--without-evidence").expect(0);
    let told = sync(&bench, "--format json").expect(0).json();
    assert_eq!(
        told["changes"]["documents"][0]["before"]["version"],
        "99.0.0"
    );
}

#[test]
fn a_bad_release_is_taken_back_by_a_new_one_with_the_old_content() {
    let bench = published();
    bench.publish_with("two", "--without-evidence").expect(0);
    sync(&bench, "").expect(0);
    let keys =
        "--key file:keys/targets.pem --key file:keys/snapshot.pem --key file:keys/timestamp.pem";
    let back =
        format!("publish --content-of 1 --without-evidence --to public --root root.json {keys}");
    bench.rbk(&words(&back)).expect(0);
    let ran = sync(&bench, "").expect(0);
    assert!(ran.stdout.contains("release 2 → 3 is in force"), "{ran}");
    assert!(ran.stdout.contains("99.0.0 → "), "{ran}");
    let missing = back.replace("--content-of 1", "--content-of 9");
    let ran = bench.rbk(&words(&missing)).expect(3);
    assert!(
        ran.stderr.contains("9.targets.json is not in public"),
        "{ran}"
    );
    // What was changed on the publisher's disk is not published as if it had been signed.
    let listed = bench.path("public/metadata/1.targets.json");
    let signed = fs::read_to_string(&listed).unwrap();
    let mut forged: serde_json::Value = serde_json::from_str(&signed).unwrap();
    forged["signatures"][0]["sig"] = "00".repeat(64).into();
    fs::write(&listed, forged.to_string()).unwrap();
    let ran = bench.rbk(&words(&back)).expect(3);
    assert!(ran.stderr.contains("release 1"), "{ran}");
    fs::write(&listed, signed).unwrap();
    let pack = fs::read_dir(bench.path("public/targets")).unwrap();
    for file in pack.map(|file| file.unwrap().path()) {
        if file.to_string_lossy().contains("pack-") {
            fs::write(file, "changed").unwrap();
        }
    }
    let ran = bench.rbk(&words(&back)).expect(3);
    assert!(ran.stderr.contains("pack-00.tar.gz"), "{ran}");
    assert!(ran.stderr.contains("release 1"), "{ran}");
}

#[test]
fn old_releases_are_removed_and_what_is_left_can_be_followed_from_the_start() {
    let bench = published();
    for (number, bundle) in ["two", "one", "two", "one"].into_iter().enumerate() {
        let keep = if number == 3 { "--keep 2" } else { "" };
        let ran = bench
            .publish_with(bundle, &format!("--without-evidence {keep}"))
            .expect(0);
        assert_eq!(
            ran.stdout.contains("files of older releases removed"),
            number == 3,
            "{ran}"
        );
    }
    let metadata = |name: &str| bench.path(format!("public/metadata/{name}")).exists();
    assert!(!metadata("3.targets.json") && !metadata("3.snapshot.json"));
    assert!(metadata("4.targets.json") && metadata("5.snapshot.json") && metadata("1.root.json"));
    sync(&bench, "").expect(0);
    // Both contents are still there: each belongs to a release that was kept.
    let packs = fs::read_dir(bench.path("public/targets")).unwrap();
    let packs = packs.filter(|file| {
        file.as_ref()
            .unwrap()
            .file_name()
            .to_string_lossy()
            .contains("pack")
    });
    assert_eq!(packs.count(), 2);
    bench
        .publish_with("one", "--without-evidence --keep 1")
        .expect(0);
    let packs = fs::read_dir(bench.path("public/targets")).unwrap();
    let packs = packs.filter(|file| {
        file.as_ref()
            .unwrap()
            .file_name()
            .to_string_lossy()
            .contains("pack")
    });
    assert_eq!(packs.count(), 1);
    sync(&bench, "").expect(0);
}

#[test]
fn some_agents_use_a_content_first() {
    let bench = published();
    bench
        .publish_with("one", "--canary two --canary-share 0 --without-evidence")
        .expect(0);
    sync(&bench, "").expect(0);
    assert_eq!(status(&bench, "")["content"]["channel"], "stable");
    // The channel, or a share that holds the agent: the state was fetched already, only the choice is another.
    let canary = status(&bench, "--channel canary");
    assert_eq!(canary["content"]["channel"], "canary");
    assert_ne!(
        canary["content"]["commit"],
        status(&bench, "")["content"]["commit"]
    );
    bench
        .publish_with("one", "--canary two --canary-share 50 --without-evidence")
        .expect(0);
    sync(&bench, "").expect(0);
    let channels: Vec<String> = (0..40)
        .map(|number| {
            let found = status(&bench, &format!("--agent-id host-{number}"));
            found["content"]["channel"].as_str().unwrap().to_owned()
        })
        .collect();
    let canaries = channels
        .iter()
        .filter(|channel| *channel == "canary")
        .count();
    assert!((8..=32).contains(&canaries), "{canaries}");
    // Without a name an agent has an id of its own that stays.
    let id = status(&bench, "")["agent"].as_str().unwrap().to_owned();
    assert_eq!(status(&bench, "")["agent"], *id);
    assert_eq!(bench.read("agent/agent-id").trim(), id);
}

#[test]
fn an_index_that_lies_about_its_canary_is_refused() {
    let bench = published();
    bench
        .publish_with("one", "--canary two --canary-share 0 --without-evidence")
        .expect(0);
    let public = fs::read_dir(bench.path("public/targets")).unwrap();
    let files: Vec<_> = public.map(|file| file.unwrap().path()).collect();
    // The digest of the second content is not what the index says, or its commit is not.
    let digest = |name: &str, text: String| match name {
        "canary.index.json" => text.replace("\"format\"", " \"format\""),
        _ => text,
    };
    let commit = |name: &str, text: String| match name {
        "index.json" => {
            let mut index: serde_json::Value = serde_json::from_str(&text).unwrap();
            index["canary"]["commit"] = "0".repeat(40).into();
            index.to_string()
        }
        _ => text,
    };
    type Lie<'a> = &'a dyn Fn(&str, String) -> String;
    let lies: [Lie; 2] = [&digest, &commit];
    for (number, lie) in lies.into_iter().enumerate() {
        let forged = format!("forged{number}");
        fs::create_dir(bench.path(&forged)).unwrap();
        for file in &files {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            let name = name.split_once('.').unwrap().1.to_owned();
            let mut bytes = fs::read(file).unwrap();
            if name.ends_with("index.json") {
                let text = String::from_utf8(bytes).unwrap();
                if name == "index.json" && !text.contains("canary") {
                    continue;
                }
                bytes = lie(&name, text).into_bytes();
            }
            bench.write(&format!("{forged}/{name}"), bytes);
        }
        bench.publish_with(&forged, "--without-evidence").expect(0);
        let ran = sync(&bench, "--channel canary").expect(1);
        let refused = "canary.index.json is not sound";
        assert!(ran.stderr.contains(refused), "{ran}");
    }
}

/// What the agent decides about an incident after a bad release.
fn decide(bench: &Workbench) -> Ran {
    let incident = include_str!("../../benches/incident.json");
    bench.rbk_with_input(&words(&format!("decide --incident - {AGENT}")), incident)
}

#[test]
fn a_stale_release_goes_as_far_as_the_policy_says_and_then_only_advises() {
    let bench = Workbench::new();
    bench.own_library("library");
    bench
        .rbk(&words("bundle build library --out strict"))
        .expect(0);
    let policy = "library/runbooks/governance.yaml";
    let text = bench.read(policy);
    bench.write(
        policy,
        text.replacen("spec:\n", "spec:\n  stale: {grace: 1h, mode: gated}\n", 1),
    );
    bench.commit("library");
    bench
        .rbk(&words("bundle build library --out lenient"))
        .expect(0);
    bench.make_root();
    for (bundle, next, words) in [
        (
            "lenient",
            "request_approval",
            "agents go no further than `gated`",
        ),
        ("strict", "escalate", "agents only advise"),
    ] {
        bench
            .publish_with(bundle, "--without-evidence --timestamp-expires 2s")
            .expect(0);
        sync(&bench, "").expect(0);
        assert_eq!(decide(&bench).expect(0).json()["next"], "request_approval");
        std::thread::sleep(Duration::from_millis(2200));
        let ran = decide(&bench).expect(0);
        assert_eq!(ran.json()["next"], next, "{ran}");
        assert!(ran.stderr.contains(words), "{ran}");
        let found = bench
            .rbk(&self::words(&format!("status {AGENT}")))
            .expect(1);
        assert!(found.stdout.contains("stale since"), "{found}");
    }
}

#[test]
fn monitoring_finds_a_report_in_files_and_at_an_address() {
    let bench = published();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/agents", listener.local_addr().unwrap());
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut bytes = vec![0; 65536];
        let mut read = 0;
        while !String::from_utf8_lossy(&bytes[..read]).ends_with('}') {
            read += stream.read(&mut bytes[read..]).unwrap();
        }
        stream
            .write_all(b"HTTP/1.1 204 No Content\r\n\r\n")
            .unwrap();
        sender
            .send(String::from_utf8_lossy(&bytes[..read]).into_owned())
            .unwrap();
    });
    let more = format!("--status-file status.json --metrics-file rbk.prom --report-to {address}");
    sync(&bench, &more).expect(0);
    let posted = receiver.recv_timeout(Duration::from_secs(10)).unwrap();
    assert!(posted.starts_with("POST /agents HTTP/1.1"), "{posted}");
    let file: serde_json::Value = serde_json::from_str(&bench.read("status.json")).unwrap();
    let body = posted.split("\r\n\r\n").nth(1).unwrap();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(body).unwrap(),
        file
    );
    assert_eq!(file["last"]["outcome"], "activated");
    assert_eq!(file["release"], 1);
    assert_eq!(file["freshness"]["state"], "fresh");
    let metrics = bench.read("rbk.prom");
    for line in [
        "rbk_up 1\n",
        "rbk_release 1\n",
        "rbk_fresh 1\n",
        "rbk_usable 1\n",
        "rbk_halt_level 0\n",
    ] {
        assert!(metrics.contains(line), "{line} is not in {metrics}");
    }
    // A failure is reported too, and a monitor that cannot be reached fails the command, not the release.
    let more = "--status-file status.json --metrics-file rbk.prom";
    bench
        .rbk(&words(&format!("sync --from nowhere {AGENT} {more}")))
        .expect(2);
    fs::remove_file(bench.path("public/metadata/timestamp.json")).unwrap();
    sync(&bench, more).expect(1);
    assert!(bench.read("rbk.prom").contains("rbk_up 0\n"));
    let file: serde_json::Value = serde_json::from_str(&bench.read("status.json")).unwrap();
    assert_eq!(file["last"]["code"], "not-found");
    let printed = bench
        .rbk(&words(&format!("status {AGENT} --format prometheus")))
        .expect(0);
    assert!(printed.stdout.contains("rbk_release 1\n"), "{printed}");
}

#[test]
fn a_watcher_takes_releases_as_they_come_and_survives_what_is_wrong() {
    let bench = published();
    let mut watcher = Command::new(env!("CARGO_BIN_EXE_rbk"))
        .current_dir(bench.path(""))
        .args(words(&format!(
            "sync --from public {AGENT} --watch 1s --status-file status.json"
        )))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let reports = |wanted: &str| {
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(30) {
            let text = fs::read_to_string(bench.path("status.json")).unwrap_or_default();
            // The file is replaced in one step: whatever is read is whole.
            assert!(text.is_empty() || serde_json::from_str::<serde_json::Value>(&text).is_ok());
            if text.contains(wanted) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        false
    };
    let seen = [
        reports("\"release\": 1"),
        {
            bench.publish_with("two", "--without-evidence").expect(0);
            reports("\"release\": 2")
        },
        {
            fs::rename(bench.path("public"), bench.path("gone")).unwrap();
            fs::create_dir_all(bench.path("public/metadata")).unwrap();
            reports("\"failures\": 1")
        },
    ];
    watcher.kill().unwrap();
    watcher.wait().unwrap();
    assert_eq!(seen, [true, true, true]);
}
