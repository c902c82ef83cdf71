//! Why nothing was published.

use std::io;
use std::path::PathBuf;

use crate::distribution::keys::KeyError;
use crate::distribution::reason::Refusal;

/// Why nothing was published. Files that nothing refers to may have been written.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The release, the roots, or what is there already was refused.
    #[error("{what}: {refusal}")]
    Refused {
        /// What was looked at.
        what: String,
        /// Why.
        refusal: Refusal,
    },
    /// The keys at hand do not suffice for a role.
    #[error(
        "the role {role} needs signatures of {needed} of its keys, but only {provided} of them were given; its key ids are {keyids}"
    )]
    Keys {
        /// The role.
        role: &'static str,
        /// Its threshold.
        needed: u64,
        /// How many of its keys are at hand.
        provided: usize,
        /// Its keys.
        keyids: String,
    },
    /// A key could not sign.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A published file would have to change.
    #[error(
        "{0} exists with other content; published files are never changed: remove it if it is damaged, or publish elsewhere"
    )]
    Exists(PathBuf),
    /// Another publication is at work.
    #[error("another publication is writing to {0}")]
    Locked(PathBuf),
    /// Reading or writing failed.
    #[error("{path}: {error}")]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}

/// Puts what was looked at before a refusal.
pub(super) fn refused(what: &str) -> impl Fn(Refusal) -> PublishError + use<> {
    let what = what.to_owned();
    move |refusal| PublishError::Refused {
        what: what.clone(),
        refusal,
    }
}
