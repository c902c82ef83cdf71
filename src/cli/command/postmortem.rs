//! `rbk postmortem`: what is known of an incident.

use camino::Utf8PathBuf;
use clap::{Args, Subcommand};

use super::library::{Day, load};
use super::new::Wanted;
use super::reporting::Reporting;
use super::{Run, baseline, lint};
use crate::cli::{CliError, Console, Exit};
use crate::diagnostic::Report;
use crate::document::model::Kind;
use crate::library::Library;
use crate::lint::Options;

/// Arguments of `rbk postmortem`.
#[derive(Args)]
pub(in crate::cli) struct PostmortemCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Write a postmortem to be filled in
    New(Wanted),
    /// Check postmortems and what lies in their folders: signatures and fixtures
    Check(Check),
}

impl Run for PostmortemCommand {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        match self.what {
            What::New(wanted) => wanted.write(Kind::Postmortem, console),
            What::Check(arguments) => arguments.run(console),
        }
    }
}

/// Arguments of `rbk postmortem check`.
#[derive(Args)]
struct Check {
    /// Only these postmortems
    ids: Vec<String>,
    /// A folder of the repository
    #[arg(long, default_value = ".", value_name = "DIR")]
    repository: Utf8PathBuf,
    #[command(flatten)]
    day: Day,
    #[command(flatten)]
    reporting: Reporting,
}

impl Run for Check {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        let library = load(&self.repository)?;
        let folders = folders(library, &self.ids)?;
        let known = baseline::read(library)?;
        let options = Options {
            baseline: known.as_ref(),
            ..Options::on(self.day.date())
        };
        let outcome = lint::run(library, &options)?;
        lint::finish(&outcome)?;
        let is_about =
            |path: &camino::Utf8Path| folders.iter().any(|folder| path.starts_with(folder));
        let findings = outcome
            .report
            .findings
            .iter()
            .filter(|it| is_about(&it.primary.path));
        let documents = library
            .entries()
            .filter(|(_, entry)| is_about(entry.path()))
            .count();
        let report = Report::new(findings.cloned().collect(), documents);
        self.reporting.print(&report, library, console);
        self.reporting.keep(&report, library, |_| String::new())?;
        Ok(self.reporting.verdict(report.summary))
    }
}

/// The folders of postmortems.
fn folders(library: &Library, ids: &[String]) -> Result<Vec<Utf8PathBuf>, CliError> {
    let postmortems = library.postmortems();
    let folder = |id| library.entry(id).map(|entry| entry.folder().to_owned());
    if ids.is_empty() {
        let all: Vec<Utf8PathBuf> = postmortems
            .iter()
            .filter_map(|(id, _)| folder(id))
            .collect();
        return match all.is_empty() {
            true => Err(CliError::could_not("there is no postmortem")
                .help("write one with `rbk postmortem new`")),
            false => Ok(all),
        };
    }
    let one = |id: &String| {
        let found = postmortems.find(id).and_then(|(id, _)| folder(id));
        found.ok_or_else(|| {
            let error = CliError::usage(format!("there is no postmortem `{id}`"));
            match postmortems.nearest(id) {
                Some(nearest) => error.help(format!("did you mean `{nearest}`?")),
                None => error.help("write one with `rbk postmortem new`"),
            }
        })
    };
    ids.iter().map(one).collect()
}
