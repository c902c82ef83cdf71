//! Test results as people and programs read them.

mod github;
mod human;
mod junit;
mod markdown;

use camino::Utf8Path;
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

    /// This report with its files below a folder: that of the library in its repository.
    #[must_use]
    pub fn below(mut self, folder: &Utf8Path) -> Self {
        if !folder.as_str().is_empty() {
            for test in &mut self.tests {
                test.path = folder.join(&test.path).into_string();
            }
        }
        self
    }

    /// As annotations of GitHub Actions.
    pub fn github(&self) -> String {
        github::render(self)
    }

    /// The annotation of each test that did not pass.
    pub(crate) fn failures(&self) -> impl Iterator<Item = String> {
        github::failures(self)
    }

    /// As Markdown, for job summaries and comments.
    pub fn markdown(&self) -> String {
        markdown::render(self)
    }

    /// As JUnit XML, for continuous integration.
    pub fn junit(&self) -> String {
        junit::render(self)
    }
}

impl Summary {
    /// `12 tests: 10 passed, 2 failed`.
    pub fn sentence(self) -> String {
        let counts = [
            (self.passed, "passed"),
            (self.failed, "failed"),
            (self.vacuous, "vacuous"),
            (self.broken, "broken"),
        ];
        let total: usize = counts.iter().map(|(count, _)| count).sum();
        // That none passed is worth saying; that none failed goes without it.
        let told: Vec<String> = counts
            .into_iter()
            .filter(|(count, word)| *count > 0 || *word == "passed")
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        let tests = if total == 1 { "test" } else { "tests" };
        format!("{total} {tests}: {}", told.join(", "))
    }
}
