//! Which files of a repository hold documents.

use camino::Utf8Path;
use globset::{Error, GlobBuilder, GlobSet, GlobSetBuilder};
use thiserror::Error;

use crate::document::model::Repository;

/// The `include` and `exclude` patterns of a repository, ready for use.
///
/// Whether a file is selected depends on its path alone, so a working copy and a commit with the
/// same files select the same ones.
#[derive(Clone, Debug)]
pub struct Selection {
    include: GlobSet,
    exclude: GlobSet,
}

/// A pattern cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the pattern `{pattern}` cannot be used: {message}")]
pub struct PatternError {
    /// The pattern as written.
    pub pattern: String,
    /// What is wrong with it.
    pub message: String,
}

impl Selection {
    /// The selection a repository configures. Patterns that cannot be used are left out and reported.
    pub fn new(repository: &Repository) -> (Self, Vec<PatternError>) {
        let mut errors = Vec::new();
        let selection = Self {
            include: set(&repository.include, &mut errors),
            exclude: set(&repository.exclude, &mut errors),
        };
        (selection, errors)
    }

    /// Whether the file at `path`, relative to the root and with `/`, holds documents.
    pub fn selects(&self, path: &Utf8Path) -> bool {
        self.include.is_match(path) && !self.exclude.is_match(path)
    }
}

fn set(patterns: &[String], errors: &mut Vec<PatternError>) -> GlobSet {
    let mut builder = GlobSetBuilder::new();
    for pattern in patterns {
        // As in .gitignore: `*` stays within a folder, `**` does not.
        match GlobBuilder::new(pattern).literal_separator(true).build() {
            Ok(glob) => {
                builder.add(glob);
            }
            Err(error) => errors.push(unusable(pattern, &error)),
        }
    }
    builder.build().unwrap_or_else(|error| {
        errors.push(unusable(&patterns.join(", "), &error));
        GlobSet::empty()
    })
}

fn unusable(pattern: &str, error: &Error) -> PatternError {
    PatternError {
        pattern: pattern.chars().take(200).collect(),
        message: error.kind().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection(include: &[&str], exclude: &[&str]) -> (Selection, Vec<PatternError>) {
        let owned = |patterns: &[&str]| patterns.iter().map(|p| (*p).to_owned()).collect();
        Selection::new(&Repository {
            include: owned(include),
            exclude: owned(exclude),
            ..Repository::default()
        })
    }

    #[test]
    fn the_conventional_layout_is_selected() {
        let (selection, errors) = Selection::new(&Repository::conventional());
        assert_eq!(errors, []);
        for path in [
            "runbooks/a/runbook.yaml",
            "runbooks/governance.yaml",
            "runbooks/.hidden/runbook.yaml",
            "postmortems/x/postmortem.md",
            "postmortems/x/fixtures/a.yml",
        ] {
            assert!(selection.selects(path.into()), "{path}");
        }
        for path in ["rbk.yaml", "docs/runbooks/a.yaml", "postmortems/x/notes.md"] {
            assert!(!selection.selects(path.into()), "{path}");
        }
    }

    #[test]
    fn exclusion_wins_and_a_star_stays_within_its_folder() {
        let (selection, _) = selection(&["a/*.yaml", "b/**"], &["b/skip/**"]);
        assert!(selection.selects("a/x.yaml".into()));
        assert!(!selection.selects("a/b/x.yaml".into()));
        assert!(selection.selects("b/c/x.yaml".into()));
        assert!(!selection.selects("b/skip/x.yaml".into()));
    }

    #[test]
    fn an_unusable_pattern_is_reported_and_the_others_are_used() {
        let (selection, errors) = selection(&["a/[", "b/*"], &[]);
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].pattern, "a/[");
        assert!(selection.selects("b/x".into()));
    }
}
