//! Why facts are incomplete.

use camino::Utf8PathBuf;
use thiserror::Error;

use crate::change::{GitError, LibraryError};
use crate::github::GithubError;

/// Why facts are incomplete. None of these says anything about approvals; each can be mended and tried again.
#[derive(Debug, Error)]
pub enum GatherError {
    /// Old history is missing.
    #[error(
        "this clone is shallow, so that not every commit can be looked at: fetch the whole history, with `fetch-depth: 0` in a workflow or `git fetch --unshallow`"
    )]
    Shallow,
    /// GitHub cannot say.
    #[error(transparent)]
    Github(#[from] GithubError),
    /// Git cannot say.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The documents of a commit cannot be had.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// There are more landings than are looked at.
    #[error(
        "there are more than {most} landings since the last one that is known; give `--since COMMIT`, or move the policy's baseline"
    )]
    TooManyLandings {
        /// The limit.
        most: usize,
    },
    /// The file of an exception says nothing that can be used.
    #[error("{path}: {message}")]
    Grant {
        /// The file.
        path: Utf8PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// There are more exceptions than are looked at.
    #[error(
        "there are more than {most} exceptions in {folder}; take away those that ended long ago"
    )]
    TooManyGrants {
        /// Where they lie.
        folder: Utf8PathBuf,
        /// The limit.
        most: usize,
    },
    /// A pull request has more commits that GitHub does not list than are asked for one by one.
    #[error(
        "pull request {number} has {count} commits that its list leaves out, and at most {most} are asked for one by one"
    )]
    TooManyCommits {
        /// The pull request.
        number: u64,
        /// How many.
        count: usize,
        /// The limit.
        most: usize,
    },
}
