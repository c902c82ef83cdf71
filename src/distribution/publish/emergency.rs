//! Orders of incident commanders: signed with keys of their own, published without a release.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::error::refused;
use super::existing::{needed, read};
use super::writer::Writer;
use super::{Lifetimes, PublishError, Published, Repository, after, next};
use crate::distribution::keys::PublicKey;
use crate::distribution::metadata::{
    Delegation, EMERGENCY, FileInfo, HALT_FILE, MetaInfo, Metadata, RECALL_FILE, Role as _,
    Snapshot, Targets,
};
use crate::distribution::name::RemotePath;
use crate::distribution::reason::{Reason, Refusal};
use crate::distribution::signer::Signer;
use crate::distribution::trusted::{EMERGENCY_FILE, TrustedSet};

impl Repository {
    /// Lets these keys give orders from the next release on; without a key, nobody may any more. Without this call those who
    /// may keep it.
    #[must_use]
    pub fn with_emergency_keys(mut self, keys: &[PublicKey], threshold: u64) -> Self {
        let delegation = Delegation::to(keys, threshold);
        self.emergency = Some(Some(delegation).filter(|it| !it.keys.is_empty()));
        self
    }

    /// The delegation of the next release.
    pub(super) fn delegation(&self) -> Result<Option<Delegation>, PublishError> {
        if let Some(chosen) = &self.emergency {
            return Ok(chosen.clone());
        }
        let targets = self.before.as_ref().and_then(TrustedSet::targets);
        let found = targets.map(|targets| Delegation::of(&targets.signed));
        let found = found.transpose().map_err(refused("targets.json"))?;
        Ok(found.flatten())
    }

    /// The orders that are published, as files by name.
    ///
    /// # Errors
    /// When they cannot be read or are not what was signed.
    pub fn orders(&self) -> Result<BTreeMap<String, Vec<u8>>, PublishError> {
        let mut files = BTreeMap::new();
        let Some(emergency) = self.published_emergency()? else {
            return Ok(files);
        };
        for name in [HALT_FILE, RECALL_FILE] {
            let Some(info) = emergency.signed.targets.get(name) else {
                continue;
            };
            let path = RemotePath::target(name, &info.hashes.sha256, true);
            let path = path.map_err(refused("the orders"))?;
            let bytes = needed(&self.dir, &path)?;
            info.check(&bytes, name).map_err(refused("the orders"))?;
            files.insert(name.to_owned(), bytes);
        }
        Ok(files)
    }

    /// The metadata of the emergency role that the snapshot lists, whoever signed it.
    pub(super) fn published_emergency(&self) -> Result<Option<Metadata<Targets>>, PublishError> {
        let snapshot = self.before.as_ref().and_then(TrustedSet::snapshot);
        let listed = snapshot.and_then(|snapshot| snapshot.signed.meta.get(EMERGENCY_FILE));
        let Some(listed) = listed else {
            return Ok(None);
        };
        let path = RemotePath::metadata(EMERGENCY, listed.version, true);
        let bytes = needed(&self.dir, &path)?;
        let about = refused("the emergency metadata");
        listed.check(&bytes, EMERGENCY).map_err(&about)?;
        Metadata::parse(&bytes).map(Some).map_err(&about)
    }

    /// The orders that are published, as a release that delegates so has to list them: signed anew where others may give
    /// orders than before, so that none goes out of force unseen. The first time there are none yet, and that is signed too: TUF
    /// clients expect the metadata of a role that is delegated to.
    pub(super) fn orders_under(
        &self,
        delegation: Option<&Delegation>,
        signers: &[&dyn Signer],
        lifetimes: &Lifetimes,
        now: Timestamp,
    ) -> Result<Option<Metadata<Targets>>, PublishError> {
        let Some(delegation) = delegation else {
            return Ok(None);
        };
        let there = self.published_emergency()?;
        let holds = |there: &Metadata<Targets>| {
            there.require_delegated(delegation).is_ok() && there.require_fresh(now).is_ok()
        };
        if there.as_ref().is_some_and(holds) {
            return Ok(there);
        }
        let there = there.map(|there| there.signed);
        let again = Targets {
            version: self.next_emergency(there.as_ref().map(|there| there.version))?,
            expires: after(now, lifetimes.emergency),
            targets: there.map(|there| there.targets).unwrap_or_default(),
            delegations: None,
        };
        let Delegation { keys, role } = delegation;
        self.signed_as(EMERGENCY, again, keys, Some(role), signers)
            .map(Some)
    }

    /// The first version of emergency metadata after `before` that no file has.
    fn next_emergency(&self, before: Option<u64>) -> Result<u64, PublishError> {
        let mut version = next(before).map_err(refused(EMERGENCY))?;
        while read(&self.dir, &RemotePath::metadata(EMERGENCY, version, true))?.is_some() {
            version = next(Some(version)).map_err(refused(EMERGENCY))?;
        }
        Ok(version)
    }

    /// Publishes orders in place of those before: `halt.json`, `recall.json`, or neither. The release stays as it is; keys of
    /// the emergency role, the snapshot and the timestamp are needed.
    ///
    /// # Errors
    /// When nothing is published yet, nobody may give orders, keys are missing, or writing fails. What was published stays.
    pub fn publish_orders(
        self,
        files: &BTreeMap<String, Vec<u8>>,
        signers: &[&dyn Signer],
        lifetimes: &Lifetimes,
        now: Timestamp,
    ) -> Result<Published, PublishError> {
        let parts = self.before.as_ref();
        let parts = parts.and_then(|before| before.snapshot().zip(before.targets()));
        let (before, targets) = parts.ok_or_else(|| self.nothing_published())?;
        let delegation = Delegation::of(&targets.signed).map_err(refused("targets.json"))?;
        let delegation = delegation.ok_or_else(|| {
            let nobody = "nobody may give orders; publish a release with `--emergency-key`";
            refused("targets.json")(Refusal::new(Reason::Unlisted, nobody))
        })?;
        let listed = before.signed.meta.get(EMERGENCY_FILE);
        let version = self.next_emergency(listed.map(|info| info.version))?;
        let of_file = |(name, bytes): (&String, &Vec<u8>)| (name.clone(), FileInfo::of(bytes));
        let emergency = Targets {
            version,
            expires: after(now, lifetimes.emergency),
            targets: files.iter().map(of_file).collect(),
            delegations: None,
        };
        let Delegation { keys, role } = &delegation;
        let emergency = self.signed_as(EMERGENCY, emergency, keys, Some(role), signers)?;
        let mut meta = before.signed.meta.clone();
        let info = MetaInfo::of(emergency.signed.version, emergency.raw());
        meta.insert(EMERGENCY_FILE.to_owned(), info);
        let snapshot = Snapshot {
            version: self.free_version(Snapshot::NAME, Some(before.signed.version))?,
            expires: after(now, lifetimes.snapshot),
            meta,
        };
        let snapshot = self.signed(snapshot, signers)?;
        let timestamp = self.timestamp(&snapshot, signers, lifetimes, now)?;
        self.check(&timestamp, &snapshot, targets, Some(&emergency), now)?;

        let mut writer = Writer::new(&self);
        for (name, bytes) in files {
            let path = RemotePath::target(name, &FileInfo::of(bytes).hashes.sha256, true);
            writer.add(&path.map_err(refused("the orders"))?, bytes)?;
        }
        writer.settle("targets")?;
        let path = RemotePath::metadata(EMERGENCY, emergency.signed.version, true);
        writer.add(&path, emergency.raw())?;
        let path = RemotePath::metadata(Snapshot::NAME, snapshot.signed.version, true);
        writer.add(&path, snapshot.raw())?;
        writer.finish(&timestamp)?;
        Ok(Published {
            release: targets.signed.version,
            timestamp: timestamp.signed.version,
            files: writer.files,
            bytes: writer.bytes,
            expires: timestamp.signed.expires,
        })
    }
}
