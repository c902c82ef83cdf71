//! Following a publication that is as it should be.

use std::time::Duration;

use crate::distribution::reason::Reason;
use crate::distribution::release::Freshness;
use crate::distribution::state::StateDir;
use crate::distribution::sync::{Outcome, sync};
use crate::distribution::testing::{Agent, Mirror, activated, at, now};

#[test]
fn releases_come_into_force_one_after_the_other() {
    let mirror = Mirror::with_release();
    let agent = Agent::new();
    assert_eq!(agent.on(), None);
    let report = agent.sync(&mirror.transport(), now());
    assert_eq!(report.outcome, Outcome::Activated { from: None, to: 1 });
    assert_eq!(agent.on().as_deref(), Some("one"));

    mirror.publish("two", now());
    let report = agent.sync(&mirror.transport(), now());
    assert_eq!(
        report.outcome,
        Outcome::Activated {
            from: Some(1),
            to: 2
        }
    );
    assert_eq!(agent.on().as_deref(), Some("two"));
}

#[test]
fn an_unchanged_publication_costs_one_request() {
    let mirror = Mirror::with_release();
    let agent = Agent::following(&mirror);
    let report = agent.sync(&mirror.transport(), now());
    assert_eq!(
        report.outcome,
        Outcome::Unchanged {
            release: 1,
            repaired: false
        }
    );
    assert_eq!(report.requests, 1);
    assert!(report.bytes < 1000, "{report:?}");
}

#[test]
fn only_files_that_changed_are_fetched() {
    let mirror = Mirror::with_release();
    let agent = Agent::following(&mirror);
    mirror.publish("two", now());
    let report = agent.sync(&mirror.transport(), now());
    // Root (not there), timestamp, snapshot, targets, and two of three files: governance.json is the same.
    assert_eq!(report.requests, 6, "{report:?}");
}

#[test]
fn a_new_timestamp_for_the_same_release_changes_nothing_else() {
    let mirror = Mirror::with_release();
    let agent = Agent::following(&mirror);
    let later = at("2026-06-03T00:00:00Z");
    let key = crate::distribution::testing::key(6);
    let published = mirror
        .open()
        .refresh_timestamp(&[&key], &Default::default(), later)
        .unwrap();
    assert_eq!(
        (published.release, published.timestamp, published.files),
        (1, 2, 1)
    );
    let report = agent.sync(&mirror.transport(), later);
    assert_eq!(
        report.outcome,
        Outcome::Unchanged {
            release: 1,
            repaired: false
        }
    );
    let status = agent.state().status(&agent.anchor, later).unwrap();
    assert_eq!(
        status.freshness,
        Some(Freshness::Fresh {
            expires: at("2026-06-06T00:00:00Z")
        })
    );
}

#[test]
fn the_previous_release_is_kept_and_older_ones_are_removed() {
    let mirror = Mirror::with_release();
    let agent = Agent::following(&mirror);
    for marker in ["two", "three", "four"] {
        mirror.publish(marker, now());
        agent.sync(&mirror.transport(), now());
    }
    let mut kept: Vec<String> = std::fs::read_dir(agent.dir.path().join("releases"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    kept.sort();
    assert_eq!(kept, ["3", "4"]);
    // index and pack of each, and one governance.json.
    assert_eq!(
        std::fs::read_dir(agent.dir.path().join("objects"))
            .unwrap()
            .count(),
        5
    );
    assert_eq!(
        std::fs::read_link(agent.dir.path().join("current"))
            .unwrap()
            .to_str(),
        Some("releases/4")
    );
    assert_eq!(
        std::fs::read_link(agent.dir.path().join("previous"))
            .unwrap()
            .to_str(),
        Some("releases/3")
    );
}

#[test]
fn content_that_the_bundle_layer_refuses_does_not_come_into_force() {
    let mirror = Mirror::with_release();
    let agent = Agent::following(&mirror);
    mirror.publish("two", now());
    let refuse = |release: &crate::distribution::Release| {
        assert_eq!(
            release.read("index.json").unwrap(),
            b"{\"release\":\"two\"}"
        );
        Err(format!("release {} needs a newer agent", release.number()))
    };
    let report = sync(
        &agent.state(),
        &mirror.transport(),
        &agent.anchor,
        now(),
        &agent.options,
        &refuse,
    );
    let Outcome::Refused {
        code,
        message,
        still_on,
        ..
    } = report.outcome
    else {
        panic!("{report:?}")
    };
    assert_eq!((code, still_on), (Reason::Content, Some(1)));
    assert!(message.contains("needs a newer agent"), "{message}");
    assert_eq!(agent.on().as_deref(), Some("one"));
    // Nothing is remembered against it: with a newer agent it comes into force.
    assert_eq!(activated(&agent.sync(&mirror.transport(), now())), Some(2));
}

#[test]
fn a_release_goes_stale_when_nothing_new_arrives() {
    let mirror = Mirror::with_release();
    let agent = Agent::following(&mirror);
    let fresh_at = |time| {
        agent
            .state()
            .status(&agent.anchor, at(time))
            .unwrap()
            .freshness
            .unwrap()
    };
    assert_eq!(
        fresh_at("2026-06-04T11:59:59Z"),
        Freshness::Fresh {
            expires: at("2026-06-04T12:00:00Z")
        }
    );
    let stale = Freshness::Stale {
        role: "timestamp",
        since: at("2026-06-04T12:00:00Z"),
        age_seconds: 3600,
    };
    assert_eq!(fresh_at("2026-06-04T13:00:00Z"), stale);
    // Setting the clock back does not make it fresh.
    assert!(fresh_at("2026-06-01T11:00:00Z").is_fresh());
    assert_eq!(
        fresh_at("2026-06-01T10:59:59Z"),
        Freshness::ClockBehind { synced: now() }
    );
    let error = agent.refuses(
        &mirror.transport(),
        at("2020-01-01T00:00:00Z"),
        Reason::ClockBehind,
    );
    assert!(error.contains("2026-06-01T12:00:00Z"), "{error}");
}

#[test]
fn two_synchronisations_at_once_take_turns_or_say_so() {
    let mirror = Mirror::with_release();
    let agent = Agent::new();
    let slow = |_: &crate::distribution::Release| {
        std::thread::sleep(Duration::from_millis(400));
        Ok(())
    };
    let (dir, anchor) = (agent.dir.path().to_owned(), agent.anchor.clone());
    std::thread::scope(|scope| {
        let started = std::sync::mpsc::channel();
        let (mirror, options) = (&mirror, agent.options);
        let (dir, anchor) = (&dir, &anchor);
        let first = scope.spawn(move || {
            let announce = |release: &crate::distribution::Release| {
                started.0.send(()).unwrap();
                slow(release)
            };
            sync(
                &StateDir::new(dir),
                &mirror.transport(),
                anchor,
                now(),
                &options,
                &announce,
            )
        });
        started.1.recv().unwrap();
        let at_once = sync(
            &StateDir::new(dir),
            &mirror.transport(),
            anchor,
            now(),
            &options,
            &|_| Ok(()),
        );
        assert!(
            matches!(
                at_once.outcome,
                Outcome::Refused {
                    code: Reason::StateLocked,
                    ..
                }
            ),
            "{at_once:?}"
        );
        let patient = crate::distribution::SyncOptions {
            lock_wait: Duration::from_secs(20),
            ..options
        };
        let waited = sync(
            &StateDir::new(dir),
            &mirror.transport(),
            anchor,
            now(),
            &patient,
            &|_| Ok(()),
        );
        assert_eq!(
            waited.outcome,
            Outcome::Unchanged {
                release: 1,
                repaired: false
            }
        );
        assert_eq!(activated(&first.join().unwrap()), Some(1));
    });
}
