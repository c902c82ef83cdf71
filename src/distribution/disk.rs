//! Durable changes to files, one step at a time: after a crash between any two steps every file is either as
//! it was or as it was meant to be.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Is asked before every step; tests let it fail to see what a crash leaves behind.
pub(crate) trait Gate {
    /// Lets the step happen, or fails in its place.
    fn pass(&self, step: &str, path: &Path) -> io::Result<()>;
}

/// The file system, as far as publishing and synchronising change it.
#[derive(Default)]
pub(crate) struct Disk {
    gate: Option<Box<dyn Gate + Send + Sync>>,
}

impl Disk {
    /// A file system whose steps can be made to fail.
    #[cfg(test)]
    pub(crate) fn gated(gate: impl Gate + Send + Sync + 'static) -> Self {
        Self {
            gate: Some(Box::new(gate)),
        }
    }

    fn pass(&self, step: &str, path: &Path) -> io::Result<()> {
        self.gate
            .as_ref()
            .map_or(Ok(()), |gate| gate.pass(step, path))
    }

    /// Creates a directory and those above it.
    pub(crate) fn create_dir(&self, path: &Path) -> io::Result<()> {
        if path.is_dir() {
            return Ok(());
        }
        self.pass("create directory", path)?;
        fs::create_dir_all(path)
    }

    /// Writes a file beside its place, flushes it, and moves it there. The directory has to be flushed with
    /// [`Disk::sync_dir`] before anything relies on the name.
    pub(crate) fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.write_beside(path, bytes, None)
    }

    /// As [`Disk::write`], for a file that takes another's place: at least a second newer than that. Web servers make a tag of
    /// seconds and size, and would call it unchanged.
    pub(crate) fn write_newer(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let next = fs::metadata(path)
            .and_then(|before| before.modified())
            .ok()
            .and_then(|before| before.checked_add(Duration::from_secs(1)));
        self.write_beside(path, bytes, next)
    }

    fn write_beside(
        &self,
        path: &Path,
        bytes: &[u8],
        not_before: Option<SystemTime>,
    ) -> io::Result<()> {
        let beside = beside(path)?;
        self.pass("create", &beside)?;
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .open(&beside)?;
        if let Err(error) = self.pass("write", &beside) {
            // What a crash in the middle of writing leaves behind.
            let half = bytes.get(..bytes.len() / 2).unwrap_or_default();
            file.write_all(half)?;
            return Err(error);
        }
        file.write_all(bytes)?;
        if let Some(next) = not_before.filter(|next| *next > SystemTime::now()) {
            file.set_modified(next)?;
        }
        self.pass("flush", &beside)?;
        file.sync_all()?;
        self.rename(&beside, path)
    }

    /// Moves a file or directory, replacing a file that is there.
    pub(crate) fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.pass("rename", to)?;
        fs::rename(from, to)
    }

    /// Flushes a directory, so that names survive a power cut.
    pub(crate) fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.pass("flush directory", path)?;
        File::open(path)?.sync_all()
    }

    /// Gives a file a second name; copies it where the file system has no hard links.
    pub(crate) fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.pass("link", to)?;
        if fs::hard_link(from, to).is_ok() {
            return Ok(());
        }
        fs::copy(from, to)?;
        File::open(to)?.sync_all()
    }

    /// Makes a symbolic link point to `target`, in one step.
    pub(crate) fn point(&self, link: &Path, target: &Path) -> io::Result<()> {
        let beside = beside(link)?;
        self.remove_file(&beside)?;
        self.pass("create link", &beside)?;
        symlink(target, &beside)?;
        self.rename(&beside, link)
    }

    /// Removes a file if it is there.
    pub(crate) fn remove_file(&self, path: &Path) -> io::Result<()> {
        if fs::symlink_metadata(path).is_err_and(|error| error.kind() == ErrorKind::NotFound) {
            return Ok(());
        }
        self.pass("remove", path)?;
        fs::remove_file(path)
    }

    /// Removes a directory and what is in it, if it is there.
    pub(crate) fn remove_dir(&self, path: &Path) -> io::Result<()> {
        if fs::symlink_metadata(path).is_err_and(|error| error.kind() == ErrorKind::NotFound) {
            return Ok(());
        }
        self.pass("remove directory", path)?;
        fs::remove_dir_all(path)
    }
}

/// Where a file is written before it is moved to its place. The leading dot keeps transports from serving it.
fn beside(path: &Path) -> io::Result<PathBuf> {
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, "a path without a file name"))?;
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(".part");
    Ok(path.with_file_name(hidden))
}

/// Writes a file beside its place, flushes it and moves it there, so that readers see all of it or what was there before.
///
/// # Errors
/// When the file system refuses a step; what was there stays.
pub fn replace_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    Disk::default().write(path, bytes)
}

/// Reads a file that may be missing.
pub(crate) fn read_optional(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_anothers_place_is_newer_by_a_second() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("timestamp.json");
        let modified = || fs::metadata(&path).unwrap().modified().unwrap();
        let disk = Disk::default();
        disk.write_newer(&path, b"1").unwrap();
        let first = modified();
        disk.write_newer(&path, b"2").unwrap();
        let second = modified();
        assert!(second.duration_since(first).unwrap() >= Duration::from_secs(1));
        disk.write_newer(&path, b"3").unwrap();
        assert!(modified().duration_since(second).unwrap() >= Duration::from_secs(1));
        assert_eq!(fs::read(&path).unwrap(), b"3");
    }
}
