//! All fixtures of a library: which documents each runs against, and whether it passes by accident.

pub(super) mod against;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;
use serde::Serialize;

use against::Against;

use super::driver::run_fixture;
use super::expectation::{self, Difference, compare};
use super::report::Report;
use crate::document::id::{ActionId, QueryId};
use crate::document::model::{Action, Document, Fixture, FixtureKind, Kind, ObjectRef, Query};
use crate::engine::policy::{Policy, evaluate_policy_test};
use crate::engine::prepared::{Prepared, Sources};
use crate::engine::trace::Trace;
use crate::library::{AT_ONCE, DocId, Entry, FixtureTarget, Library};

/// The fixtures of a library, ready to run.
pub struct Suite<'a> {
    library: &'a Library,
    sources: Sources,
    unresolved: BTreeMap<String, String>,
    prepared: Mutex<BTreeMap<Against, Arc<Prepared>>>,
}

/// Which fixtures to run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only those whose name (`Runbook/id/fixture`) contains this.
    pub filter: Option<String>,
}

/// Fixtures cannot be run at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SuiteError {
    /// There is no policy.
    #[error("the library has no usable Governance document; run `rbk lint`")]
    NoGovernance,
    /// There is nothing to run.
    #[error("there is no fixture; `rbk new runbook ID` writes a runbook with some")]
    Nothing,
    /// The filter leaves nothing to run.
    #[error(
        "no test has `{0}` in its name; names look like `Runbook/error-rate-after-deploy/rolls-back`"
    )]
    NothingSelected(String),
}

/// What came of one test.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TestResult {
    /// `Runbook/id/fixture`, `Signature/id/fixture` or `Governance/id/test`.
    pub name: String,
    /// The file it is written in.
    pub path: String,
    /// The kind of fixture; none for a test of the policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<FixtureKind>,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What came of a test.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Outcome {
    /// Every expectation is met, and would not be without the document under test.
    Passed,
    /// Expectations are not met.
    Failed {
        /// Which.
        differences: Vec<Difference>,
        /// Them as a diff of two short documents.
        diff: String,
        /// What happened, line by line.
        trace: Vec<String>,
    },
    /// It would pass as well without the document under test, or never looks at it.
    Vacuous {
        /// Why.
        message: String,
    },
    /// It cannot be run as it is written.
    Broken {
        /// Why.
        message: String,
    },
}

impl Outcome {
    /// Whether it is a pass.
    pub fn passed(&self) -> bool {
        matches!(self, Self::Passed)
    }
}

impl<'a> Suite<'a> {
    /// Resolves everything fixtures run against.
    ///
    /// # Errors
    /// When the library has no policy.
    pub fn new(library: &'a Library) -> Result<Self, SuiteError> {
        let sources = Sources::of(library).ok_or(SuiteError::NoGovernance)?;
        let unresolved = sources
            .unresolved
            .iter()
            .map(|it| (it.document.clone(), it.problems.join("; ")))
            .collect();
        Ok(Self {
            library,
            sources,
            unresolved,
            prepared: Mutex::default(),
        })
    }

    /// Runs the selected fixtures in parallel, and the policy's own tests. Results are in path order.
    ///
    /// # Errors
    /// When nothing is selected.
    pub fn run(&self, selection: &Selection) -> Result<Report, SuiteError> {
        let wanted = |name: &str| {
            selection
                .filter
                .as_deref()
                .is_none_or(|part| name.contains(part))
        };
        let fixtures: Vec<_> = self.library.fixtures().iter().collect();
        let mut results: Vec<_> = fixtures
            .par_iter()
            .with_max_len(AT_ONCE)
            .filter_map(|(id, fixture)| self.fixture(*id, fixture, &wanted))
            .collect();
        results.extend(self.policy_tests(&wanted));
        if results.is_empty() {
            return Err(match &selection.filter {
                Some(part) => SuiteError::NothingSelected(part.clone()),
                None => SuiteError::Nothing,
            });
        }
        Ok(Report::new(results))
    }

    /// The name of a fixture that cannot be run or whose expectations are not met. Whether it would be
    /// met by accident is not asked.
    pub(super) fn unmet(&self, id: DocId) -> Option<String> {
        let fixture = self.library.entry(id)?.document::<Fixture>()?;
        let target = self.target(id);
        let name = self.name(&target, fixture);
        let outcome = self.runnable(id, target).and_then(|target| {
            let trace = self.trace(fixture, &Against::of(fixture, target))?;
            Ok(self.differences(fixture, &trace).is_empty())
        });
        (outcome != Ok(true)).then_some(name)
    }

    /// The library.
    pub(super) fn library(&self) -> &'a Library {
        self.library
    }

    /// Everything fixtures run against.
    pub(super) fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Why a document does not resolve, if it does not.
    pub(super) fn unresolved(&self, object: &ObjectRef) -> Option<&str> {
        self.unresolved.get(&object.to_string()).map(String::as_str)
    }

    /// What a fixture tests, if it can be run.
    pub(super) fn testable(&self, id: DocId) -> Option<DocId> {
        self.runnable(id, self.target(id)).ok()
    }

    /// The name of the first test of the policy that does not pass.
    pub(super) fn unmet_policy_test(&self) -> Option<String> {
        let tests = self.policy_tests(&|_| true).into_iter();
        let mut unmet = tests.filter(|test| !test.outcome.passed());
        unmet.next().map(|test| test.name)
    }

    fn fixture(
        &self,
        id: DocId,
        fixture: &Document<Fixture>,
        wanted: &dyn Fn(&str) -> bool,
    ) -> Option<TestResult> {
        let path = self.library.entry(id)?.path().to_string();
        let target = self.target(id);
        let name = self.name(&target, fixture);
        if !wanted(&name) {
            return None;
        }
        let outcome = match self.runnable(id, target) {
            Ok(target) => self.judged(fixture, target),
            Err(message) => Outcome::Broken { message },
        };
        Some(TestResult {
            name,
            path,
            kind: Some(fixture.spec.kind),
            outcome,
        })
    }

    fn target(&self, id: DocId) -> Result<DocId, String> {
        match self.library.fixture_target(id) {
            Some(FixtureTarget::Document(target)) => Ok(target),
            Some(FixtureTarget::Unknown(object)) => {
                Err(format!("{object}, which it tests, does not exist"))
            }
            Some(FixtureTarget::Ambiguous(_)) => Err(
                "several documents lie beside it; say which one it tests under `spec.target`"
                    .to_owned(),
            ),
            Some(FixtureTarget::Nothing) | None => Err(
                "nothing it could test lies beside it; say what it tests under `spec.target`"
                    .to_owned(),
            ),
        }
    }

    fn owner(&self, target: &Result<DocId, String>) -> String {
        let target = target.as_ref().ok();
        let object = target.and_then(|target| self.library.entry(*target)?.object());
        object.map_or_else(|| "none".to_owned(), |object| object.to_string())
    }

    fn name(&self, target: &Result<DocId, String>, fixture: &Document<Fixture>) -> String {
        format!("{}/{}", self.owner(target), fixture.metadata.id)
    }

    /// What a fixture tests, when it can be run.
    fn runnable(&self, id: DocId, target: Result<DocId, String>) -> Result<DocId, String> {
        let owner = self.owner(&target);
        let target = target?;
        if !self.library.entry(id).is_some_and(Entry::is_sound) {
            return Err("the document has errors; run `rbk lint`".to_owned());
        }
        match self.unresolved.get(&owner) {
            Some(missing) => Err(format!("{missing}; run `rbk lint`")),
            None => Ok(target),
        }
    }

    fn judged(&self, fixture: &Document<Fixture>, target: DocId) -> Outcome {
        let trace = match self.trace(fixture, &Against::of(fixture, target)) {
            Ok(trace) => trace,
            Err(message) => return Outcome::Broken { message },
        };
        let differences = self.differences(fixture, &trace);
        if !differences.is_empty() {
            let diff = expectation::diff(&differences);
            return Outcome::Failed {
                differences,
                diff,
                trace: trace.lines(),
            };
        }
        if !self.looked_at(target, &trace) {
            return Outcome::Vacuous {
                message: "the document under test was never evaluated: let its alert fire or its signature be scored".to_owned(),
            };
        }
        match self.trace(fixture, &Against::without(fixture, target)) {
            Ok(trace) if self.differences(fixture, &trace).is_empty() => Outcome::Vacuous {
                message: "it also passes without the document under test: expect its verdict, runbook or path".to_owned(),
            },
            _ => Outcome::Passed,
        }
    }

    pub(super) fn trace(
        &self,
        fixture: &Document<Fixture>,
        against: &Against,
    ) -> Result<Trace, String> {
        let queries = |id: &QueryId| {
            self.library.queries().get(id).map(|(_, query)| &query.spec) as Option<&Query>
        };
        run_fixture(fixture, &self.prepared(against), &queries).map_err(|error| error.to_string())
    }

    pub(super) fn differences(
        &self,
        fixture: &Document<Fixture>,
        trace: &Trace,
    ) -> Vec<Difference> {
        let is_write = |id: &ActionId| {
            let known = self.library.actions().get(id);
            known.is_none_or(|(_, action): (_, &Document<Action>)| {
                action.spec.effect.changes_the_world()
            })
        };
        compare(&fixture.spec.expect, trace, &is_write)
    }

    /// Whether a run looked at the document under test: a runbook through one of its signatures, too.
    fn looked_at(&self, target: DocId, trace: &Trace) -> bool {
        let Some(object) = self.library.entry(target).and_then(Entry::object) else {
            return false;
        };
        let scored = |id: &str| {
            trace
                .candidates()
                .iter()
                .any(|candidate| candidate.id == *id)
        };
        match object.kind {
            Kind::Runbook => {
                trace
                    .runbook()
                    .is_some_and(|runbook| *runbook == *object.id.as_str())
                    || self
                        .library
                        .routed_to(&object.id.as_str().into())
                        .any(scored)
            }
            _ => scored(&object.id),
        }
    }

    pub(super) fn prepared(&self, against: &Against) -> Arc<Prepared> {
        let cache = || self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = cache().get(against) {
            return Arc::clone(known);
        }
        // Made outside the lock: another thread may make it too, and then either may be kept.
        let made = Arc::new(Prepared::new(against.sources(self.library, &self.sources)));
        Arc::clone(cache().entry(against.clone()).or_insert(made))
    }

    fn policy_tests(&self, wanted: &dyn Fn(&str) -> bool) -> Vec<TestResult> {
        let Some((id, governance)) = self.library.governance() else {
            return Vec::new();
        };
        let path = self
            .library
            .entry(id)
            .map(|entry| entry.path().to_string())
            .unwrap_or_default();
        let policy = Policy::new(Arc::clone(&self.sources.governance));
        let named = governance.spec.tests.iter().map(|test| {
            (
                format!("Governance/{}/{}", governance.metadata.id, test.name),
                test,
            )
        });
        named
            .filter(|(name, _)| wanted(name))
            .map(|(name, test)| {
                let result = evaluate_policy_test(&policy, test);
                let outcome = match result.error {
                    Some(message) => Outcome::Broken { message },
                    None if result.passed => Outcome::Passed,
                    None => {
                        let differences = vec![Difference {
                            expectation: "mode".to_owned(),
                            expected: test.expect.to_string(),
                            actual: result.effective.mode.to_string(),
                        }];
                        Outcome::Failed {
                            diff: expectation::diff(&differences),
                            differences,
                            trace: Vec::new(),
                        }
                    }
                };
                TestResult {
                    name,
                    path: path.clone(),
                    kind: None,
                    outcome,
                }
            })
            .collect()
    }
}
