//! `rbk.yaml`: where things are and how strict rules are.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The configuration of a repository.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Repository {
    /// Glob patterns of files that hold documents.
    pub include: Vec<String>,
    /// Glob patterns of files that do not, although `include` matches them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// Severity of rules that are not locked, by code.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub rules: BTreeMap<String, RuleLevel>,
}

impl Repository {
    /// What a repository without `rbk.yaml` uses.
    pub fn conventional() -> Self {
        Self {
            include: [
                "runbooks/**/*.yaml",
                "runbooks/**/*.yml",
                "postmortems/**/*.yaml",
                "postmortems/**/*.yml",
                "postmortems/**/postmortem.md",
            ]
            .map(str::to_owned)
            .to_vec(),
            ..Self::default()
        }
    }
}

/// The severity a repository gives to a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RuleLevel {
    /// Not reported.
    Off,
    /// Reported, never fails the run.
    Info,
    /// Reported, fails the run when asked to.
    Warn,
    /// Fails the run.
    Error,
}
