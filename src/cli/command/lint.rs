//! `rbk lint`

mod changed;
mod mend;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use clap::Args;

use super::library::{Base, Day, load};
use super::reporting::Reporting;
use super::{Run, baseline};
use crate::cli::{CliError, Console, Exit};
use crate::diagnostic::render::Format;
use crate::library::Library;
use crate::lint::{self, ConfigurationError, Options, Outcome};

/// Arguments of `rbk lint`.
#[derive(Args)]
pub(in crate::cli) struct Lint {
    /// A folder of the repository
    #[arg(default_value = ".")]
    path: Utf8PathBuf,
    #[command(flatten)]
    reporting: Reporting,
    /// Only these codes, names or categories
    #[arg(long, value_delimiter = ',')]
    select: Vec<String>,
    /// Not these codes, names or categories; locked rules cannot be left out
    #[arg(long, value_delimiter = ',')]
    ignore: Vec<String>,
    #[command(flatten)]
    day: Day,
    /// Explain a rule instead: the same as `rbk explain CODE`
    #[arg(long, value_name = "CODE")]
    explain: Option<String>,
    #[command(flatten)]
    base: Base,
    #[command(flatten)]
    changed: changed::Changed,
    /// Show findings that the baseline knows, too
    #[arg(long)]
    no_baseline: bool,
    #[command(flatten)]
    mend: mend::Mend,
    /// Count findings by rule instead of showing them
    #[arg(long, conflicts_with = "format")]
    statistics: bool,
}

impl Run for Lint {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        if let Some(code) = &self.explain {
            return super::explain::print(code, console);
        }
        let library = load(&self.path)?;
        let base = self.base.library(&self.path)?;
        let reach = self.changed.reach(&self.path, library)?;
        let known = match self.no_baseline {
            true => None,
            false => baseline::read(library)?,
        };
        let options = Options {
            baseline: known.as_ref(),
            select: self.select,
            ignore: self.ignore,
            base: base.as_ref().or(reach.as_ref().map(|reach| &reach.base)),
            changed: reach.as_ref().and_then(|reach| reach.files.clone()),
            ..Options::on(self.day.date())
        };
        let outcome = if self.mend.is_asked() {
            let mended = self.mend.apply(library, &options)?;
            if self.mend.only_shows() {
                finish(&mended.outcome)?;
                return Ok(Exit::findings_unless(!mend::show(&mended, console)));
            }
            mend::write(
                &mended,
                library,
                self.reporting.format == Format::Human,
                console,
            )?;
            mended.outcome
        } else {
            run(library, &options)?
        };
        if self.statistics {
            statistics(&outcome, console);
        } else {
            self.reporting.print(&outcome.report, library, console);
        }
        if outcome.is_partial {
            eprintln!(
                "note: not every rule was asked; what is clean here may not be clean as a whole"
            );
        }
        baseline::say_what_is_gone(&outcome);
        self.reporting
            .keep(&outcome.report, library, |_| String::new())?;
        finish(&outcome)?;
        Ok(self.reporting.verdict(outcome.report.summary))
    }
}

/// Rules by how often they were broken, the most frequent first.
fn statistics(outcome: &Outcome, console: &mut Console) {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for located in &outcome.report.findings {
        let finding = &located.finding;
        *counts.entry((finding.code, finding.name)).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(rule, count)| (Reverse(*count), *rule));
    for ((code, name), count) in counts {
        console.line(format!("{count:>6}  {code}  {name}"));
    }
    console.line(outcome.report.summary.sentence());
}

/// Runs the linter; a configuration that cannot be used is a usage error.
pub(super) fn run(library: &Library, options: &Options<'_>) -> Result<Outcome, CliError> {
    lint::lint(library, options).map_err(configuration)
}

/// A configuration that cannot be used.
fn configuration(error: ConfigurationError) -> CliError {
    let help = error.help.clone();
    CliError::usage(error).help(help)
}

/// An incomplete look is neither clean nor a finding.
pub(super) fn finish(outcome: &Outcome) -> Result<(), CliError> {
    if outcome.is_complete() {
        return Ok(());
    }
    let failures: Vec<_> = outcome
        .failures
        .iter()
        .map(|failure| format!("{}: {}", failure.path, failure.error))
        .collect();
    Err(CliError::could_not(format!(
        "not everything could be looked at: {}",
        failures.join("; ")
    )))
}
