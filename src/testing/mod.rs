//! Fixtures driven through the engine.
//!
//! A [`Fixture`](crate::document::model::Fixture) is an incident in a box: a virtual clock, what every
//! source answers as of each moment, what humans do, what actions do to the world, and what has
//! to come of it. [`Suite`] runs all fixtures of a library through the same engine that agents
//! run, compares what came of each with what was expected, and makes sure that none of them passes by
//! accident.

mod clock;
mod driver;
mod ending;
mod expectation;
mod logs;
pub mod mutation;
mod observation;
pub mod report;
mod script;
mod suite;
mod telemetry;
mod traces;
mod world;

use std::fmt;

pub use clock::Clock;
pub use driver::{Scene, run_fixture};
pub use ending::Ending;
pub use expectation::{Difference, compare};
pub use suite::{Outcome, Selection, Suite, SuiteError, TestResult};
pub use telemetry::Queries;

/// A fixture cannot be run as it is written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct FixtureError {
    /// Where, as a route below `spec`.
    pub place: String,
    /// What is wrong and how to write it.
    pub message: String,
}

impl FixtureError {
    fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            message: message.into(),
        }
    }
}

impl fmt::Display for FixtureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "spec.{}: {}", self.place, self.message)
    }
}
