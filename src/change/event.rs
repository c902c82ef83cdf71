//! The event a workflow runs for, as GitHub leaves it in a file.

use std::fs;

use camino::Utf8Path;
use serde_json::Value;

/// Largest event file that is read, in bytes; GitHub's are below 100 kB, and no payload may exceed 25 MB.
const MAX_EVENT: u64 = 25 * 1024 * 1024;

/// The event of a workflow cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the event at {path} cannot be read: {why}")]
pub struct EventError {
    /// The file.
    pub path: String,
    /// Why.
    pub why: String,
}

/// The event a workflow runs for. What is in it was checked by GitHub, except for what people wrote.
#[derive(Clone, Debug)]
pub struct Event {
    payload: Value,
    path: String,
}

impl Event {
    /// Reads an event.
    ///
    /// # Errors
    /// When the file cannot be read, is too large or no JSON.
    pub fn read(path: &Utf8Path) -> Result<Self, EventError> {
        let refused = |why: String| EventError {
            path: path.to_string(),
            why,
        };
        let size = fs::metadata(path).map_err(|error| refused(error.to_string()))?;
        if size.len() > MAX_EVENT {
            return Err(refused(format!("it has more than {MAX_EVENT} bytes")));
        }
        let bytes = fs::read(path).map_err(|error| refused(error.to_string()))?;
        let payload = serde_json::from_slice(&bytes).map_err(|error| refused(error.to_string()))?;
        Ok(Self {
            payload,
            path: path.to_string(),
        })
    }

    /// The number of the pull request it is about; none when it is about none.
    pub fn pull_request(&self) -> Option<u64> {
        self.payload.pointer("/pull_request/number")?.as_u64()
    }

    /// The head that the workflow was started for: of the pull request, or of the workflow run that this one follows.
    ///
    /// # Errors
    /// When what it names is no commit.
    pub fn head(&self) -> Result<Option<String>, EventError> {
        self.commit(&["/pull_request/head/sha", "/workflow_run/head_sha"])
    }

    /// The commit a change is compared with: the base of a pull request or merge group, or what a push replaced.
    ///
    /// # Errors
    /// When what it names is no commit.
    pub fn base(&self) -> Result<Option<String>, EventError> {
        self.commit(&["/pull_request/base/sha", "/merge_group/base_sha", "/before"])
    }

    fn commit(&self, places: &[&str]) -> Result<Option<String>, EventError> {
        let named = places
            .iter()
            .find_map(|at| self.payload.pointer(at)?.as_str());
        // A branch that was just created has nothing before it.
        match named.filter(|id| id.bytes().any(|byte| byte != b'0')) {
            Some(id) if is_commit_id(id) => Ok(Some(id.to_owned())),
            Some(_) => Err(EventError {
                path: self.path.clone(),
                why: "a commit that it names is not a commit id".to_owned(),
            }),
            None => Ok(None),
        }
    }
}

fn is_commit_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
