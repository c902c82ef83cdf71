//! A state directory that was damaged or set back.

use std::fs;

use crate::distribution::reason::Reason;
use crate::distribution::state::StateDir;
use crate::distribution::sync::{Outcome, sync};
use crate::distribution::testing::{
    Agent, Mirror, activated, at, copy_dir, first_root, key, next_root, now, plan,
};

fn refused(agent: &Agent, mirror: &Mirror) -> (Reason, String) {
    let report = agent.sync(&mirror.transport(), now());
    let Outcome::Refused { code, message, .. } = report.outcome else {
        panic!("{report:?}")
    };
    (code, message)
}

#[test]
fn damaged_memory_is_an_error_and_never_a_fresh_start() {
    let mut mirror = Mirror::with_release();
    mirror.roots.push(next_root(&first_root(), &[], &[1, 2]));
    mirror.publish("two", now());
    let followed = Agent::following(&mirror);
    let memory = [
        "high-water.json",
        "root_history/2.root.json",
        "metadata/timestamp.json",
        "metadata/snapshot.json",
    ];
    for file in memory {
        for damage in ["remove", "empty", "flip"] {
            let agent = Agent::new();
            copy_dir(followed.dir.path(), agent.dir.path());
            let path = agent.dir.path().join(file);
            match damage {
                "remove" => fs::remove_file(&path).unwrap(),
                "empty" => fs::write(&path, b"").unwrap(),
                _ => {
                    let mut bytes = fs::read(&path).unwrap();
                    let middle = bytes.len() / 2;
                    bytes[middle] ^= 1;
                    fs::write(&path, bytes).unwrap();
                }
            }
            let (code, message) = refused(&agent, &mirror);
            assert_eq!(code, Reason::StateCorrupt, "{file} {damage}: {message}");
        }
    }
}

#[test]
fn a_missing_link_to_the_release_is_an_error() {
    let mirror = Mirror::with_release();
    let agent = Agent::following(&mirror);
    fs::remove_file(agent.dir.path().join("current")).unwrap();
    assert_eq!(refused(&agent, &mirror).0, Reason::StateCorrupt);
    assert_eq!(
        agent.state().current(&agent.anchor).unwrap_err().reason,
        Reason::StateCorrupt
    );
    std::os::unix::fs::symlink("/etc", agent.dir.path().join("current")).unwrap();
    assert_eq!(refused(&agent, &mirror).0, Reason::StateCorrupt);
}

#[test]
fn a_state_that_was_set_back_is_noticed() {
    let mirror = Mirror::with_release();
    let agent = Agent::following(&mirror);
    let backup = tempfile::tempdir().unwrap();
    copy_dir(agent.dir.path(), backup.path());
    mirror.publish("two", now());
    agent.sync(&mirror.transport(), now());
    // Everything but the mark comes from the backup.
    let mark = fs::read(agent.dir.path().join("high-water.json")).unwrap();
    let restored = Agent::new();
    copy_dir(backup.path(), restored.dir.path());
    fs::write(restored.dir.path().join("high-water.json"), mark).unwrap();
    assert_eq!(refused(&restored, &mirror).0, Reason::StateCorrupt);
    assert_eq!(
        restored
            .state()
            .current(&restored.anchor)
            .unwrap_err()
            .reason,
        Reason::StateCorrupt
    );
}

#[test]
fn a_mark_kept_elsewhere_tells_a_lost_state_from_a_new_one() {
    let mirror = Mirror::with_release();
    let (dir, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let anchor = first_root();
    let options = Default::default();
    let state = || {
        StateDir::new(dir.path().join("state")).with_high_water(elsewhere.path().join("mark.json"))
    };
    let run = || {
        sync(
            &state(),
            &mirror.transport(),
            &anchor,
            now(),
            &options,
            &|_| Ok(()),
        )
    };
    assert_eq!(activated(&run()), Some(1));
    fs::remove_dir_all(dir.path().join("state")).unwrap();
    let report = run();
    assert!(
        matches!(
            report.outcome,
            Outcome::Refused {
                code: Reason::StateCorrupt,
                ..
            }
        ),
        "{report:?}"
    );
}

#[test]
fn damaged_files_of_a_release_are_never_read_and_the_next_synchronisation_replaces_them() {
    let mirror = Mirror::with_release();
    for (file, damage) in [
        ("targets/index.json", Some(&b"{\"release\":\"eno\"}"[..])),
        ("targets/index.json", Some(b"")),
        ("targets/index.json", None),
        ("metadata/targets.json", Some(b"{}")),
        ("metadata/targets.json", None),
    ] {
        let agent = Agent::following(&mirror);
        let path = agent.dir.path().join("current").join(file);
        match damage {
            Some(bytes) => fs::write(&path, bytes).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        let read = agent
            .state()
            .current(&agent.anchor)
            .and_then(|release| release.unwrap().read("index.json"));
        assert_eq!(
            read.unwrap_err().reason,
            Reason::StateCorrupt,
            "{file} {damage:?}"
        );
        let report = agent.sync(&mirror.transport(), now());
        assert_eq!(
            report.outcome,
            Outcome::Unchanged {
                release: 1,
                repaired: true
            },
            "{file} {damage:?}"
        );
        assert_eq!(agent.on().as_deref(), Some("one"));
        assert_eq!(
            agent.sync(&mirror.transport(), now()).outcome,
            Outcome::Unchanged {
                release: 1,
                repaired: false
            }
        );
    }
}

#[test]
fn another_installed_root_does_not_take_over_a_state() {
    let mirror = Mirror::with_release();
    let mut agent = Agent::following(&mirror);
    let draft =
        crate::distribution::root::draft(&plan(), at("2028-01-01T00:00:00Z"), now()).unwrap();
    agent.anchor = crate::distribution::testing::signed_root(draft, None, &[1, 2]);
    assert_eq!(refused(&agent, &mirror).0, Reason::StateCorrupt);
    agent.anchor = b"{}".to_vec();
    assert_eq!(refused(&agent, &mirror).0, Reason::RootInstalled);
    // The same root with one more signature is the same root.
    agent.anchor = crate::distribution::root::sign(&first_root(), None, &key(3)).unwrap();
    assert!(matches!(
        agent.sync(&mirror.transport(), now()).outcome,
        Outcome::Unchanged { .. }
    ));
}

#[test]
fn an_agent_updated_with_a_newer_root_keeps_its_memory() {
    let mut mirror = Mirror::with_release();
    let old = mirror.copy();
    mirror.publish("two", now());
    let mut agent = Agent::following(&mirror);
    let second = next_root(&first_root(), &[], &[1, 2]);
    let third = next_root(&second, &[], &[1, 2]);
    agent.anchor = third.clone();
    mirror.roots.extend([second, third]);
    mirror.publish("three", now());
    let report = agent.sync(&old.transport(), now());
    assert!(
        matches!(
            report.outcome,
            Outcome::Refused {
                code: Reason::Rollback,
                ..
            }
        ),
        "{report:?}"
    );
    assert_eq!(activated(&agent.sync(&mirror.transport(), now())), Some(3));
}

#[test]
fn one_wrong_clock_does_not_lock_the_agent_out_for_ever() {
    let mirror = Mirror::with_release();
    let agent = Agent::following(&mirror);
    // Far ahead everything is expired, so that time is not remembered.
    agent.refuses(
        &mirror.transport(),
        at("2040-01-01T00:00:00Z"),
        Reason::Expired,
    );
    assert!(matches!(
        agent.sync(&mirror.transport(), now()).outcome,
        Outcome::Unchanged { .. }
    ));
    // Ahead within the metadata's time it is; the operator resets it.
    agent.sync(&mirror.transport(), at("2026-06-04T00:00:00Z"));
    agent.refuses(&mirror.transport(), now(), Reason::ClockBehind);
    agent.state().reset_clock().unwrap();
    assert!(matches!(
        agent.sync(&mirror.transport(), now()).outcome,
        Outcome::Unchanged { .. }
    ));
}
