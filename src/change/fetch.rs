//! Fetching what a clone does not have, with the git that made the clone: it knows the address, the credentials and the
//! proxy, and nothing of them passes through here.

use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::repository::{GitError, GitRepository};

/// Longest fetch.
const PATIENCE: Duration = Duration::from_secs(300);
/// How often a fetch is looked after.
const PULSE: Duration = Duration::from_millis(20);

impl GitRepository {
    /// Makes sure that a commit is there: if it is not, fetches `reference` (such as `refs/pull/7/head`) from `origin`. No
    /// reference of this repository is changed.
    ///
    /// # Errors
    /// When it is still not there afterwards.
    pub fn obtain(&self, commit: &str, reference: &str) -> Result<(), GitError> {
        if self.has_commit(commit) {
            return Ok(());
        }
        let missing = |why: String| GitError::NotFetched {
            commit: commit.to_owned(),
            reference: reference.to_owned(),
            why,
        };
        self.fetch(reference).map_err(missing)?;
        if self.has_commit(commit) {
            Ok(())
        } else {
            Err(missing("that reference has moved on".to_owned()))
        }
    }

    fn fetch(&self, reference: &str) -> Result<(), String> {
        let mut git = Command::new("git")
            .arg("--git-dir")
            .arg(self.inner.path())
            .args(["fetch", "--quiet", "--no-tags", "--no-write-fetch-head"])
            .args(["--end-of-options", "origin", reference])
            .env("GIT_TERMINAL_PROMPT", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("git cannot be run: {error}"))?;
        let end = Instant::now() + PATIENCE;
        loop {
            match git.try_wait().map_err(|error| error.to_string())? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => return Err(format!("`git fetch` ends with {status}")),
                None if Instant::now() < end => sleep(PULSE),
                None => {
                    let _ = git.kill();
                    let _ = git.wait();
                    return Err(format!("no end within {} s", PATIENCE.as_secs()));
                }
            }
        }
    }
}
