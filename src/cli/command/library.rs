//! Which library a command reads, as of which commit and on which day.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::shared::now;
use crate::change::{Commit, GitRepository, LibraryError};
use crate::cli::CliError;
use crate::governance::Blob;
use crate::library::{Library, LoadOptions};

/// The library of the repository that `path` lies in. A command reads one and then ends, so it is never taken apart
/// again: with ten thousand documents that is 3 % of the processor time of `rbk lint`, all on one thread.
pub(super) fn load(path: &Utf8Path) -> Result<&'static Library, CliError> {
    let start = path.canonicalize_utf8().map_err(|error| {
        CliError::usage(format!("{path} cannot be read: {error}"))
            .help("give a folder of the repository")
    })?;
    let root = Library::find_root(&start).unwrap_or(start);
    let library = Library::load(&root, &LoadOptions::default());
    if library.entries().len() == 0 {
        return Err(
            CliError::could_not(format!("no document was found below {root}"))
                .help("run `rbk init` to begin, or check `include` in rbk.yaml"),
        );
    }
    Ok(Box::leak(Box::new(library)))
}

/// The library as a commit holds it, and the commit's id.
pub(super) fn library_at(path: &Utf8Path, revision: &str) -> Result<(Library, String), CliError> {
    library_with(path, revision, &BTreeMap::new())
}

/// The library as a commit holds it but for other content at some paths of the repository, and the commit's id.
pub(super) fn library_with(
    path: &Utf8Path,
    revision: &str,
    content: &BTreeMap<String, Option<Blob>>,
) -> Result<(Library, String), CliError> {
    let start = path
        .canonicalize_utf8()
        .map_err(|error| CliError::usage(format!("{path} cannot be read: {error}")))?;
    let git = GitRepository::discover(&start).map_err(CliError::could_not)?;
    let commit = git.commit(revision).map_err(CliError::could_not)?;
    let root = Library::find_root(&start).unwrap_or(start);
    let tree = match content.is_empty() {
        true => commit.id.clone(),
        false => git
            .with_content(&commit.id, content)
            .map_err(CliError::could_not)?,
    };
    let library = git.library(&tree, &git.prefix_of(&root));
    let library = library.map_err(|error| match error {
        LibraryError::Git(error) => CliError::could_not(error),
        pattern @ LibraryError::Pattern { .. } => CliError::usage(pattern),
    })?;
    Ok((library, commit.id))
}

/// What a change is compared with.
#[derive(Args)]
pub(super) struct Base {
    /// Also what changed since the commit at which this branch left a branch, a tag or a commit; `auto` takes the base
    /// of the pull request, else the main branch
    #[arg(long, value_name = "REVISION")]
    base: Option<String>,
}

impl Base {
    /// The library at the base of the change, when one was asked for.
    pub(super) fn library(&self, path: &Utf8Path) -> Result<Option<Library>, CliError> {
        let Some(revision) = &self.base else {
            return Ok(None);
        };
        let start = path
            .canonicalize_utf8()
            .map_err(|error| CliError::usage(format!("{path} cannot be read: {error}")))?;
        let git = GitRepository::discover(&start).map_err(CliError::could_not)?;
        let commit = fork_point(&git, revision, "HEAD")?;
        Ok(Some(library_at(path, &commit.id)?.0))
    }
}

/// The commit at which the change that ends at `head` began; `auto` takes the base of the pull request, else the main branch.
pub(super) fn fork_point(
    git: &GitRepository,
    revision: &str,
    head: &str,
) -> Result<Commit, CliError> {
    if revision == "auto" {
        let event = std::env::var("GITHUB_EVENT_PATH").ok();
        let event = event.map(Utf8PathBuf::from);
        git.base_of_change(head, event.as_deref())
            .map_err(CliError::could_not)
    } else {
        git.fork_point(revision, head).map_err(CliError::could_not)
    }
}

/// The day on which documents are looked at.
#[derive(Args)]
pub(super) struct Day {
    /// The day that decides what has expired, e.g. 2026-11-01; the machine's day when left out
    #[arg(long, env = "RBK_TODAY", value_name = "DATE")]
    today: Option<Date>,
}

impl Day {
    /// The day asked for, else the machine's, which in continuous integration is said aloud: the same commit may
    /// be clean today and not tomorrow.
    pub(super) fn date(&self) -> Date {
        self.today.unwrap_or_else(|| {
            let today = now().to_zoned(TimeZone::UTC).date();
            if std::env::var_os("CI").is_some() {
                eprintln!("note: today is {today}, taken from the clock; pass --today to make this run repeatable");
            }
            today
        })
    }
}
