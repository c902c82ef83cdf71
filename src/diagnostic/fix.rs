//! Changes that mend a finding.

use camino::Utf8PathBuf;
use serde::Serialize;

use crate::document::Span;

/// A change that mends a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// What the change does, in the imperative.
    pub title: String,
    /// Who may apply it.
    pub applicability: Applicability,
    /// Replacements; they do not overlap.
    pub edits: Vec<Edit>,
}

/// Who may apply a fix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Applicability {
    /// The meaning of the document stays the same, or becomes only stricter: afterwards no agent may do anything it
    /// may not do now. `--fix` applies it.
    Safe,
    /// The meaning changes as intended, but a human should look at it; `--fix=unsafe` applies it.
    Unsafe,
    /// A suggestion with gaps to be filled; it is shown and never applied.
    DisplayOnly,
}

impl Applicability {
    /// The applicability in words, for a human.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Safe => "safe fix",
            Self::Unsafe => "possible fix",
            Self::DisplayOnly => "suggestion",
        }
    }
}

/// One replacement of text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Edit {
    /// The file, relative to the repository.
    pub path: Utf8PathBuf,
    /// What is replaced; an empty span inserts.
    pub span: Span,
    /// The text that takes its place.
    pub replacement: String,
}
