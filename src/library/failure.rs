//! Files that could not become documents at all.

use camino::Utf8PathBuf;
use thiserror::Error;

use super::discovery::MAX_FILES;
use super::load::MAX_TOTAL_BYTES;
use super::selection::PatternError;
use crate::document::SourceError;

/// A file, or the search for files, failed. Whoever reports on a library has to report these too:
/// what could not be read was not checked.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{path}: {error}")]
pub struct Failure {
    /// The file or folder, relative to the root where that is possible.
    pub path: Utf8PathBuf,
    /// What happened.
    pub error: LoadError,
}

/// What can go wrong with a file before there is text to look at.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The bytes are not a source.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The operating system refused.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// A folder could not be searched.
    #[error("the search for documents was not complete: {0}")]
    Walk(String),
    /// The path is not UTF-8.
    #[error("the path is not UTF-8; rename the file")]
    PathNotText,
    /// A selected file is a symbolic link.
    #[error(
        "is a symbolic link, and documents are read from plain files only; put the file itself here"
    )]
    SymbolicLink,
    /// `include` or `exclude` of `rbk.yaml` holds a pattern that cannot be used.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// There are more files than [`MAX_FILES`].
    #[error("the folder holds more than {MAX_FILES} files; the rest was not looked at")]
    TooManyFiles,
    /// The files together are larger than [`MAX_TOTAL_BYTES`].
    #[error("the documents before it fill {MAX_TOTAL_BYTES} bytes already; it was not read")]
    TooManyBytes,
    /// The schemas of this program cannot be used.
    #[error("documents cannot be checked: {0}")]
    Schema(String),
}
