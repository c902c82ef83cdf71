//! One thing that is wrong.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::fix::Fix;
use super::location::Location;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Should be mended; fails a run only when asked to.
    Warning,
    /// Has to be mended.
    Error,
}

impl Severity {
    /// The severity as reports name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One thing that is wrong, with the places that show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Code of the rule, e.g. `T003`.
    pub code: &'static str,
    /// Name of the rule, e.g. `read-only-writes`.
    pub name: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// The place to mend.
    pub primary: Location,
    /// Places that explain it, in this or other files.
    pub related: Vec<Location>,
    /// How to mend it here.
    pub help: Option<String>,
    /// A change that mends it.
    pub fix: Option<Fix>,
}
