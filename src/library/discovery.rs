//! Finding the files of a repository on disk.

use std::fs::FileType;
use std::path::MAIN_SEPARATOR_STR;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use camino::{Utf8Path, Utf8PathBuf};
use ignore::{DirEntry, WalkBuilder, WalkState};
use rayon::prelude::*;

use super::failure::{Failure, LoadError};
use super::path_order;

/// File name of the repository's configuration.
pub const CONFIGURATION: &str = "rbk.yaml";

/// Most files looked at in one repository.
pub const MAX_FILES: usize = 200_000;

/// Most threads that read folders; more only get into each other's way.
const MAX_WALKERS: usize = 8;

/// What was found below a root, in path order.
#[derive(Debug, Default)]
pub(super) struct Discovered {
    /// Plain files, relative to the root, with `/`.
    pub(super) files: Vec<Utf8PathBuf>,
    /// Symbolic links, which are never followed.
    pub(super) links: Vec<Utf8PathBuf>,
    pub(super) failures: Vec<Failure>,
}

/// The closest folder at or above `start` that holds `rbk.yaml`; without one, the closest that holds
/// `.git`.
pub(super) fn find_root(start: &Utf8Path) -> Option<Utf8PathBuf> {
    let holding = |name: &str| {
        start
            .ancestors()
            .find(|folder| folder.join(name).exists())
            .map(Utf8Path::to_owned)
    };
    holding(CONFIGURATION).or_else(|| holding(".git"))
}

/// Everything below `root` except `.git` and, if asked for, what `.gitignore` files in it leave out.
///
/// Nothing outside `root` has an influence: no user-wide ignore files and none of folders above.
/// Hidden files count, because a commit that is published holds them too.
pub(super) fn discover(root: &Utf8Path, honour_gitignore: bool) -> Discovered {
    let mut found = Discovered::default();
    let walk = WalkBuilder::new(root)
        .standard_filters(false)
        .git_ignore(honour_gitignore)
        .require_git(false)
        .follow_links(false)
        .filter_entry(|entry| entry.file_name() != ".git")
        .threads(rayon::current_num_threads().min(MAX_WALKERS))
        .build_parallel();
    let seen = AtomicUsize::new(0);
    let (sender, entries) = mpsc::channel();
    walk.run(|| {
        let (sender, seen) = (sender.clone(), &seen);
        Box::new(move |entry| {
            let is_file = entry
                .as_ref()
                .is_ok_and(|entry| is(entry, FileType::is_file));
            let many = is_file && seen.fetch_add(1, Ordering::Relaxed) >= MAX_FILES;
            if sender.send(entry).is_err() || many {
                return WalkState::Quit;
            }
            WalkState::Continue
        })
    });
    drop(sender);
    for entry in entries {
        match entry {
            Ok(entry) => found.add(root, &entry),
            Err(error) => found.fail(root, LoadError::Walk(error.to_string())),
        }
    }
    if found.files.len() > MAX_FILES {
        found.fail(root, LoadError::TooManyFiles);
    }
    found.files.par_sort_unstable_by(|a, b| path_order(a, b));
    found.links.sort_unstable_by(|a, b| path_order(a, b));
    // Several threads walk, in an order of their own.
    let by_text = |failure: &Failure| (failure.path.clone(), failure.error.to_string());
    found.failures.sort_by_cached_key(by_text);
    found
}

fn is(entry: &DirEntry, test: fn(&FileType) -> bool) -> bool {
    entry.file_type().as_ref().is_some_and(test)
}

impl Discovered {
    fn fail(&mut self, path: impl Into<Utf8PathBuf>, error: LoadError) {
        self.failures.push(Failure {
            path: path.into(),
            error,
        });
    }

    fn add(&mut self, root: &Utf8Path, entry: &DirEntry) {
        if let Some(error) = entry.error() {
            self.fail(root, LoadError::Walk(error.to_string()));
        }
        let list = if is(entry, FileType::is_file) {
            &mut self.files
        } else if is(entry, FileType::is_symlink) {
            &mut self.links
        } else {
            return;
        };
        let Some(path) = Utf8Path::from_path(entry.path()) else {
            let shown = entry.path().to_string_lossy().into_owned();
            self.fail(shown, LoadError::PathNotText);
            return;
        };
        let relative = path.strip_prefix(root).unwrap_or(path);
        list.push(with_slashes(relative));
    }
}

fn with_slashes(path: &Utf8Path) -> Utf8PathBuf {
    if MAIN_SEPARATOR_STR == "/" {
        path.to_owned()
    } else {
        path.as_str().replace(MAIN_SEPARATOR_STR, "/").into()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn repository(files: &[(&str, &str)]) -> (tempfile::TempDir, Utf8PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
        for (path, text) in files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        (folder, root)
    }

    #[test]
    fn files_come_in_path_order_without_what_is_ignored() {
        let (_folder, root) = repository(&[
            (".gitignore", "target/\n*.tmp\n"),
            (".git/config", ""),
            ("b/x.yaml", ""),
            ("a/z.yaml", ""),
            ("a/.hidden.yaml", ""),
            ("a/y.tmp", ""),
            ("target/t.yaml", ""),
        ]);
        let found = discover(&root, true);
        assert_eq!(
            found.files,
            [".gitignore", "a/.hidden.yaml", "a/z.yaml", "b/x.yaml"]
        );
        assert_eq!(discover(&root, false).files.len(), 6);
        assert!(found.failures.is_empty());
    }

    #[test]
    fn ignore_files_above_the_root_have_no_influence() {
        let (_folder, above) = repository(&[(".gitignore", "*"), ("repo/a.yaml", "")]);
        assert_eq!(discover(&above.join("repo"), true).files, ["a.yaml"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_listed_and_never_followed() {
        let (_outside, outside) = repository(&[("secret.yaml", "")]);
        let (_folder, root) = repository(&[("a.yaml", "")]);
        std::os::unix::fs::symlink(&outside, root.join("folder")).unwrap();
        std::os::unix::fs::symlink(outside.join("secret.yaml"), root.join("b.yaml")).unwrap();
        let found = discover(&root, true);
        assert_eq!(found.files, ["a.yaml"]);
        assert_eq!(found.links, ["b.yaml", "folder"]);
    }

    #[test]
    fn the_root_holds_the_configuration() {
        let (_folder, root) = repository(&[("rbk.yaml", ""), ("a/.git/config", ""), ("a/b/c", "")]);
        assert_eq!(find_root(&root.join("a/b")), Some(root.clone()));
        fs::remove_file(root.join("rbk.yaml")).unwrap();
        assert_eq!(find_root(&root.join("a/b")), Some(root.join("a")));
    }
}
