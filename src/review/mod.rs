//! What `rbk review` says about a pull request: one [`Review`] in, and a comment, a job summary, a commit status,
//! annotations and JSON out (GOVERNANCE §5).
//!
//! Everything here is a function of the review and nothing else. Who gathers the facts, runs the linter and writes to the
//! forge is not this layer's business. No text of a repository or a forge is trusted: it is shown and never obeyed.

mod annotations;
mod approvals;
mod changes;
mod conclusion;
mod headline;
mod machine;
mod missing;
mod page;
mod status;
#[cfg(test)]
mod tests;
mod text;

pub use annotations::{annotations, findings};
pub use conclusion::Conclusion;
pub use machine::{VERSION, machine};
pub use page::{MARKER, MOST_COMMENT, MOST_SUMMARY, comment, is_current, summary};
pub use status::{CONTEXT, MOST_DESCRIPTION, State, Status, status};

use crate::change::diff::Diff;
use crate::diagnostic::Report;
use crate::governance::{Evaluation, Facts};
use crate::testing;

/// Everything there is to say about a pull request, judged as if it were merged now.
#[derive(Clone, Debug)]
pub struct Review {
    /// Which pull request, and at which commits.
    pub pull: Pull,
    /// What the evaluation looked at, for the names of accounts; none when facts could not be gathered.
    pub facts: Option<Facts>,
    /// Whether the right people approved.
    pub evaluation: Evaluation,
    /// What an agent could do after the merge that it cannot do now; else why that could not be found out.
    pub diff: Result<Diff, String>,
    /// What the linter found at the head; else why it could not look.
    pub findings: Result<Report, String>,
    /// What the fixtures of the head showed; else why they could not be run.
    pub tests: Result<testing::report::Report, String>,
    /// The command that shows the same on a checkout, such as `rbk diff BASE HEAD`.
    pub reproduce: String,
}

/// Which pull request, and at which commits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pull {
    /// Its number.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// Its head: the commit that is judged.
    pub head: String,
    /// The commit the change is compared with: where it left the branch.
    pub base: String,
    /// The commit whose policy judges: the tip of the branch it is for. None when no policy could be read.
    pub policy: Option<String>,
}
