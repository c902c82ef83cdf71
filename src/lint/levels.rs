//! The severities a repository gives to rules, in `rules:` of `rbk.yaml`.

use std::collections::BTreeMap;

use super::registry::{self, UnknownRule};
use super::rule::Rule;
use crate::diagnostic::{Location, Position, Severity};
use crate::document::Route;
use crate::document::model::RuleLevel;
use crate::library::{Library, LoadError};

/// The configuration or the options cannot be used, so nothing was checked.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}{message}", place(.position.as_deref()))]
pub struct ConfigurationError {
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// How to mend it.
    pub help: String,
    /// Where it is written, if it is in a file.
    pub position: Option<Box<Position>>,
}

fn place(position: Option<&Position>) -> String {
    position.map_or_else(String::new, |at| format!("{}:{}: ", at.path, at.start))
}

impl ConfigurationError {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: help.into(),
            position: None,
        }
    }

    pub(super) fn unknown_rule(error: UnknownRule) -> Self {
        Self::new(error.to_string(), "`rbk explain` lists the rules")
    }

    pub(super) fn locked_ignored(rule: &Rule) -> Self {
        Self::new(
            format!(
                "the rule {} ({}) is locked and cannot be ignored",
                rule.code, rule.name
            ),
            "select the rules you want to see, or write an `Exception` document and have it reviewed",
        )
    }

    fn locked_lowered(rule: &Rule) -> Self {
        Self::new(
            format!(
                "the rule {} ({}) is locked and cannot be lowered",
                rule.code, rule.name
            ),
            "remove the line, or write an `Exception` document for the object concerned and have it reviewed",
        )
    }

    /// Patterns that cannot be used leave out files nobody meant to leave out.
    pub(super) fn check_patterns(library: &Library) -> Result<(), Self> {
        let failures = library.failures().iter();
        let mut patterns = failures.filter_map(|failure| match &failure.error {
            LoadError::Pattern(error) => Some(error),
            _ => None,
        });
        match patterns.next() {
            Some(error) => Err(Self::new(
                error.to_string(),
                "mend the pattern in `include` or `exclude` of `rbk.yaml`",
            )),
            None => Ok(()),
        }
    }

    fn at(self, position: Position) -> Self {
        Self {
            position: Some(Box::new(position)),
            ..self
        }
    }
}

/// The severities a repository gives to rules.
#[derive(Debug, Default)]
pub(super) struct Levels {
    by_code: BTreeMap<&'static str, RuleLevel>,
}

impl Levels {
    /// Those of a library.
    ///
    /// # Errors
    /// A rule that does not exist, or a locked rule that is lowered.
    pub(super) fn of(library: &Library) -> Result<Self, ConfigurationError> {
        let Some((id, repository)) = library.repository() else {
            return Ok(Self::default());
        };
        let mut by_code = BTreeMap::new();
        for (name, level) in &repository.spec.rules {
            let position = || {
                let route = Route::root().key("spec").key("rules").key(name);
                let entry = library.entry(id);
                let path = entry.map_or_else(Default::default, |entry| entry.path().to_owned());
                Location::key(path, entry.map_or(0, |entry| entry.position()), route)
                    .locate(entry.map(|e| e.source()), entry.map(|e| e.tree()))
            };
            let rule = registry::find(name)
                .map_err(|error| ConfigurationError::unknown_rule(error).at(position()))?;
            if rule.locked && severity(*level) < Some(rule.severity) {
                return Err(ConfigurationError::locked_lowered(rule).at(position()));
            }
            by_code.insert(rule.code, *level);
        }
        Ok(Self { by_code })
    }

    /// The severity of a rule's findings; none when they are not reported.
    pub(super) fn severity(&self, code: &str, usual: Severity) -> Option<Severity> {
        match self.by_code.get(code) {
            Some(level) => severity(*level),
            None => Some(usual),
        }
    }

    /// Whether a rule is switched off.
    pub(super) fn is_off(&self, rule: &Rule) -> bool {
        self.severity(rule.code, rule.severity).is_none()
    }
}

fn severity(level: RuleLevel) -> Option<Severity> {
    match level {
        RuleLevel::Off => None,
        RuleLevel::Info => Some(Severity::Info),
        RuleLevel::Warn => Some(Severity::Warning),
        RuleLevel::Error => Some(Severity::Error),
    }
}
