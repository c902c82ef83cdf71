//! Trees: which files two of them do not share, and what merging two gives.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use git2::build::TreeUpdateBuilder;
use git2::{DiffOptions, FileMode, MergeOptions, Oid};

use super::repository::{GitError, GitRepository};

/// Above that of the object stores on disk, so that what is made here is written to none of them.
const SCRATCH_PRIORITY: i32 = 1_000;

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

    /// The tree of a commit or tree with other content at some paths, as [`Self::content_at`] names it; `None` takes a file away.
    /// Nothing is written to the repository.
    ///
    /// # Errors
    /// When the commit or tree or one of the contents is not there, and for content that is no ordinary file.
    pub fn with_content(
        &self,
        treeish: &str,
        content: &BTreeMap<String, Option<String>>,
    ) -> Result<String, GitError> {
        self.keep_scratch()?;
        let mut update = TreeUpdateBuilder::new();
        for (path, content) in content {
            match content {
                Some(id) => update.upsert(path, Oid::from_str(id)?, FileMode::Blob),
                None => update.remove(path),
            };
        }
        let tree = update.create_updated(&self.inner, &self.tree(treeish)?)?;
        Ok(tree.to_string())
    }

    /// From here on, what is made is kept in memory.
    fn keep_scratch(&self) -> Result<(), GitError> {
        if self.scratch.get().is_none() {
            self.inner
                .odb()?
                .add_new_mempack_backend(SCRATCH_PRIORITY)?;
            let _ = self.scratch.set(());
        }
        Ok(())
    }

    /// The tree that merging two commits gives when nobody has to decide anything; none when they conflict. Nothing is
    /// written to the repository, and files are not followed to new names.
    ///
    /// # Errors
    /// When one is not there.
    pub fn merged(&self, base: &str, ours: &str, theirs: &str) -> Result<Option<String>, GitError> {
        self.keep_scratch()?;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(git: &git2::Repository, files: &[(&str, &str)], parents: &[&str]) -> String {
        let mut tree = git.treebuilder(None).unwrap();
        for (name, text) in files {
            let blob = git.blob(text.as_bytes()).unwrap();
            tree.insert(name, blob, FileMode::Blob.into()).unwrap();
        }
        let tree = git.find_tree(tree.write().unwrap()).unwrap();
        let who = git2::Signature::new("t", "t@x.org", &git2::Time::new(1, 0)).unwrap();
        let parents: Vec<_> = parents
            .iter()
            .map(|id| git.find_commit(id.parse().unwrap()).unwrap())
            .collect();
        let parents: Vec<&git2::Commit<'_>> = parents.iter().collect();
        let id = git.commit(None, &who, &who, "c", &tree, &parents);
        id.unwrap().to_string()
    }

    fn objects(folder: &Utf8Path) -> usize {
        let objects = std::fs::read_dir(folder.join(".git/objects")).unwrap();
        objects
            .map(|entry| std::fs::read_dir(entry.unwrap().path()).unwrap().count())
            .sum()
    }

    #[test]
    fn a_merge_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap().to_owned();
        let inner = git2::Repository::init(&folder).unwrap();
        let base = commit(&inner, &[("a", "1\n2\n3\n4\n"), ("b", "b\n")], &[]);
        let ours = commit(&inner, &[("a", "0\n2\n3\n4\n"), ("b", "b\n")], &[&base]);
        let theirs = commit(&inner, &[("a", "1\n2\n3\n5\n"), ("b", "c\n")], &[&base]);
        let other = commit(&inner, &[("a", "9\n2\n3\n4\n"), ("b", "b\n")], &[&base]);
        let git = GitRepository::discover(&folder).unwrap();
        let before = objects(&folder);
        let merged = git.merged(&base, &ours, &theirs).unwrap().unwrap();
        let files = git.files_at(&merged, |_| true).unwrap();
        assert_eq!(files[0].bytes, b"0\n2\n3\n5\n");
        assert_eq!(git.merged(&base, &ours, &other).unwrap(), None);
        assert_eq!(objects(&folder), before);
        assert_eq!(git.changed_between(&ours, &merged).unwrap(), ["a", "b"]);
        let head = git.content_at(&theirs, Utf8Path::new("b")).unwrap();
        assert_eq!(git.content_at(&merged, Utf8Path::new("b")).unwrap(), head);
        assert_eq!(git.content_at(&merged, Utf8Path::new("x/y")).unwrap(), None);
    }
}
