//! Bounds on what is fetched and laid out.

use std::collections::BTreeSet;

use super::metadata::{Metadata, Targets};
use super::name::check_target_name;
use super::reason::{Reason, Refusal};

/// Greatest sizes and numbers that are accepted, in bytes and files. Signed lengths lower them further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// One root file.
    pub root: u64,
    /// The timestamp file.
    pub timestamp: u64,
    /// The snapshot file, where the timestamp does not give its length.
    pub snapshot: u64,
    /// The targets file, where the snapshot does not give its length.
    pub targets: u64,
    /// The metadata of the emergency role, and each of its files.
    pub emergency: u64,
    /// New root versions in one synchronisation.
    pub root_rotations: u32,
    /// Files of a release.
    pub files: usize,
    /// One file of a release.
    pub file: u64,
    /// All files of a release together.
    pub release: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            root: 512_000,
            timestamp: 16_384,
            snapshot: 2_000_000,
            targets: 5_000_000,
            emergency: 256 << 10,
            root_rotations: 256,
            files: 4_096,
            file: 128 << 20,
            release: 1 << 30,
        }
    }
}

impl Limits {
    /// Checks names, number and sizes of a release before anything is fetched.
    ///
    /// # Errors
    /// [`Reason::Limit`] or [`Reason::Name`].
    pub(crate) fn check(&self, targets: &Metadata<Targets>) -> Result<(), Refusal> {
        let files = &targets.signed.targets;
        let beyond = |what: String| {
            Err(Refusal::new(
                Reason::Limit,
                format!("release {}: {what}", targets.signed.version),
            ))
        };
        if files.len() > self.files {
            return beyond(format!(
                "{} files, at most {} are accepted",
                files.len(),
                self.files
            ));
        }
        let mut names = BTreeSet::new();
        let mut total = 0u64;
        for (name, info) in files {
            check_target_name(name)?;
            if !names.insert(name.to_ascii_lowercase()) {
                return Err(Refusal::new(
                    Reason::Name,
                    format!("{name} differs from another name only in case"),
                ));
            }
            if info.length > self.file {
                return beyond(format!(
                    "{name} has {} bytes, at most {} are accepted",
                    info.length, self.file
                ));
            }
            total = total.saturating_add(info.length);
        }
        if total > self.release {
            return beyond(format!(
                "{total} bytes in all, at most {} are accepted",
                self.release
            ));
        }
        Ok(())
    }
}
