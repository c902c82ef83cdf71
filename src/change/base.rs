//! The commit a change began at.

use std::fs;

use camino::Utf8Path;
use serde_json::Value;

use super::repository::{Commit, GitError, GitRepository};

/// Largest event file that is read, in bytes; GitHub's are below 100 kB, and no payload may exceed 25 MB.
const MAX_EVENT: u64 = 25 * 1024 * 1024;

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
    #[error("the event at {path} cannot be read: {why}; name a branch or a commit with --base")]
    Event {
        /// The file.
        path: String,
        /// Why.
        why: String,
    },
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
            && let Some(base) = base_in(path)?
        {
            return Ok(self.fork_point(&base, head)?);
        }
        let usual = USUAL.into_iter().find(|name| self.commit(name).is_ok());
        let usual = usual.ok_or(BaseError::Unknown)?;
        Ok(self.fork_point(usual, head)?)
    }
}

/// The base commit an event names; none for an event that is about no change.
fn base_in(path: &Utf8Path) -> Result<Option<String>, BaseError> {
    let refused = |why: String| BaseError::Event {
        path: path.to_string(),
        why,
    };
    let size = fs::metadata(path).map_err(|error| refused(error.to_string()))?;
    if size.len() > MAX_EVENT {
        return Err(refused(format!("it has more than {MAX_EVENT} bytes")));
    }
    let bytes = fs::read(path).map_err(|error| refused(error.to_string()))?;
    let event: Value =
        serde_json::from_slice(&bytes).map_err(|error| refused(error.to_string()))?;
    let named = ["/pull_request/base/sha", "/merge_group/base_sha", "/before"];
    let base = named.iter().find_map(|at| event.pointer(at)?.as_str());
    // A branch that was just created has nothing before it.
    let base = base.filter(|base| base.bytes().any(|byte| byte != b'0'));
    match base {
        Some(base) if is_commit_id(base) => Ok(Some(base.to_owned())),
        Some(_) => Err(refused("its base is not a commit id".to_owned())),
        None => Ok(None),
    }
}

fn is_commit_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
