//! Putting a verified release into place.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use super::{Link, StateDir};
use crate::distribution::disk::read_optional;
use crate::distribution::metadata::{FileInfo, Metadata, Targets};
use crate::distribution::reason::Refusal;
use crate::distribution::release::Release;
use crate::distribution::trusted::TrustedSet;

/// A release that is complete on disk but not in force yet.
pub(crate) struct Staged {
    dir: PathBuf,
    /// The release, to be looked at before it comes into force.
    pub(crate) release: Release,
}

impl StateDir {
    /// The file with this digest, if the store has it undamaged.
    pub(crate) fn has_object(&self, info: &FileInfo) -> Result<bool, Refusal> {
        let path = self.object(&info.hashes.sha256);
        let bytes = read_optional(&path).map_err(|error| self.io("objects", &error))?;
        Ok(bytes.is_some_and(|bytes| info.check(&bytes, "object").is_ok()))
    }

    /// Stores a verified file under its digest.
    pub(crate) fn save_object(&self, info: &FileInfo, bytes: &[u8]) -> Result<(), Refusal> {
        let failed = |error: io::Error| self.io("objects", &error);
        self.disk
            .create_dir(&self.dir.join("objects"))
            .map_err(failed)?;
        self.disk
            .write(&self.object(&info.hashes.sha256), bytes)
            .map_err(failed)
    }

    fn object(&self, sha256: &str) -> PathBuf {
        self.dir.join("objects").join(sha256)
    }

    /// Lays a release out beside the others; all its files must be in the store.
    pub(crate) fn stage(
        &self,
        trusted: &TrustedSet,
        targets: &Metadata<Targets>,
    ) -> Result<Staged, Refusal> {
        let dir = self.dir.join("releases/.staging");
        let failed = |error: io::Error| self.io("releases", &error);
        self.disk.remove_dir(&dir).map_err(failed)?;
        let (files, metadata) = (dir.join("targets"), dir.join("metadata"));
        self.disk.create_dir(&files).map_err(failed)?;
        self.disk.create_dir(&metadata).map_err(failed)?;
        self.disk
            .sync_dir(&self.dir.join("objects"))
            .or_else(|error| match error.kind() {
                io::ErrorKind::NotFound => Ok(()),
                _ => Err(failed(error)),
            })?;
        for (name, info) in &targets.signed.targets {
            self.disk
                .link(&self.object(&info.hashes.sha256), &files.join(name))
                .map_err(failed)?;
        }
        self.save_vouchers(&metadata, trusted, targets)?;
        for folder in [&files, &metadata, &dir] {
            self.disk.sync_dir(folder).map_err(failed)?;
        }
        let release = Release::new(dir.clone(), targets.clone());
        Ok(Staged { dir, release })
    }

    /// Brings a staged release into force: one rename of `current` decides. Returns the number before.
    pub(crate) fn activate(&self, staged: &Staged) -> Result<Option<u64>, Refusal> {
        let failed = |error: io::Error| self.io("releases", &error);
        let number = staged.release.number();
        let before = self.linked("current")?;
        let mut link = Link::new(number);
        if before.as_ref() == Some(&link) {
            // The same number replaces damaged files, or content whose keys were revoked.
            link = Link::other(number);
        }
        let place = self.dir.join(link.path());
        // Not in force: the remains of a crash.
        self.disk.remove_dir(&place).map_err(failed)?;
        self.disk.rename(&staged.dir, &place).map_err(failed)?;
        self.disk
            .sync_dir(&self.dir.join("releases"))
            .map_err(failed)?;
        if let Some(before) = &before {
            self.disk
                .point(&self.dir.join("previous"), &before.path())
                .map_err(failed)?;
        }
        self.disk
            .point(&self.dir.join("current"), &link.path())
            .map_err(failed)?;
        self.disk.sync_dir(&self.dir).map_err(failed)?;
        Ok(before.map(|before| before.number))
    }

    /// Removes releases other than the one in force and the one before, and files that neither uses.
    pub(crate) fn prune(&self) -> Result<(), Refusal> {
        let failed = |error: io::Error| self.io("pruning", &error);
        let links = [self.linked("current")?, self.linked("previous")?];
        let keep: BTreeSet<PathBuf> = links
            .into_iter()
            .flatten()
            .map(|link| link.path())
            .collect();
        let mut used = BTreeSet::new();
        for dir in &keep {
            let bytes =
                read_optional(&self.dir.join(dir).join("metadata/targets.json")).map_err(failed)?;
            // A kept release that cannot be read keeps everything.
            let Ok(targets) = Metadata::<Targets>::parse(&bytes.unwrap_or_default()) else {
                return Ok(());
            };
            used.extend(
                targets
                    .signed
                    .targets
                    .into_values()
                    .map(|info| info.hashes.sha256),
            );
        }
        for name in names(&self.dir.join("releases")).map_err(failed)? {
            let dir = PathBuf::from("releases").join(name);
            if !keep.contains(&dir) {
                self.disk.remove_dir(&self.dir.join(dir)).map_err(failed)?;
            }
        }
        for name in names(&self.dir.join("objects")).map_err(failed)? {
            if !used.contains(&name) {
                self.disk
                    .remove_file(&self.dir.join("objects").join(name))
                    .map_err(failed)?;
            }
        }
        Ok(())
    }

    fn save_vouchers(
        &self,
        dir: &Path,
        trusted: &TrustedSet,
        targets: &Metadata<Targets>,
    ) -> Result<(), Refusal> {
        let timestamp = trusted
            .timestamp()
            .map(|metadata| ("timestamp.json", metadata.raw()));
        let snapshot = trusted
            .snapshot()
            .map(|metadata| ("snapshot.json", metadata.raw()));
        for (name, bytes) in [timestamp, snapshot, Some(("targets.json", targets.raw()))]
            .into_iter()
            .flatten()
        {
            self.disk
                .write(&dir.join(name), bytes)
                .map_err(|error| self.io(name, &error))?;
        }
        Ok(())
    }
}

fn names(dir: &Path) -> io::Result<Vec<String>> {
    let entries = match std::fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    entries
        .map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()))
        .collect()
}
