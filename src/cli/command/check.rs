//! `rbk check`: everything continuous integration needs.

use camino::Utf8PathBuf;
use clap::Args;

use super::Run;
use super::shared::{Base, Day, load};
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
        console.print(Format::Human.render(&outcome.report, &lint::style(console)));
        baseline::say_what_is_gone(&outcome);
        lint::finish(&outcome)?;
        let report = test::run(library, None)?;
        console.print(report.human());
        Ok(Exit::findings_unless(
            outcome.report.summary.errors == 0 && report.passed(),
        ))
    }
}
