//! The documents of a commit.

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
        let inside = |path: &Utf8Path| path.strip_prefix(prefix).ok().map(Utf8Path::to_owned);
        let files_at = |wanted: &dyn Fn(&Utf8Path) -> bool| {
            let files = self.files_at(treeish, |path| {
                inside(path).is_some_and(|path| wanted(&path))
            })?;
            let files = files.into_iter();
            Ok::<Vec<(Utf8PathBuf, Vec<u8>)>, GitError>(
                files
                    .filter_map(|file| Some((inside(&file.path)?, file.bytes)))
                    .collect(),
            )
        };
        let configuration = Library::from_sources(files_at(&|path| path == CONFIGURATION)?);
        let conventional = Repository::conventional();
        let repository = configuration
            .repository()
            .map_or(&conventional, |(_, document)| &document.spec);
        let (selection, problems) = Selection::new(repository);
        if let Some(problem) = problems.first() {
            return Err(LibraryError::Pattern {
                pattern: problem.pattern.clone(),
                message: problem.message.clone(),
            });
        }
        let files = files_at(&|path| path == CONFIGURATION || selection.selects(path))?;
        Ok(Library::from_sources(files))
    }

    /// The folder of the repository that `folder` is, seen from its root; nothing for the root itself.
    pub fn prefix_of(&self, folder: &Utf8Path) -> Utf8PathBuf {
        let top = self.root().and_then(|top| top.canonicalize_utf8().ok());
        let folder = folder.canonicalize_utf8().unwrap_or_else(|_| folder.to_owned());
        top.and_then(|top| folder.strip_prefix(top).ok().map(Utf8Path::to_owned))
            .unwrap_or_default()
    }
}
