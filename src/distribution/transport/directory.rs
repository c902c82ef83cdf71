//! Published files in a directory: a shared disk, an unpacked archive, a mounted volume.

use std::fs::File;
use std::io::Read as _;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rustix::fs::{FileType, Mode, OFlags, fstat, open, openat};
use rustix::io::Errno;

use super::{Conditional, Transport, TransportError};
use crate::distribution::name::RemotePath;

/// Reads a publication from a directory. Links below the directory are not followed, and only plain files are
/// read, so that nothing outside can be reached through it.
///
/// It is opened anew whenever the timestamp is asked for, so that a directory that was put in its place is seen, and what is
/// fetched for one timestamp comes from one directory.
#[derive(Debug)]
pub struct DirectoryTransport {
    path: PathBuf,
    root: Mutex<OwnedFd>,
}

impl DirectoryTransport {
    /// Opens the directory that holds `metadata/` and `targets/`. The path itself may go through links.
    ///
    /// # Errors
    /// [`TransportError::Source`] when it cannot be opened or is no directory.
    pub fn new(path: &Path) -> Result<Self, TransportError> {
        Ok(Self {
            path: path.to_owned(),
            root: Mutex::new(opened(path)?),
        })
    }
}

fn opened(path: &Path) -> Result<OwnedFd, TransportError> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    open(path, flags, Mode::empty())
        .map_err(|error| TransportError::Source(format!("directory {}: {error}", path.display())))
}

impl Transport for DirectoryTransport {
    fn fetch(&self, path: &RemotePath, max_len: u64) -> Result<Option<Vec<u8>>, TransportError> {
        let broken = |message: String| TransportError::Unreachable {
            path: path.to_string(),
            message,
        };
        let never_links = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let root = self.root.lock().unwrap_or_else(PoisonError::into_inner);
        let opened = openat(
            &*root,
            path.folder(),
            never_links | OFlags::DIRECTORY,
            Mode::empty(),
        )
        // NONBLOCK: opening a named pipe must not wait for a writer.
        .and_then(|folder| {
            openat(
                &folder,
                path.file(),
                never_links | OFlags::NONBLOCK,
                Mode::empty(),
            )
        });
        let file = match opened {
            Ok(file) => file,
            Err(Errno::NOENT) => return Ok(None),
            Err(Errno::LOOP | Errno::NOTDIR) => {
                return Err(broken(
                    "is a link, or lies behind one; links are not followed".to_owned(),
                ));
            }
            Err(error) => return Err(broken(error.to_string())),
        };
        let stat = fstat(&file).map_err(|error| broken(error.to_string()))?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(broken("is not a plain file".to_owned()));
        }
        let mut bytes = Vec::new();
        File::from(file)
            .take(max_len.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| broken(error.to_string()))?;
        if bytes.len() as u64 > max_len {
            return Err(TransportError::TooLarge {
                path: path.to_string(),
                limit: max_len,
            });
        }
        Ok(Some(bytes))
    }

    fn fetch_if_changed(
        &self,
        path: &RemotePath,
        max_len: u64,
        _tag: Option<&str>,
    ) -> Result<Conditional, TransportError> {
        *self.root.lock().unwrap_or_else(PoisonError::into_inner) = opened(&self.path)?;
        Ok(match self.fetch(path, max_len)? {
            Some(bytes) => Conditional::Fetched { bytes, tag: None },
            None => Conditional::Missing,
        })
    }
}
