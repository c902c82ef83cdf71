//! Trees: which files two of them do not share, and what merging two gives.

use camino::{Utf8Path, Utf8PathBuf};
use git2::{DiffOptions, FileMode, MergeOptions};

use super::repository::{GitError, GitRepository};

impl GitRepository {
    /// Name of what lies at a path in a commit or tree: its object id, with the mode where that is not an ordinary file's.
    /// Equal names are equal content. None where nothing lies there.
    ///
    /// # Errors
    /// When there is no such commit or tree.
    pub fn content_at(&self, treeish: &str, path: &Utf8Path) -> Result<Option<String>, GitError> {
        let tree = self.tree(treeish)?;
        match tree.get_path(path.as_std_path()) {
            Ok(entry) => {
                let mode = entry.filemode();
                let id = entry.id();
                let is_ordinary = mode == i32::from(FileMode::Blob);
                Ok(Some(if is_ordinary {
                    id.to_string()
                } else {
                    format!("{id}@{mode:o}")
                }))
            }
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Paths at which two commits or trees differ, sorted; a file that was moved counts at both.
    ///
    /// # Errors
    /// When one is not there, or a path is not UTF-8.
    pub fn changed_between(&self, old: &str, new: &str) -> Result<Vec<Utf8PathBuf>, GitError> {
        let (old, new) = (self.tree(old)?, self.tree(new)?);
        let mut options = DiffOptions::new();
        options.include_typechange(true);
        let diff = self
            .inner
            .diff_tree_to_tree(Some(&old), Some(&new), Some(&mut options))?;
        let mut paths = Vec::new();
        for delta in diff.deltas() {
            for file in [delta.old_file(), delta.new_file()] {
                let bytes = file.path_bytes().unwrap_or_default();
                let path = std::str::from_utf8(bytes).map_err(|_| GitError::PathNotText {
                    path: String::from_utf8_lossy(bytes).into_owned(),
                })?;
                paths.push(Utf8PathBuf::from(path));
            }
        }
        paths.sort();
        paths.dedup();
        Ok(paths)
    }

    /// The tree that merging two commits gives when nobody has to decide anything; none when they conflict. Nothing is
    /// written to the repository, and files are not followed to new names.
    ///
    /// # Errors
    /// When one is not there.
    pub fn merged(&self, base: &str, ours: &str, theirs: &str) -> Result<Option<String>, GitError> {
        // What is written from here on stays in memory.
        let odb = self.inner.odb()?;
        odb.add_new_mempack_backend(1_000)?;
        let mut options = MergeOptions::new();
        options.find_renames(false);
        let (base, ours, theirs) = (self.tree(base)?, self.tree(ours)?, self.tree(theirs)?);
        let mut index = self
            .inner
            .merge_trees(&base, &ours, &theirs, Some(&options))?;
        if index.has_conflicts() {
            return Ok(None);
        }
        Ok(Some(index.write_tree_to(&self.inner)?.to_string()))
    }
}
