//! A release in the state directory, and how fresh it is.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::metadata::{FileInfo, Metadata, Targets};
use super::name::RemotePath;
use super::reason::{Reason, Refusal};
use super::transport::{DirectoryTransport, Transport as _};

/// How far a release can be relied on as the newest one. Whether staleness is tolerated, and for what, is for
/// the caller to decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Freshness {
    /// All metadata that vouches for the release is within its time.
    Fresh {
        /// When the first of it expires.
        expires: jiff::Timestamp,
    },
    /// Some of it has expired: a newer release, or a withdrawal, may have been kept from this agent.
    Stale {
        /// The role whose metadata expired first.
        role: &'static str,
        /// When it expired.
        since: jiff::Timestamp,
        /// Seconds since then.
        age_seconds: i64,
    },
    /// The clock is behind the last good synchronisation by more than an hour, so that no age can be told.
    ClockBehind {
        /// When that synchronisation succeeded.
        synced: jiff::Timestamp,
    },
    /// The newest root no longer trusts the keys that signed the release.
    Revoked {
        /// The version of that root.
        root: u64,
    },
}

impl Freshness {
    /// Whether the release may be relied on as the newest one.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        matches!(self, Self::Fresh { .. })
    }
}

/// A verified release on disk. Every read checks the bytes against the signed digest again.
#[derive(Debug)]
pub struct Release {
    dir: PathBuf,
    targets: Metadata<Targets>,
}

impl Release {
    /// A release whose targets metadata was verified by the caller.
    pub(crate) fn new(dir: PathBuf, targets: Metadata<Targets>) -> Self {
        Self { dir, targets }
    }

    /// The number of the release: the version of its targets metadata.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.targets.signed.version
    }

    /// The directory with the files (`targets/NAME`), for programs that read them on their own.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The files with length and digests, sorted by name.
    pub fn files(&self) -> impl Iterator<Item = (&str, &FileInfo)> {
        self.targets
            .signed
            .targets
            .iter()
            .map(|(name, info)| (name.as_str(), info))
    }

    /// Reads a file and checks it against its signed length and digest.
    ///
    /// # Errors
    /// [`Reason::NotFound`] when the release has no such file, [`Reason::StateCorrupt`] when the file on disk
    /// is missing or differs from what was signed.
    pub fn read(&self, name: &str) -> Result<Vec<u8>, Refusal> {
        let info = self.targets.signed.targets.get(name).ok_or_else(|| {
            Refusal::new(
                Reason::NotFound,
                format!("release {} has no file {name:?}", self.number()),
            )
        })?;
        let damaged = |what: String| {
            Refusal::new(
                Reason::StateCorrupt,
                format!(
                    "release {}: {what}; synchronise again to repair it",
                    self.number()
                ),
            )
        };
        let path = RemotePath::target(name, "", false)?;
        let bytes = DirectoryTransport::new(&self.dir)
            .and_then(|dir| dir.fetch(&path, info.length))
            .map_err(|error| damaged(error.to_string()))?
            .ok_or_else(|| damaged(format!("{name} is missing")))?;
        info.check(&bytes, name)
            .map_err(|refusal| damaged(refusal.message))?;
        Ok(bytes)
    }

    /// Checks every file of the release.
    ///
    /// # Errors
    /// As [`Release::read`], for the first file that is not as signed.
    pub fn verify(&self) -> Result<(), Refusal> {
        self.files()
            .try_for_each(|(name, _)| self.read(name).map(drop))
    }

    pub(crate) fn targets(&self) -> &Metadata<Targets> {
        &self.targets
    }
}
