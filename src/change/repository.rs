//! Commits and the files in them, read through libgit2.

use std::cell::OnceCell;

use camino::{Utf8Path, Utf8PathBuf};
use git2::{DiffOptions, ErrorCode, ObjectType, Oid, StatusOptions, TreeWalkMode, TreeWalkResult};
use jiff::Timestamp;
use thiserror::Error;

/// Largest file read from a commit, in bytes. Documents are far smaller.
const MAX_FILE: usize = 4 * 1024 * 1024;

/// Why history could not be read.
#[derive(Debug, Error)]
pub enum GitError {
    /// There is no repository here.
    #[error(
        "{path} is not inside a git repository; run `git init` and commit your documents first"
    )]
    NotARepository {
        /// Where it was looked for.
        path: Utf8PathBuf,
    },
    /// The repository has no commit yet.
    #[error("the repository has no commit yet; run `git commit` first")]
    NoCommit,
    /// A revision does not exist.
    #[error(
        "`{revision}` is not a commit of this repository; in a shallow clone run `git fetch --unshallow`"
    )]
    UnknownRevision {
        /// The revision as given.
        revision: String,
    },
    /// Two lines of history do not meet.
    #[error("`{revision}` and HEAD have no commit in common{}", if *.shallow {
        "; this clone is shallow: fetch the whole history, with `fetch-depth: 0` in a workflow or `git fetch --unshallow`"
    } else {
        ": name a branch that this one began at"
    })]
    NoCommonCommit {
        /// The other revision.
        revision: String,
        /// Whether the clone leaves out old history.
        shallow: bool,
    },
    /// A file of the commit has a path that is not UTF-8.
    #[error("the commit holds a file whose path is not UTF-8: {path}; rename it")]
    PathNotText {
        /// The path with the offending bytes replaced.
        path: String,
    },
    /// A file of the commit is too large to be a document.
    #[error("{path} has {size} bytes in this commit; documents may have {MAX_FILE}")]
    TooLarge {
        /// Path from the repository's root.
        path: Utf8PathBuf,
        /// Its size in bytes.
        size: usize,
    },
    /// A pull request has more commits than are looked at.
    #[error(
        "there are more than {} commits between the two",
        super::history::MAX_COMMITS
    )]
    TooManyCommits,
    /// A commit is not in this clone and could not be fetched.
    #[error(
        "commit {commit} is not in this clone, and fetching {reference} from origin does not bring it ({why}); run `git fetch origin {reference}`"
    )]
    NotFetched {
        /// The commit.
        commit: String,
        /// Where it should be found.
        reference: String,
        /// Why it was not.
        why: String,
    },
    /// libgit2 failed.
    #[error("git cannot be read: {0}")]
    Git(#[from] git2::Error),
}

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Full object id, lower-case hexadecimal.
    pub id: String,
    /// When it was committed, as its committer says.
    pub time: Timestamp,
}

/// A file of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileAt {
    /// Path from the repository's root, with `/`.
    pub path: Utf8PathBuf,
    /// Content.
    pub bytes: Vec<u8>,
}

/// A git repository on disk.
pub struct GitRepository {
    pub(super) inner: git2::Repository,
    /// Set once objects that are made here are kept in memory and not written.
    pub(super) scratch: OnceCell<()>,
}

impl GitRepository {
    /// Finds the repository `start` lies in.
    ///
    /// # Errors
    /// [`GitError::NotARepository`] when there is none up to the file system's root.
    pub fn discover(start: &Utf8Path) -> Result<Self, GitError> {
        match git2::Repository::discover(start) {
            Ok(inner) => Ok(Self {
                inner,
                scratch: OnceCell::new(),
            }),
            Err(error) if error.code() == ErrorCode::NotFound => Err(GitError::NotARepository {
                path: start.to_owned(),
            }),
            Err(error) => Err(error.into()),
        }
    }

    /// The commit `revision` names, e.g. `HEAD`, a branch or an object id.
    ///
    /// # Errors
    /// [`GitError::NoCommit`] for `HEAD` of an empty repository, [`GitError::UnknownRevision`]
    /// otherwise.
    pub fn commit(&self, revision: &str) -> Result<Commit, GitError> {
        let commit = self.find(revision)?;
        Ok(Commit {
            id: commit.id().to_string(),
            time: Timestamp::from_second(commit.time().seconds()).unwrap_or_default(),
        })
    }

    /// The regular files of a commit or tree that `wanted` accepts, sorted by path. Links and submodules
    /// are left out.
    ///
    /// # Errors
    /// When there is no such commit or tree, or an accepted file is too large or oddly named.
    pub fn files_at(
        &self,
        revision: &str,
        wanted: impl Fn(&Utf8Path) -> bool,
    ) -> Result<Vec<FileAt>, GitError> {
        let tree = self.tree(revision)?;
        let mut found = Vec::new();
        let mut refused = None;
        tree.walk(TreeWalkMode::PreOrder, |folder, entry| {
            if entry.kind() != Some(ObjectType::Blob) || entry.filemode() & 0o170_000 != 0o100_000 {
                return TreeWalkResult::Ok;
            }
            let Ok(name) = entry.name() else {
                let name = String::from_utf8_lossy(entry.name_bytes());
                refused = Some(format!("{folder}{name}"));
                return TreeWalkResult::Abort;
            };
            let path = Utf8PathBuf::from(format!("{folder}{name}"));
            if wanted(&path) {
                found.push((path, entry.id()));
            }
            TreeWalkResult::Ok
        })
        .or_else(|error| {
            if refused.is_some() {
                Ok(())
            } else {
                Err(error)
            }
        })?;
        if let Some(path) = refused {
            return Err(GitError::PathNotText { path });
        }
        found.sort();
        found
            .into_iter()
            .map(|(path, id)| {
                let blob = self.inner.find_blob(id)?;
                let size = blob.size();
                if size > MAX_FILE {
                    return Err(GitError::TooLarge { path, size });
                }
                let bytes = blob.content().to_vec();
                Ok(FileAt { path, bytes })
            })
            .collect()
    }

    /// Paths that differ from `HEAD` in the index or on disk, untracked files included, sorted.
    ///
    /// # Errors
    /// When the working tree cannot be read.
    pub fn uncommitted(&self) -> Result<Vec<String>, GitError> {
        let mut options = StatusOptions::new();
        options.include_untracked(true).recurse_untracked_dirs(true);
        let statuses = self.inner.statuses(Some(&mut options))?;
        let mut paths: Vec<_> = statuses
            .iter()
            .map(|entry| String::from_utf8_lossy(entry.path_bytes()).into_owned())
            .collect();
        paths.sort();
        Ok(paths)
    }

    /// Paths that are not the same in a commit and on disk: added, changed, removed, under the old name or the new one.
    /// What is not committed counts, untracked files included; ignored files do not. Sorted.
    ///
    /// # Errors
    /// When the commit does not exist, the working tree cannot be read, or a path is not UTF-8.
    pub fn changed_since(&self, revision: &str) -> Result<Vec<Utf8PathBuf>, GitError> {
        let tree = self.find(revision)?.tree()?;
        let mut options = DiffOptions::new();
        options
            .include_untracked(true)
            .recurse_untracked_dirs(true)
            .include_typechange(true)
            .ignore_submodules(true);
        let diff = self
            .inner
            .diff_tree_to_workdir_with_index(Some(&tree), Some(&mut options))?;
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

    /// The nearest commit two commits have in common; none when there is none.
    ///
    /// # Errors
    /// When one of them is not there.
    pub fn merge_base(&self, one: &str, other: &str) -> Result<Option<String>, GitError> {
        let (one, other) = (Oid::from_str(one)?, Oid::from_str(other)?);
        match self.inner.merge_base(one, other) {
            Ok(base) => Ok(Some(base.to_string())),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether the clone leaves out old history.
    pub fn is_shallow(&self) -> bool {
        self.inner.is_shallow()
    }

    /// The folder the files are checked out in, unless the repository is bare.
    pub fn root(&self) -> Option<&Utf8Path> {
        Utf8Path::from_path(self.inner.workdir()?)
    }

    // Not `is_empty`, which takes a repository for empty only when its branch has the name git would choose.
    fn is_unborn(&self) -> bool {
        let head = self.inner.head();
        head.is_err_and(|error| error.code() == git2::ErrorCode::UnbornBranch)
    }

    /// Id of the tree of a commit, or of a tree itself.
    ///
    /// # Errors
    /// When there is neither.
    pub fn tree_id(&self, treeish: &str) -> Result<String, GitError> {
        Ok(self.tree(treeish)?.id().to_string())
    }

    /// The tree of a commit, or a tree itself.
    pub(super) fn tree(&self, treeish: &str) -> Result<git2::Tree<'_>, GitError> {
        let object = self.inner.revparse_single(treeish);
        let tree = object.and_then(|object| object.peel_to_tree());
        tree.or_else(|_| Ok(self.find(treeish)?.tree()?))
    }

    pub(super) fn find(&self, revision: &str) -> Result<git2::Commit<'_>, GitError> {
        let object = match self.inner.revparse_single(revision) {
            Ok(object) => object,
            Err(_) if revision == "HEAD" && self.is_unborn() => {
                return Err(GitError::NoCommit);
            }
            Err(_) => {
                return Err(GitError::UnknownRevision {
                    revision: revision.chars().take(100).collect(),
                });
            }
        };
        object
            .peel_to_commit()
            .map_err(|_| GitError::UnknownRevision {
                revision: revision.chars().take(100).collect(),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository() -> (tempfile::TempDir, Utf8PathBuf, git2::Repository) {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
        let inner = git2::Repository::init(&path).unwrap();
        (folder, path, inner)
    }

    fn commit_all(inner: &git2::Repository) -> String {
        let mut index = inner.index().unwrap();
        index
            .add_all(["*"], git2::IndexAddOption::DEFAULT, None)
            .unwrap();
        let tree = inner.find_tree(index.write_tree().unwrap()).unwrap();
        index.write().unwrap();
        let who =
            git2::Signature::new("t", "t@example.org", &git2::Time::new(1_700_000_000, 0)).unwrap();
        inner
            .commit(Some("HEAD"), &who, &who, "c", &tree, &[])
            .unwrap()
            .to_string()
    }

    #[test]
    fn files_come_from_the_commit_and_not_from_the_disk() {
        let (_folder, path, inner) = repository();
        std::fs::write(path.join("b.yaml"), "b").unwrap();
        std::fs::create_dir(path.join("a")).unwrap();
        std::fs::write(path.join("a/x.yaml"), "x").unwrap();
        let id = commit_all(&inner);
        std::fs::write(path.join("b.yaml"), "changed").unwrap();

        let git = GitRepository::discover(&path.join("a")).unwrap();
        let files = git.files_at("HEAD", |_| true).unwrap();
        let seen: Vec<_> = files
            .iter()
            .map(|f| (f.path.as_str(), f.bytes.as_slice()))
            .collect();
        assert_eq!(
            seen,
            [("a/x.yaml", b"x".as_slice()), ("b.yaml", b"b".as_slice())]
        );
        assert_eq!(git.commit("HEAD").unwrap().id, id);
        assert_eq!(git.uncommitted().unwrap(), ["b.yaml"]);
    }

    #[test]
    fn links_are_left_out() {
        let (_folder, path, inner) = repository();
        std::os::unix::fs::symlink("/etc/passwd", path.join("link.yaml")).unwrap();
        std::fs::write(path.join("real.yaml"), "x").unwrap();
        commit_all(&inner);
        let files = GitRepository::discover(&path)
            .unwrap()
            .files_at("HEAD", |_| true)
            .unwrap();
        assert_eq!(files.len(), 1);
        assert_eq!(files[0].path, "real.yaml");
    }

    #[test]
    fn what_is_missing_is_named() {
        let (_folder, path, inner) = repository();
        let git = GitRepository::discover(&path).unwrap();
        assert!(matches!(git.commit("HEAD"), Err(GitError::NoCommit)));
        inner.set_head("refs/heads/any-name").unwrap();
        assert!(matches!(git.commit("HEAD"), Err(GitError::NoCommit)));
        assert!(matches!(
            git.commit("nope"),
            Err(GitError::UnknownRevision { .. })
        ));
        let outside = tempfile::tempdir().unwrap();
        let outside = Utf8Path::from_path(outside.path()).unwrap();
        assert!(matches!(
            GitRepository::discover(outside),
            Err(GitError::NotARepository { .. })
        ));
    }
}
