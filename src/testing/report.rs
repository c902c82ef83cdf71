//! Test results as people and programs read them.

mod human;
mod junit;

use serde::Serialize;

use super::suite::{Outcome, TestResult};

/// Version of the JSON form.
pub const VERSION: u32 = 1;

/// The results of a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Version of this form.
    pub version: u32,
    /// How many of each.
    pub summary: Summary,
    /// Every result, in path order.
    pub tests: Vec<TestResult>,
}

/// How many results of each sort there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Expectations met.
    pub passed: usize,
    /// Expectations not met.
    pub failed: usize,
    /// Would pass without the document under test.
    pub vacuous: usize,
    /// Cannot be run.
    pub broken: usize,
}

impl Report {
    pub(super) fn new(tests: Vec<TestResult>) -> Self {
        let mut report = Self {
            version: VERSION,
            summary: Summary::default(),
            tests,
        };
        report.retain(|_| true);
        report
    }

    /// Leaves out results and counts anew.
    pub fn retain(&mut self, wanted: impl Fn(&TestResult) -> bool) {
        self.tests.retain(wanted);
        let mut summary = Summary::default();
        for test in &self.tests {
            *match test.outcome {
                Outcome::Passed => &mut summary.passed,
                Outcome::Failed { .. } => &mut summary.failed,
                Outcome::Vacuous { .. } => &mut summary.vacuous,
                Outcome::Broken { .. } => &mut summary.broken,
            } += 1;
        }
        self.summary = summary;
    }

    /// Whether every test passed.
    pub fn passed(&self) -> bool {
        self.summary.passed == self.tests.len()
    }

    /// For a human: failures in full, then a summary.
    pub fn human(&self) -> String {
        human::render(self)
    }

    /// As JUnit XML, for continuous integration.
    pub fn junit(&self) -> String {
        junit::render(self)
    }
}
