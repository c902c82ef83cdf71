use super::*;
use crate::distribution::metadata::{FileInfo, MetaInfo, RoleKeys, Root};
use crate::distribution::root::TopRole;
use crate::distribution::signer::Signer;
use crate::distribution::testing::{at, first_root, key, next_root, now, role};
use std::collections::BTreeMap;

fn signed<T: Role>(content: T, seeds: &[u8]) -> Vec<u8> {
    let keys: Vec<_> = seeds.iter().map(|seed| key(*seed)).collect();
    let signers: Vec<&dyn Signer> = keys.iter().map(|key| key as &dyn Signer).collect();
    Metadata::sign(content, &signers).unwrap().raw().to_vec()
}

/// A publication in memory.
struct Parts {
    timestamp: Timestamp,
    snapshot: Snapshot,
    targets: Targets,
}

impl Parts {
    /// Consistent metadata with these versions of timestamp, snapshot and targets.
    fn new(timestamp: u64, snapshot: u64, targets: u64) -> Self {
        let expires = at("2026-07-01T00:00:00Z");
        let files = BTreeMap::from([("index.json".to_owned(), FileInfo::of(b"{}"))]);
        let mut parts = Self {
            targets: Targets {
                version: targets,
                expires,
                targets: files,
                delegations: None,
            },
            snapshot: Snapshot {
                version: snapshot,
                expires,
                meta: BTreeMap::new(),
            },
            timestamp: Timestamp {
                version: timestamp,
                expires,
                snapshot: MetaInfo::of(1, b""),
            },
        };
        parts.link();
        parts
    }

    /// Lets snapshot and timestamp list what is there now.
    fn link(&mut self) {
        let targets = MetaInfo::of(self.targets.version, &self.targets());
        self.snapshot
            .meta
            .insert("targets.json".to_owned(), targets);
        self.timestamp.snapshot = MetaInfo::of(self.snapshot.version, &self.snapshot());
    }

    fn timestamp(&self) -> Vec<u8> {
        signed(self.timestamp.clone(), &[6])
    }

    fn snapshot(&self) -> Vec<u8> {
        signed(self.snapshot.clone(), &[5])
    }

    fn targets(&self) -> Vec<u8> {
        signed(self.targets.clone(), &[4])
    }

    fn load(&self, set: &mut TrustedSet) -> Result<(), Refusal> {
        set.update_timestamp(&self.timestamp())?;
        set.update_snapshot(&self.snapshot())?;
        set.update_targets(&self.targets())
    }
}

fn set() -> TrustedSet {
    set_at(now())
}

fn set_at(now: jiff::Timestamp) -> TrustedSet {
    TrustedSet::new(RootChain::anchor(&first_root()).unwrap(), now)
}

/// A set that remembers this publication.
fn remembering(parts: &Parts) -> TrustedSet {
    let mut set = set();
    set.remember_timestamp(&parts.timestamp()).unwrap();
    set.remember_snapshot(&parts.snapshot()).unwrap();
    set
}

fn reason<T: std::fmt::Debug>(result: Result<T, Refusal>) -> Reason {
    result.unwrap_err().reason
}

#[test]
fn a_consistent_publication_is_accepted() {
    let mut set = set();
    Parts::new(3, 2, 1).load(&mut set).unwrap();
    assert_eq!(set.targets().unwrap().signed.version, 1);
    let mut later = remembering(&Parts::new(3, 2, 1));
    Parts::new(4, 3, 2).load(&mut later).unwrap();
    assert_eq!(later.targets().unwrap().signed.version, 2);
}

#[test]
fn roles_in_the_wrong_order_are_refused() {
    let parts = Parts::new(1, 1, 1);
    assert_eq!(
        reason(set().update_snapshot(&parts.snapshot())),
        Reason::OutOfOrder
    );
    assert_eq!(
        reason(set().update_targets(&parts.targets())),
        Reason::OutOfOrder
    );
    let mut done = set();
    parts.load(&mut done).unwrap();
    assert_eq!(reason(done.update_root(&first_root())), Reason::OutOfOrder);
    assert_eq!(
        reason(done.update_timestamp(&parts.timestamp())),
        Reason::OutOfOrder
    );
    assert_eq!(
        reason(done.update_snapshot(&parts.snapshot())),
        Reason::OutOfOrder
    );
}

#[test]
fn a_role_signed_by_another_roles_key_is_refused() {
    let parts = Parts::new(1, 1, 1);
    for seed in [1, 4, 5, 7] {
        assert_eq!(
            reason(set().update_timestamp(&signed(parts.timestamp.clone(), &[seed]))),
            Reason::Signature
        );
    }
    let mut parts = Parts::new(1, 1, 1);
    let by_timestamp_key = signed(parts.snapshot.clone(), &[6]);
    parts.timestamp.snapshot = MetaInfo::of(1, &by_timestamp_key);
    let mut trusted = set();
    trusted.update_timestamp(&parts.timestamp()).unwrap();
    assert_eq!(
        reason(trusted.update_snapshot(&by_timestamp_key)),
        Reason::Signature
    );

    let by_snapshot_key = signed(parts.targets.clone(), &[5]);
    parts
        .snapshot
        .meta
        .insert("targets.json".to_owned(), MetaInfo::of(1, &by_snapshot_key));
    parts.timestamp.snapshot = MetaInfo::of(1, &parts.snapshot());
    let mut trusted = set();
    trusted.update_timestamp(&parts.timestamp()).unwrap();
    trusted.update_snapshot(&parts.snapshot()).unwrap();
    assert_eq!(
        reason(trusted.update_targets(&by_snapshot_key)),
        Reason::Signature
    );
}

#[test]
fn an_older_timestamp_is_refused() {
    let mut set = remembering(&Parts::new(5, 2, 1));
    assert_eq!(
        reason(set.update_timestamp(&Parts::new(4, 2, 1).timestamp())),
        Reason::Rollback
    );
    assert!(set.timestamp().is_none());
}

#[test]
fn a_newer_timestamp_with_an_older_snapshot_is_refused() {
    let mut set = remembering(&Parts::new(5, 3, 1));
    assert_eq!(
        reason(set.update_timestamp(&Parts::new(6, 2, 1).timestamp())),
        Reason::Rollback
    );
}

#[test]
fn a_newer_snapshot_with_older_or_missing_targets_is_refused() {
    let mut set = remembering(&Parts::new(5, 3, 7));
    let older = Parts::new(6, 4, 6);
    set.update_timestamp(&older.timestamp()).unwrap();
    assert_eq!(
        reason(set.update_snapshot(&older.snapshot())),
        Reason::Rollback
    );

    let mut set = remembering(&Parts::new(5, 3, 7));
    let mut without = Parts::new(6, 4, 7);
    without.snapshot.meta.clear();
    without.timestamp.snapshot = MetaInfo::of(4, &without.snapshot());
    set.update_timestamp(&without.timestamp()).unwrap();
    assert_eq!(
        reason(set.update_snapshot(&without.snapshot())),
        Reason::Unlisted
    );
}

#[test]
fn the_same_timestamp_is_no_error_and_other_content_is_told() {
    let parts = Parts::new(5, 3, 1);
    let mut set = remembering(&parts);
    assert_eq!(
        set.update_timestamp(&parts.timestamp()).unwrap(),
        TimestampUpdate::Same
    );

    let mut set = remembering(&parts);
    let other = Parts::new(5, 4, 1);
    let update = set.update_timestamp(&other.timestamp()).unwrap();
    assert!(
        matches!(
            update,
            TimestampUpdate::Reused(Refusal {
                reason: Reason::VersionReused,
                ..
            })
        ),
        "{update:?}"
    );
    // The remembered one stays.
    assert_eq!(set.timestamp().unwrap().signed.snapshot.version, 3);
}

#[test]
fn expired_metadata_is_refused_role_by_role() {
    let at_expiry = at("2026-07-01T00:00:00Z");
    let just_before = at("2026-06-30T23:59:59Z");
    let parts = Parts::new(1, 1, 1);
    parts.load(&mut set_at(just_before)).unwrap();
    assert_eq!(
        reason(set_at(at_expiry).update_timestamp(&parts.timestamp())),
        Reason::Expired
    );

    let late = at("2026-08-01T00:00:00Z");
    let mut parts = Parts::new(1, 1, 1);
    parts.timestamp.expires = late;
    let mut trusted = set_at(at_expiry);
    trusted.update_timestamp(&parts.timestamp()).unwrap();
    assert_eq!(
        reason(trusted.update_snapshot(&parts.snapshot())),
        Reason::Expired
    );

    parts.snapshot.expires = late;
    parts.link();
    let mut trusted = set_at(at_expiry);
    trusted.update_timestamp(&parts.timestamp()).unwrap();
    trusted.update_snapshot(&parts.snapshot()).unwrap();
    assert_eq!(
        reason(trusted.update_targets(&parts.targets())),
        Reason::Expired
    );

    // The root of the tests expires on 2027-06-01; nothing is believed after that.
    parts.timestamp.expires = at("2030-01-01T00:00:00Z");
    let refusal = set_at(at("2027-06-01T00:00:00Z"))
        .update_timestamp(&parts.timestamp())
        .unwrap_err();
    assert_eq!(refusal.reason, Reason::Expired);
    assert!(refusal.message.starts_with("root"), "{refusal}");
}

#[test]
fn an_expired_timestamp_still_guards_against_rollback() {
    let mut old = Parts::new(5, 3, 1);
    old.timestamp.expires = at("2026-05-01T00:00:00Z");
    let mut set = remembering(&old);
    assert_eq!(
        reason(set.update_timestamp(&Parts::new(4, 3, 1).timestamp())),
        Reason::Rollback
    );
    set.update_timestamp(&Parts::new(6, 3, 1).timestamp())
        .unwrap();
}

#[test]
fn parts_of_two_publications_are_not_mixed() {
    let (one, two) = (Parts::new(1, 1, 1), Parts::new(2, 2, 2));
    let mut set = set();
    set.update_timestamp(&two.timestamp()).unwrap();
    assert_eq!(reason(set.update_snapshot(&one.snapshot())), Reason::Hash);
    set.update_snapshot(&two.snapshot()).unwrap();
    assert_eq!(reason(set.update_targets(&one.targets())), Reason::Hash);

    // Without digests and lengths the versions decide.
    let bare = |version| MetaInfo {
        version,
        length: None,
        hashes: None,
    };
    let mut loose = Parts::new(2, 2, 2);
    loose
        .snapshot
        .meta
        .insert("targets.json".to_owned(), bare(2));
    loose.timestamp.snapshot = bare(2);
    let mut trusted = set_at(now());
    trusted.update_timestamp(&loose.timestamp()).unwrap();
    assert_eq!(
        reason(trusted.update_snapshot(&one.snapshot())),
        Reason::Version
    );
    trusted.update_snapshot(&loose.snapshot()).unwrap();
    assert_eq!(
        reason(trusted.update_targets(&one.targets())),
        Reason::Version
    );
}

#[test]
fn cut_and_extended_metadata_is_refused_by_length() {
    let parts = Parts::new(1, 1, 1);
    let mut set = set();
    set.update_timestamp(&parts.timestamp()).unwrap();
    let mut longer = parts.snapshot();
    longer.push(b' ');
    assert_eq!(reason(set.update_snapshot(&longer)), Reason::Length);
    assert_eq!(reason(set.update_snapshot(&longer[..10])), Reason::Length);
}

#[test]
fn metadata_of_another_role_or_of_another_specification_is_refused() {
    let parts = Parts::new(1, 1, 1);
    assert_eq!(
        reason(set().update_timestamp(&signed(parts.snapshot.clone(), &[6]))),
        Reason::Malformed
    );
    let future = String::from_utf8(parts.timestamp())
        .unwrap()
        .replace("\"1.0.31\"", "\"2.0.0\"");
    assert_eq!(
        reason(set().update_timestamp(future.as_bytes())),
        Reason::UnsupportedVersion
    );
}

#[test]
fn the_next_root_needs_the_threshold_of_the_old_keys_and_of_its_own() {
    let first = first_root();
    let to_789 = [(TopRole::Root, role(2, &[7, 8, 9]))];
    let accepted = |seeds: &[u8]| set().update_root(&next_root(&first, &to_789, seeds));
    accepted(&[1, 2, 7, 8]).unwrap();
    assert_eq!(reason(accepted(&[1, 7, 8])), Reason::Threshold);
    assert_eq!(reason(accepted(&[7, 8, 9])), Reason::Signature);
    assert_eq!(reason(accepted(&[1, 2, 3])), Reason::Signature);
    assert_eq!(reason(accepted(&[1, 2, 7])), Reason::Threshold);
}

#[test]
fn a_skipped_repeated_or_older_root_is_refused() {
    let first = first_root();
    let second = next_root(&first, &[], &[1, 2]);
    let third = next_root(&second, &[], &[1, 2]);
    assert_eq!(reason(set().update_root(&third)), Reason::RootVersion);
    let mut trusted = set();
    trusted.update_root(&second).unwrap();
    assert_eq!(reason(trusted.update_root(&second)), Reason::RootVersion);
    assert_eq!(reason(trusted.update_root(&first)), Reason::RootVersion);
    trusted.update_root(&third).unwrap();
    assert_eq!(trusted.roots().newest().signed.version, 3);
}

#[test]
fn several_rotations_with_threshold_changes_are_followed() {
    let first = first_root();
    let second = next_root(
        &first,
        &[(TopRole::Root, role(3, &[1, 2, 3, 7]))],
        &[1, 2, 3],
    );
    let third = next_root(&second, &[(TopRole::Root, role(1, &[8]))], &[2, 3, 7, 8]);
    let fourth = next_root(
        &third,
        &[
            (TopRole::Root, role(2, &[8, 9])),
            (TopRole::Timestamp, role(1, &[10])),
        ],
        &[8, 9],
    );
    let mut set = set();
    for root in [&second, &third, &fourth] {
        set.update_root(root).unwrap();
    }
    let parts = Parts::new(1, 1, 1);
    assert_eq!(
        reason(set.clone().update_timestamp(&parts.timestamp())),
        Reason::Signature
    );
    set.update_timestamp(&signed(parts.timestamp.clone(), &[10]))
        .unwrap();
    assert!(set.roots().online_keys_changed_since(1));
    assert!(set.roots().online_keys_changed_since(3));
    assert!(!set.roots().online_keys_changed_since(4));
}

#[test]
fn one_key_under_two_ids_counts_once() {
    let mut root = Metadata::<Root>::parse(&first_root()).unwrap().signed;
    let one = key(1).public_key().clone();
    root.keys = BTreeMap::from([("a".to_owned(), one.clone()), ("b".to_owned(), one)]);
    root.roles.insert(
        "root".to_owned(),
        RoleKeys {
            keyids: vec!["a".to_owned(), "b".to_owned()],
            threshold: 2,
        },
    );
    let payload = Metadata::sign(root.clone(), &[]).unwrap();
    let sig = crate::distribution::keys::hex(&key(1).sign(payload.payload()).unwrap());
    let signature = |keyid: &str| crate::distribution::metadata::Signature {
        keyid: keyid.to_owned(),
        sig: sig.clone(),
    };
    let twice = payload.with_signatures(vec![signature("a"), signature("b")]);
    assert_eq!(reason(RootChain::anchor(twice.raw())), Reason::Threshold);
}

#[test]
fn an_anchor_that_does_not_sign_itself_is_refused() {
    let unsigned = crate::distribution::root::draft(
        &crate::distribution::testing::plan(),
        at("2027-06-01T00:00:00Z"),
        now(),
    )
    .unwrap();
    assert_eq!(reason(RootChain::anchor(&unsigned)), Reason::Signature);
}
