//! The linter: what every document has to keep to before a human is asked to approve it.
//!
//! A [`Rule`] is a static value that holds its documentation, its examples and its check; one rule is one file in
//! the folder of its group, and one line in the group's table. `CONTRIBUTING.md` says how to add one.
//!
//! [`lint`] runs the rules over a [`Library`](crate::library::Library). It takes the day as a parameter and asks
//! neither clock nor network, so the same files give the same findings everywhere.

mod allowance;
mod authority;
mod baseline;
mod change;
mod correction;
mod escalation;
mod example;
pub mod explain;
mod file;
mod findings;
mod fixture;
mod hygiene;
mod levels;
mod mend;
mod moot;
mod options;
mod places;
mod possible;
mod postmortem;
mod preflight;
mod query;
mod reader;
mod reference;
pub mod registry;
mod rule;
mod runner;
mod runs;
mod schema;
mod scope;
mod signature;
pub mod site;
mod subject;
#[cfg(test)]
mod tests;
mod texts;
mod tier;
mod values;

pub(crate) use authority::a001_missing_approval::RULE as MISSING_APPROVAL;
pub use baseline::{BASELINE, Baseline, BaselineError, MAX_BASELINE_BYTES, can_be_known};
pub use change::{ChangeScope, Changed};
pub use correction::Spelled;
pub use example::{Change, Example, Overlay, TODAY};
pub use file::lint_file;
pub use findings::{Draft, Findings};
pub use levels::ConfigurationError;
pub use mend::{Applied, Mended, Rejected, Rewritten, mend};
pub use options::Options;
pub use rule::{Category, Check, Needs, Rule};
pub use runner::{Outcome, lint};
pub use runs::{FixtureRun, MutationScore, RunScope, Runs};
pub(crate) use scope::reach;
pub use subject::{DocumentScope, Found, RepositoryScope};
pub(crate) use tier::argument;
