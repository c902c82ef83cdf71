//! `rbk baseline`: the findings a repository had when it adopted the linter.

use std::fs;
use std::io::{ErrorKind, Read};

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, Subcommand};

use super::Run;
use super::library::{Day, load};
use super::lint;
use super::shared::{counted, write_file};
use crate::cli::replace::Replacement;
use crate::cli::{CliError, Console, Exit};
use crate::diagnostic::Located;
use crate::library::Library;
use crate::lint::{
    BASELINE, Baseline, MAX_BASELINE_BYTES, Options, Outcome, can_be_known, registry,
};
use crate::testing::Suite;

/// Arguments of `rbk baseline`.
#[derive(Args)]
pub(in crate::cli) struct BaselineCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Adopt the findings there are today
    Write(Write),
    /// Forget findings that do not occur any more; nothing is added
    Prune(Prune),
}

#[derive(Args)]
struct Write {
    /// A folder of the repository
    #[arg(default_value = ".")]
    path: Utf8PathBuf,
    #[command(flatten)]
    day: Day,
    /// Adopt findings too that the existing baseline does not know
    #[arg(long)]
    force: bool,
}

#[derive(Args)]
struct Prune {
    /// A folder of the repository
    #[arg(default_value = ".")]
    path: Utf8PathBuf,
    #[command(flatten)]
    day: Day,
}

impl Run for BaselineCommand {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        match self.action {
            Action::Write(write) => write.run(console),
            Action::Prune(prune) => prune.run(console),
        }
    }
}

impl Write {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        let library = load(&self.path)?;
        let before = read(library)?;
        let outcome = everything(library, &self.day)?;
        let found = Baseline::of(library, &outcome.report.findings);
        let was_run = |rule: &crate::lint::Rule| outcome.ran.contains(rule.code);
        let after = match &before {
            Some(before) => found.with_unasked(before, was_run),
            None => found,
        };
        if let Some(before) = &before {
            let added = after.beyond(before) as u64;
            if added > 0 && !self.force {
                return Err(CliError::refused(format!(
                    "{BASELINE} would grow by {}",
                    counted(added, "finding")
                ))
                .help("mend them, or adopt them as well with --force; `rbk lint` shows them"));
            }
        }
        write(library, &after)?;
        console.line(format!(
            "{} adopted in {BASELINE}",
            counted(after.len() as u64, "finding")
        ));
        let left = outcome.report.findings.iter().filter(|it| !is_adopted(it));
        let left = left.count() as u64;
        if left > 0 {
            console.line(format!(
                "{} not adopted: locked rules are only let pass by an `Exception` document, and findings without a document not at all",
                counted(left, "finding")
            ));
        }
        Ok(Exit::Clean)
    }
}

impl Prune {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        let library = load(&self.path)?;
        let before = read(library)?.ok_or_else(|| {
            CliError::usage(format!("there is no {BASELINE} to prune"))
                .help("`rbk baseline write` makes one")
        })?;
        let outcome = everything(library, &self.day)?;
        let found = Baseline::of(library, &outcome.report.findings);
        let after = before.within(&found, |rule| outcome.ran.contains(rule.code));
        if after != before {
            write(library, &after)?;
        }
        console.line(format!(
            "{} removed from {BASELINE}, {} left",
            counted((before.len() - after.len()) as u64, "finding"),
            after.len()
        ));
        Ok(Exit::Clean)
    }
}

fn is_adopted(located: &Located) -> bool {
    let rules = registry::all().iter();
    let mut rules = rules.filter(|rule| rule.code == located.finding.code);
    rules.next().is_some_and(|rule| can_be_known(rule))
}

/// Everything that can be found without a base, fixtures included.
fn everything(library: &Library, day: &Day) -> Result<Outcome, CliError> {
    let runs = Suite::new(library).ok().map(|suite| suite.observe());
    let options = Options {
        runs: runs.as_ref(),
        ..Options::on(day.date())
    };
    let outcome = lint::run(library, &options)?;
    lint::finish(&outcome)?;
    Ok(outcome)
}

/// The baseline of a repository, if it has one. One that cannot be used is an error: otherwise what it was meant to
/// know would look new, or worse, what is new would look known.
pub(super) fn read(library: &Library) -> Result<Option<Baseline>, CliError> {
    let Some(bytes) = bytes(library)? else {
        return Ok(None);
    };
    let baseline = Baseline::from_json(&bytes).map_err(|error| {
        CliError::usage(format!("{BASELINE} cannot be used: {error}"))
            .help("restore it from git, or remove it and run `rbk baseline write`")
    })?;
    Ok(Some(baseline))
}

fn bytes(library: &Library) -> Result<Option<Vec<u8>>, CliError> {
    let Some(path) = library.root().map(|root| root.join(BASELINE)) else {
        return Ok(None);
    };
    let unreadable = |error: std::io::Error| {
        CliError::usage(format!("{path} cannot be read: {error}"))
            .help("make it a plain file you may read, or remove it")
    };
    let file = match fs::File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    let mut bytes = Vec::new();
    file.take(MAX_BASELINE_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    Ok(Some(bytes))
}

fn write(library: &Library, baseline: &Baseline) -> Result<(), CliError> {
    let root = library.root().ok_or_else(|| {
        CliError::could_not("the documents were not read from files, so nothing can be written")
    })?;
    let after = baseline.to_json().into_bytes();
    match bytes(library)? {
        Some(before) => {
            let root = root.canonicalize_utf8().map_err(CliError::could_not)?;
            Replacement::prepare(&root, Utf8Path::new(BASELINE), before, after)?.write()
        }
        None => write_file(&root.join(BASELINE), &after),
    }
}

/// Says that the baseline knows findings that did not occur.
pub(super) fn say_what_is_gone(outcome: &Outcome) {
    if outcome.gone > 0 && !outcome.is_partial {
        eprintln!(
            "note: {} of {BASELINE} did not occur any more; `rbk baseline prune` removes what is mended",
            counted(outcome.gone as u64, "finding")
        );
    }
}
