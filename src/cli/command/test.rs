//! `rbk test`

use camino::Utf8PathBuf;
use clap::{Args, ValueEnum};

use super::Run;
use super::library::{Day, load};
use super::lint;
use super::reporting;
use super::shared::print_json;
use crate::cli::{CliError, Console, Exit};
use crate::diagnostic::render::{self, Style};
use crate::library::Library;
use crate::lint::Options;
use crate::testing::mutation::{Trial, Trials, Verdict, scores};
use crate::testing::report::Report;
use crate::testing::{Selection, Suite};

/// Arguments of `rbk test`.
#[derive(Args)]
pub(in crate::cli) struct Test {
    /// A folder of the repository
    #[arg(default_value = ".")]
    path: Utf8PathBuf,
    /// Only fixtures whose name (`Runbook/id/fixture`) contains this
    #[arg(long)]
    filter: Option<String>,
    /// Also what no passing fixture reaches: paths, rows, steps, results of checks, queries
    #[arg(long)]
    coverage: bool,
    /// Also every signature against every fixture and every line written when nothing is wrong
    #[arg(long)]
    crossfire: bool,
    /// Also how many mutants of each signature the fixtures notice, and which they do not
    #[arg(long)]
    mutate: bool,
    #[command(flatten)]
    day: Day,
    /// How to print the results
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// How test results are printed.
#[derive(Clone, Copy, Default, ValueEnum)]
enum Format {
    /// Failures in full, then a summary
    #[default]
    Human,
    /// JSON for a program
    Json,
    /// JUnit XML for continuous integration
    Junit,
}

impl Run for Test {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        let library = load(&self.path)?;
        let report = run(library, self.filter.clone())?;
        match self.format {
            Format::Human => console.print(report.human()),
            Format::Json => print_json(console, &report)?,
            Format::Junit => console.print(report.junit()),
        }
        let sharp = self.beyond(library, console)?;
        Ok(Exit::findings_unless(report.passed() && sharp))
    }
}

impl Test {
    /// The rules about fixtures that were asked for.
    fn rules(&self) -> Vec<String> {
        let asked = [
            (self.coverage, ["F002", "Q009", "F011"].as_slice()),
            (self.crossfire, &["G004", "G005", "G014"]),
            (self.mutate, &["F010", "G013"]),
        ];
        let rules = asked.into_iter().filter(|(asked, _)| *asked);
        rules
            .flat_map(|(_, codes)| codes.iter().map(|code| (*code).to_owned()))
            .collect()
    }

    /// What fixtures show beyond pass and fail; whether it breaks no rule that is an error.
    fn beyond(&self, library: &Library, console: &mut Console) -> Result<bool, CliError> {
        let select = self.rules();
        if select.is_empty() {
            return Ok(true);
        }
        let suite = Suite::new(library).map_err(CliError::could_not)?;
        let mut runs = suite.observe();
        let today = self.day.date();
        if self.mutate {
            let trials = Trials::new(library, today).and_then(|trials| trials.signatures());
            let trials = trials.map_err(CliError::could_not)?;
            runs.mutation = scores(library, &trials);
            self.mutants(&trials, console);
        }
        let options = Options {
            select,
            runs: Some(&runs),
            ..Options::on(today)
        };
        let outcome = lint::run(library, &options)?;
        if let Format::Human = self.format {
            let style = reporting::style(console);
            console.print(render::Format::Human.render(&outcome.report, &style));
        } else {
            // The results are on standard output already, and a program reads them.
            eprint!(
                "{}",
                render::Format::Human.render(&outcome.report, &Style::default())
            );
        }
        Ok(outcome.report.summary.errors == 0)
    }

    fn mutants(&self, trials: &[Trial], console: &mut Console) {
        if !matches!(self.format, Format::Human) {
            return;
        }
        let survivors = || {
            trials
                .iter()
                .filter(|trial| trial.verdict == Verdict::Survived)
        };
        for trial in survivors() {
            console.line(format!("survived  {}: {}", trial.object, trial.name));
        }
        console.line(format!(
            "{} of {} mutants of signatures were noticed",
            trials.len() - survivors().count(),
            trials.len()
        ));
    }
}

/// Runs the fixtures of a library whose names contain `filter`.
pub(super) fn run(library: &Library, filter: Option<String>) -> Result<Report, CliError> {
    Suite::new(library)
        .and_then(|suite| suite.run(&Selection { filter }))
        .map_err(CliError::could_not)
}
