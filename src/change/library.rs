//! The documents of a commit.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use thiserror::Error;

use super::repository::{GitError, GitRepository};
use crate::document::model::Repository;
use crate::library::{CONFIGURATION, Library, Selection};

/// The documents of a commit cannot be had.
#[derive(Debug, Error)]
pub enum LibraryError {
    /// Git cannot say.
    #[error(transparent)]
    Git(#[from] GitError),
    /// Nothing says which files are documents.
    #[error("rbk.yaml: `{pattern}`: {message}")]
    Pattern {
        /// The pattern that is none.
        pattern: String,
        /// What is wrong with it.
        message: String,
    },
}

impl GitRepository {
    /// The library as a commit or tree holds it, below the folder `prefix` of the repository: the files that its own
    /// `rbk.yaml` selects.
    ///
    /// # Errors
    /// When there is no such commit or tree, or a file or a pattern cannot be read. Documents that cannot be understood
    /// are no errors: they are part of the library.
    pub fn library(&self, treeish: &str, prefix: &Utf8Path) -> Result<Library, LibraryError> {
        let files = Files {
            git: self,
            treeish,
            prefix,
        };
        let configuration = Library::from_sources(files.that(|path| path == CONFIGURATION)?);
        let selection = selection(&configuration)?;
        Ok(Library::from_sources(files.that(|path| {
            path == CONFIGURATION || selection.selects(path)
        })?))
    }

    /// As [`Self::library`], sharing what has not changed with the library of another commit or tree, `(its name, its library)`.
    ///
    /// # Errors
    /// As [`Self::library`].
    pub fn library_after(
        &self,
        (before, known): (&str, &Library),
        treeish: &str,
        prefix: &Utf8Path,
    ) -> Result<Library, LibraryError> {
        let changed = self.changed_between(before, treeish)?;
        let inside = |path: &Utf8PathBuf| Some(path.strip_prefix(prefix).ok()?.to_owned());
        let changed: BTreeSet<Utf8PathBuf> = changed.iter().filter_map(inside).collect();
        let selection = selection(known)?;
        let files = Files {
            git: self,
            treeish,
            prefix,
        };
        let now = files.that(|path| changed.contains(path) && selection.selects(path))?;
        let is_gone = |path: &Utf8PathBuf| {
            known.entries_at(path).next().is_some() && !now.iter().any(|(there, _)| there == path)
        };
        // Files can be added to a library and replaced, not taken away.
        if changed.contains(Utf8Path::new(CONFIGURATION)) || changed.iter().any(is_gone) {
            return self.library(treeish, prefix);
        }
        Ok(known.with_sources(now))
    }

    /// The folder of the repository that `folder` is, seen from its root; nothing for the root itself.
    pub fn prefix_of(&self, folder: &Utf8Path) -> Utf8PathBuf {
        let top = self.root().and_then(|top| top.canonicalize_utf8().ok());
        let folder = folder
            .canonicalize_utf8()
            .unwrap_or_else(|_| folder.to_owned());
        top.and_then(|top| folder.strip_prefix(top).ok().map(Utf8Path::to_owned))
            .unwrap_or_default()
    }
}

/// The files of a commit or tree below a folder, named as seen from there.
struct Files<'a> {
    git: &'a GitRepository,
    treeish: &'a str,
    prefix: &'a Utf8Path,
}

impl Files<'_> {
    fn that(
        &self,
        wanted: impl Fn(&Utf8Path) -> bool,
    ) -> Result<Vec<(Utf8PathBuf, Vec<u8>)>, GitError> {
        let inside = |path: &Utf8Path| path.strip_prefix(self.prefix).ok().map(Utf8Path::to_owned);
        let files = self.git.files_at(self.treeish, |path| {
            inside(path).is_some_and(|path| wanted(&path))
        })?;
        let files = files.into_iter();
        Ok(files
            .filter_map(|file| Some((inside(&file.path)?, file.bytes)))
            .collect())
    }
}

/// Which files are documents, as the configuration in a library says.
fn selection(library: &Library) -> Result<Selection, LibraryError> {
    let conventional = Repository::conventional();
    let repository = library
        .repository()
        .map_or(&conventional, |(_, document)| &document.spec);
    let (selection, problems) = Selection::new(repository);
    match problems.first() {
        Some(problem) => Err(LibraryError::Pattern {
            pattern: problem.pattern.clone(),
            message: problem.message.clone(),
        }),
        None => Ok(selection),
    }
}
