//! `rbk fmt`

use std::fs;
use std::io::{self, Read};

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use rayon::prelude::*;

use super::Run;
use super::library::load;
use super::shared::counted;
use crate::cli::replace::Replacement;
use crate::cli::{CliError, Console, Exit};
use crate::diagnostic::render::unified_diff;
use crate::document::format::{FormatError, format};
use crate::document::{MAX_SOURCE_BYTES, Source};
use crate::library::Library;

/// Arguments of `rbk fmt`.
#[derive(Args)]
pub(in crate::cli) struct Fmt {
    /// Files, or folders of the repository; `-` formats standard input to standard output
    #[arg(default_value = ".")]
    paths: Vec<Utf8PathBuf>,
    /// Write nothing; list the files whose formatting differs, and fail if there are any
    #[arg(long)]
    check: bool,
    /// Write nothing; show what would change, and fail if anything would
    #[arg(long)]
    diff: bool,
    /// The path that standard input is taken for, which tells Markdown from YAML
    #[arg(long, value_name = "PATH", default_value = "stdin.yaml")]
    stdin_path: Utf8PathBuf,
}

/// A file, and what became of it.
struct Done {
    /// As the caller would write it.
    path: Utf8PathBuf,
    /// Its text and its canonical layout.
    result: Result<(Source, String), String>,
}

impl Done {
    fn new(path: Utf8PathBuf, source: &Source, layout: Result<String, FormatError>) -> Self {
        let result = layout.map(|layout| (source.clone(), layout));
        Self {
            path,
            result: result.map_err(|error| format!("{error}; {}", error.help())),
        }
    }

    fn failed(path: Utf8PathBuf, error: impl ToString) -> Self {
        Self {
            path,
            result: Err(error.to_string()),
        }
    }

    /// The file as it is and as it should be, if that is not the same.
    fn change(&self) -> Option<(&Source, &str)> {
        let (source, layout) = self.result.as_ref().ok()?;
        let differs = source.had_bom() || source.text() != layout;
        differs.then_some((source, layout))
    }
}

impl Run for Fmt {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        if self.paths.iter().any(|path| path == "-") {
            return self.standard_input(console);
        }
        let mut done: Vec<Done> = Vec::new();
        for path in &self.paths {
            done.extend(files(path)?);
        }
        done.sort_by(|a, b| a.path.cmp(&b.path));
        done.dedup_by(|a, b| a.path == b.path);
        let keeps = self.check || self.diff;
        if !keeps {
            write(&done)?;
        }
        let mut changed = 0;
        for file in &done {
            let Some((source, layout)) = file.change() else {
                continue;
            };
            changed += 1;
            if self.diff {
                console.print(difference(&file.path, source, layout));
            } else if keeps {
                console.line(format!("would format {}", file.path));
            } else {
                console.line(format!("formatted {}", file.path));
            }
        }
        let failed = failures(&done, console);
        let verb = if keeps {
            "would be formatted"
        } else {
            "formatted"
        };
        let left = done.len() as u64 - changed - failed;
        console.line(format!(
            "{} {verb}, {left} left as they are",
            counted(changed, "file")
        ));
        if failed > 0 {
            return Err(CliError::could_not(format!(
                "{} could not be formatted",
                counted(failed, "file")
            ))
            .help("they were left as they are; what is wrong with each is said above"));
        }
        Ok(Exit::findings_unless(!keeps || changed == 0))
    }
}

impl Fmt {
    fn standard_input(&self, console: &mut Console) -> Result<Exit, CliError> {
        if self.paths.len() > 1 {
            return Err(CliError::usage("`-` is given together with other paths")
                .help("give `-` alone, or files and folders"));
        }
        let mut bytes = Vec::new();
        let read = io::stdin()
            .take(MAX_SOURCE_BYTES as u64 + 1)
            .read_to_end(&mut bytes);
        read.map_err(|error| CliError::could_not(format!("standard input: {error}")))?;
        let source = Source::from_bytes(&*self.stdin_path, bytes).map_err(CliError::could_not)?;
        let layout = format(&source).map_err(|error| {
            CliError::could_not(format!("{}: {error}", self.stdin_path)).help(error.help())
        })?;
        let differs = source.had_bom() || source.text() != layout;
        if self.diff {
            console.print(difference(&self.stdin_path, &source, &layout));
        } else if !self.check {
            console.print(layout);
        }
        Ok(Exit::findings_unless(
            !(self.check || self.diff) || !differs,
        ))
    }
}

fn files(path: &Utf8Path) -> Result<Vec<Done>, CliError> {
    let kind = fs::symlink_metadata(path).map_err(|error| {
        CliError::usage(format!("{path} cannot be read: {error}"))
            .help("give files, or folders of the repository")
    })?;
    if kind.is_dir() {
        return in_folder(path);
    }
    if !kind.is_file() {
        return Ok(vec![Done::failed(
            path.to_owned(),
            "it is not a plain file; name the file itself",
        )]);
    }
    Ok(vec![one(path)])
}

fn one(path: &Utf8Path) -> Done {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => return Done::failed(path.to_owned(), format!("it cannot be read: {error}")),
    };
    match Source::from_bytes(path, bytes) {
        Ok(source) => Done::new(path.to_owned(), &source, format(&source)),
        Err(error) => Done::failed(path.to_owned(), error),
    }
}

/// The documents of the repository in a folder.
fn in_folder(folder: &Utf8Path) -> Result<Vec<Done>, CliError> {
    let library = load(folder)?;
    let unusable = |error: io::Error| CliError::usage(format!("{folder} cannot be read: {error}"));
    let absolute = folder.canonicalize_utf8().map_err(unusable)?;
    let root = library.root().unwrap_or(&absolute);
    // Below the root, or at it when the folder itself lies above the files.
    let below = absolute.strip_prefix(root).unwrap_or(Utf8Path::new(""));
    let shown = |path: &Utf8Path| match path.strip_prefix(below) {
        Ok(inside) if folder == "." => inside.to_owned(),
        Ok(inside) => folder.join(inside),
        Err(_) => path.to_owned(),
    };
    let mut done = laid_out(library, below, &shown);
    let failures = library.failures().iter();
    let failures = failures.filter(|failure| failure.path.starts_with(below));
    done.extend(failures.map(|failure| Done::failed(shown(&failure.path), &failure.error)));
    Ok(done)
}

fn laid_out(
    library: &Library,
    below: &Utf8Path,
    shown: &(impl Fn(&Utf8Path) -> Utf8PathBuf + Sync),
) -> Vec<Done> {
    let mut sources: Vec<&Source> = library
        .entries_below(below)
        .map(|(_, entry)| entry.source())
        .collect();
    sources.dedup_by_key(|source| source.path());
    sources
        .into_par_iter()
        .filter_map(|source| {
            let formatter = library.formatter(source.path())?;
            let layout = formatter.and_then(|formatter| formatter.checked());
            Some(Done::new(shown(source.path()), source, layout))
        })
        .collect()
}

fn write(done: &[Done]) -> Result<(), CliError> {
    done.par_iter().try_for_each(|file| match file.change() {
        Some((source, layout)) => write_one(&file.path, source, layout),
        None => Ok(()),
    })
}

fn write_one(path: &Utf8Path, source: &Source, layout: &str) -> Result<(), CliError> {
    let unreadable =
        |error: io::Error| CliError::could_not(format!("{path} cannot be read: {error}"));
    let parent = path.parent().filter(|parent| *parent != "");
    let folder = parent.unwrap_or(Utf8Path::new("."));
    let folder = folder.canonicalize_utf8().map_err(unreadable)?;
    let name = Utf8Path::new(path.file_name().unwrap_or_default());
    let mark = if source.had_bom() { "\u{FEFF}" } else { "" };
    let before = format!("{mark}{}", source.text()).into_bytes();
    Replacement::prepare(&folder, name, before, layout.into())?.write()
}

fn failures(done: &[Done], console: &mut Console) -> u64 {
    let mut count = 0;
    console.flush();
    for file in done {
        if let Err(error) = &file.result {
            count += 1;
            eprintln!("{}: left as it is: {error}", file.path);
        }
    }
    count
}

/// A unified difference. What only the eye cannot see is said in words.
fn difference(path: &Utf8Path, source: &Source, layout: &str) -> String {
    let mut out = String::new();
    if source.had_bom() {
        out.push_str(&format!("{path}: the byte-order mark goes\n"));
    }
    out.push_str(&unified_diff(path, source.text(), layout));
    out
}
