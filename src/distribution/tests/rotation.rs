//! Changing keys, as agents see it.

use std::fs;

use crate::distribution::publish::PublishError;
use crate::distribution::reason::Reason;
use crate::distribution::release::Freshness;
use crate::distribution::root::{self, TopRole};
use crate::distribution::signer::Signer;
use crate::distribution::sync::Outcome;
use crate::distribution::testing::{
    Agent, Mirror, activated, at, files, first_root, key, next_root, now, role,
};

#[test]
fn every_key_can_be_replaced_step_by_step() {
    let mut mirror = Mirror::with_release();
    let agent = Agent::following(&mirror);
    let sleeper = Agent::following(&mirror);
    type Changes<'a> = &'a [(TopRole, root::RolePlan)];
    let steps: [(Changes<'_>, &[u8], [u8; 3]); 4] = [
        (&[(TopRole::Timestamp, role(1, &[16]))], &[1, 2], [4, 5, 16]),
        (
            &[(TopRole::Root, role(3, &[1, 2, 3, 7]))],
            &[1, 2, 7],
            [4, 5, 16],
        ),
        (
            &[
                (TopRole::Targets, role(1, &[14])),
                (TopRole::Snapshot, role(1, &[15])),
            ],
            &[1, 2, 3],
            [14, 15, 16],
        ),
        (
            &[(TopRole::Root, role(1, &[8]))],
            &[1, 2, 3, 8],
            [14, 15, 16],
        ),
    ];
    for (number, (changes, signers, online)) in steps.into_iter().enumerate() {
        let next = next_root(mirror.roots.last().unwrap(), changes, signers);
        mirror.roots.push(next);
        let marker = format!("r{number}");
        mirror.publish_with(&online, &marker, now());
        assert!(activated(&agent.sync(&mirror.transport(), now())).is_some());
        assert_eq!(agent.on(), Some(marker));
    }
    // One that missed all of it catches up from its first root, as does a new one.
    assert_eq!(
        activated(&sleeper.sync(&mirror.transport(), now())),
        Some(5)
    );
    assert_eq!(sleeper.on().as_deref(), Some("r3"));
    assert_eq!(
        activated(&Agent::new().sync(&mirror.transport(), now())),
        Some(5)
    );
    // So does one that was installed with a later root.
    let mut newer = Agent::new();
    newer.anchor = mirror.roots[3].clone();
    assert_eq!(activated(&newer.sync(&mirror.transport(), now())), Some(5));
}

#[test]
fn a_hidden_root_version_stops_the_agent_at_the_old_keys() {
    let mut mirror = Mirror::with_release();
    let agent = Agent::following(&mirror);
    let second = next_root(&first_root(), &[], &[1, 2]);
    let third = next_root(&second, &[(TopRole::Timestamp, role(1, &[16]))], &[1, 2]);
    mirror.roots.extend([second, third.clone()]);
    mirror.publish_with(&[4, 5, 16], "two", now());
    // The mirror leaves root 2 out, or serves root 3 in its place.
    let hiding = mirror.copy();
    fs::remove_file(hiding.path("metadata/2.root.json")).unwrap();
    agent.refuses(&hiding.transport(), now(), Reason::Signature);
    fs::write(hiding.path("metadata/2.root.json"), &third).unwrap();
    agent.refuses(&hiding.transport(), now(), Reason::RootVersion);
    assert_eq!(activated(&agent.sync(&mirror.transport(), now())), Some(2));
}

#[test]
fn a_revoked_key_is_of_no_use_once_the_new_root_is_known() {
    let mut mirror = Mirror::with_release();
    let agent = Agent::following(&mirror);
    let stolen = mirror.copy();
    mirror.roots.push(next_root(
        &first_root(),
        &[(TopRole::Targets, role(1, &[14]))],
        &[1, 2],
    ));
    mirror.publish_with(&[14, 5, 6], "two", now());
    agent.sync(&mirror.transport(), now());
    // The thief has the old targets key and, for the sake of argument, the other online keys too.
    for marker in ["x", "evil", "y"] {
        stolen.publish(marker, now());
    }
    agent.refuses(&stolen.transport(), now(), Reason::Signature);
    assert_eq!(agent.on().as_deref(), Some("two"));
}

#[test]
fn a_release_whose_signer_was_revoked_is_told_apart() {
    let mut mirror = Mirror::with_release();
    let agent = Agent::following(&mirror);
    mirror.roots.push(next_root(
        &first_root(),
        &[(TopRole::Targets, role(1, &[14]))],
        &[1, 2],
    ));
    mirror.publish_with(&[14, 5, 6], "two", now());
    // The new root arrives, the new release does not.
    let partial = mirror.copy();
    fs::remove_file(partial.path("metadata/2.targets.json")).unwrap();
    agent.refuses(&partial.transport(), now(), Reason::NotFound);
    let status = agent.state().status(&agent.anchor, now()).unwrap();
    assert_eq!(
        (status.release, status.freshness),
        (Some(1), Some(Freshness::Revoked { root: 2 }))
    );
}

#[test]
fn raised_version_numbers_are_recovered_from_by_new_keys() {
    let mut mirror = Mirror::with_release();
    let agent = Agent::following(&mirror);
    // Whoever stole the online keys raises all numbers.
    let stolen = mirror.copy();
    for n in 0..5 {
        stolen.publish(&format!("evil{n}"), now());
    }
    assert_eq!(activated(&agent.sync(&stolen.transport(), now())), Some(6));
    mirror.publish("two", now());
    agent.refuses(&mirror.transport(), now(), Reason::Rollback);
    // New timestamp and snapshot keys: the numbers count anew.
    let changes = [
        (TopRole::Timestamp, role(1, &[16])),
        (TopRole::Snapshot, role(1, &[15])),
        (TopRole::Targets, role(1, &[14])),
    ];
    mirror
        .roots
        .push(next_root(&first_root(), &changes, &[1, 2]));
    mirror.publish_with(&[14, 15, 16], "three", now());
    let report = agent.sync(&mirror.transport(), now());
    assert_eq!(
        report.outcome,
        Outcome::Activated {
            from: Some(6),
            to: 3
        }
    );
    assert_eq!(agent.on().as_deref(), Some("three"));
    agent.refuses(&stolen.transport(), now(), Reason::Signature);
}

#[test]
fn a_root_with_too_few_signatures_is_neither_published_nor_followed() {
    let mirror = Mirror::with_release();
    let agent = Agent::following(&mirror);
    let few = next_root(
        &first_root(),
        &[(TopRole::Root, role(2, &[7, 8]))],
        &[1, 7, 8],
    );
    let error =
        crate::distribution::Repository::open(mirror.dir.path(), &[first_root(), few.clone()])
            .err()
            .unwrap();
    assert!(
        matches!(&error, PublishError::Refused { refusal, .. } if refusal.reason == Reason::Threshold),
        "{error}"
    );
    fs::write(mirror.path("metadata/2.root.json"), few).unwrap();
    let later = at("2026-06-04T11:00:00Z");
    agent.refuses(&mirror.transport(), later, Reason::Threshold);
}

#[test]
fn an_expired_root_is_neither_published_under_nor_followed() {
    let mirror = Mirror::with_release();
    let expired = at("2027-06-01T00:00:00Z");
    let keys = [key(4), key(5), key(6)];
    let signers: Vec<&dyn Signer> = keys.iter().map(|key| key as &dyn Signer).collect();
    let error = mirror
        .open()
        .publish(&files("two"), &signers, &Default::default(), expired)
        .unwrap_err();
    assert!(
        error.to_string().contains("root version 1 expired"),
        "{error}"
    );
    let message = Agent::new().refuses(&mirror.transport(), expired, Reason::Expired);
    assert!(message.contains("root"), "{message}");
}

#[test]
fn missing_keys_are_named() {
    let mirror = Mirror::new();
    let keys = [key(4), key(6)];
    let signers: Vec<&dyn Signer> = keys.iter().map(|key| key as &dyn Signer).collect();
    let error = mirror
        .open()
        .publish(&files("one"), &signers, &Default::default(), now())
        .unwrap_err();
    assert!(
        matches!(
            error,
            PublishError::Keys {
                role: "snapshot",
                needed: 1,
                provided: 0,
                ..
            }
        ),
        "{error}"
    );
    assert!(!mirror.path("metadata/timestamp.json").exists());
}

#[test]
fn roots_are_signed_in_separate_steps_and_merged() {
    let draft = root::draft(
        &crate::distribution::testing::plan(),
        at("2027-06-01T00:00:00Z"),
        now(),
    )
    .unwrap();
    let alice = root::sign(&draft, None, &key(1)).unwrap();
    let bob = root::sign(&draft, None, &key(2)).unwrap();
    let status = root::status(&alice, None).unwrap();
    assert!(!status.is_complete());
    assert_eq!(
        (status.own.valid, status.own.needed, status.missing.len()),
        (1, 2, 2)
    );
    let merged = root::merge(&[draft.clone(), alice, bob]).unwrap();
    assert!(root::status(&merged, None).unwrap().is_complete());
    assert_eq!(merged, first_root());
    // Signing again replaces, and strangers cannot sign.
    assert_eq!(root::sign(&merged, None, &key(1)).unwrap(), merged);
    assert!(root::sign(&merged, None, &key(9)).is_err());
    let other = root::draft(
        &crate::distribution::testing::plan(),
        at("2027-06-02T00:00:00Z"),
        now(),
    )
    .unwrap();
    assert!(root::merge(&[merged.clone(), other]).is_err());
    // The status of a successor counts both sets of keys.
    let next = next_root(&merged, &[(TopRole::Root, role(2, &[7, 8]))], &[7, 8]);
    let status = root::status(&next, Some(&merged)).unwrap();
    assert!(status.own.is_met() && !status.is_complete());
}

#[test]
fn plans_that_cannot_work_are_refused() {
    for (threshold, seeds) in [(0, &[1u8, 2][..]), (3, &[1, 2]), (1, &[]), (2, &[1, 1])] {
        let mut plan = crate::distribution::testing::plan();
        plan.insert(TopRole::Root, role(threshold, seeds));
        assert!(
            root::draft(&plan, at("2027-06-01T00:00:00Z"), now()).is_err(),
            "{threshold} of {seeds:?}"
        );
    }
    let mut plan = crate::distribution::testing::plan();
    assert!(root::draft(&plan, now(), now()).is_err());
    plan.remove(&TopRole::Snapshot);
    assert!(root::draft(&plan, at("2027-06-01T00:00:00Z"), now()).is_err());
}
