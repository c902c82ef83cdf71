//! `rbk lint --fix` and `--diff`.

use clap::{Args, ValueEnum};

use crate::cli::replace::Replacement;
use crate::cli::{CliError, Console};
use crate::diagnostic::Applicability;
use crate::diagnostic::render::unified_diff;
use crate::diagnostic::visible::{visible_line, without_commands};
use crate::library::Library;
use crate::lint::{Mended, Options, mend};

/// Whether, and which, fixes are applied.
#[derive(Args)]
pub(super) struct Mend {
    /// Apply fixes: those that keep the meaning or make it stricter, or with `unsafe` also those a human should look at
    #[arg(
        long,
        value_enum,
        value_name = "WHICH",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "safe"
    )]
    fix: Option<Which>,
    /// Show what `--fix` would change instead, and write nothing
    #[arg(long, conflicts_with = "statistics")]
    diff: bool,
}

/// Which fixes are applied.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Which {
    /// Those that keep the meaning or make it stricter
    Safe,
    /// Also those a human should look at
    Unsafe,
}

impl Mend {
    /// Whether fixes are asked for.
    pub(super) fn is_asked(&self) -> bool {
        self.diff || self.fix.is_some()
    }

    /// Whether they are only shown.
    pub(super) fn only_shows(&self) -> bool {
        self.diff
    }

    /// Applies fixes to a library; the result is in memory.
    pub(super) fn apply(
        &self,
        library: &Library,
        options: &Options<'_>,
    ) -> Result<Mended, CliError> {
        let up_to = match self.fix {
            Some(Which::Unsafe) => Applicability::Unsafe,
            Some(Which::Safe) | None => Applicability::Safe,
        };
        mend(library, options, up_to).map_err(super::configuration)
    }
}

/// Prints what would change. Whether anything would.
pub(super) fn show(mended: &Mended, console: &mut Console) -> bool {
    for (path, file) in &mended.files {
        console.print(unified_diff(path, file.before.text(), file.after.text()));
    }
    for line in not_applied(mended) {
        eprintln!("{}", harmless(&line));
    }
    !mended.files.is_empty()
}

/// Writes what changed, and says what was done; on standard error when the output is for a program.
pub(super) fn write(
    mended: &Mended,
    library: &Library,
    is_for_humans: bool,
    console: &mut Console,
) -> Result<(), CliError> {
    let root = library.root().ok_or_else(|| {
        CliError::could_not("the documents were not read from files, so nothing can be written")
    })?;
    let files = mended.files.iter();
    let replacements: Result<Vec<Replacement>, CliError> = files
        .map(|(path, file)| {
            Replacement::prepare(root, path, file.bytes_before(), file.bytes_after())
        })
        .collect();
    for replacement in replacements? {
        replacement.write()?;
    }
    let applied = mended.applied.iter().map(|fix| {
        format!(
            "fixed {}:{} {} {}: {}",
            fix.path, fix.at, fix.code, fix.name, fix.title
        )
    });
    let mut lines: Vec<String> = applied.chain(not_applied(mended)).collect();
    if !lines.is_empty() {
        lines.push(String::new());
    }
    for line in lines.iter().map(|line| harmless(line)) {
        match is_for_humans {
            true => console.line(line),
            false => eprintln!("{line}"),
        }
    }
    Ok(())
}

fn not_applied(mended: &Mended) -> impl Iterator<Item = String> {
    let rejected = mended.rejected.iter().map(|rejected| {
        let fix = &rejected.fix;
        format!(
            "not fixed {}:{} {} {}: {}; {}",
            fix.path, fix.at, fix.code, fix.name, fix.title, rejected.reason
        )
    });
    let unsettled = (!mended.is_settled)
        .then(|| "note: there is more to fix; run the command again".to_owned());
    rejected.chain(unsettled)
}

/// Titles and paths hold text of documents.
fn harmless(line: &str) -> String {
    without_commands(visible_line(line))
}
