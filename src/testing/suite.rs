//! All fixtures of a library: which documents each runs against, and whether it passes by accident.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};

use super::driver::run_fixture;
use super::expectation::{self, Difference, compare};
use super::report::Report;
use crate::document::id::{ActionId, EnvironmentId, QueryId, ServiceId, SignatureId};
use crate::document::model::{
    Action, Document, Fixture, FixtureKind, Kind, Query, Runbook, Signature, Spec, Status,
};
use crate::engine::policy::{Policy, evaluate_policy_test};
use crate::engine::prepared::{Prepared, Sources};
use crate::engine::trace::Trace;
use crate::library::closure::{Closure, Pinned, SignatureClosure};
use crate::library::{DocId, FixtureTarget, Library};

/// The fixtures of a library, ready to run.
pub struct Suite<'a> {
    library: &'a Library,
    sources: Sources,
    unresolved: BTreeMap<String, String>,
    prepared: Mutex<BTreeMap<Against, Arc<Prepared>>>,
}

/// Which documents a fixture is run against.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Against {
    service: ServiceId,
    environment: EnvironmentId,
    target: DocId,
    /// Signatures whose verdict is expected: scored although they may belong to other services.
    expected: Vec<SignatureId>,
    /// Without the target: to see whether the fixture passes all the same.
    removed: bool,
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
    #[error("no fixture was found{0}; write one beside its runbook, or run `rbk new runbook`")]
    Nothing(String),
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
            .filter_map(|(id, fixture)| self.fixture(*id, fixture, &wanted))
            .collect();
        results.extend(self.policy_tests(&wanted));
        if results.is_empty() {
            let among = selection
                .filter
                .as_deref()
                .map(|part| format!(" whose name contains `{part}`"));
            return Err(SuiteError::Nothing(among.unwrap_or_default()));
        }
        Ok(Report::new(results))
    }

    fn fixture(
        &self,
        id: DocId,
        fixture: &Document<Fixture>,
        wanted: &dyn Fn(&str) -> bool,
    ) -> Option<TestResult> {
        let path = self.library.entry(id)?.path().to_string();
        let target = match self.library.fixture_target(id)? {
            FixtureTarget::Document(target) => Ok(target),
            FixtureTarget::Unknown(object) => {
                Err(format!("{object}, which it tests, does not exist"))
            }
            FixtureTarget::Ambiguous(_) => Err(
                "several documents lie beside it; say which one it tests under `spec.target`"
                    .to_owned(),
            ),
            FixtureTarget::Nothing => Err(
                "nothing it could test lies beside it; say what it tests under `spec.target`"
                    .to_owned(),
            ),
        };
        let object = target
            .as_ref()
            .ok()
            .and_then(|target| self.library.entry(*target)?.object());
        let owner = object.map_or_else(|| "none".to_owned(), |object| object.to_string());
        let name = format!("{owner}/{}", fixture.metadata.id);
        if !wanted(&name) {
            return None;
        }
        let outcome = match target {
            Err(message) => Outcome::Broken { message },
            Ok(_) if !self.library.entry(id)?.is_sound() => Outcome::Broken {
                message: "the document has errors; run `rbk lint`".to_owned(),
            },
            Ok(target) => match self.unresolved.get(&owner) {
                Some(missing) => Outcome::Broken {
                    message: format!("{owner} cannot be resolved: {missing}"),
                },
                None => self.judged(fixture, target),
            },
        };
        Some(TestResult {
            name,
            path,
            kind: Some(fixture.spec.kind),
            outcome,
        })
    }

    fn judged(&self, fixture: &Document<Fixture>, target: DocId) -> Outcome {
        let subject = &fixture.spec.subject;
        let against = |removed| Against {
            service: subject.service.clone(),
            environment: subject.environment.clone(),
            target,
            expected: fixture.spec.expect.signatures.keys().cloned().collect(),
            removed,
        };
        let trace = match self.trace(fixture, &against(false)) {
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
        match self.trace(fixture, &against(true)) {
            Ok(trace) if self.differences(fixture, &trace).is_empty() => Outcome::Vacuous {
                message: "it also passes without the document under test: expect its verdict, runbook or path".to_owned(),
            },
            _ => Outcome::Passed,
        }
    }

    fn trace(&self, fixture: &Document<Fixture>, against: &Against) -> Result<Trace, String> {
        let queries = |id: &QueryId| {
            self.library.queries().get(id).map(|(_, query)| &query.spec) as Option<&Query>
        };
        run_fixture(fixture, &self.prepared(against), &queries).map_err(|error| error.to_string())
    }

    fn differences(&self, fixture: &Document<Fixture>, trace: &Trace) -> Vec<Difference> {
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
        let Some(object) = self
            .library
            .entry(target)
            .and_then(crate::library::Entry::object)
        else {
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

    fn prepared(&self, against: &Against) -> Arc<Prepared> {
        let cache = || self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = cache().get(against) {
            return Arc::clone(known);
        }
        // Made outside the lock: another thread may make it too, and then either may be kept.
        let made = Arc::new(Prepared::new(self.sources_for(against)));
        Arc::clone(cache().entry(against.clone()).or_insert(made))
    }

    fn sources_for(&self, against: &Against) -> Sources {
        let mut sources = self
            .sources
            .covering(&against.service, &against.environment);
        let known = |id: &SignatureId| {
            sources
                .signatures
                .iter()
                .any(|c| *id == *c.signature.metadata.id.as_str())
        };
        let further: Vec<_> = against.expected.iter().filter(|id| !known(id)).collect();
        let further = self.sources.signatures.iter().filter(|c| {
            further
                .iter()
                .any(|id| **id == *c.signature.metadata.id.as_str())
        });
        sources.signatures.extend(further.cloned());
        let Some(object) = self
            .library
            .entry(against.target)
            .and_then(crate::library::Entry::object)
        else {
            return sources;
        };
        let is_runbook = object.kind == Kind::Runbook;
        let is_target = |kind: Kind, id: &str| object.kind == kind && object.id == id;
        if against.removed {
            let routed: Vec<_> = self.library.routed_to(&object.id.as_str().into()).collect();
            sources
                .runbooks
                .retain(|closure| !is_target(Kind::Runbook, &closure.runbook.metadata.id));
            sources.signatures.retain(|closure| {
                let id = closure.signature.metadata.id.as_str();
                !(is_target(Kind::Signature, id) || is_runbook && routed.contains(&id))
            });
            return sources;
        }
        // The document under test is looked at as if it were in force already, and wherever the
        // fixture takes place.
        let runbook = self
            .sources
            .runbooks
            .iter()
            .find(|c| is_target(Kind::Runbook, &c.runbook.metadata.id));
        if let Some(closure) = runbook {
            sources
                .runbooks
                .retain(|c| c.runbook.metadata.id != object.id);
            sources.runbooks.push(stable_runbook(closure));
        }
        let signature = self
            .sources
            .signatures
            .iter()
            .find(|c| is_target(Kind::Signature, &c.signature.metadata.id));
        if let Some(closure) = signature {
            sources
                .signatures
                .retain(|c| c.signature.metadata.id != object.id);
            sources.signatures.push(stable_signature(closure));
        }
        sources
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

fn stable_runbook(closure: &Closure) -> Closure {
    match stable::<Runbook>(&closure.runbook) {
        Some(runbook) => Closure {
            runbook,
            ..closure.clone()
        },
        None => closure.clone(),
    }
}

fn stable_signature(closure: &SignatureClosure) -> SignatureClosure {
    match stable::<Signature>(&closure.signature) {
        Some(signature) => SignatureClosure {
            signature,
            ..closure.clone()
        },
        None => closure.clone(),
    }
}

/// The document as if its status were `stable`; `None` when it is already.
fn stable<S: Spec>(pinned: &Pinned<S>) -> Option<Pinned<S>> {
    if pinned.metadata.status == Some(Status::Stable) {
        return None;
    }
    let mut value: Value = pinned.value().clone();
    *value.pointer_mut("/metadata/status")? = json!("stable");
    Pinned::from_value(value).ok()
}
