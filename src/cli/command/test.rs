//! `rbk test`

use camino::Utf8PathBuf;
use clap::{Args, ValueEnum};
use jiff::civil::Date;

use super::Run;
use super::shared::{load, print_json};
use crate::cli::{CliError, Console, Exit};
use crate::library::Library;
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
    /// How to print the results
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Accepted for symmetry with `lint`; fixtures have clocks of their own
    #[arg(long, hide = true)]
    today: Option<Date>,
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
        let report = run(library, self.filter)?;
        match self.format {
            Format::Human => console.print(report.human()),
            Format::Json => print_json(console, &report)?,
            Format::Junit => console.print(report.junit()),
        }
        Ok(Exit::findings_unless(report.passed()))
    }
}

/// Runs the fixtures of a library whose names contain `filter`.
pub(super) fn run(library: &Library, filter: Option<String>) -> Result<Report, CliError> {
    Suite::new(library)
        .and_then(|suite| suite.run(&Selection { filter }))
        .map_err(CliError::could_not)
}
