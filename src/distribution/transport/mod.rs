//! Where published files come from. A transport moves bytes; it is never believed.

mod client;
mod counted;
mod directory;
mod http;
mod oci;
#[cfg(test)]
mod tests;

use std::time::Duration;

pub use client::{HttpOptions, post_json};
pub(crate) use counted::Counted;
pub use directory::DirectoryTransport;
pub use http::HttpTransport;
pub use oci::{Keychain, OciTransport, Pushed, Reference, push};

use super::name::RemotePath;
use super::reason::{Reason, Refusal};

/// Why a file could not be fetched. A file that is not offered is no error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The address or directory cannot be used.
    #[error("{0}")]
    Source(String),
    /// The other side could not be reached, or the connection broke.
    #[error("{path}: {message}")]
    Unreachable {
        /// The file.
        path: String,
        /// What happened.
        message: String,
    },
    /// The file did not arrive in time.
    #[error("{path}: not delivered within {limit:?}")]
    Timeout {
        /// The file.
        path: String,
        /// The time it may take.
        limit: Duration,
    },
    /// The file is longer than allowed.
    #[error("{path}: longer than the {limit} bytes that are allowed")]
    TooLarge {
        /// The file.
        path: String,
        /// The greatest length.
        limit: u64,
    },
    /// An HTTP status that is neither content nor "not here".
    #[error("{path}: the server answered with status {status}")]
    Status {
        /// The file.
        path: String,
        /// The HTTP status.
        status: u16,
    },
    /// A redirect that is not followed.
    #[error("{path}: {message}")]
    Redirect {
        /// The file.
        path: String,
        /// Where to, and why it is not followed.
        message: String,
    },
    /// A registry serves other bytes than its digest names.
    #[error("{0}: the registry serves other bytes than the digest names")]
    Digest(String),
    /// A registry's manifest is not that of a publication.
    #[error("manifest: {0}")]
    Manifest(String),
    /// The login at a registry did not work.
    #[error("credentials: {0}")]
    Credentials(String),
}

impl TransportError {
    /// The stable reason.
    #[must_use]
    pub fn reason(&self) -> Reason {
        match self {
            Self::Source(_) | Self::Unreachable { .. } => Reason::Unreachable,
            Self::Timeout { .. } => Reason::Timeout,
            Self::TooLarge { .. } => Reason::TooLarge,
            Self::Status { .. } => Reason::HttpStatus,
            Self::Redirect { .. } => Reason::Redirect,
            Self::Digest(_) => Reason::Hash,
            Self::Manifest(_) => Reason::Manifest,
            Self::Credentials(_) => Reason::Credentials,
        }
    }
}

impl From<TransportError> for Refusal {
    fn from(error: TransportError) -> Self {
        Refusal::new(error.reason(), error.to_string())
    }
}

/// The answer to a conditional request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conditional {
    /// The other side says that the file is still the one with the given tag.
    Unchanged,
    /// The file is not offered.
    Missing,
    /// The file, and a tag to ask with next time.
    Fetched {
        /// The content, unverified.
        bytes: Vec<u8>,
        /// An opaque tag, if there is one.
        tag: Option<String>,
    },
}

/// A place published files can be fetched from.
pub trait Transport {
    /// Fetches a file of at most `max_len` bytes; nothing when it is not offered.
    ///
    /// # Errors
    /// When it cannot be told whether the file is offered, or it did not arrive whole, in time and size.
    fn fetch(&self, path: &RemotePath, max_len: u64) -> Result<Option<Vec<u8>>, TransportError>;

    /// Fetches a file unless it still is the one with this tag. Transports without tags fetch it.
    ///
    /// # Errors
    /// As [`Transport::fetch`].
    fn fetch_if_changed(
        &self,
        path: &RemotePath,
        max_len: u64,
        _tag: Option<&str>,
    ) -> Result<Conditional, TransportError> {
        Ok(match self.fetch(path, max_len)? {
            Some(bytes) => Conditional::Fetched { bytes, tag: None },
            None => Conditional::Missing,
        })
    }
}
