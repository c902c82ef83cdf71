//! How findings are printed, which reports are kept of them, and from when on they fail a command.

use camino::Utf8PathBuf;
use clap::{Args, ValueEnum};

use super::shared::write_file;
use crate::change::GitRepository;
use crate::cli::{CliError, Console, Exit};
use crate::diagnostic::render::{Format, Style};
use crate::diagnostic::{Report, Summary};
use crate::library::Library;

/// Arguments of commands that find something.
#[derive(Args)]
pub(super) struct Reporting {
    /// How to print findings
    #[arg(long, default_value = "human", value_parser = format)]
    pub(super) format: Format,
    /// Keep the findings in a file too, e.g. `sarif=rbk.sarif`; may be given several times
    #[arg(long, value_name = "FORMAT=FILE", value_parser = report_file)]
    report: Vec<ReportFile>,
    /// From which severity on the command fails
    #[arg(long, value_enum, default_value_t)]
    fail_on: FailOn,
}

/// A report and where it goes.
#[derive(Clone)]
struct ReportFile {
    format: Format,
    path: Utf8PathBuf,
}

/// From which severity on a finding fails the command.
#[derive(Clone, Copy, Default, ValueEnum)]
enum FailOn {
    /// Only errors
    #[default]
    Error,
    /// Warnings too
    Warning,
    /// Anything
    Info,
}

fn format(name: &str) -> Result<Format, String> {
    Format::from_name(name).ok_or_else(|| {
        let names: Vec<_> = Format::all().map(Format::name).collect();
        format!("use one of {}", names.join(", "))
    })
}

fn report_file(text: &str) -> Result<ReportFile, String> {
    let (name, path) = text
        .split_once('=')
        .filter(|(_, path)| !path.is_empty())
        .ok_or("write a format and a file, such as sarif=rbk.sarif")?;
    Ok(ReportFile {
        format: format(name)?,
        path: path.into(),
    })
}

impl Reporting {
    /// Writes the files that were asked for. `more` is what a format adds to the findings.
    pub(super) fn keep(
        &self,
        report: &Report,
        library: &Library,
        more: impl Fn(Format) -> String,
    ) -> Result<(), CliError> {
        self.report.iter().try_for_each(|file| {
            let text = render(file.format, report, library, &Style::default());
            write_file(&file.path, (text + &more(file.format)).as_bytes())
        })
    }

    /// Prints the findings.
    pub(super) fn print(&self, report: &Report, library: &Library, console: &mut Console) {
        console.print(render(self.format, report, library, &style(console)));
    }

    /// How the command ends.
    pub(super) fn verdict(&self, summary: Summary) -> Exit {
        let failing = match self.fail_on {
            FailOn::Error => summary.errors,
            FailOn::Warning => summary.errors + summary.warnings,
            FailOn::Info => summary.errors + summary.warnings + summary.infos,
        };
        Exit::findings_unless(failing == 0)
    }
}

fn render(format: Format, report: &Report, library: &Library, style: &Style) -> String {
    let folder = match format.is_of_repository() {
        true => folder_of(library),
        false => Utf8PathBuf::new(),
    };
    match folder.as_str().is_empty() {
        true => format.render(report, style),
        false => format.render(&report.clone().below(&folder), style),
    }
}

/// The folder of a library in its git repository; empty at its root and without a repository.
pub(super) fn folder_of(library: &Library) -> Utf8PathBuf {
    let root = library.root();
    let folder = root.and_then(|root| Some(GitRepository::discover(root).ok()?.prefix_of(root)));
    folder.unwrap_or_default()
}

/// How findings are shown on this console.
pub(super) fn style(console: &Console) -> Style {
    Style {
        colour: console.colour(),
        ..Style::default()
    }
}
