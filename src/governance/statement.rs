//! What is written down of an evaluated landing: one in-toto statement each, chained by digest (GOVERNANCE §6).
//!
//! A statement says which documents a landing gave their present form, who approved that and under which policy, and holds
//! everything needed to see again that the approvals are enough. Statements are made from [`Record`](super::Record)s by [`Chain`], which
//! is a function of its input alone: the same records give the same bytes.

mod accounts;
mod build;
mod chain;
mod fault;
mod form;
mod history;
mod recheck;
mod standing;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::facts::{Account, EmergencyException, Landing, Sha, Unit, User};
use super::reason::Reason;
use super::record::Subject;
use super::verdict::{Rejected, Verdict};
use crate::document::Digest;
use crate::document::model::RepositoryRef;

pub use chain::{Chain, Link, MAX_CHAIN_BYTES, MAX_STATEMENTS};
pub use fault::{ChainFault, FaultCode};
pub use form::MAX_STATEMENT_BYTES;
pub use history::{Judged, judge};
pub use standing::{Open, Standing};

/// The type every in-toto statement has.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";
/// The type of what is said here.
pub const PREDICATE_TYPE: &str = "urn:rbk:attestation:runbook-review:v1";

/// What is said about one landing. Its canonical JSON is what the next statement names by digest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// [`STATEMENT_TYPE`].
    #[serde(rename = "_type")]
    pub statement_type: String,
    /// The commit that landed, then of each document its source and its closure.
    pub subject: Vec<Artifact>,
    /// [`PREDICATE_TYPE`].
    #[serde(rename = "predicateType")]
    pub predicate_type: String,
    /// What is said.
    pub predicate: Review,
}

/// Something with a digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Artifact {
    /// `commit`, or `KIND/ID@VERSION source` and `KIND/ID@VERSION closure`.
    pub name: String,
    /// Its digest by algorithm: `gitCommit` or `sha256`.
    pub digest: BTreeMap<String, String>,
}

/// Who reviewed a landing, and what follows from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// Digest of the statement before; `null` in the first.
    pub previous: Option<Digest>,
    /// Digest of an earlier statement about the same landing that this one takes the place of: an emergency that was approved
    /// in the ordinary way afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revises: Option<Digest>,
    /// Where it landed.
    pub repository: RepositoryRef,
    /// What landed.
    pub landing: Landing,
    /// The pull request it came from.
    pub pull_request: Option<Pull>,
    /// Who had a hand in it, and therefore does not approve.
    pub contributors: Hands,
    /// Everybody the statement speaks of, by id.
    pub accounts: Vec<User>,
    /// Members of the teams that had to approve, as they were counted.
    pub teams: BTreeMap<String, BTreeSet<Account>>,
    /// The governed files it changed.
    pub units: Vec<UnitReview>,
    /// What was said of it.
    pub approvals: Approvals,
    /// The exception that covers it.
    pub exception: Option<EmergencyException>,
    /// The policy it was judged by.
    pub policy: PolicyRef,
    /// The documents whose source or closure it changed, as they are afterwards.
    pub documents: Vec<Subject>,
    /// What follows.
    pub evaluation: Outcome,
}

/// The pull request of a landing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pull {
    /// Its number.
    pub number: u64,
    /// Who opened it.
    pub author: Option<Account>,
    /// What was reviewed last.
    pub head: Sha,
    /// When it was merged.
    pub merged_at: Option<Timestamp>,
    /// Who merged it.
    pub merged_by: Option<Account>,
}

/// Contributors.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hands {
    /// Their accounts.
    pub accounts: BTreeSet<Account>,
    /// Whether there are some who belong to no account.
    pub unknown: bool,
}

/// A governed file, what it needed and what it got.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitReview {
    /// Its bytes, tiers and environments.
    pub change: Unit,
    /// What the policy demands; nothing where no row of it fits.
    pub requires: Option<Requirement>,
    /// Reviews that count.
    pub counted: BTreeSet<u64>,
    /// Reviews that do not count, and why.
    pub refused: Vec<Rejected>,
    /// Why it is not accepted.
    pub reasons: Vec<Reason>,
}

/// What the policy demands for a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Approvals by team.
    pub teams: BTreeMap<String, u32>,
    /// Fewest different people.
    pub min_distinct: u32,
    /// Whether one person may count for several teams.
    pub one_person_many_teams: bool,
}

/// What was said of a landing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approvals {
    /// Reviews that count for a file.
    pub counted: Vec<Approval>,
    /// Reviews that do not count for a file, once for each reason.
    pub refused: Vec<Approval>,
    /// Reviews that asked for changes.
    pub objections: Vec<Approval>,
}

/// A review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Its id.
    pub review: u64,
    /// Whose it is; `null` when the account is gone.
    pub account: Option<Account>,
    /// The account's name.
    pub login: Option<String>,
    /// The commit that was reviewed: what a witness saw, else what the forge shows.
    pub commit: Option<Sha>,
    /// When, by the forge's clock.
    pub submitted_at: Timestamp,
    /// Why it does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

/// The policy a landing was judged by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyRef {
    /// Id of the document.
    pub id: String,
    /// Its version; empty when it has none.
    pub version: String,
    /// Digest of its canonical JSON.
    pub digest: Digest,
    /// The policy itself, in the first statement of a chain that names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Value>,
}

/// What an evaluation said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// Whether the landing may be published.
    pub verdict: Verdict,
    /// Why.
    pub reasons: Vec<Reason>,
    /// The moment of the evaluation.
    pub at: Timestamp,
    /// Digest of the canonical JSON of the facts.
    pub facts: Digest,
}

impl Statement {
    /// When what it allows ends: the exception's end, where the landing is allowed by one.
    pub fn allowed_until(&self) -> Option<Timestamp> {
        let exception = self.predicate.exception.as_ref();
        let by_exception = self.predicate.evaluation.verdict == Verdict::AllowBreakGlass;
        exception
            .filter(|_| by_exception)
            .map(|exception| exception.expires_at)
    }

    /// Whether what it says allows the landing to be published at a moment.
    pub fn allows(&self, at: Timestamp) -> bool {
        match self.predicate.evaluation.verdict {
            Verdict::Allow => true,
            Verdict::AllowBreakGlass => self.allowed_until().is_some_and(|until| at < until),
            Verdict::Deny | Verdict::Error => false,
        }
    }
}
