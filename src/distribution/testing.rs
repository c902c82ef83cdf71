//! Keys, roots, publications and agents for the tests of this layer.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::keys::encode_pem;
use super::publish::{Lifetimes, Published, Repository};
use super::reason::Reason;
use super::root::{self, RolePlan, TopRole};
use super::signer::{PemSigner, Signer};
use super::state::StateDir;
use super::sync::{Outcome, SyncOptions, SyncReport, sync};
use super::transport::{DirectoryTransport, Transport};

/// The time of the first publication in tests.
pub(crate) const NOW: &str = "2026-06-01T12:00:00Z";

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn now() -> Timestamp {
    at(NOW)
}

/// The ed25519 key whose seed is this byte, 32 times.
pub(crate) fn key(seed: u8) -> PemSigner {
    let mut der = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20".to_vec();
    der.extend([seed; 32]);
    PemSigner::from_pem(&encode_pem("PRIVATE KEY", der)).unwrap()
}

pub(crate) fn role(threshold: u64, seeds: &[u8]) -> RolePlan {
    RolePlan {
        keys: seeds
            .iter()
            .map(|seed| key(*seed).public_key().clone())
            .collect(),
        threshold,
    }
}

/// Root 2 of the keys 1, 2, 3; targets 4; snapshot 5; timestamp 6.
pub(crate) fn plan() -> BTreeMap<TopRole, RolePlan> {
    BTreeMap::from([
        (TopRole::Root, role(2, &[1, 2, 3])),
        (TopRole::Targets, role(1, &[4])),
        (TopRole::Snapshot, role(1, &[5])),
        (TopRole::Timestamp, role(1, &[6])),
    ])
}

pub(crate) fn signed_root(draft: Vec<u8>, previous: Option<&[u8]>, seeds: &[u8]) -> Vec<u8> {
    seeds.iter().fold(draft, |root, seed| {
        root::sign(&root, previous, &key(*seed)).unwrap()
    })
}

pub(crate) fn first_root() -> Vec<u8> {
    signed_root(
        root::draft(&plan(), at("2027-06-01T00:00:00Z"), now()).unwrap(),
        None,
        &[1, 2],
    )
}

/// The successor of a root with these changes, signed by these keys.
pub(crate) fn next_root(previous: &[u8], changes: &[(TopRole, RolePlan)], seeds: &[u8]) -> Vec<u8> {
    let changes = changes.iter().cloned().collect();
    let draft = root::draft_next(previous, &changes, at("2027-12-01T00:00:00Z"), now()).unwrap();
    signed_root(draft, Some(previous), seeds)
}

pub(crate) fn files(marker: &str) -> BTreeMap<String, Vec<u8>> {
    BTreeMap::from([
        (
            "index.json".to_owned(),
            format!("{{\"release\":\"{marker}\"}}").into_bytes(),
        ),
        (
            "pack-00.tar.gz".to_owned(),
            format!("pack of {marker}").into_bytes(),
        ),
        ("governance.json".to_owned(), b"{}".to_vec()),
    ])
}

/// A publication in a temporary directory.
pub(crate) struct Mirror {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) roots: Vec<Vec<u8>>,
}

impl Mirror {
    pub(crate) fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            roots: vec![first_root()],
        }
    }

    /// One with a first release.
    pub(crate) fn with_release() -> Self {
        let mirror = Self::new();
        mirror.publish("one", now());
        mirror
    }

    pub(crate) fn open(&self) -> Repository {
        Repository::open(self.dir.path(), &self.roots).unwrap()
    }

    pub(crate) fn publish(&self, marker: &str, now: Timestamp) -> Published {
        self.publish_with(&[4, 5, 6], marker, now)
    }

    pub(crate) fn publish_with(&self, seeds: &[u8], marker: &str, now: Timestamp) -> Published {
        let keys: Vec<PemSigner> = seeds.iter().map(|seed| key(*seed)).collect();
        let signers: Vec<&dyn Signer> = keys.iter().map(|key| key as &dyn Signer).collect();
        self.open()
            .publish(&files(marker), &signers, &Lifetimes::default(), now)
            .unwrap()
    }

    pub(crate) fn transport(&self) -> DirectoryTransport {
        DirectoryTransport::new(self.dir.path()).unwrap()
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.dir.path().join(file)
    }

    /// A copy as it is now: what an attacker replays.
    pub(crate) fn copy(&self) -> Self {
        let copy = Self {
            dir: tempfile::tempdir().unwrap(),
            roots: self.roots.clone(),
        };
        copy_dir(self.dir.path(), copy.dir.path());
        copy
    }

    /// All published files, sorted.
    pub(crate) fn published(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for folder in ["metadata", "targets"] {
            for entry in std::fs::read_dir(self.path(folder)).unwrap() {
                found.push(entry.unwrap().path());
            }
        }
        found.sort();
        found
    }
}

pub(crate) fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let place = to.join(entry.file_name());
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            copy_dir(&entry.path(), &place);
        } else if kind.is_symlink() {
            std::os::unix::fs::symlink(std::fs::read_link(entry.path()).unwrap(), place).unwrap();
        } else {
            std::fs::copy(entry.path(), place).unwrap();
        }
    }
}

/// An agent with its state in a temporary directory, installed with the first root.
pub(crate) struct Agent {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) anchor: Vec<u8>,
    pub(crate) options: SyncOptions,
}

impl Agent {
    pub(crate) fn new() -> Self {
        let options = SyncOptions {
            lock_wait: std::time::Duration::ZERO,
            ..SyncOptions::default()
        };
        Self {
            dir: tempfile::tempdir().unwrap(),
            anchor: first_root(),
            options,
        }
    }

    /// One that follows the mirror already.
    pub(crate) fn following(mirror: &Mirror) -> Self {
        let agent = Self::new();
        let report = agent.sync(&mirror.transport(), now());
        assert!(
            matches!(report.outcome, Outcome::Activated { .. }),
            "{report:?}"
        );
        agent
    }

    pub(crate) fn state(&self) -> StateDir {
        StateDir::new(self.dir.path())
    }

    pub(crate) fn sync(&self, transport: &dyn Transport, now: Timestamp) -> SyncReport {
        sync(
            &self.state(),
            transport,
            &self.anchor,
            now,
            &self.options,
            &|_| Ok(()),
        )
    }

    /// The marker of the release in force, all its files checked.
    pub(crate) fn on(&self) -> Option<String> {
        let release = self.state().current(&self.anchor).unwrap()?;
        release.verify().unwrap();
        let index = String::from_utf8(release.read("index.json").unwrap()).unwrap();
        let marker = index
            .strip_prefix("{\"release\":\"")
            .and_then(|rest| rest.strip_suffix("\"}"));
        let marker = marker.unwrap().to_owned();
        // All files are of the same release.
        for (name, bytes) in files(&marker) {
            assert_eq!(release.read(&name).unwrap(), bytes, "{name}");
        }
        Some(marker)
    }

    /// Synchronises, expects this refusal, and that the release in force is still there.
    pub(crate) fn refuses(
        &self,
        transport: &dyn Transport,
        now: Timestamp,
        reason: Reason,
    ) -> String {
        let before = self.on();
        let report = self.sync(transport, now);
        let Outcome::Refused {
            code,
            message,
            still_on,
            ..
        } = report.outcome
        else {
            panic!("expected a refusal, got {:?}", report.outcome);
        };
        assert_eq!(code, reason, "{message}");
        assert_eq!(self.on(), before);
        assert_eq!(still_on.is_some(), before.is_some());
        message
    }
}

pub(crate) fn activated(report: &SyncReport) -> Option<u64> {
    match report.outcome {
        Outcome::Activated { to, .. } => Some(to),
        _ => None,
    }
}
