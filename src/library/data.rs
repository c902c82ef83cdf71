//! Data files beside documents: recorded series and logs of fixtures.

use std::borrow::Cow;
use std::fs::File;
use std::io::Read;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use thiserror::Error;

use super::Library;
use super::entry::Entry;

/// Largest data file that is read, in bytes.
pub const MAX_DATA_BYTES: usize = 64 * 1024 * 1024;

/// Why a data file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DataError {
    /// The path is absolute or leads out of the repository.
    #[error("`{path}` leads out of the repository; name a file in it, relative to the document")]
    Outside {
        /// The path as written.
        path: String,
    },
    /// There is no such file.
    #[error("there is no file {path}")]
    Missing {
        /// The path, relative to the root.
        path: Utf8PathBuf,
    },
    /// The file is larger than [`MAX_DATA_BYTES`].
    #[error("{path} is larger than {MAX_DATA_BYTES} bytes")]
    TooLarge {
        /// The path, relative to the root.
        path: Utf8PathBuf,
    },
    /// The operating system refused.
    #[error("{path} cannot be read: {message}")]
    Unreadable {
        /// The path, relative to the root.
        path: Utf8PathBuf,
        /// What it said.
        message: String,
    },
}

impl Library {
    /// The content of the file called `name` by `document`, relative to the folder it lies in.
    ///
    /// # Errors
    /// See [`DataError`]. A symbolic link that leads out of the repository is not followed.
    pub fn data(&self, document: &Entry, name: &str) -> Result<Cow<'_, [u8]>, DataError> {
        let outside = || DataError::Outside {
            path: name.chars().take(200).collect(),
        };
        let path = below(document.folder(), Utf8Path::new(name)).ok_or_else(outside)?;
        if let Some(bytes) = self.data.get(&path) {
            return Ok(Cow::Borrowed(bytes));
        }
        let missing = || DataError::Missing { path: path.clone() };
        let unreadable = |error: std::io::Error| DataError::Unreadable {
            path: path.clone(),
            message: error.to_string(),
        };
        let root = self.root.as_ref().ok_or_else(missing)?;
        let real_root = root.canonicalize_utf8().map_err(unreadable)?;
        let real = root
            .join(&path)
            .canonicalize_utf8()
            .map_err(|_| missing())?;
        if !real.starts_with(&real_root) {
            return Err(outside());
        }
        if !real.is_file() {
            return Err(missing());
        }
        let mut bytes = Vec::new();
        let limit = MAX_DATA_BYTES as u64 + 1;
        let file = File::open(&real).map_err(unreadable)?;
        file.take(limit)
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
        if bytes.len() > MAX_DATA_BYTES {
            return Err(DataError::TooLarge { path });
        }
        Ok(Cow::Owned(bytes))
    }
}

// Resolved by text alone; `..` may climb within the repository and not above it.
fn below(folder: &Utf8Path, name: &Utf8Path) -> Option<Utf8PathBuf> {
    let mut path = folder.to_owned();
    for component in name.components() {
        match component {
            Utf8Component::Normal(part) => path.push(part),
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir => {
                if !path.pop() {
                    return None;
                }
            }
            Utf8Component::RootDir | Utf8Component::Prefix(_) => return None,
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_lead_out_of_the_repository() {
        let folder = Utf8Path::new("runbooks/a/fixtures");
        let found = |name: &str| below(folder, name.into()).map(Utf8PathBuf::into_string);
        assert_eq!(found("x.log").as_deref(), Some("runbooks/a/fixtures/x.log"));
        assert_eq!(found("./../x.log").as_deref(), Some("runbooks/a/x.log"));
        assert_eq!(found("../../../x.log").as_deref(), Some("x.log"));
        assert_eq!(found("../../../../x.log"), None);
        assert_eq!(found("/etc/passwd"), None);
    }
}
