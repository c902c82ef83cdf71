//! What rules about fixtures see: the library, and what running its fixtures showed.
//!
//! The linter runs nothing by itself. Whoever runs the fixtures hands in what came of them.

use std::collections::{BTreeMap, BTreeSet};

use super::subject::RepositoryScope;
use crate::document::id::{QueryId, SignatureId};
use crate::engine::signature::SignatureResult;
use crate::engine::trace::Trace;
use crate::library::DocId;

/// What a rule about fixtures that were run sees.
#[derive(Clone, Copy, Debug)]
pub struct RunScope<'a> {
    /// The library.
    pub head: &'a RepositoryScope<'a>,
    /// What running its fixtures showed.
    pub runs: &'a Runs,
}

/// What running the fixtures of a library showed.
#[derive(Clone, Debug, Default)]
pub struct Runs {
    /// Every fixture that could be run, in path order.
    pub fixtures: Vec<FixtureRun>,
    /// How many mutants of a document the fixtures notice; documents whose mutants were not tried are absent.
    pub mutation: BTreeMap<DocId, MutationScore>,
}

/// What running one fixture showed.
#[derive(Clone, Debug)]
pub struct FixtureRun {
    /// The fixture.
    pub fixture: DocId,
    /// What it tests.
    pub target: DocId,
    /// Whether its expectations were met.
    pub passed: bool,
    /// Whether they are met as well when actions change nothing.
    pub passes_without_effects: bool,
    /// What happened.
    pub trace: Trace,
    /// What every signature of the library says to it, whatever service it was written for.
    pub verdicts: BTreeMap<SignatureId, SignatureResult>,
    /// Queries that were asked and answered with data.
    pub answered: BTreeSet<QueryId>,
}

/// How many mutants of a document its fixtures notice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MutationScore {
    /// Mutants that lint or a fixture notices.
    pub killed: u32,
    /// Mutants tried.
    pub tried: u32,
}

impl MutationScore {
    /// The share of mutants that are noticed, between 0 and 1; 1 when there are none.
    pub fn share(self) -> f64 {
        if self.tried == 0 {
            1.0
        } else {
            f64::from(self.killed) / f64::from(self.tried)
        }
    }
}

impl RunScope<'_> {
    /// The runs of the fixtures that test a document, in path order.
    pub fn of(&self, target: DocId) -> impl Iterator<Item = &FixtureRun> {
        self.runs
            .fixtures
            .iter()
            .filter(move |run| run.target == target)
    }

    /// The runs whose expectations were met.
    pub fn passed(&self) -> impl Iterator<Item = &FixtureRun> {
        self.runs.fixtures.iter().filter(|run| run.passed)
    }
}
