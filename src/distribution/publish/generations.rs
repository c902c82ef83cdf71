//! The releases a publication holds: the newest, and those before it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::num::NonZeroU64;

use super::error::refused;
use super::existing::read;
use super::{PublishError, Repository};
use crate::distribution::metadata::{EMERGENCY, Metadata, Role as _, Snapshot, Targets};
use crate::distribution::name::RemotePath;
use crate::distribution::reason::{Reason, Refusal};

impl Repository {
    /// The files that an agent needs which follows the publication from the first root on, in an order in which they may be copied: the
    /// timestamp is last.
    ///
    /// # Errors
    /// When nothing is published yet, or orders cannot be read.
    pub fn newest(&self) -> Result<Vec<RemotePath>, PublishError> {
        let parts = self.before.as_ref();
        let parts = parts.and_then(|before| before.snapshot().zip(before.targets()));
        let (snapshot, targets) = parts.ok_or_else(|| self.nothing_published())?;
        let emergency = self.published_emergency()?;
        let lists = [Some(targets), emergency.as_ref()];
        let mut paths = Vec::new();
        for (name, info) in lists
            .into_iter()
            .flatten()
            .flat_map(|list| &list.signed.targets)
        {
            let path = RemotePath::target(name, &info.hashes.sha256, true);
            paths.push(path.map_err(refused("the release"))?);
        }
        let metadata = |name, version| RemotePath::metadata(name, version, true);
        paths.push(metadata(Targets::NAME, targets.signed.version));
        paths.extend(emergency.map(|emergency| metadata(EMERGENCY, emergency.signed.version)));
        paths.push(metadata(Snapshot::NAME, snapshot.signed.version));
        let known = |version: &u64| {
            self.dir
                .join(RemotePath::root(*version).to_string())
                .exists()
        };
        let newest = self.roots.newest().signed.version;
        paths.extend((1..=newest).filter(known).map(RemotePath::root));
        paths.push(RemotePath::timestamp());
        Ok(paths)
    }

    /// The files of a release that was published here, each as it was signed.
    ///
    /// # Errors
    /// When the release is not there, or not as it was signed.
    pub fn content_of(&self, release: u64) -> Result<BTreeMap<String, Vec<u8>>, PublishError> {
        let path = RemotePath::metadata(Targets::NAME, release, true);
        let of_release = format!("release {release}");
        let judge = refused(&of_release);
        let missing = |path: &RemotePath| {
            let gone = format!("{path} is not in {}", self.dir.display());
            refused(&of_release)(Refusal::new(Reason::NotFound, gone))
        };
        let bytes = read(&self.dir, &path)?.ok_or_else(|| missing(&path))?;
        let targets = Metadata::<Targets>::parse(&bytes).map_err(&judge)?;
        self.roots.require_signed_by_any(&targets).map_err(&judge)?;
        if targets.signed.version != release {
            let other = format!("{path} is that of release {}", targets.signed.version);
            return Err(judge(Refusal::new(Reason::Version, other)));
        }
        let mut files = BTreeMap::new();
        for (name, info) in &targets.signed.targets {
            let path = RemotePath::target(name, &info.hashes.sha256, true).map_err(&judge)?;
            let bytes = read(&self.dir, &path)?.ok_or_else(|| missing(&path))?;
            info.check(&bytes, name).map_err(&judge)?;
            files.insert(name.clone(), bytes);
        }
        Ok(files)
    }

    /// Removes releases older than the newest `keep`, for which nobody should be on the way any more: their metadata, and files that no
    /// other release and no order has. Roots stay. Returns how many files were removed.
    ///
    /// # Errors
    /// When metadata that stays cannot be read, or removing fails; what agents follow is never touched.
    pub fn retain(&self, keep: NonZeroU64) -> Result<u64, PublishError> {
        let Some(newest) = self.release() else {
            return Ok(0);
        };
        let oldest = newest.saturating_sub(keep.get() - 1);
        let mut kept = BTreeSet::from([RemotePath::timestamp().to_string()]);
        let mut removable = Vec::new();
        for path in self.published()? {
            let Some((version, role)) = path.version_and_role() else {
                continue;
            };
            let parsed = || {
                let bytes = read(&self.dir, &path)?.unwrap_or_default();
                Ok::<_, PublishError>(bytes)
            };
            let judge = refused(path.file());
            let stays = match role {
                Targets::NAME | EMERGENCY => {
                    let is_old = role == Targets::NAME && version < oldest;
                    if !is_old {
                        let list = Metadata::<Targets>::parse(&parsed()?).map_err(judge)?;
                        for (name, info) in &list.signed.targets {
                            let file = RemotePath::target(name, &info.hashes.sha256, true);
                            kept.insert(file.map_err(refused(path.file()))?.to_string());
                        }
                    }
                    !is_old
                }
                Snapshot::NAME => {
                    let snapshot = Metadata::<Snapshot>::parse(&parsed()?).map_err(judge)?;
                    let listed = snapshot.signed.meta.get("targets.json");
                    listed.is_none_or(|listed| listed.version >= oldest)
                }
                _ => true,
            };
            match stays {
                true => drop(kept.insert(path.to_string())),
                false => removable.push(path),
            }
        }
        // Metadata first: what is left after a crash in between is found again by the next time.
        let files = self
            .published()?
            .into_iter()
            .filter(RemotePath::is_by_digest);
        removable.extend(files.filter(|path| !kept.contains(&path.to_string())));
        for path in &removable {
            let place = self.dir.join(path.to_string());
            let removed = self.disk.remove_file(&place);
            removed.map_err(|error| PublishError::Io { path: place, error })?;
        }
        Ok(removable.len() as u64)
    }

    /// Every file of the publication with a name that publications have.
    fn published(&self) -> Result<Vec<RemotePath>, PublishError> {
        let mut paths = Vec::new();
        for folder in ["metadata", "targets"] {
            let place = self.dir.join(folder);
            let failed = |error| PublishError::Io {
                path: place.clone(),
                error,
            };
            for entry in fs::read_dir(&place).map_err(failed)? {
                let name = entry.map_err(failed)?.file_name();
                paths.extend(
                    name.to_str()
                        .and_then(|name| RemotePath::in_folder(folder, name)),
                );
            }
        }
        paths.sort_by_key(ToString::to_string);
        Ok(paths)
    }
}
