//! Runs rules over a library.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::allowance::{self, Applied};
use super::baseline::Sorted;
use super::change::ChangeScope;
use super::findings::Findings;
use super::levels::{ConfigurationError, Levels};
use super::moot::Unreadable;
use super::options::Options;
use super::places::Places;
use super::reader;
use super::rule::{Check, Rule};
use super::runs::RunScope;
use super::subject::{DocumentScope, RepositoryScope};
use crate::diagnostic::{Finding, Located, Report};
use crate::library::{AT_ONCE, Failure, Library, LoadError};

/// What a run came to.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// What was found.
    pub report: Report,
    /// What was found and is allowed, by a comment or an `Exception` document.
    pub excepted: Vec<Located>,
    /// What was found and is known from the baseline.
    pub known: Vec<Located>,
    /// How many findings the baseline knows that did not occur, of rules that were run.
    pub gone: usize,
    /// Codes of the rules that were run.
    pub ran: BTreeSet<&'static str>,
    /// What could not be looked at, through no fault of a document.
    pub failures: Vec<Failure>,
    /// Whether rules or files were left out on request, so that nothing found does not mean nothing wrong.
    pub is_partial: bool,
}

impl Outcome {
    /// Whether everything was looked at. Otherwise the absence of findings says nothing.
    pub fn is_complete(&self) -> bool {
        self.failures.is_empty() && self.report.summary.documents > 0
    }
}

/// Runs the rules that `options` choose over a library.
///
/// # Errors
/// Options or a configuration that cannot be used; nothing was checked then.
pub fn lint(library: &Library, options: &Options<'_>) -> Result<Outcome, ConfigurationError> {
    let levels = Levels::of(library)?;
    let chosen = options.rules()?;
    ConfigurationError::check_patterns(library)?;
    let run: Vec<&'static Rule> = chosen
        .into_iter()
        .filter(|rule| !levels.is_off(rule))
        .collect();
    let codes: BTreeSet<&str> = run.iter().map(|rule| rule.code).collect();

    let scope = RepositoryScope::new(library, options.today);
    let places = Places::of(library);
    let mut found = read(library);
    found.extend(about_documents(&scope, &run));
    found.extend(about_repository(&scope, &run));
    if let Some(base) = options.base {
        let base = RepositoryScope::new(base, options.today);
        found.extend(about_change(
            ChangeScope {
                base: &base,
                head: &scope,
            },
            &run,
        ));
    }
    if let Some(runs) = options.runs {
        found.extend(about_runs(RunScope { head: &scope, runs }, &run));
    }
    let nodes = Unreadable::of(library, &found);
    let located = found
        .into_iter()
        .filter(|finding| !nodes.makes_moot(finding, &places))
        .filter(|finding| codes.contains(finding.code))
        .map(|finding| places.locate(finding))
        .collect();
    let Applied {
        kept,
        excepted,
        about,
    } = allowance::apply(&scope, located, |rule| {
        codes.contains(rule.code) && has_run(rule, options)
    });
    let about = about.into_vec().into_iter();
    let about = about.filter(|finding| codes.contains(finding.code));
    let all = kept
        .into_iter()
        .chain(about.map(|finding| places.locate(finding)));
    let reported = all
        .filter_map(|located| with_level(located, &levels))
        .filter(|located| located.positions().any(|at| options.asks_about(&at.path)));
    let documents = library.entries().len();
    let whole = Report::new(reported.collect(), documents);
    let ran: BTreeSet<&'static str> = run
        .iter()
        .filter(|rule| has_run(rule, options))
        .map(|rule| rule.code)
        .collect();
    let Sorted { new, known, gone } = match options.baseline {
        Some(baseline) => baseline.sort(whole.findings, &places, |rule| ran.contains(rule.code)),
        None => Sorted {
            new: whole.findings,
            ..Sorted::default()
        },
    };
    let report = Report::new(new, documents);
    Ok(Outcome {
        report: report.with_excepted(excepted.len()).with_known(known.len()),
        ran,
        excepted,
        known,
        gone,
        failures: failures(library),
        is_partial: !options.select.is_empty()
            || !options.ignore.is_empty()
            || options.changed.is_some(),
    })
}

pub(super) fn has_run(rule: &Rule, options: &Options<'_>) -> bool {
    match rule.check {
        Check::Document(_) | Check::Repository(_) | Check::Runner => true,
        Check::Change(_) => options.base.is_some(),
        Check::Runs(_) => options.runs.is_some(),
        Check::Elsewhere => false,
    }
}

fn read(library: &Library) -> Vec<Finding> {
    let mut findings = Findings::default();
    for failure in library.failures() {
        reader::failure(failure, &mut findings);
    }
    for (_, entry) in library.entries() {
        reader::document(entry, &mut findings);
    }
    findings.into_vec()
}

// Each document is visited once, with every rule; the order of the result is that of the documents.
fn about_documents(scope: &RepositoryScope<'_>, rules: &[&'static Rule]) -> Vec<Finding> {
    let checks: Vec<fn(&DocumentScope<'_>, &mut Findings)> = rules
        .iter()
        .filter_map(|rule| match rule.check {
            Check::Document(check) => Some(check),
            _ => None,
        })
        .collect();
    let documents: Vec<DocumentScope<'_>> = scope.documents().collect();
    documents
        .par_iter()
        .with_max_len(AT_ONCE)
        .flat_map_iter(|document| {
            let mut findings = Findings::default();
            for check in &checks {
                check(document, &mut findings);
            }
            findings.into_vec()
        })
        .collect()
}

fn about_repository(scope: &RepositoryScope<'_>, rules: &[&'static Rule]) -> Vec<Finding> {
    rules
        .par_iter()
        .flat_map_iter(|rule| {
            let mut findings = Findings::default();
            if let Check::Repository(check) = rule.check {
                check(scope, &mut findings);
            }
            findings.into_vec()
        })
        .collect()
}

fn about_change(scope: ChangeScope<'_>, rules: &[&'static Rule]) -> Vec<Finding> {
    rules
        .par_iter()
        .flat_map_iter(|rule| {
            let mut findings = Findings::default();
            if let Check::Change(check) = rule.check {
                check(&scope, &mut findings);
            }
            findings.into_vec()
        })
        .collect()
}

fn about_runs(scope: RunScope<'_>, rules: &[&'static Rule]) -> Vec<Finding> {
    rules
        .par_iter()
        .flat_map_iter(|rule| {
            let mut findings = Findings::default();
            if let Check::Runs(check) = rule.check {
                check(&scope, &mut findings);
            }
            findings.into_vec()
        })
        .collect()
}

pub(super) fn with_level(mut located: Located, levels: &Levels) -> Option<Located> {
    let finding = &mut located.finding;
    finding.severity = levels.severity(finding.code, finding.severity)?;
    Some(located)
}

// Text that is no source is a finding; everything else is no fault of an author's.
fn failures(library: &Library) -> Vec<Failure> {
    let failures = library.failures().iter();
    failures
        .filter(|failure| !matches!(failure.error, LoadError::Source(_)))
        .cloned()
        .collect()
}
