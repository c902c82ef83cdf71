//! Signatures proposed from postmortems and what was recorded of the incident.
//!
//! Nothing is invented: each condition comes from the postmortem, a recorded line, change or series, and says which. What is
//! proposed is in shadow, and was tried on every fixture of the repository before it is shown.
//!
//! | module | |
//! |---|---|
//! | `template` | log lines without their volatile parts |
//! | `evidence` | what was recorded of the incident, and of days when nothing was wrong |
//! | `proposal` | conditions, each with where it comes from |
//! | `outcome` | the signature with its fixtures |
//! | `trial` | what the signature says about every fixture there is |

mod evidence;
mod outcome;
mod proposal;
mod template;
#[cfg(test)]
mod tests;
mod trial;

pub use evidence::{Evidence, EvidenceError};
pub use outcome::{Derived, Wishes, derive};
pub use proposal::Cited;
pub use trial::{Trial, TrialError, Tried, tried};
