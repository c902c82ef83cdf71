//! Many agents that watch one publication while releases come.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::nginx::nginx;
use super::published;
use crate::workbench::{Workbench, words};

/// A number that whoever runs the tests may raise.
fn setting(name: &str, otherwise: u64) -> u64 {
    let value = std::env::var(name).ok();
    value.map_or(otherwise, |value| value.parse().unwrap())
}

fn watch(bench: &Workbench, address: &str, number: u64) -> Child {
    let line = format!(
        "sync --from {address} --state agents/{number} --root root.json --watch 2s --status-file agents/{number}.json --agent-id host-{number}"
    );
    let mut command = bench.command(&words(&line));
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// What an agent stands on, by its own report; the report is whole at every moment.
fn release(bench: &Workbench, number: u64) -> Option<u64> {
    let text = fs::read_to_string(bench.path(format!("agents/{number}.json"))).ok()?;
    let report: Value = serde_json::from_str(&text).unwrap();
    assert!(report.get("unusable").is_none(), "{text}");
    report["release"].as_u64()
}

/// `RBK_TEST_WATCHERS` and `RBK_TEST_WATCH_SECONDS` raise the numbers: docs/performance.md has a run of 200 for a minute.
#[test]
fn watchers_are_never_on_a_wrong_or_partial_release_and_all_arrive() {
    let bench = published();
    let Some((_server, port)) = nginx(&bench, "") else {
        return;
    };
    let watchers = setting("RBK_TEST_WATCHERS", 10);
    let seconds = setting("RBK_TEST_WATCH_SECONDS", 10);
    fs::create_dir_all(bench.path("agents")).unwrap();
    let address = format!("http://127.0.0.1:{port}");
    let mut agents: Vec<Child> = (0..watchers)
        .map(|number| watch(&bench, &address, number))
        .collect();

    let started = Instant::now();
    let (mut newest, mut seen) = (1, BTreeSet::new());
    let mut last = vec![0; watchers as usize];
    while started.elapsed() < Duration::from_secs(seconds) {
        if started.elapsed() > Duration::from_secs(newest * 5) {
            bench
                .publish_with(["two", "one"][newest as usize % 2], "")
                .expect(0);
            newest += 1;
        }
        for number in 0..watchers {
            let on = release(&bench, number).unwrap_or_default();
            assert!(
                on >= last[number as usize] && on <= newest + 1,
                "{number}: {on}"
            );
            last[number as usize] = on;
            seen.insert(on);
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    let arrived = || {
        (0..watchers)
            .filter(|number| release(&bench, *number) == Some(newest))
            .count()
    };
    let waiting = Instant::now();
    while arrived() < watchers as usize && waiting.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(200));
    }
    let took = waiting.elapsed();
    for agent in &mut agents {
        assert!(agent.try_wait().unwrap().is_none(), "an agent ended");
        agent.kill().unwrap();
        agent.wait().unwrap();
    }
    assert_eq!(arrived(), watchers as usize);
    println!(
        "{watchers} agents, {newest} releases seen as {seen:?}; all arrived {took:?} after the last second"
    );
    // Killed in whatever they did, every state is whole.
    for number in 0..watchers {
        let line = format!("status --state agents/{number} --root root.json --format json");
        let status = bench.rbk(&words(&line)).expect(0).json();
        assert_eq!(status["release"], newest);
    }
}
