//! `rbk check`: everything continuous integration needs.

use camino::Utf8PathBuf;
use clap::Args;

use super::Run;
use super::shared::{Day, load};
use super::{lint, test};
use crate::cli::{CliError, Console, Exit};
use crate::diagnostic::render::Format;
use crate::lint::Options;

/// Arguments of `rbk check`.
#[derive(Args)]
pub(in crate::cli) struct Check {
    /// A folder of the repository
    #[arg(default_value = ".")]
    path: Utf8PathBuf,
    #[command(flatten)]
    day: Day,
}

impl Run for Check {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        let library = load(&self.path)?;
        let outcome = lint::run(library, &Options::on(self.day.date()))?;
        console.print(Format::Human.render(&outcome.report, &lint::style(console)));
        lint::finish(&outcome)?;
        let report = test::run(library, None)?;
        console.print(report.human());
        Ok(Exit::findings_unless(
            outcome.report.summary.errors == 0 && report.passed(),
        ))
    }
}
