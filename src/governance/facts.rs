//! What is known about one landing: everything the evaluation looks at, and nothing it could look up.
//!
//! The form is that of `tests/data/governance/cases.json`. Whoever gathers facts writes `null` where something is known not to
//! be there, and leaves out nothing: a missing field is an error and not an empty list.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::document::model::Tier;

/// Most bytes of facts that are read: a landing with thousands of files and reviews has a few.
pub const MAX_FACTS_BYTES: usize = 16 * 1024 * 1024;

/// A numeric account id of the forge; it survives renames.
pub type Account = u64;
/// Full id of a commit.
pub type Sha = String;
/// Digest of a file's bytes, such as a blob id; equal digests are equal bytes.
pub type Blob = String;

/// Everything known about one landing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// The moment of the evaluation; there is no other clock.
    pub now: Timestamp,
    /// What landed on the published branch.
    pub landing: Landing,
    /// The governed files it changed.
    pub units: Vec<Unit>,
    /// Every pull request the forge names for the tip.
    pub prs: Vec<PullRequest>,
    /// Every review of the pull request that is merged here.
    pub reviews: Vec<Review>,
    /// Members of the teams of the forge, by the team's name in the policy.
    pub teams: BTreeMap<String, BTreeSet<Account>>,
    /// Whether the commit published last lies on the published branch; `null` when nothing was published yet.
    #[serde(deserialize_with = "present")]
    pub prev_published_is_ancestor: Option<bool>,
    /// Accounts by id. One that is deleted is not among them.
    pub users: BTreeMap<Account, User>,
    /// Emergency exceptions that name files of this landing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<EmergencyException>,
}

/// A maximal run of first-parent commits that one pull request produced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Landing {
    /// How it came about.
    pub shape: Shape,
    /// The commit before it.
    pub parent: Sha,
    /// Its last commit.
    pub tip: Sha,
    /// The parents of the tip.
    pub tip_parents: Vec<Sha>,
    /// Its first-parent commits, oldest first.
    pub commits: Vec<Sha>,
    /// Whether it lies before the policy's adoption point.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub before_baseline: bool,
}

/// How a landing came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// A merge commit.
    Merge,
    /// One commit with the content of all.
    Squash,
    /// The commits of the pull request, written anew.
    Rebase,
    /// A merge queue, which merges or squashes.
    Queue,
    /// A push by hand.
    Push,
    /// Nothing landed yet: a pull request, judged as if it were merged now. The tip is its head, and what "landed" of a file
    /// is what merging would give.
    Proposed,
}

/// A governed file that a landing changed, at the four commits that matter. `null` is a file that is not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// Its path in the repository.
    pub path: String,
    /// Tier of the resolved closure at the parent; `null` for what has none.
    #[serde(deserialize_with = "present")]
    pub tier_before: Option<Tier>,
    /// Tier of the resolved closure at the tip.
    #[serde(deserialize_with = "present")]
    pub tier_after: Option<Tier>,
    /// Environments of both.
    pub envs: Vec<String>,
    /// At the landing's parent.
    #[serde(rename = "P", deserialize_with = "present")]
    pub parent: Option<Blob>,
    /// At the merge base of the pull request.
    #[serde(rename = "MB", deserialize_with = "present")]
    pub merge_base: Option<Blob>,
    /// At the head of the pull request: what was approved.
    #[serde(rename = "H", deserialize_with = "present")]
    pub head: Option<Blob>,
    /// As it landed.
    #[serde(rename = "C", deserialize_with = "present")]
    pub landed: Option<Blob>,
    /// At earlier heads that were reviewed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub at: BTreeMap<Sha, Option<Blob>>,
    /// Result of the three-way merge of parent and head, where it is clean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clean_merge: Option<Blob>,
    /// The same for everything the document is resolved with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closure: Option<ClosureDigests>,
    /// Whether it holds, before and after, nothing but runbooks, fixtures and postmortems: nothing that other documents are
    /// resolved with, so that it can be put back alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub apart: bool,
}

/// Digests of a resolved closure, as those of the file itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosureDigests {
    /// At the landing's parent.
    #[serde(rename = "P", deserialize_with = "present")]
    pub parent: Option<Blob>,
    /// At the merge base.
    #[serde(rename = "MB", deserialize_with = "present")]
    pub merge_base: Option<Blob>,
    /// At the head.
    #[serde(rename = "H", deserialize_with = "present")]
    pub head: Option<Blob>,
    /// As it landed.
    #[serde(rename = "C", deserialize_with = "present")]
    pub landed: Option<Blob>,
    /// Of the clean three-way merge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clean_merge: Option<Blob>,
}

/// A pull request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PullRequest {
    /// Its number.
    pub number: u64,
    /// Who opened it; `null` when the account is gone.
    #[serde(deserialize_with = "present")]
    pub author: Option<Account>,
    /// The branch it is for.
    pub base_ref: String,
    /// The repository it is for.
    pub base_repo_id: u64,
    /// Its head.
    pub head_sha: Sha,
    /// Whether the forge calls it merged. One that is not can only be judged as proposed.
    pub merged: bool,
    /// When it was merged.
    #[serde(deserialize_with = "present")]
    pub merged_at: Option<Timestamp>,
    /// The commit it became.
    #[serde(deserialize_with = "present")]
    pub merge_commit_sha: Option<Sha>,
    /// Who merged it.
    #[serde(deserialize_with = "present")]
    pub merged_by: Option<Account>,
    /// All commits of its head that its base does not have.
    pub commits: Vec<Commit>,
    /// Pushes to its branch by server-side time; `null` where the forge does not tell.
    #[serde(deserialize_with = "present")]
    pub pushes: Option<Vec<Push>>,
    /// Changes of the branch it is for.
    pub base_changes: Vec<BaseChange>,
    /// What else shows since when the head is the head.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head_evidence: Option<HeadEvidence>,
}

/// What shows since when a head is the head, where pushes are not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadEvidence {
    /// When the branch was force-pushed, from the timeline of the pull request.
    pub force_pushes: Vec<Timestamp>,
    /// The oldest check run or status of the head: it was there by then.
    #[serde(deserialize_with = "present")]
    pub first_checked: Option<Timestamp>,
}

/// A commit of a pull request. Its dates are chosen by whoever pushes it, and are no facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Commit {
    /// Its id.
    pub sha: Sha,
    /// The account the forge maps the author to.
    #[serde(deserialize_with = "present")]
    pub author: Option<Account>,
    /// The account the forge maps the committer to.
    #[serde(deserialize_with = "present")]
    pub committer: Option<Account>,
    /// The accounts of its co-authors; those that map to none are `null`.
    pub co_authors: Vec<Option<Account>>,
    /// Its parents.
    pub parents: Vec<Sha>,
}

/// A push to the branch of a pull request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Push {
    /// Server-side time.
    pub at: Timestamp,
    /// Who pushed; `null` when the account is gone.
    #[serde(deserialize_with = "present")]
    pub actor: Option<Account>,
    /// The head afterwards.
    pub after: Sha,
    /// Whether commits were taken away.
    pub force: bool,
}

/// A change of the branch a pull request is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaseChange {
    /// Server-side time.
    pub at: Timestamp,
    /// The branch before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The branch after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// A review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// Its id.
    pub id: u64,
    /// Who wrote it; `null` when the account is gone.
    #[serde(deserialize_with = "present")]
    pub user: Option<Account>,
    /// What it says.
    pub state: ReviewState,
    /// The commit the forge shows it on, which after a force-push need not be the one that was looked at.
    #[serde(deserialize_with = "present")]
    pub commit_id: Option<Sha>,
    /// Server-side time.
    pub submitted_at: Timestamp,
    /// What a witness recorded when it was submitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witness: Option<Witness>,
}

/// What a review says. Any other word is an error: what it means for an approval is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReviewState {
    /// Yes.
    Approved,
    /// No.
    ChangesRequested,
    /// Taken back, by whomever.
    Dismissed,
    /// Neither.
    Commented,
    /// Not submitted yet.
    Pending,
}

/// The head at the moment a review was submitted, recorded and signed then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Witness {
    /// The head that was reviewed.
    pub head: Sha,
    /// Whether its signature was verified.
    pub signature_ok: bool,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// Its name today.
    pub login: String,
    /// Its id.
    pub id: Account,
    /// `User`, `Bot` or another word of the forge.
    #[serde(rename = "type")]
    pub kind: String,
}

/// Leave to act without ordinary approval in an emergency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmergencyException {
    /// Its id.
    pub id: String,
    /// Who granted it.
    pub granted_by: Vec<Account>,
    /// Who made the change.
    pub authors: Vec<Account>,
    /// When it was granted.
    pub granted_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Why it could not wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The incident it belongs to; empty or `null` is none.
    #[serde(deserialize_with = "present")]
    pub incident: Option<String>,
    /// Whether a key that the policy lists signed exactly this.
    pub signature_ok: bool,
    /// The exact bytes it covers, by path; `null` is a file that is taken away.
    pub digests: BTreeMap<String, Option<Blob>>,
    /// Environments it is limited to; all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environments: Option<Vec<String>>,
    /// The later ordinary review of the same bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratification: Option<Ratification>,
}

/// The ordinary review that follows an emergency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ratification {
    /// The bytes that were reviewed, by path.
    pub digests: BTreeMap<String, Option<Blob>>,
    /// The reviews.
    pub reviews: Vec<Review>,
}

/// Facts that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FactsError {
    /// They are larger than any landing needs.
    #[error("the facts are larger than {MAX_FACTS_BYTES} bytes")]
    TooLarge,
    /// They are no JSON, or something is missing, unknown or of the wrong kind.
    #[error("the facts cannot be read: {message}")]
    Malformed {
        /// What is wrong, and at which line and column.
        message: String,
    },
}

impl Facts {
    /// Reads facts from JSON.
    ///
    /// # Errors
    /// Whatever the evaluation could not rely on.
    pub fn from_json(bytes: &[u8]) -> Result<Self, FactsError> {
        if bytes.len() > MAX_FACTS_BYTES {
            return Err(FactsError::TooLarge);
        }
        serde_json::from_slice(bytes).map_err(|error| FactsError::Malformed {
            message: error.to_string(),
        })
    }
}

/// A field that may be `null` and may not be missing.
fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer)
}
