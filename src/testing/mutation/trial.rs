//! Trying mutants out: does lint or a test notice?

use std::collections::BTreeSet;
use std::fmt;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::civil::Date;
use rayon::prelude::*;

use super::{Mutant, mutants};
use crate::closure::{Pinned, resolve_defaults};
use crate::diagnostic::{Located, Severity};
use crate::document::Route;
use crate::document::model::{Kind, ObjectRef, Runbook, Scope};
use crate::engine::arguments::DoNotTouch;
use crate::library::{DocId, Library};
use crate::lint::{
    ConfigurationError, Needs, Options, RepositoryScope, Rule, lint, reach, registry,
};
use crate::testing::{Suite, SuiteError};

/// A library whose documents are made less safe, one property at a time.
pub struct Trials {
    baseline: Library,
    today: Date,
    /// What lint says of the baseline: warnings whose permission was a comment, which JSON does not have.
    known: BTreeSet<(&'static str, String)>,
    /// Codes of the rules that look at one document by itself.
    alone: Vec<String>,
    /// Codes of all others.
    together: Vec<String>,
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
    /// Lint has an error or a warning to report; the first.
    Lint {
        /// Code of the rule.
        code: &'static str,
        /// Error, or warning where nothing else notices.
        severity: Severity,
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
            Self::Lint {
                code,
                severity,
                place,
            } => write!(f, "{severity} {code} at {place}"),
            Self::Test(name) => write!(f, "test {name}"),
            Self::Survived => f.write_str("SURVIVED"),
        }
    }
}

/// The first new findings.
struct Linted {
    error: Option<Verdict>,
    warning: Option<Verdict>,
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
    /// When lint has errors or a test is not met before anything was changed.
    pub fn new(library: &Library, today: Date) -> Result<Self, TrialError> {
        let mut paths: Vec<_> = mutable(library)
            .filter_map(|id| Some(library.entry(id)?.path()))
            .collect();
        paths.dedup();
        let rewritten: Vec<_> = paths
            .into_iter()
            .map(|path| (path.to_owned(), written(library, path, None)))
            .collect();
        let (alone, together): (Vec<_>, Vec<_>) = registry::all()
            .iter()
            .partition(|rule| rule.needs == Needs::File);
        let codes = |rules: Vec<&&Rule>| rules.iter().map(|rule| rule.code.to_owned()).collect();
        let mut trials = Self {
            baseline: library.with_sources(rewritten.clone()),
            today,
            known: BTreeSet::new(),
            alone: codes(alone),
            together: codes(together),
        };
        let baseline = lint(&trials.baseline, &Options::on(today))?;
        for found in &baseline.report.findings {
            let (code, place) = (found.finding.code, place(found));
            if found.finding.severity == Severity::Error {
                return Err(TrialError::Errors(format!("{code} at {place}")));
            }
            trials.known.insert((code, place));
        }
        for (path, text) in rewritten {
            let file = Library::from_sources([(path, text)]);
            if let Some(error) = trials.linted(&file, &trials.alone)?.error {
                return Err(TrialError::Errors(error.to_string()));
            }
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
        self.try_each(mutable(&self.baseline))
    }

    /// Tries every mutant of every signature, in parallel; in the order of the documents.
    ///
    /// # Errors
    /// When a mutant makes the rules impossible to configure.
    pub fn signatures(&self) -> Result<Vec<Trial>, TrialError> {
        self.try_each(self.baseline.of_kind(Kind::Signature).iter().copied())
    }

    fn try_each(&self, documents: impl Iterator<Item = DocId>) -> Result<Vec<Trial>, TrialError> {
        let made: Vec<_> = documents
            .filter_map(|id| Some((id, self.baseline.entry(id)?)))
            .filter_map(|(id, entry)| Some((id, entry.object()?, entry.value())))
            .flat_map(|(id, object, value)| {
                let made = mutants(object.kind, value).into_iter();
                made.map(move |mutant| (id, object.clone(), mutant))
            })
            .filter(|(id, _, mutant)| !self.changes_nothing(*id, mutant))
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

    /// Whether a runbook comes to the same without what was deleted: the policy's defaults say it too, or
    /// no step can act on what was not to be touched.
    fn changes_nothing(&self, id: DocId, mutant: &Mutant) -> bool {
        let entry = self.baseline.entry(id);
        let Some(original) = entry.and_then(|entry| entry.document::<Runbook>()) else {
            return false;
        };
        let Ok(mutated) = Pinned::<Runbook>::from_value(mutant.document.clone()) else {
            return false;
        };
        let (original, mutated) = (&original.spec, &mutated.spec);
        let rest = |runbook: &Runbook| Runbook {
            escalate: None,
            stop_when: Vec::new(),
            budgets: None,
            handoff: Vec::new(),
            scope: Scope {
                do_not_touch: Vec::new(),
                ..runbook.scope.clone()
            },
            ..runbook.clone()
        };
        rest(original) == rest(mutated)
            && self.same_limits(original, mutated)
            && self.same_fence(id, original, mutated)
    }

    fn same_limits(&self, original: &Runbook, mutated: &Runbook) -> bool {
        let policy = self.baseline.governance();
        let defaults = policy.and_then(|(_, policy)| policy.spec.defaults.as_ref());
        defaults.is_some_and(|defaults| {
            resolve_defaults(defaults, original) == resolve_defaults(defaults, mutated)
        })
    }

    fn same_fence(&self, id: DocId, original: &Runbook, mutated: &Runbook) -> bool {
        let fences = [original, mutated].map(|runbook| &runbook.scope.do_not_touch);
        if fences[0] == fences[1] {
            return true;
        }
        let repository = RepositoryScope::new(&self.baseline, self.today);
        let document = repository.document(id);
        let targets = document.and_then(|document| reach(&document));
        let (Some(targets), Ok(before), Ok(after)) = (
            targets,
            DoNotTouch::new(fences[0]),
            DoNotTouch::new(fences[1]),
        ) else {
            return false;
        };
        // No fence at all is a finding whatever the targets are.
        let mut targets = targets.iter();
        !fences[1].is_empty()
            && targets
                .all(|target| before.covers(target).is_some() == after.covers(target).is_some())
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
        let changed = [(entry.path().to_owned(), text)];
        // Rules about one document say of the others what they said of the baseline: nothing.
        let file = Library::from_sources(changed.clone());
        let alone = self.linted(&file, &self.alone)?;
        if let Some(error) = alone.error {
            return Ok(error);
        }
        let mutated = self.baseline.with_sources(changed);
        let together = self.linted(&mutated, &self.together)?;
        if let Some(error) = together.error {
            return Ok(error);
        }
        let suite = Suite::new(&mutated)?;
        // Policy tests cost next to nothing, and the document's own fixtures are the likeliest to notice.
        let (near, far) = self.fixtures(id);
        let mut fixtures = near.into_iter().chain(far);
        let unmet = suite.unmet_policy_test();
        let unmet = unmet.or_else(|| fixtures.find_map(|id| suite.unmet(id)));
        let verdict = unmet.map(Verdict::Test);
        // A warning is the weakest sign.
        let verdict = verdict.or(alone.warning).or(together.warning);
        Ok(verdict.unwrap_or(Verdict::Survived))
    }

    /// What these rules find that the baseline does not have.
    fn linted(&self, library: &Library, rules: &[String]) -> Result<Linted, TrialError> {
        let options = Options {
            select: rules.to_vec(),
            ..Options::on(self.today)
        };
        let outcome = lint(library, &options)?;
        let first = |severity: Severity| {
            let findings = outcome.report.findings.iter();
            let mut new = findings
                .filter(|found| found.finding.severity == severity)
                .filter(|found| severity == Severity::Error || is_about_safety(found.finding.code))
                .map(|found| (found.finding.code, place(found)))
                .filter(|found| !self.known.contains(found));
            let (code, place) = new.next()?;
            Some(Verdict::Lint {
                code,
                severity,
                place,
            })
        };
        Ok(Linted {
            error: first(Severity::Error),
            warning: first(Severity::Warning),
        })
    }

    /// Every fixture: those that a document takes part in, then the others.
    fn fixtures(&self, id: DocId) -> (Vec<DocId>, Vec<DocId>) {
        let near = self.baseline.fixtures_near(id);
        let all = self.baseline.of_kind(Kind::Fixture).iter().copied();
        all.partition(|fixture| near.contains(fixture))
    }
}

/// Whether a rule is about what an agent may do. That a check has no use any more, for one, is not: whoever
/// takes a condition away takes its check away too.
fn is_about_safety(code: &str) -> bool {
    code.starts_with(['T', 'P', 'E', 'B', 'A'])
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
