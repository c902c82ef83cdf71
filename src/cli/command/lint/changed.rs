//! `rbk lint --changed`: what a change touches and what depends on it.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;

use crate::change::{Affected, GitRepository, affected};
use crate::cli::CliError;
use crate::cli::command::library::{fork_point, library_at};
use crate::cli::command::shared::counted;
use crate::library::Library;

/// What is looked at.
#[derive(Args)]
pub(super) struct Changed {
    /// Only what changed since the commit at which this branch left a branch, a tag or a commit (or `auto`), committed or
    /// not, and everything that depends on it
    #[arg(long, value_name = "REVISION", conflicts_with = "base")]
    changed: Option<String>,
}

/// A change, and what it reaches.
pub(super) struct Reach {
    /// The library as it was.
    pub(super) base: Library,
    /// The files to look at; all when none are named.
    pub(super) files: Option<BTreeSet<Utf8PathBuf>>,
}

impl Changed {
    /// What the change reaches, if only that is asked for. Says on standard error how much it is.
    pub(super) fn reach(
        &self,
        path: &Utf8Path,
        library: &Library,
    ) -> Result<Option<Reach>, CliError> {
        let Some(revision) = &self.changed else {
            return Ok(None);
        };
        let root = library.root().unwrap_or(path);
        let root = root
            .canonicalize_utf8()
            .map_err(|error| CliError::usage(format!("{root} cannot be read: {error}")))?;
        let git = GitRepository::discover(&root).map_err(CliError::could_not)?;
        let commit = fork_point(&git, revision, "HEAD")?.id;
        let (base, _) = library_at(path, &commit)?;
        let top = git.root().and_then(|top| top.canonicalize_utf8().ok());
        let top = top.ok_or_else(|| {
            CliError::could_not("the repository is bare, so that nothing can have changed in it")
                .help("run the command in a clone that has its files checked out")
        })?;
        let changed = git.changed_since(&commit).map_err(CliError::could_not)?;
        let inside = |path: Utf8PathBuf| {
            let path = top.join(path);
            path.strip_prefix(&root).ok().map(Utf8Path::to_owned)
        };
        let changed: BTreeSet<_> = changed.into_iter().filter_map(inside).collect();
        let files = match affected(&base, library, &changed) {
            Affected::Everything { because } => {
                eprintln!("note: {because} changed and governs every document; all are looked at");
                None
            }
            Affected::Files(files) => {
                eprintln!(
                    "note: {} changed since {revision}; they and what depends on them are {}",
                    counted(changed.len() as u64, "file"),
                    counted(files.len() as u64, "file")
                );
                Some(files)
            }
        };
        Ok(Some(Reach { base, files }))
    }
}
