//! The commit a change began at.

use camino::Utf8Path;

use super::event::{Event, EventError};
use super::repository::{Commit, GitError, GitRepository};

/// Branches a change is taken to have begun at when nothing says so, the first that is there.
const USUAL: [&str; 5] = [
    "origin/HEAD",
    "origin/main",
    "origin/master",
    "main",
    "master",
];

/// Why nobody can tell where a change began.
#[derive(Debug, thiserror::Error)]
pub enum BaseError {
    /// Git cannot say.
    #[error(transparent)]
    Git(#[from] GitError),
    /// Neither an event nor a usual branch is there.
    #[error(
        "nothing says what this change is to be compared with: there is no pull request event, and none of the branches {}; name a branch or a commit with --base",
        USUAL.join(", ")
    )]
    Unknown,
    /// The event of the workflow cannot be read.
    #[error("{0}; name a branch or a commit with --base")]
    Event(#[from] EventError),
}

impl GitRepository {
    /// The commit at which `head` left the line of `revision`: their merge base. What landed on that line since is not
    /// part of the change.
    ///
    /// # Errors
    /// When the revision does not exist, or the two have no commit in common as far as the clone reaches.
    pub fn fork_point(&self, revision: &str, head: &str) -> Result<Commit, GitError> {
        let (head, other) = (self.commit(head)?, self.commit(revision)?);
        match self.merge_base(&head.id, &other.id)? {
            Some(id) => self.commit(&id),
            None => Err(GitError::NoCommonCommit {
                revision: revision.chars().take(100).collect(),
                shallow: self.is_shallow(),
            }),
        }
    }

    /// The commit the present change began at, without being told: the base of the pull request or merge group whose
    /// event file is at `event`, else where `head` left the first usual main branch.
    ///
    /// # Errors
    /// When there is neither, or git cannot say.
    pub fn base_of_change(
        &self,
        head: &str,
        event: Option<&Utf8Path>,
    ) -> Result<Commit, BaseError> {
        if let Some(path) = event
            && let Some(base) = Event::read(path)?.base()?
        {
            return Ok(self.fork_point(&base, head)?);
        }
        let usual = USUAL.into_iter().find(|name| self.commit(name).is_ok());
        let usual = usual.ok_or(BaseError::Unknown)?;
        Ok(self.fork_point(usual, head)?)
    }
}
