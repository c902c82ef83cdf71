//! Trying mutants out: does lint or a test notice?

use std::fmt;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::civil::Date;
use rayon::prelude::*;

use super::{Mutant, mutants};
use crate::diagnostic::{Located, Severity};
use crate::document::Route;
use crate::document::model::{Kind, ObjectRef};
use crate::library::{DocId, Library};
use crate::lint::{ConfigurationError, Options, lint};
use crate::testing::{Suite, SuiteError};

/// A library whose documents are made less safe, one property at a time.
pub struct Trials {
    baseline: Library,
    today: Date,
}

/// One mutant and what became of it.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The document it was made from.
    pub object: ObjectRef,
    /// What was done to it.
    pub name: String,
    /// Where it was done.
    pub route: Route,
    /// Who noticed.
    pub verdict: Verdict,
}

/// Who noticed that a safety property is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Lint refuses the library; the first error it reports.
    Lint {
        /// Code of the rule.
        code: &'static str,
        /// The file and, where known, the way to the place in it.
        place: String,
    },
    /// A test is not met any more; the first such test.
    Test(String),
    /// Nobody: nothing watches over the property.
    Survived,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lint { code, place } => write!(f, "{code} at {place}"),
            Self::Test(name) => write!(f, "test {name}"),
            Self::Survived => f.write_str("SURVIVED"),
        }
    }
}

/// Nothing can be concluded from mutants of this library.
#[derive(Clone, Debug, thiserror::Error)]
pub enum TrialError {
    /// The library is not sound as it is.
    #[error("the library has errors as it is, the first is {0}; run `rbk lint`")]
    Errors(String),
    /// A test is not met as it is.
    #[error("the test {0} is not met as it is; run `rbk test`")]
    Unmet(String),
    /// The rules cannot be configured.
    #[error(transparent)]
    Configuration(#[from] ConfigurationError),
    /// The tests cannot be run.
    #[error(transparent)]
    Suite(#[from] SuiteError),
}

impl Trials {
    /// Prepares a library. Its files are written anew as JSON first, so that a mutant differs from
    /// what it is compared with in nothing but what was done to it.
    ///
    /// # Errors
    /// When lint reports errors or a test is not met before anything was changed.
    pub fn new(library: &Library, today: Date) -> Result<Self, TrialError> {
        let mut paths: Vec<_> = mutable(library)
            .filter_map(|id| Some(library.entry(id)?.path()))
            .collect();
        paths.dedup();
        let rewritten: Vec<_> = paths
            .into_iter()
            .map(|path| (path.to_owned(), written(library, path, None)))
            .collect();
        let trials = Self {
            baseline: library.with_sources(rewritten),
            today,
        };
        if let Verdict::Lint { code, place } = trials.linted(&trials.baseline)? {
            return Err(TrialError::Errors(format!("{code} at {place}")));
        }
        let suite = Suite::new(&trials.baseline)?;
        let all = trials.baseline.of_kind(Kind::Fixture);
        let unmet = all.par_iter().find_map_first(|id| suite.unmet(*id));
        match unmet.or_else(|| suite.unmet_policy_test()) {
            Some(name) => Err(TrialError::Unmet(name)),
            None => Ok(trials),
        }
    }

    /// Tries every mutant of every document, in parallel; in the order of the documents.
    ///
    /// # Errors
    /// When a mutant makes the rules impossible to configure.
    pub fn run(&self) -> Result<Vec<Trial>, TrialError> {
        let made: Vec<_> = mutable(&self.baseline)
            .filter_map(|id| Some((id, self.baseline.entry(id)?)))
            .filter_map(|(id, entry)| Some((id, entry.object()?, entry.value())))
            .flat_map(|(id, object, value)| {
                let made = mutants(object.kind, value).into_iter();
                made.map(move |mutant| (id, object.clone(), mutant))
            })
            .collect();
        made.into_par_iter()
            .map(|(id, object, mutant)| {
                Ok(Trial {
                    verdict: self.verdict(id, &mutant)?,
                    object,
                    name: mutant.name,
                    route: mutant.route,
                })
            })
            .collect()
    }

    /// Who notices one mutant of the document `id`.
    ///
    /// # Errors
    /// When the mutant makes the rules impossible to configure.
    fn verdict(&self, id: DocId, mutant: &Mutant) -> Result<Verdict, TrialError> {
        let Some(entry) = self.baseline.entry(id) else {
            return Ok(Verdict::Survived);
        };
        let text = written(&self.baseline, entry.path(), Some((id, mutant)));
        let mutated = self
            .baseline
            .with_sources([(entry.path().to_owned(), text)]);
        let linted = self.linted(&mutated)?;
        if linted != Verdict::Survived {
            return Ok(linted);
        }
        let suite = Suite::new(&mutated)?;
        // Policy tests cost next to nothing, and the document's own fixtures are the likeliest to notice.
        let (near, far) = self.fixtures(id);
        let mut fixtures = near.into_iter().chain(far);
        let unmet = suite.unmet_policy_test();
        let unmet = unmet.or_else(|| fixtures.find_map(|id| suite.unmet(id)));
        Ok(unmet.map_or(Verdict::Survived, Verdict::Test))
    }

    fn linted(&self, library: &Library) -> Result<Verdict, TrialError> {
        let outcome = lint(library, &Options::on(self.today))?;
        let mut findings = outcome.report.findings.iter();
        let error = findings.find(|found| found.finding.severity == Severity::Error);
        Ok(error.map_or(Verdict::Survived, |error| Verdict::Lint {
            code: error.finding.code,
            place: place(error),
        }))
    }

    /// Every fixture: those that a document takes part in, then the others.
    fn fixtures(&self, id: DocId) -> (Vec<DocId>, Vec<DocId>) {
        let library = &self.baseline;
        let mut near = vec![id];
        let mut next = 0;
        // Whoever refers to the document, and to those: the callers of an action, and their signatures.
        while let Some(found) = near.get(next).copied() {
            let users = library.references_to(found).map(|reference| reference.from);
            let users = users.filter(|user| {
                let kind = library.entry(*user).and_then(|entry| entry.kind());
                matches!(kind, Some(Kind::Runbook | Kind::Action | Kind::Signature))
            });
            for user in users {
                if !near.contains(&user) {
                    near.push(user);
                }
            }
            next += 1;
        }
        let is_near = |fixture: &DocId| {
            let mut targets = near.iter().map(|target| library.fixtures_of(*target));
            targets.any(|fixtures| fixtures.contains(fixture))
        };
        let all = library.of_kind(Kind::Fixture).iter().copied();
        all.partition(is_near)
    }
}

fn mutable(library: &Library) -> impl Iterator<Item = DocId> {
    let entries = library.entries();
    let kinds = entries.filter_map(|(id, entry)| Some((id, entry.kind()?)));
    kinds
        .filter(|(_, kind)| matches!(kind, Kind::Runbook | Kind::Action | Kind::Governance))
        .map(|(id, _)| id)
}

/// The documents of a file as JSON, one of them mutated.
fn written(library: &Library, path: &Utf8Path, mutated: Option<(DocId, &Mutant)>) -> Vec<u8> {
    let documents: Vec<_> = library
        .entries_at(path)
        .map(|(id, entry)| match mutated {
            Some((changed, mutant)) if changed == id => mutant.document.to_string(),
            _ => entry.value().to_string(),
        })
        .collect();
    documents.join("\n---\n").into_bytes()
}

fn place(found: &Located) -> String {
    let path: &Utf8PathBuf = &found.primary.path;
    match &found.primary.route {
        Some(route) => format!("{path} {route}"),
        None => path.to_string(),
    }
}
