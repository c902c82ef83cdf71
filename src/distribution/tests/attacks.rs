//! A mirror that does not serve what was published.

use std::collections::BTreeMap;
use std::fs;

use crate::distribution::metadata::{
    FileInfo, MetaInfo, Metadata, Role, Snapshot, Targets, Timestamp,
};
use crate::distribution::publish::{PublishError, Repository};
use crate::distribution::reason::Reason;
use crate::distribution::signer::Signer;
use crate::distribution::sync::Outcome;
use crate::distribution::testing::{
    Agent, Mirror, activated, at, copy_dir, files, key, now, plan, role, signed_root,
};

#[test]
fn an_older_publication_is_refused() {
    let mirror = Mirror::with_release();
    let old = mirror.copy();
    mirror.publish("two", now());
    let agent = Agent::following(&mirror);
    let message = agent.refuses(&old.transport(), now(), Reason::Rollback);
    assert!(
        message.contains("version 1") && message.contains("version 2"),
        "{message}"
    );
}

#[test]
fn a_frozen_publication_is_refused_once_it_expires() {
    let mirror = Mirror::with_release();
    let agent = Agent::following(&mirror);
    let message = agent.refuses(
        &mirror.transport(),
        at("2026-06-04T12:00:00Z"),
        Reason::Expired,
    );
    assert!(message.contains("timestamp"), "{message}");
    // A new agent does not start on it either.
    Agent::new().refuses(
        &mirror.transport(),
        at("2026-06-04T12:00:00Z"),
        Reason::Expired,
    );
}

#[test]
fn parts_of_two_publications_are_refused() {
    let mirror = Mirror::with_release();
    let agent = Agent::following(&mirror);
    let old = mirror.copy();
    mirror.publish("two", now());
    for (serve, from, reason) in [
        (
            "metadata/2.snapshot.json",
            "metadata/1.snapshot.json",
            Reason::Hash,
        ),
        (
            "metadata/2.targets.json",
            "metadata/1.targets.json",
            Reason::Hash,
        ),
        (
            "metadata/timestamp.json",
            "metadata/timestamp.json",
            Reason::NotFound,
        ),
    ] {
        let mixed = mirror.copy();
        if reason == Reason::NotFound {
            // The new timestamp on an otherwise old mirror.
            fs::copy(mirror.path(from), old.path(serve)).unwrap();
            agent.refuses(&old.transport(), now(), reason);
        } else {
            fs::copy(old.path(from), mixed.path(serve)).unwrap();
            agent.refuses(&mixed.transport(), now(), reason);
        }
    }
}

#[test]
fn a_number_that_is_used_twice_is_refused() {
    let mirror = Mirror::with_release();
    let other = mirror.copy();
    mirror.publish("two", now());
    other.publish("zwei", now());
    let agent = Agent::following(&mirror);
    agent.refuses(&other.transport(), now(), Reason::VersionReused);
    // Even when the timestamp moves on, release 2 does not become another release 2.
    let snapshot_key = key(5);
    let timestamp_key = key(6);
    other
        .open()
        .refresh_timestamp(&[&timestamp_key, &snapshot_key], &Default::default(), now())
        .unwrap();
    agent.refuses(&other.transport(), now(), Reason::VersionReused);
}

#[test]
fn keys_that_the_root_does_not_name_are_refused() {
    let mut stranger = Mirror::new();
    let mut plan = plan();
    plan.insert(crate::distribution::root::TopRole::Root, role(1, &[21]));
    plan.insert(crate::distribution::root::TopRole::Targets, role(1, &[24]));
    plan.insert(crate::distribution::root::TopRole::Snapshot, role(1, &[25]));
    plan.insert(
        crate::distribution::root::TopRole::Timestamp,
        role(1, &[26]),
    );
    let draft = crate::distribution::root::draft(&plan, at("2027-06-01T00:00:00Z"), now()).unwrap();
    stranger.roots = vec![signed_root(draft, None, &[21])];
    stranger.publish_with(&[24, 25, 26], "foreign", now());
    Agent::new().refuses(&stranger.transport(), now(), Reason::Signature);
    Agent::following(&Mirror::with_release()).refuses(
        &stranger.transport(),
        now(),
        Reason::Signature,
    );
    // Nor can the publisher continue what others published.
    let error = Repository::open(stranger.dir.path(), &Mirror::new().roots)
        .err()
        .unwrap();
    assert!(
        matches!(&error, PublishError::Refused { refusal, .. } if refusal.reason == Reason::VersionReused),
        "{error}"
    );
}

#[test]
fn missing_files_are_refused() {
    let mirror = Mirror::with_release();
    let agent = Agent::following(&mirror);
    mirror.publish("two", now());
    let needed = [
        "metadata/timestamp.json",
        "metadata/2.snapshot.json",
        "metadata/2.targets.json",
    ];
    let packs: Vec<String> = mirror
        .published()
        .iter()
        .filter(|path| path.to_string_lossy().contains("pack"))
        .map(|path| format!("targets/{}", path.file_name().unwrap().to_string_lossy()))
        .collect();
    assert_eq!(packs.len(), 2);
    for file in needed.iter().map(ToString::to_string) {
        let partial = mirror.copy();
        fs::remove_file(partial.path(&file)).unwrap();
        agent.refuses(&partial.transport(), now(), Reason::NotFound);
    }
    let partial = mirror.copy();
    for pack in packs {
        fs::remove_file(partial.path(&pack)).unwrap();
    }
    agent.refuses(&partial.transport(), now(), Reason::NotFound);
    assert_eq!(activated(&agent.sync(&mirror.transport(), now())), Some(2));
}

/// Publishes metadata that our publisher would not make, signed with the right keys, with these versions of
/// timestamp, snapshot and targets.
fn forge(mirror: &Mirror, versions: [u64; 3], targets: BTreeMap<String, FileInfo>) {
    fn sign<T: Role>(content: T, seed: u8) -> Metadata<T> {
        let key = key(seed);
        Metadata::sign(content, &[&key as &dyn Signer]).unwrap()
    }
    let expires = at("2026-07-01T00:00:00Z");
    let [t, s, v] = versions;
    let targets = sign(
        Targets {
            version: v,
            expires,
            targets,
            delegations: None,
        },
        4,
    );
    let meta = BTreeMap::from([("targets.json".to_owned(), MetaInfo::of(v, targets.raw()))]);
    let snapshot = sign(
        Snapshot {
            version: s,
            expires,
            meta,
        },
        5,
    );
    let timestamp = sign(
        Timestamp {
            version: t,
            expires,
            snapshot: MetaInfo::of(s, snapshot.raw()),
        },
        6,
    );
    fs::write(
        mirror.path(&format!("metadata/{v}.targets.json")),
        targets.raw(),
    )
    .unwrap();
    fs::write(
        mirror.path(&format!("metadata/{s}.snapshot.json")),
        snapshot.raw(),
    )
    .unwrap();
    fs::write(mirror.path("metadata/timestamp.json"), timestamp.raw()).unwrap();
}

#[test]
fn names_that_leave_the_release_are_refused_even_when_signed() {
    let mirror = Mirror::with_release();
    let first = mirror.copy();
    for name in [
        "../evil",
        "/tmp/evil",
        "a/b",
        "..",
        ".hidden",
        "a\\b",
        "",
        "ä",
        "a\nb",
    ] {
        forge(
            &mirror,
            [9, 9, 9],
            BTreeMap::from([(name.to_owned(), FileInfo::of(b"evil"))]),
        );
        Agent::following(&first).refuses(&mirror.transport(), now(), Reason::Name);
    }
    forge(
        &mirror,
        [9, 9, 9],
        BTreeMap::from(["A.json", "a.json"].map(|name| (name.to_owned(), FileInfo::of(b"x")))),
    );
    Agent::following(&first).refuses(&mirror.transport(), now(), Reason::Name);
}

#[test]
fn releases_beyond_the_limits_are_refused_before_anything_is_fetched() {
    let mirror = Mirror::with_release();
    let first = mirror.copy();
    let sized = |length| FileInfo {
        length,
        ..FileInfo::of(b"x")
    };
    let many = (0..5000).map(|n| (format!("f{n}"), sized(1))).collect();
    let huge = BTreeMap::from([("f".to_owned(), sized(u64::MAX / 2))]);
    let sum = (0..20)
        .map(|n| (format!("f{n}"), sized(100 << 20)))
        .collect();
    for targets in [many, huge, sum] {
        forge(&mirror, [9, 9, 9], targets);
        Agent::following(&first).refuses(&mirror.transport(), now(), Reason::Limit);
    }
}

#[test]
fn a_file_longer_than_signed_is_not_read_to_its_end() {
    let mirror = Mirror::with_release();
    let agent = Agent::following(&mirror);
    let before = mirror.published();
    mirror.publish("two", now());
    let mut tried = 0;
    for path in mirror.published() {
        if before.contains(&path) && !path.ends_with("timestamp.json") {
            continue;
        }
        let evil = mirror.copy();
        let file = evil.path(
            path.strip_prefix(mirror.dir.path())
                .unwrap()
                .to_str()
                .unwrap(),
        );
        // Sparse: a terabyte that costs nothing to make and everything to read.
        fs::OpenOptions::new()
            .write(true)
            .open(file)
            .unwrap()
            .set_len(1 << 40)
            .unwrap();
        let victim = Agent::new();
        copy_dir(agent.dir.path(), victim.dir.path());
        victim.refuses(&evil.transport(), now(), Reason::TooLarge);
        tried += 1;
    }
    // Timestamp, snapshot, targets, index and pack.
    assert_eq!(tried, 5);
}

#[test]
fn a_newer_snapshot_does_not_take_the_targets_back() {
    let mirror = Mirror::with_release();
    let file = || {
        BTreeMap::from([(
            "index.json".to_owned(),
            FileInfo::of(b"{\"release\":\"one\"}"),
        )])
    };
    forge(&mirror, [2, 2, 7], file());
    let agent = Agent::new();
    let first = agent.sync(&mirror.transport(), now());
    assert_eq!(activated(&first), Some(7));
    forge(&mirror, [3, 3, 6], file());
    let report = agent.sync(&mirror.transport(), now());
    let Outcome::Refused {
        code: Reason::Rollback,
        message,
        ..
    } = report.outcome
    else {
        panic!("{report:?}")
    };
    assert!(message.contains("targets.json version 6"), "{message}");
}

#[test]
fn links_in_a_directory_are_not_followed() {
    let mirror = Mirror::with_release();
    let agent = Agent::following(&mirror);
    mirror.publish("two", now());
    let linked = mirror.copy();
    fs::rename(
        linked.path("metadata/2.targets.json"),
        linked.path("elsewhere"),
    )
    .unwrap();
    std::os::unix::fs::symlink(
        linked.path("elsewhere"),
        linked.path("metadata/2.targets.json"),
    )
    .unwrap();
    let message = agent.refuses(&linked.transport(), now(), Reason::Unreachable);
    assert!(message.contains("links are not followed"), "{message}");

    let linked = mirror.copy();
    fs::rename(linked.path("metadata"), linked.path("real")).unwrap();
    std::os::unix::fs::symlink(linked.path("real"), linked.path("metadata")).unwrap();
    agent.refuses(&linked.transport(), now(), Reason::Unreachable);

    // A named pipe does not hang the agent.
    let piped = mirror.copy();
    fs::remove_file(piped.path("metadata/timestamp.json")).unwrap();
    let pipe = std::process::Command::new("mkfifo")
        .arg(piped.path("metadata/timestamp.json"))
        .status()
        .unwrap();
    assert!(pipe.success());
    agent.refuses(&piped.transport(), now(), Reason::Unreachable);
}

#[test]
fn published_files_are_never_changed() {
    let mirror = Mirror::with_release();
    let pack = mirror
        .published()
        .into_iter()
        .find(|path| path.to_string_lossy().contains("governance"))
        .unwrap();
    fs::write(&pack, b"{ }").unwrap();
    let key = [key(4), key(5), key(6)];
    let signers: Vec<&dyn Signer> = key.iter().map(|key| key as &dyn Signer).collect();
    let error = mirror
        .open()
        .publish(&files("two"), &signers, &Default::default(), now())
        .unwrap_err();
    assert!(
        matches!(&error, PublishError::Exists(path) if *path == pack),
        "{error}"
    );
}
