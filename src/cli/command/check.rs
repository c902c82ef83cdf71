//! `rbk check`: everything continuous integration needs.

use camino::Utf8PathBuf;
use clap::Args;

use super::Run;
use super::library::{Base, Day, load};
use super::reporting::{Reporting, folder_of};
use super::{baseline, lint, test};
use crate::cli::{CliError, Console, Exit};
use crate::diagnostic::render::Format;
use crate::lint::Options;
use crate::testing::Suite;

/// Arguments of `rbk check`.
#[derive(Args)]
pub(in crate::cli) struct Check {
    /// A folder of the repository
    #[arg(default_value = ".")]
    path: Utf8PathBuf,
    #[command(flatten)]
    day: Day,
    #[command(flatten)]
    base: Base,
    #[command(flatten)]
    reporting: Reporting,
}

impl Run for Check {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        let library = load(&self.path)?;
        let base = self.base.library(&self.path)?;
        // Without a policy nothing can be run; the linter says so, and then the tests do.
        let runs = Suite::new(library).ok().map(|suite| suite.observe());
        let known = baseline::read(library)?;
        let options = Options {
            baseline: known.as_ref(),
            base: base.as_ref(),
            runs: runs.as_ref(),
            ..Options::on(self.day.date())
        };
        let outcome = lint::run(library, &options)?;
        let report = test::run(library, None);
        let results = |format| match (&report, format) {
            (Ok(report), Format::Human) => report.human(),
            (Ok(report), Format::Github) => report.clone().below(&folder_of(library)).github(),
            (Ok(report), Format::Markdown) => format!("\n{}", report.markdown()),
            // The forms for programs know findings only; `rbk test --format` has its own.
            _ => String::new(),
        };
        self.reporting.print(&outcome.report, library, console);
        console.print(results(self.reporting.format));
        self.reporting.keep(&outcome.report, library, results)?;
        baseline::say_what_is_gone(&outcome);
        lint::finish(&outcome)?;
        match report?.passed() {
            true => Ok(self.reporting.verdict(outcome.report.summary)),
            false => Ok(Exit::Findings),
        }
    }
}
