use std::fs;

use super::*;
use crate::distribution::keys::PublicKey;
use crate::distribution::root::{self, RolePlan, TopRole};
use crate::distribution::signer::PemSigner;
use crate::distribution::testing::{
    Agent, Mirror, activated, at, files, key, now, plan, signed_root,
};

#[test]
fn the_same_input_gives_the_same_bytes() {
    let (one, two) = (Mirror::new(), Mirror::new());
    for mirror in [&one, &two] {
        mirror.publish("one", now());
        mirror.publish("two", at("2026-06-02T00:00:00Z"));
    }
    let contents = |mirror: &Mirror| -> Vec<_> {
        let file = |path: PathBuf| {
            (
                path.file_name().unwrap().to_owned(),
                fs::read(&path).unwrap(),
            )
        };
        mirror.published().into_iter().map(file).collect()
    };
    assert_eq!(contents(&one), contents(&two));
    assert_eq!(contents(&one).len(), 1 + 2 * 2 + 1 + 5);
}

#[test]
fn the_number_of_the_next_release_is_known_beforehand() {
    let mirror = Mirror::new();
    let numbers = || {
        let repository = mirror.open();
        (repository.release(), repository.next_release().unwrap())
    };
    assert_eq!(numbers(), (None, 1));
    assert_eq!(mirror.publish("one", now()).release, 1);
    assert_eq!(numbers(), (Some(1), 2));
    // Left behind by a publication that was interrupted.
    fs::write(mirror.path("metadata/2.targets.json"), "half").unwrap();
    fs::write(mirror.path("metadata/3.targets.json"), "").unwrap();
    assert_eq!(numbers(), (Some(1), 4));
    assert_eq!(mirror.publish("two", now()).release, 4);
    assert_eq!(
        activated(&Agent::new().sync(&mirror.transport(), now())),
        Some(4)
    );
}

#[test]
fn a_publication_that_was_tampered_with_is_not_continued() {
    let mirror = Mirror::with_release();
    let timestamp = fs::read_to_string(mirror.path("metadata/timestamp.json")).unwrap();
    for (from, to, reason) in [
        ("\"version\":1", "\"version\":7", Reason::Signature),
        ("{", "[", Reason::Malformed),
        ("\"_type\"", "\"type\"", Reason::Malformed),
    ] {
        fs::write(
            mirror.path("metadata/timestamp.json"),
            timestamp.replacen(from, to, 1),
        )
        .unwrap();
        let error = Repository::open(mirror.dir.path(), &mirror.roots)
            .err()
            .unwrap();
        assert!(
            matches!(&error, PublishError::Refused { refusal, .. } if refusal.reason == reason),
            "{error}"
        );
    }
    fs::write(mirror.path("metadata/timestamp.json"), timestamp).unwrap();
    fs::write(mirror.path("metadata/1.targets.json"), "{}").unwrap();
    assert!(Repository::open(mirror.dir.path(), &mirror.roots).is_err());
}

#[test]
fn an_expired_publication_is_renewed() {
    let mirror = Mirror::with_release();
    let late = at("2027-01-01T00:00:00Z");
    assert_eq!(mirror.publish("two", late).release, 2);
    assert_eq!(
        activated(&Agent::new().sync(&mirror.transport(), late)),
        Some(2)
    );
    // With the timestamp key alone an expired snapshot cannot be revived.
    let key = key(6);
    let error = mirror
        .open()
        .refresh_timestamp(&[&key], &Lifetimes::default(), at("2027-05-01T00:00:00Z"))
        .unwrap_err();
    assert!(
        error.to_string().contains("snapshot version 2 expired"),
        "{error}"
    );
}

#[test]
fn names_that_agents_would_refuse_are_not_published() {
    let mirror = Mirror::new();
    let keys = [key(4), key(5), key(6)];
    let signers: Vec<&dyn Signer> = keys.iter().map(|key| key as &dyn Signer).collect();
    for name in ["../x", "a/b", ".x", "ä.json"] {
        let files = BTreeMap::from([(name.to_owned(), Vec::new())]);
        let error = mirror
            .open()
            .publish(&files, &signers, &Lifetimes::default(), now())
            .unwrap_err();
        assert!(
            matches!(&error, PublishError::Refused { refusal, .. } if refusal.reason == Reason::Name),
            "{error}"
        );
    }
    assert_eq!(mirror.published(), Vec::<PathBuf>::new());
}

#[test]
fn one_publication_at_a_time() {
    let mirror = Mirror::with_release();
    let _open = mirror.open();
    let error = Repository::open(mirror.dir.path(), &mirror.roots)
        .err()
        .unwrap();
    assert!(matches!(error, PublishError::Locked(_)), "{error}");
}

#[test]
fn ecdsa_p256_keys_sign_for_every_role() {
    let signer = PemSigner::from_pem(include_str!("../testdata/p256.pem")).unwrap();
    let public: PublicKey = signer.public_key().clone();
    let mut plan = plan();
    for plan in plan.values_mut() {
        *plan = RolePlan {
            keys: vec![public.clone()],
            threshold: 1,
        };
    }
    let draft = root::draft(&plan, at("2027-06-01T00:00:00Z"), now()).unwrap();
    let mut mirror = Mirror::new();
    mirror.roots = vec![root::sign(&draft, None, &signer).unwrap()];
    mirror
        .open()
        .publish(&files("one"), &[&signer], &Lifetimes::default(), now())
        .unwrap();
    let mut agent = Agent::new();
    agent.anchor = mirror.roots[0].clone();
    assert_eq!(activated(&agent.sync(&mirror.transport(), now())), Some(1));
}

#[test]
fn a_targets_threshold_of_two_needs_two_signers() {
    let mut plan = plan();
    plan.insert(
        TopRole::Targets,
        crate::distribution::testing::role(2, &[4, 14]),
    );
    let draft = root::draft(&plan, at("2027-06-01T00:00:00Z"), now()).unwrap();
    let mut mirror = Mirror::new();
    mirror.roots = vec![signed_root(draft, None, &[1, 2])];
    let publish = |seeds: &[u8]| {
        let keys: Vec<PemSigner> = seeds.iter().map(|seed| key(*seed)).collect();
        let signers: Vec<&dyn Signer> = keys.iter().map(|key| key as &dyn Signer).collect();
        mirror
            .open()
            .publish(&files("one"), &signers, &Lifetimes::default(), now())
    };
    let error = publish(&[4, 5, 6]).unwrap_err();
    assert!(
        matches!(
            error,
            PublishError::Keys {
                role: "targets",
                needed: 2,
                provided: 1,
                ..
            }
        ),
        "{error}"
    );
    // The same key twice is one signer.
    let error = publish(&[4, 4, 5, 6]).unwrap_err();
    assert!(
        matches!(error, PublishError::Keys { provided: 1, .. }),
        "{error}"
    );
    publish(&[4, 14, 5, 6]).unwrap();
    let mut agent = Agent::new();
    agent.anchor = mirror.roots[0].clone();
    assert_eq!(activated(&agent.sync(&mirror.transport(), now())), Some(1));
}
