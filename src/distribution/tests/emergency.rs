//! Orders of incident commanders: they arrive without a release, and nobody else gives any.

use std::collections::BTreeMap;
use std::fs;

use jiff::{SignedDuration, Timestamp};

use crate::distribution::metadata::{
    self, FileInfo, HALT_FILE, MetaInfo, Metadata, RECALL_FILE, Snapshot, Targets,
};
use crate::distribution::publish::{Lifetimes, PublishError, Published, Repository};
use crate::distribution::reason::Reason;
use crate::distribution::root::TopRole;
use crate::distribution::signer::{PemSigner, Signer};
use crate::distribution::sync::Outcome;
use crate::distribution::testing::{Agent, Mirror, activated, files, key, next_root, now, role};

/// The key of the commanders.
pub(super) const COMMANDER: u8 = 9;

fn signers(keys: &[PemSigner]) -> Vec<&dyn Signer> {
    keys.iter().map(|key| key as &dyn Signer).collect()
}

fn keys(seeds: &[u8]) -> Vec<PemSigner> {
    seeds.iter().map(|seed| key(*seed)).collect()
}

fn delegating(repository: Repository, seeds: &[u8], threshold: u64) -> Repository {
    let public: Vec<_> = seeds
        .iter()
        .map(|seed| key(*seed).public_key().clone())
        .collect();
    repository.with_emergency_keys(&public, threshold)
}

/// A mirror whose first release lets the commanders give orders.
pub(super) fn mirror() -> Mirror {
    let mirror = Mirror::new();
    release(&mirror, &[COMMANDER], 1, &[4, 5, 6, COMMANDER], "one").unwrap();
    mirror
}

/// Publishes a release that delegates to these keys.
fn release(
    mirror: &Mirror,
    commanders: &[u8],
    threshold: u64,
    seeds: &[u8],
    marker: &str,
) -> Result<Published, PublishError> {
    let keys = keys(seeds);
    let repository = delegating(mirror.open(), commanders, threshold);
    repository.publish(
        &files(marker),
        &signers(&keys),
        &Lifetimes::default(),
        now(),
    )
}

fn orders(text: &str) -> BTreeMap<String, Vec<u8>> {
    BTreeMap::from([(HALT_FILE.to_owned(), text.as_bytes().to_vec())])
}

pub(super) fn order(mirror: &Mirror, text: &str, seeds: &[u8]) -> Result<Published, PublishError> {
    let keys = keys(seeds);
    let repository = mirror.open();
    repository.publish_orders(&orders(text), &signers(&keys), &Lifetimes::default(), now())
}

pub(super) fn halt(agent: &Agent) -> Option<String> {
    let orders = agent.state().orders(&agent.anchor).unwrap();
    let bytes = orders.files.get(HALT_FILE).cloned();
    bytes.map(|bytes| String::from_utf8(bytes).unwrap())
}

fn later(minutes: i64) -> Timestamp {
    now() + SignedDuration::from_mins(minutes)
}

#[test]
fn orders_arrive_without_a_release_and_the_newest_count() {
    let mirror = mirror();
    let agent = Agent::following(&mirror);
    assert_eq!(halt(&agent), None);
    for text in ["stop", "stop more", "go on"] {
        order(&mirror, text, &[COMMANDER, 5, 6]).unwrap();
        let report = agent.sync(&mirror.transport(), now());
        assert!(matches!(
            report.outcome,
            Outcome::Unchanged { release: 1, .. }
        ));
        // Timestamp, the next root that is not there, snapshot, emergency metadata, one file.
        assert_eq!(report.requests, 5);
        assert_eq!(halt(&agent).as_deref(), Some(text));
        assert_eq!(agent.on().as_deref(), Some("one"));
    }
    assert_eq!(mirror.open().orders().unwrap(), orders("go on"));
    // The next release keeps them, and costs no request for them.
    mirror.publish("two", now());
    assert_eq!(activated(&agent.sync(&mirror.transport(), now())), Some(2));
    assert_eq!(halt(&agent).as_deref(), Some("go on"));
    // So does an agent that comes later.
    assert_eq!(halt(&Agent::following(&mirror)).as_deref(), Some("go on"));
}

#[test]
fn nobody_but_the_commanders_gives_orders() {
    let mirror = mirror();
    for seeds in [&[5, 6][..], &[4, 5, 6], &[8, 5, 6]] {
        let refused = order(&mirror, "stop", seeds).unwrap_err();
        assert!(
            matches!(
                refused,
                PublishError::Keys {
                    role: "emergency",
                    ..
                }
            ),
            "{refused}"
        );
    }
    // And they publish no release.
    let keys = keys(&[COMMANDER, 5, 6]);
    let refused = mirror
        .open()
        .publish(&files("two"), &signers(&keys), &Lifetimes::default(), now())
        .unwrap_err();
    assert!(matches!(
        refused,
        PublishError::Keys {
            role: "targets",
            ..
        }
    ));
    // Where nobody may, nobody can.
    let without = Mirror::with_release();
    let refused = order(&without, "stop", &[COMMANDER, 5, 6]).unwrap_err();
    assert!(
        refused.to_string().contains("nobody may give orders"),
        "{refused}"
    );
}

/// Whoever holds the keys of snapshot and timestamp, and none of a commander, lists orders of their own.
#[test]
fn orders_signed_by_others_are_refused_though_a_snapshot_lists_them() {
    let mirror = mirror();
    let agent = Agent::following(&mirror);
    let expires = later(60);
    for (commander, reason) in [
        (&[8][..], Reason::Signature),
        (&[4], Reason::Signature),
        (&[COMMANDER], Reason::Version),
    ] {
        let hostile = mirror.copy();
        let rogue = Targets {
            version: 7,
            expires,
            targets: BTreeMap::from([(HALT_FILE.to_owned(), FileInfo::of(b"go on"))]),
            delegations: None,
        };
        let rogue = Metadata::sign(rogue, &signers(&keys(commander))).unwrap();
        let there = fs::read(hostile.path("metadata/1.snapshot.json")).unwrap();
        let mut snapshot = Metadata::<Snapshot>::parse(&there).unwrap().signed;
        snapshot.version = 2;
        // A commander's metadata under another number is no better.
        let listed = if reason == Reason::Version { 8 } else { 7 };
        let info = MetaInfo::of(listed, rogue.raw());
        snapshot.meta.insert("emergency.json".to_owned(), info);
        let snapshot = Metadata::sign(snapshot, &[&key(5)]).unwrap();
        let timestamp = metadata::Timestamp {
            version: 2,
            expires,
            snapshot: MetaInfo::of(2, snapshot.raw()),
        };
        let timestamp = Metadata::sign(timestamp, &[&key(6)]).unwrap();
        let path = |name: &str| hostile.path(&format!("metadata/{name}"));
        fs::write(path(&format!("{listed}.emergency.json")), rogue.raw()).unwrap();
        fs::write(path("2.snapshot.json"), snapshot.raw()).unwrap();
        fs::write(path("timestamp.json"), timestamp.raw()).unwrap();
        let another = Agent::following(&mirror);
        another.refuses(&hostile.transport(), now(), reason);
        assert_eq!(halt(&another), None);
    }
    assert_eq!(halt(&agent), None);
}

#[test]
fn older_orders_are_refused_and_withheld_ones_noticed() {
    let mirror = mirror();
    let agent = Agent::following(&mirror);
    let before = mirror.copy();
    order(&mirror, "stop", &[COMMANDER, 5, 6]).unwrap();
    let stopped = mirror.copy();
    agent.sync(&mirror.transport(), now());
    order(&mirror, "go on", &[COMMANDER, 5, 6]).unwrap();
    agent.sync(&mirror.transport(), now());
    agent.refuses(&before.transport(), later(1), Reason::Rollback);
    agent.refuses(&stopped.transport(), later(1), Reason::Rollback);
    assert_eq!(halt(&agent).as_deref(), Some("go on"));

    order(&mirror, "stop again", &[COMMANDER, 5, 6]).unwrap();
    let withheld = mirror.copy();
    fs::remove_file(withheld.path("metadata/4.emergency.json")).unwrap();
    agent.refuses(&withheld.transport(), later(1), Reason::NotFound);
    assert_eq!(halt(&agent).as_deref(), Some("go on"));
    // What was changed on the way does not count either.
    let changed = mirror.copy();
    let file = changed
        .published()
        .into_iter()
        .find(|path| fs::read(path).is_ok_and(|bytes| bytes == b"stop again"));
    fs::write(file.unwrap(), "go on agai").unwrap();
    agent.refuses(&changed.transport(), later(1), Reason::Hash);
    agent.sync(&mirror.transport(), later(1));
    assert_eq!(halt(&agent).as_deref(), Some("stop again"));
}

#[test]
fn orders_need_the_threshold_of_the_commanders() {
    let mirror = Mirror::new();
    // TUF clients expect metadata of a role that is delegated to.
    assert!(release(&mirror, &[COMMANDER, 10], 2, &[4, 5, 6, COMMANDER], "one").is_err());
    let all = [4, 5, 6, COMMANDER, 10];
    release(&mirror, &[COMMANDER, 10], 2, &all, "one").unwrap();
    assert!(order(&mirror, "stop", &[COMMANDER, 5, 6]).is_err());
    order(&mirror, "stop", &[COMMANDER, 10, 5, 6]).unwrap();
    assert_eq!(halt(&Agent::following(&mirror)).as_deref(), Some("stop"));
}

#[test]
fn other_commanders_sign_the_orders_that_stand_anew() {
    let mirror = mirror();
    let agent = Agent::following(&mirror);
    order(&mirror, "stop", &[COMMANDER, 5, 6]).unwrap();
    // A release that lets others give orders must not take those in force away.
    assert!(release(&mirror, &[10], 1, &[4, 5, 6], "two").is_err());
    release(&mirror, &[10], 1, &[4, 5, 6, 10], "two").unwrap();
    agent.sync(&mirror.transport(), now());
    assert_eq!(agent.on().as_deref(), Some("two"));
    assert_eq!(halt(&agent).as_deref(), Some("stop"));
    assert!(order(&mirror, "go on", &[COMMANDER, 5, 6]).is_err());
    order(&mirror, "go on", &[10, 5, 6]).unwrap();
    agent.sync(&mirror.transport(), now());
    assert_eq!(halt(&agent).as_deref(), Some("go on"));
}

#[test]
fn orders_survive_new_keys_of_the_root() {
    let mut mirror = mirror();
    order(&mirror, "stop", &[COMMANDER, 5, 6]).unwrap();
    let agent = Agent::following(&mirror);
    let changes = [
        (TopRole::Targets, role(1, &[14])),
        (TopRole::Timestamp, role(1, &[16])),
    ];
    let next = next_root(mirror.roots.last().unwrap(), &changes, &[1, 2]);
    mirror.roots.push(next);
    mirror.publish_with(&[14, 5, 16], "two", now());
    assert_eq!(activated(&agent.sync(&mirror.transport(), now())), Some(2));
    assert_eq!(halt(&agent).as_deref(), Some("stop"));
}

#[test]
fn orders_that_cannot_be_read_are_never_no_orders() {
    let mirror = mirror();
    order(&mirror, "stop", &[COMMANDER, 5, 6]).unwrap();
    let agent = Agent::following(&mirror);
    let held = agent.dir.path().join("metadata/emergency.held.json");
    let good = fs::read_to_string(&held).unwrap();
    for bad in [
        String::new(),
        good.replace("stop", "go!!"),
        good.replace("ed25519", "ed25518"),
    ] {
        fs::write(&held, bad).unwrap();
        let refusal = agent.state().orders(&agent.anchor).unwrap_err();
        assert_eq!(refusal.reason, Reason::StateCorrupt, "{refusal}");
    }
    fs::remove_file(&held).unwrap();
    let refusal = agent.state().orders(&agent.anchor).unwrap_err();
    assert_eq!(refusal.reason, Reason::StateCorrupt, "{refusal}");
}

#[test]
fn other_files_of_the_role_mean_nothing() {
    let mirror = mirror();
    let agent = Agent::following(&mirror);
    let mut files = orders("stop");
    files.insert("more.json".to_owned(), b"more".to_vec());
    let keys = keys(&[COMMANDER, 5, 6]);
    let published = mirror.open();
    published
        .publish_orders(&files, &signers(&keys), &Lifetimes::default(), now())
        .unwrap();
    agent.sync(&mirror.transport(), now());
    let orders = agent.state().orders(&agent.anchor).unwrap();
    assert!(orders.files.keys().eq([HALT_FILE]));
    assert!(!orders.files.contains_key(RECALL_FILE));
}
