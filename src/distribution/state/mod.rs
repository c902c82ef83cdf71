//! The agent's state directory.
//!
//! ```text
//! root_history/N.root.json    every root that was trusted, from the installed one on
//! metadata/ROLE.json          the signed bytes seen last: the memory against rollback
//! high-water.json             how far the agent had come (see `high_water`); may be kept elsewhere
//! objects/<sha256>            files of releases, by digest
//! releases/N/targets/NAME     the files of release N;  releases/N/metadata/ROLE.json  what vouches for them
//! current -> releases/N       the release in force; replaced in one step (`N.b` after N was laid out anew)
//! previous -> releases/M      the one before
//! agent-id                    what tells this agent from others, for shares of a rollout
//! lock                        held while synchronising
//! ```
//!
//! What is damaged or missing is an error with a remedy, never a fresh start.

mod emergency;
mod identity;
mod install;
mod link;
mod lock;
mod read;

use std::io;
use std::path::{Path, PathBuf};

pub(crate) use emergency::Held;
pub use emergency::Orders;
pub(crate) use link::Link;
pub(crate) use lock::Lock;
pub use read::Status;

use super::disk::{Disk, read_optional};
use super::high_water::HighWater;
use super::keys::sha256_hex;
use super::metadata::{Metadata, Role, Root, Snapshot, Timestamp, key_set};
use super::reason::{Reason, Refusal};
use super::roots::RootChain;

const TAG: &str = "metadata/timestamp.tag";

/// The state directory of an agent.
pub struct StateDir {
    dir: PathBuf,
    high_water: PathBuf,
    disk: Disk,
}

/// What the state directory remembers.
pub(crate) struct Memory {
    pub(crate) roots: RootChain,
    pub(crate) mark: HighWater,
    pub(crate) timestamp: Option<Vec<u8>>,
    pub(crate) snapshot: Option<Vec<u8>>,
    /// The keys of timestamp or snapshot have changed since: what was remembered no longer counts.
    pub(crate) outdated: bool,
    pub(crate) current: Option<Link>,
}

impl StateDir {
    /// A state directory; it is created by the first synchronisation.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        let dir = dir.into();
        Self {
            high_water: dir.join("high-water.json"),
            dir,
            disk: Disk::default(),
        }
    }

    /// Keeps the high-water mark in another place, such as another disk, so that losing the whole directory is
    /// noticed too.
    #[must_use]
    pub fn with_high_water(mut self, file: impl Into<PathBuf>) -> Self {
        self.high_water = file.into();
        self
    }

    #[cfg(test)]
    pub(crate) fn with_disk(mut self, disk: Disk) -> Self {
        self.disk = disk;
        self
    }

    /// The directory.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Forgets the time of the last good synchronisation, after a wrong clock had raised it. An operator's act.
    ///
    /// # Errors
    /// [`Reason::StateLocked`], [`Reason::StateCorrupt`] or [`Reason::StateIo`].
    pub fn reset_clock(&self) -> Result<(), Refusal> {
        let _lock = Lock::acquire(&self.dir, std::time::Duration::ZERO)?;
        if let Some(mut mark) = self.read_mark()? {
            mark.time = None;
            self.save_mark(&mark)?;
        }
        Ok(())
    }

    /// Loads and verifies what is remembered, for a synchronisation that holds the lock.
    pub(crate) fn load(&self, anchor: &[u8]) -> Result<Memory, Refusal> {
        let mut roots = RootChain::anchor(anchor).map_err(|refusal| {
            Refusal::new(
                Reason::RootInstalled,
                format!("the installed root cannot be used: {refusal}"),
            )
        })?;
        let Some(mark) = self.read_mark()? else {
            return self.load_fresh(roots);
        };
        self.extend_from_history(&mut roots)?;
        mark.require_at_least(
            "root_history",
            Some(roots.newest().signed.version),
            Some(mark.root),
        )?;
        let current = self.linked("current")?;
        mark.require_at_least(
            "current",
            current.as_ref().map(|link| link.number),
            mark.release,
        )?;
        let outdated = self.online_keys_changed(&roots, mark.root)?;
        let (timestamp, snapshot) = if outdated {
            (None, None)
        } else {
            (
                self.remembered::<Timestamp>(&roots, &mark, mark.timestamp)?,
                self.remembered::<Snapshot>(&roots, &mark, mark.snapshot)?,
            )
        };
        Ok(Memory {
            roots,
            mark,
            timestamp,
            snapshot,
            outdated,
            current,
        })
    }

    fn load_fresh(&self, roots: RootChain) -> Result<Memory, Refusal> {
        for name in ["root_history", "metadata", "releases", "current"] {
            let path = self.dir.join(name);
            let used = match std::fs::read_dir(&path) {
                Ok(mut entries) => entries.next().is_some(),
                Err(error) => error.kind() != io::ErrorKind::NotFound,
            };
            if used {
                return Err(
                    self.corrupt(&format!("there is no high-water mark, but {name} is there"))
                );
            }
        }
        let mark = HighWater::at_root(roots.newest().signed.version, None);
        // The mark comes first: from here on an incomplete state is noticed.
        self.save_mark(&mark)?;
        self.save_root(roots.newest())?;
        Ok(Memory {
            roots,
            mark,
            timestamp: None,
            snapshot: None,
            outdated: false,
            current: None,
        })
    }

    /// Re-verifies the stored roots as a chain from the installed one (TUF 5.3).
    fn extend_from_history(&self, roots: &mut RootChain) -> Result<(), Refusal> {
        let installed = roots.newest();
        let version = installed.signed.version;
        match self.stored_root(version)? {
            Some(bytes) => {
                let stored = Metadata::<Root>::parse(&bytes)
                    .map_err(|refusal| self.corrupt(&refusal.message))?;
                if stored.payload() != installed.payload() {
                    return Err(self.corrupt(&format!(
                        "root_history/{version}.root.json is not the root that was installed with the agent"
                    )));
                }
            }
            None => self.save_root(installed)?,
        }
        for next in version.saturating_add(1).. {
            let Some(bytes) = self.stored_root(next)? else {
                break;
            };
            roots.extend(&bytes).map_err(|refusal| {
                self.corrupt(&format!("root_history/{next}.root.json: {refusal}"))
            })?;
        }
        Ok(())
    }

    /// Whether the keys of timestamp or snapshot changed after root version `since`, which may be older than
    /// the installed root when the agent was updated.
    fn online_keys_changed(&self, roots: &RootChain, since: u64) -> Result<bool, Refusal> {
        let Some(first) = roots.iter().next().map(|root| &root.signed) else {
            return Ok(true);
        };
        if since >= first.version {
            return Ok(roots.online_keys_changed_since(since));
        }
        let Some(bytes) = self.stored_root(since)? else {
            return Ok(true);
        };
        let old = Metadata::<Root>::parse(&bytes)
            .map_err(|refusal| self.corrupt(&refusal.message))?
            .signed;
        let same = ["timestamp", "snapshot"].iter().all(|role| {
            let threshold = |root: &Root| root.roles.get(*role).map(|role| role.threshold);
            key_set(&old, role) == key_set(first, role) && threshold(&old) == threshold(first)
        });
        Ok(!same || roots.online_keys_changed_since(first.version))
    }

    fn remembered<T: Role>(
        &self,
        roots: &RootChain,
        mark: &HighWater,
        at_least: Option<u64>,
    ) -> Result<Option<Vec<u8>>, Refusal> {
        let name = format!("metadata/{}.json", T::NAME);
        let bytes = read_optional(&self.dir.join(&name)).map_err(|error| self.io(&name, &error))?;
        let mut version = None;
        if let Some(bytes) = &bytes {
            let damaged = |refusal: Refusal| self.corrupt(&format!("{name}: {refusal}"));
            let metadata = Metadata::<T>::parse(bytes).map_err(damaged)?;
            roots.require_signed_by_any(&metadata).map_err(damaged)?;
            version = Some(metadata.signed.version());
        }
        mark.require_at_least(&name, version, at_least)?;
        Ok(bytes)
    }

    fn stored_root(&self, version: u64) -> Result<Option<Vec<u8>>, Refusal> {
        let name = format!("root_history/{version}.root.json");
        read_optional(&self.dir.join(&name)).map_err(|error| self.io(&name, &error))
    }

    pub(crate) fn save_root(&self, root: &Metadata<Root>) -> Result<(), Refusal> {
        self.save(
            "root_history",
            &format!("{}.root.json", root.signed.version),
            root.raw(),
        )
    }

    pub(crate) fn save_metadata<T: Role>(&self, metadata: &Metadata<T>) -> Result<(), Refusal> {
        self.save("metadata", &format!("{}.json", T::NAME), metadata.raw())
    }

    /// The targets metadata seen last, unverified: only saves a request when it is still the listed one.
    pub(crate) fn seen_targets(&self) -> Option<Vec<u8>> {
        read_optional(&self.dir.join("metadata/targets.json"))
            .ok()
            .flatten()
    }

    /// Removes what was remembered under old keys, then marks the new root (TUF 5.3.11). In this order a crash
    /// in between leads here again.
    pub(crate) fn forget(&self, mark: &HighWater) -> Result<(), Refusal> {
        for name in ["timestamp.json", "snapshot.json"] {
            self.disk
                .remove_file(&self.dir.join("metadata").join(name))
                .map_err(|error| self.io(name, &error))?;
        }
        self.save_mark(mark)
    }

    fn read_mark(&self) -> Result<Option<HighWater>, Refusal> {
        let bytes =
            read_optional(&self.high_water).map_err(|error| self.io("high-water mark", &error))?;
        bytes.map(|bytes| HighWater::parse(&bytes)).transpose()
    }

    pub(crate) fn save_mark(&self, mark: &HighWater) -> Result<(), Refusal> {
        let failed = |error: io::Error| self.io("high-water mark", &error);
        let folder = self.high_water.parent().unwrap_or(&self.dir);
        self.disk.create_dir(folder).map_err(failed)?;
        self.disk
            .write(&self.high_water, &mark.to_bytes())
            .map_err(failed)?;
        self.disk.sync_dir(folder).map_err(failed)
    }

    /// Saves the mark if it differs from the one on disk.
    pub(crate) fn raise_mark(&self, mark: &HighWater) -> Result<(), Refusal> {
        if self.read_mark()?.as_ref() == Some(mark) {
            Ok(())
        } else {
            self.save_mark(mark)
        }
    }

    /// The tag that came with this timestamp. Only a hint, so what cannot be read is no tag.
    pub(crate) fn tag(&self, timestamp: &[u8]) -> Option<String> {
        let text = std::fs::read_to_string(self.dir.join(TAG)).ok()?;
        let (digest, tag) = text.split_once(' ')?;
        (digest == sha256_hex(timestamp)).then(|| tag.to_owned())
    }

    /// Saves the tag that came with a timestamp.
    pub(crate) fn save_tag(&self, timestamp: &[u8], tag: Option<&str>) -> Result<(), Refusal> {
        let plain =
            |tag: &&str| tag.len() <= 256 && tag.bytes().all(|byte| byte.is_ascii_graphic());
        match tag.filter(plain) {
            Some(tag) if self.tag(timestamp).as_deref() == Some(tag) => Ok(()),
            Some(tag) => self.save(
                "metadata",
                "timestamp.tag",
                format!("{} {tag}", sha256_hex(timestamp)).as_bytes(),
            ),
            None => self
                .disk
                .remove_file(&self.dir.join(TAG))
                .map_err(|error| self.io(TAG, &error)),
        }
    }

    fn save(&self, folder: &str, name: &str, bytes: &[u8]) -> Result<(), Refusal> {
        let failed = |error: io::Error| self.io(&format!("{folder}/{name}"), &error);
        let folder = self.dir.join(folder);
        self.disk.create_dir(&folder).map_err(failed)?;
        self.disk.write(&folder.join(name), bytes).map_err(failed)?;
        self.disk.sync_dir(&folder).map_err(failed)
    }

    fn corrupt(&self, what: &str) -> Refusal {
        Refusal::new(
            Reason::StateCorrupt,
            format!("state directory {}: {what}", self.dir.display()),
        )
    }

    fn io(&self, what: &str, error: &io::Error) -> Refusal {
        Refusal::new(
            Reason::StateIo,
            format!("state directory {}: {what}: {error}", self.dir.display()),
        )
    }
}

impl std::fmt::Debug for StateDir {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StateDir({})", self.dir.display())
    }
}
