//! What of GitHub's answers is read. Fields that are not listed are ignored; one that is listed and missing makes the answer
//! unreadable, since a fact that is missing must not look like one that is not so.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

use crate::governance;

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Account {
    pub(super) login: String,
    pub(super) id: u64,
    #[serde(rename = "type")]
    pub(super) kind: String,
}

/// The repository, as far as it identifies it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Repository {
    pub(super) id: u64,
    pub(super) full_name: String,
}

/// A pull request as lists have it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct PullInList {
    pub(super) number: u64,
}

/// A pull request.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Pull {
    pub(super) number: u64,
    pub(super) title: String,
    pub(super) user: Option<Account>,
    pub(super) created_at: Timestamp,
    pub(super) merged: bool,
    pub(super) merged_at: Option<Timestamp>,
    pub(super) merged_by: Option<Account>,
    /// Not there in newer versions of the API; the timeline has it then.
    #[serde(default)]
    pub(super) merge_commit_sha: Option<String>,
    pub(super) head: Head,
    pub(super) base: BaseOf,
}

/// The head of a pull request; its repository may be deleted.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Head {
    pub(super) sha: String,
    #[serde(rename = "ref")]
    pub(super) branch: String,
    pub(super) repo: Option<Repository>,
}

/// The branch a pull request is for.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct BaseOf {
    #[serde(rename = "ref")]
    pub(super) branch: String,
    pub(super) repo: Repository,
}

/// A review.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Review {
    pub(super) id: u64,
    pub(super) user: Option<Account>,
    pub(super) state: governance::ReviewState,
    pub(super) commit_id: Option<String>,
    /// Missing while the review is not submitted.
    #[serde(default)]
    pub(super) submitted_at: Option<Timestamp>,
}

/// A commit and the accounts GitHub takes its author and committer for.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Commit {
    pub(super) sha: String,
    pub(super) commit: CommitText,
    #[serde(deserialize_with = "account_or_empty")]
    pub(super) author: Option<Account>,
    #[serde(deserialize_with = "account_or_empty")]
    pub(super) committer: Option<Account>,
}

/// What the commit itself says.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct CommitText {
    pub(super) author: Option<Signature>,
    pub(super) committer: Option<Signature>,
}

/// Who a commit says it is by.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Signature {
    #[serde(default)]
    pub(super) email: Option<String>,
}

/// Something that happened to a branch.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Activity {
    pub(super) after: String,
    pub(super) timestamp: Timestamp,
    pub(super) activity_type: String,
    pub(super) actor: Option<Account>,
}

/// Something that happened to a pull request; fields depend on what it is.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct TimelineEvent {
    #[serde(default)]
    pub(super) event: Option<String>,
    #[serde(default)]
    pub(super) created_at: Option<Timestamp>,
    #[serde(default)]
    pub(super) commit_id: Option<String>,
}

/// Check runs, a page of them.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct CheckRuns {
    pub(super) check_runs: Vec<CheckRun>,
}

/// A check run.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct CheckRun {
    pub(super) started_at: Option<Timestamp>,
}

/// A commit status.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Status {
    pub(super) created_at: Timestamp,
    pub(super) state: String,
    pub(super) context: String,
    pub(super) description: Option<String>,
}

/// A team of an organisation.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Team {
    pub(super) id: u64,
}

/// A comment.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Comment {
    pub(super) id: u64,
    pub(super) user: Option<Account>,
    #[serde(default)]
    pub(super) body: Option<String>,
}

/// GitHub writes `{}` as well as `null` for nobody.
fn account_or_empty<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Account>, D::Error> {
    #[derive(Deserialize)]
    struct Maybe {
        login: Option<String>,
        id: Option<u64>,
        #[serde(rename = "type")]
        kind: Option<String>,
    }
    let maybe = Option::<Maybe>::deserialize(deserializer)?;
    Ok(maybe.and_then(|it| {
        Some(Account {
            login: it.login?,
            id: it.id?,
            kind: it.kind?,
        })
    }))
}
