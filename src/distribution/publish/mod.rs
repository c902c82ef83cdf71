//! Publishing a release to a directory, so that a reader sees the old publication or the new one, never a mix.
//!
//! Files are written beside their place, flushed and moved; `timestamp.json` comes last and brings everything
//! before it into view. Nothing that is published is ever changed, apart from the timestamp.

mod emergency;
mod error;
mod existing;
mod generations;
#[cfg(test)]
mod tests;
mod writer;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

pub use error::PublishError;
use error::refused;
use existing::{chain, existing, lock};
use writer::Writer;

use super::disk::Disk;
use super::keys::PublicKey;
use super::limits::Limits;
use super::metadata::{
    self, Delegation, EMERGENCY, FileInfo, MetaInfo, Metadata, Role, RoleKeys, Snapshot, Targets,
};
use super::name::RemotePath;
use super::reason::{Reason, Refusal};
use super::roots::RootChain;
use super::signer::Signer;
use super::trusted::{EMERGENCY_FILE, TrustedSet};

/// How long metadata is valid after it was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetimes {
    /// Of `targets.json`.
    pub targets: SignedDuration,
    /// Of `snapshot.json`.
    pub snapshot: SignedDuration,
    /// Of `timestamp.json`: the longest time a mirror can hide a newer release.
    pub timestamp: SignedDuration,
    /// Of `emergency.json`.
    pub emergency: SignedDuration,
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            targets: SignedDuration::from_hours(90 * 24),
            snapshot: SignedDuration::from_hours(90 * 24),
            timestamp: SignedDuration::from_hours(3 * 24),
            emergency: SignedDuration::from_hours(365 * 24),
        }
    }
}

/// What was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The number of the release: the version of the targets metadata.
    pub release: u64,
    /// The version of the timestamp.
    pub timestamp: u64,
    /// Files written; those that were there already do not count.
    pub files: u64,
    /// Bytes written.
    pub bytes: u64,
    /// When the timestamp expires: by then it has to be signed again.
    pub expires: Timestamp,
}

/// A directory that holds a publication, verified and locked.
pub struct Repository {
    dir: PathBuf,
    disk: Disk,
    roots: RootChain,
    before: Option<TrustedSet>,
    /// Who may give orders from the next release on, where that was said; nobody is a choice too.
    emergency: Option<Option<Delegation>>,
    _lock: File,
}

impl Repository {
    /// Opens a directory for publishing; it may be empty or missing. What is there is verified first.
    ///
    /// `roots` are root files of consecutive versions, oldest first, from a trusted place; roots in the directory
    /// that follow them are verified and used too. Roots that are not in the directory yet are published with
    /// the next release.
    ///
    /// # Errors
    /// When the roots are not a chain, or the directory holds something that they do not vouch for.
    pub fn open(dir: &Path, roots: &[Vec<u8>]) -> Result<Self, PublishError> {
        Self::open_with(dir, roots, Disk::default())
    }

    pub(crate) fn open_with(
        dir: &Path,
        roots: &[Vec<u8>],
        disk: Disk,
    ) -> Result<Self, PublishError> {
        for folder in ["metadata", "targets"] {
            let folder = dir.join(folder);
            disk.create_dir(&folder).map_err(|error| PublishError::Io {
                path: folder,
                error,
            })?;
        }
        let lock = lock(dir)?;
        let chain = chain(dir, roots)?;
        let before = existing(dir, &chain)?;
        Ok(Self {
            dir: dir.to_owned(),
            disk,
            roots: chain,
            before,
            emergency: None,
            _lock: lock,
        })
    }

    /// The number the next release will have. Numbers that an interrupted publication used are left out.
    ///
    /// # Errors
    /// When numbers cannot be raised further.
    pub fn next_release(&self) -> Result<u64, PublishError> {
        self.free_version(
            Targets::NAME,
            self.before
                .as_ref()
                .and_then(TrustedSet::targets)
                .map(|m| m.signed.version),
        )
    }

    /// The number of the release that is published, if any.
    #[must_use]
    pub fn release(&self) -> Option<u64> {
        self.before
            .as_ref()
            .and_then(TrustedSet::targets)
            .map(|targets| targets.signed.version)
    }

    fn nothing_published(&self) -> PublishError {
        let nothing = Refusal::new(Reason::NotFound, "nothing is published yet");
        refused(&self.dir.display().to_string())(nothing)
    }

    /// Publishes a release, given as files by name. Each role is signed by those of the keys that belong to it.
    ///
    /// With ed25519 keys the result depends on nothing but the directory, the files, the keys and the time.
    ///
    /// # Errors
    /// When a file name is not plain, keys are missing, the root has expired, or writing fails. The publication
    /// that was there stays in force.
    pub fn publish(
        self,
        files: &BTreeMap<String, Vec<u8>>,
        signers: &[&dyn Signer],
        lifetimes: &Lifetimes,
        now: Timestamp,
    ) -> Result<Published, PublishError> {
        let delegation = self.delegation()?;
        let targets = Targets {
            version: self.next_release()?,
            expires: after(now, lifetimes.targets),
            targets: files
                .iter()
                .map(|(name, bytes)| (name.clone(), FileInfo::of(bytes)))
                .collect(),
            delegations: delegation.as_ref().map(Delegation::to_json),
        };
        let targets = self.signed(targets, signers)?;
        Limits::default()
            .check(&targets)
            .map_err(refused("the release"))?;
        let snapshot_before = self.before.as_ref().and_then(TrustedSet::snapshot);
        let mut meta = snapshot_before
            .map(|snapshot| snapshot.signed.meta.clone())
            .unwrap_or_default();
        meta.insert(
            "targets.json".to_owned(),
            MetaInfo::of(targets.signed.version, targets.raw()),
        );
        let emergency = self.orders_under(delegation.as_ref(), signers, lifetimes, now)?;
        if let Some(emergency) = &emergency {
            let info = MetaInfo::of(emergency.signed.version, emergency.raw());
            meta.insert(EMERGENCY_FILE.to_owned(), info);
        }
        let snapshot = Snapshot {
            version: self.free_version(
                Snapshot::NAME,
                snapshot_before.map(|snapshot| snapshot.signed.version),
            )?,
            expires: after(now, lifetimes.snapshot),
            meta,
        };
        let snapshot = self.signed(snapshot, signers)?;
        let timestamp = self.timestamp(&snapshot, signers, lifetimes, now)?;
        self.check(&timestamp, &snapshot, &targets, emergency.as_ref(), now)?;

        let mut writer = Writer::new(&self);
        for (name, bytes) in files {
            let path = RemotePath::target(name, &FileInfo::of(bytes).hashes.sha256, true)
                .map_err(refused("the release"))?;
            writer.add(&path, bytes)?;
        }
        writer.settle("targets")?;
        writer.add(
            &RemotePath::metadata(Targets::NAME, targets.signed.version, true),
            targets.raw(),
        )?;
        if let Some(emergency) = &emergency {
            let path = RemotePath::metadata(EMERGENCY, emergency.signed.version, true);
            writer.add(&path, emergency.raw())?;
        }
        writer.add(
            &RemotePath::metadata(Snapshot::NAME, snapshot.signed.version, true),
            snapshot.raw(),
        )?;
        writer.finish(&timestamp)?;
        Ok(Published {
            release: targets.signed.version,
            timestamp: timestamp.signed.version,
            files: writer.files,
            bytes: writer.bytes,
            expires: timestamp.signed.expires,
        })
    }

    /// Signs the timestamp anew, for the release that is published: what a scheduled job does, with its own key.
    ///
    /// # Errors
    /// When nothing is published yet, the key is missing, other metadata has expired, or writing fails.
    pub fn refresh_timestamp(
        self,
        signers: &[&dyn Signer],
        lifetimes: &Lifetimes,
        now: Timestamp,
    ) -> Result<Published, PublishError> {
        let parts = self
            .before
            .as_ref()
            .and_then(|before| before.snapshot().zip(before.targets()));
        let (snapshot, targets) = parts.ok_or_else(|| self.nothing_published())?;
        let timestamp = self.timestamp(snapshot, signers, lifetimes, now)?;
        self.check(&timestamp, snapshot, targets, None, now)?;
        let mut writer = Writer::new(&self);
        writer.finish(&timestamp)?;
        Ok(Published {
            release: targets.signed.version,
            timestamp: timestamp.signed.version,
            files: writer.files,
            bytes: writer.bytes,
            expires: timestamp.signed.expires,
        })
    }

    fn timestamp(
        &self,
        snapshot: &Metadata<Snapshot>,
        signers: &[&dyn Signer],
        lifetimes: &Lifetimes,
        now: Timestamp,
    ) -> Result<Metadata<metadata::Timestamp>, PublishError> {
        let before = self
            .before
            .as_ref()
            .and_then(TrustedSet::timestamp)
            .map(|timestamp| timestamp.signed.version);
        let timestamp = metadata::Timestamp {
            version: next(before).map_err(refused("timestamp.json"))?,
            expires: after(now, lifetimes.timestamp),
            snapshot: MetaInfo::of(snapshot.signed.version, snapshot.raw()),
        };
        self.signed(timestamp, signers)
    }

    /// Signs with those of the keys that belong to the role; more signatures than the threshold do no harm.
    fn signed<T: Role>(
        &self,
        content: T,
        signers: &[&dyn Signer],
    ) -> Result<Metadata<T>, PublishError> {
        let root = &self.roots.newest().signed;
        self.signed_as(
            T::NAME,
            content,
            &root.keys,
            root.roles.get(T::NAME),
            signers,
        )
    }

    fn signed_as<T: Role>(
        &self,
        name: &'static str,
        content: T,
        keys: &BTreeMap<String, PublicKey>,
        role: Option<&RoleKeys>,
        signers: &[&dyn Signer],
    ) -> Result<Metadata<T>, PublishError> {
        let keyids = role.map(|role| role.keyids.as_slice()).unwrap_or_default();
        let holds = |key: &PublicKey, id: &String| {
            keys.get(id)
                .is_some_and(|known| known.identity() == key.identity())
        };
        let mut chosen: Vec<&dyn Signer> = Vec::new();
        for signer in signers {
            let key = signer.public_key();
            let known = chosen.iter().any(|other| other.public_key() == key);
            if !known && keyids.iter().any(|id| holds(key, id)) {
                chosen.push(*signer);
            }
        }
        let needed = role.map_or(1, |role| role.threshold);
        if (chosen.len() as u64) < needed {
            return Err(PublishError::Keys {
                role: name,
                needed,
                provided: chosen.len(),
                keyids: keyids.join(", "),
            });
        }
        Ok(Metadata::sign(content, &chosen)?)
    }

    /// Lets the trust core judge what is about to be published, as an agent would that starts at these roots.
    fn check(
        &self,
        timestamp: &Metadata<metadata::Timestamp>,
        snapshot: &Metadata<Snapshot>,
        targets: &Metadata<Targets>,
        emergency: Option<&Metadata<Targets>>,
        now: Timestamp,
    ) -> Result<(), PublishError> {
        let mut agent = TrustedSet::new(self.roots.clone(), now);
        let judge = |agent: &mut TrustedSet| -> Result<(), Refusal> {
            agent.update_timestamp(timestamp.raw())?;
            agent.update_snapshot(snapshot.raw())?;
            agent.update_targets(targets.raw())?;
            emergency.map_or(Ok(()), |emergency| agent.update_emergency(emergency.raw()))
        };
        judge(&mut agent).map_err(refused("agents would refuse the new publication"))
    }

    /// The first version after `before` that no file has.
    fn free_version(&self, role: &str, before: Option<u64>) -> Result<u64, PublishError> {
        let mut version = next(before).map_err(refused(role))?;
        while self
            .dir
            .join(RemotePath::metadata(role, version, true).to_string())
            .exists()
        {
            version = next(Some(version)).map_err(refused(role))?;
        }
        Ok(version)
    }
}

fn next(before: Option<u64>) -> Result<u64, Refusal> {
    let highest = i64::MAX.unsigned_abs();
    match before {
        None => Ok(1),
        Some(version) if version < highest => Ok(version + 1),
        Some(_) => Err(Refusal::new(
            Reason::Limit,
            "the version number cannot be raised further",
        )),
    }
}

/// In whole seconds, as metadata holds it.
fn after(now: Timestamp, lifetime: SignedDuration) -> Timestamp {
    let expires = now.saturating_add(lifetime).unwrap_or(Timestamp::MAX);
    Timestamp::from_second(expires.as_second()).unwrap_or(expires)
}
