//! `rbk bundle`

use std::collections::BTreeMap;
use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::Run;
use super::gate::{Gate, History, Passed, refused};
use super::library::{Day, library_with};
use super::reporting;
use super::shared::{Output, counted, key, now, print_json, read_file, write_file};
use super::{lint, test};
use crate::bundle::export::{COSIGN_FILE, attestations, cosign};
use crate::bundle::index::INDEX_FILE;
use crate::bundle::{Bundle, Contents, Unapproved, build};
use crate::change::GitRepository;
use crate::cli::{CliError, Console, Exit};
use crate::diagnostic::render::Format;
use crate::lint::Options;

/// Arguments of `rbk bundle`.
#[derive(Args)]
pub(in crate::cli) struct BundleCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Build the bundle of a commit, after linting and testing it
    Build {
        /// A folder of the repository
        #[arg(default_value = ".")]
        path: Utf8PathBuf,
        /// Folder to write the files to; it must be empty or missing
        #[arg(long)]
        out: Utf8PathBuf,
        /// The commit
        #[arg(long, default_value = "HEAD")]
        commit: String,
        #[command(flatten)]
        history: History,
        #[command(flatten)]
        day: Day,
    },
    /// Write what a bundle says in the forms of other tools: evidence and a summary as in-toto statements, a bundle for cosign
    Export(Export),
    /// Check a bundle and list its documents
    Show {
        /// Folder that `rbk bundle build` wrote
        bundle: Utf8PathBuf,
        /// How to print the result
        #[arg(long, value_enum, default_value_t)]
        format: Output,
    },
}

#[derive(Args)]
struct Export {
    /// Folder that `rbk bundle build` wrote
    bundle: Utf8PathBuf,
    /// Folder to write to
    #[arg(long)]
    out: Utf8PathBuf,
    /// Private key: `file:PATH`, `env:NAME` or `exec:PUBLIC_KEY_FILE:COMMAND`
    #[arg(long)]
    key: String,
    /// Also a signature of the index that `cosign verify-blob` takes; the key has to be ECDSA P-256
    #[arg(long)]
    cosign: bool,
}

impl Run for BundleCommand {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        match self.action {
            Action::Build {
                path,
                out,
                commit,
                history,
                day,
            } => {
                let passed = match history.gate(console)? {
                    Gate::Closed(exit) => return Ok(exit),
                    Gate::Unasked => None,
                    Gate::Passed(passed) => Some(passed),
                };
                let files = build_commit(&path, &commit, day.date(), passed.as_ref(), console)?;
                let Some(files) = files else {
                    return Ok(Exit::Findings);
                };
                if let Some(passed) = &passed {
                    let found = unapproved(&files, passed)?;
                    if !found.is_empty() {
                        return Ok(refused(&found, console));
                    }
                }
                write(&out, &files)?;
                if commit == "HEAD" {
                    tell_uncommitted(&path);
                }
                let bytes: usize = files.values().map(Vec::len).sum();
                console.line(format!(
                    "wrote {} files ({bytes} bytes) to {out}",
                    files.len()
                ));
                console.line(format!(
                    "Next: `rbk publish {out} --to DIR --root root.json --key …`."
                ));
                Ok(Exit::Clean)
            }
            Action::Export(export) => export.run(console),
            Action::Show { bundle, format } => show(&bundle, format, console),
        }
    }
}

/// Says which changes are not part of the bundle, because they are not committed.
fn tell_uncommitted(path: &Utf8Path) {
    let changed = GitRepository::discover(path).and_then(|git| git.uncommitted());
    if let Some((first, rest)) = changed.unwrap_or_default().split_first() {
        let more = match rest.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let first = first.escape_debug();
        eprintln!("note: what is not committed is not in the bundle: {first}{more}");
    }
}

/// The files of the bundle of a commit; `None` when the commit does not lint clean or a fixture fails, after
/// printing why.
pub(super) fn build_commit(
    path: &Utf8Path,
    revision: &str,
    today: Date,
    passed: Option<&Passed>,
    console: &mut Console,
) -> Result<Option<BTreeMap<String, Vec<u8>>>, CliError> {
    let nothing = BTreeMap::new();
    let kept = passed.map_or(&nothing, |passed| &passed.kept);
    let (library, commit) = library_with(path, revision, kept)?;
    let outcome = lint::run(&library, &Options::on(today))?;
    if outcome.report.summary.errors > 0 {
        console.print(Format::Human.render(&outcome.report, &reporting::style(console)));
        return Ok(None);
    }
    lint::finish(&outcome)?;
    let report = test::run(&library, None)?;
    if !report.passed() {
        console.print(report.human());
        return Ok(None);
    }
    let mut contents = Contents::of(&library, &commit).map_err(CliError::could_not)?;
    contents.evidence = passed.map(|passed| passed.chain.clone());
    build(&contents).map(Some).map_err(CliError::could_not)
}

/// Writes files to a folder that must be empty or missing.
pub(super) fn write(out: &Utf8Path, files: &BTreeMap<String, Vec<u8>>) -> Result<(), CliError> {
    let broken =
        |error: std::io::Error| CliError::could_not(format!("{out} cannot be written: {error}"));
    fs::create_dir_all(out).map_err(broken)?;
    if fs::read_dir(out).map_err(broken)?.next().is_some() {
        return Err(CliError::usage(format!("{out} is not empty"))
            .help("give a new folder: what lies there would be published too"));
    }
    files
        .iter()
        .try_for_each(|(name, bytes)| write_file(&out.join(name), bytes))
}

/// Reads the bundle in a folder.
pub(super) fn open(folder: &Utf8Path) -> Result<Bundle, CliError> {
    Bundle::open(&|name| read_file(folder.join(name)).map_err(|error| error.to_string()))
        .map_err(|error| CliError::could_not(error).help("build it again with `rbk bundle build`"))
}

/// What the evidence in files that were just built does not show.
fn unapproved(
    files: &BTreeMap<String, Vec<u8>>,
    passed: &Passed,
) -> Result<Vec<Unapproved>, CliError> {
    let read = |name: &str| {
        let file = files.get(name).cloned();
        file.ok_or_else(|| "it was not built".to_owned())
    };
    let bundle = Bundle::open(&read).map_err(CliError::could_not)?;
    Ok(bundle.unapproved(passed.at))
}

fn show(folder: &Utf8Path, format: Output, console: &mut Console) -> Result<Exit, CliError> {
    let bundle = open(folder)?;
    if let Output::Json = format {
        print_json(console, &bundle.documents)?;
        return Ok(Exit::Clean);
    }
    console.line(format!("built from commit {}", bundle.index.commit));
    if let Some(evidence) = &bundle.index.evidence {
        console.line(format!(
            "evidence of {}, ending with {}",
            counted(evidence.statements, "statement"),
            evidence.head
        ));
    }
    if bundle.index.without_evidence {
        console.line("published without evidence of who approved it");
    }
    for document in &bundle.documents {
        let reach = match (document.tier, document.mode) {
            (Some(tier), Some(mode)) => format!("tier {tier}, {mode}"),
            _ => "evaluated only".to_owned(),
        };
        console.line(format!(
            "{}/{}@{}  {reach}  {}",
            document.kind, document.id, document.version, document.digest
        ));
    }
    Ok(Exit::Clean)
}

impl Run for Export {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        let read =
            |name: &str| read_file(self.bundle.join(name)).map_err(|error| error.to_string());
        let bundle = Bundle::open(&read).map_err(CliError::could_not)?;
        let index = read_file(self.bundle.join(INDEX_FILE))?;
        let signer = key(&self.key)?;
        let at = now();
        let mut files = BTreeMap::new();
        let found = bundle.unapproved(at);
        if found.is_empty() {
            files = attestations(&bundle, &index, at, &*signer).map_err(CliError::could_not)?;
        } else if !self.cosign {
            refused(&found, console);
            console.line("nothing is exported: the evidence does not show that this was approved");
            return Ok(Exit::Findings);
        }
        if self.cosign {
            files.insert(
                COSIGN_FILE,
                cosign(&index, &*signer).map_err(CliError::usage)?,
            );
        }
        fs::create_dir_all(&self.out)
            .map_err(|error| CliError::could_not(format!("{}: {error}", self.out)))?;
        for (name, bytes) in files {
            write_file(&self.out.join(name), &bytes)?;
            console.line(format!("wrote {}", self.out.join(name)));
        }
        Ok(Exit::Clean)
    }
}
