//! Who may approve what, and whether they did: a pure function of facts and policy (GOVERNANCE §4).
//!
//! [`Facts`] say everything known about one landing on the published branch, [`Rules`] are the policy at the landing's parent,
//! and [`evaluate`] says whether what landed may be published. Nothing here asks the network, a repository or a clock, so that
//! anybody can repeat a decision that was published.

mod approval;
mod attribution;
mod bytes;
mod completeness;
mod demand;
mod evaluate;
mod exception;
mod facts;
#[cfg(feature = "author")]
mod files;
#[cfg(feature = "author")]
pub mod foresight;
#[cfg(feature = "author")]
mod grant;
mod opinion;
mod people;
mod ratification;
mod reason;
mod record;
#[cfg(feature = "author")]
mod requirement;
mod robot;
mod rules;
mod satisfy;
#[cfg(feature = "author")]
pub mod signature;
pub mod statement;
mod teams;
#[cfg(test)]
mod tests;
mod verdict;

pub use completeness::{MAX_COMMITS, MAX_COMPARISONS, MAX_REVIEWS, MAX_UNITS};
pub use evaluate::evaluate;
pub use facts::{
    Account, BaseChange, Blob, ClosureDigests, Commit, EmergencyException, Facts, FactsError,
    HeadEvidence, Landing, MAX_FACTS_BYTES, PullRequest, Push, Ratification, Review, ReviewState,
    Sha, Shape, Unit, User, Witness,
};
#[cfg(feature = "author")]
pub use files::{FileState, Files};
#[cfg(feature = "author")]
pub use grant::{GRANTS_FOLDER, Grant, GrantError};
pub use reason::{Reason, Weight};
pub use record::{Record, RecordError, Subject};
#[cfg(feature = "author")]
pub use requirement::requirements;
pub use rules::{DEFAULT_MAX_AGE, Rules, RulesError};
pub use verdict::{Evaluation, Rejected, TeamEvaluation, UnitEvaluation, Verdict};
