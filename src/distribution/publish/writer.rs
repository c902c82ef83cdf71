//! Adding files to a publication, in an order that keeps readers on the old one until the end.

use std::path::Path;

use super::existing::read;
use super::{PublishError, Repository};
use crate::distribution::metadata::{Metadata, Timestamp};
use crate::distribution::name::RemotePath;

/// Adds files to a publication.
pub(super) struct Writer<'a> {
    repository: &'a Repository,
    /// Files written.
    pub(super) files: u64,
    /// Bytes written.
    pub(super) bytes: u64,
}

impl<'a> Writer<'a> {
    pub(super) fn new(repository: &'a Repository) -> Self {
        Self {
            repository,
            files: 0,
            bytes: 0,
        }
    }

    /// Adds a file that must not exist with other content.
    pub(super) fn add(&mut self, path: &RemotePath, bytes: &[u8]) -> Result<(), PublishError> {
        let place = self.repository.dir.join(path.to_string());
        match read(&self.repository.dir, path)? {
            Some(there) if there == bytes => return Ok(()),
            Some(_) => return Err(PublishError::Exists(place)),
            None => {}
        }
        self.replace(&place, bytes)
    }

    fn replace(&mut self, place: &Path, bytes: &[u8]) -> Result<(), PublishError> {
        let failed = |error| PublishError::Io {
            path: place.to_owned(),
            error,
        };
        // Only the timestamp is ever there before.
        let disk = &self.repository.disk;
        disk.write_newer(place, bytes).map_err(failed)?;
        self.files += 1;
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    /// Flushes a folder, so that what was added survives a power cut.
    pub(super) fn settle(&self, folder: &str) -> Result<(), PublishError> {
        let path = self.repository.dir.join(folder);
        self.repository
            .disk
            .sync_dir(&path)
            .map_err(|error| PublishError::Io { path, error })
    }

    /// New roots, then the timestamp: from here on readers see the new publication.
    pub(super) fn finish(&mut self, timestamp: &Metadata<Timestamp>) -> Result<(), PublishError> {
        for root in self.repository.roots.iter() {
            // A root that is there was compared when the directory was opened; it may carry other signatures.
            let path = RemotePath::root(root.signed.version);
            if read(&self.repository.dir, &path)?.is_none() {
                self.add(&path, root.raw())?;
            }
        }
        self.settle("metadata")?;
        self.replace(
            &self
                .repository
                .dir
                .join(RemotePath::timestamp().to_string()),
            timestamp.raw(),
        )?;
        self.settle("metadata")
    }
}
