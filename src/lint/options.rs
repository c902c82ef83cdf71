//! What a run of the linter is asked to do.

use std::collections::BTreeSet;

use camino::Utf8PathBuf;
use jiff::civil::Date;

use super::baseline::Baseline;
use super::levels::ConfigurationError;
use super::registry;
use super::rule::Rule;
use super::runs::Runs;
use crate::library::Library;

/// What a run of the linter is asked to do.
#[derive(Clone, Debug)]
pub struct Options<'a> {
    /// The day on which the library is looked at; decides what has expired.
    pub today: Date,
    /// Codes, names or categories (`T`) to look for; everything when empty. The run is partial then.
    pub select: Vec<String>,
    /// Codes, names or categories to leave out. Locked rules cannot be left out.
    pub ignore: Vec<String>,
    /// Only findings with a place in one of these files.
    pub changed: Option<BTreeSet<Utf8PathBuf>>,
    /// The library as it was at the base of a change, for the rules that compare.
    pub base: Option<&'a Library>,
    /// Findings that are known, and no reason to fail.
    pub baseline: Option<&'a Baseline>,
    /// What running the fixtures of the library showed, for the rules about fixtures.
    pub runs: Option<&'a Runs>,
}

impl Options<'_> {
    /// Every rule, on this day.
    pub fn on(today: Date) -> Self {
        Self {
            today,
            select: Vec::new(),
            ignore: Vec::new(),
            changed: None,
            base: None,
            baseline: None,
            runs: None,
        }
    }

    /// The rules these options choose, by code.
    pub(super) fn rules(&self) -> Result<Vec<&'static Rule>, ConfigurationError> {
        let selected = named(&self.select)?;
        let ignored = named(&self.ignore)?;
        if let Some(rule) = ignored.iter().find(|rule| rule.locked && self.names(rule)) {
            return Err(ConfigurationError::locked_ignored(rule));
        }
        let chosen = |rule: &&'static Rule| {
            let is = |list: &[&Rule]| list.iter().any(|other| other.code == rule.code);
            let ignored = is(&ignored) && !rule.locked;
            (self.select.is_empty() || is(&selected)) && !ignored
        };
        Ok(registry::all().iter().copied().filter(chosen).collect())
    }

    // A category leaves out those of its rules that may be; a rule that is named has to be one of those.
    fn names(&self, rule: &Rule) -> bool {
        self.ignore
            .iter()
            .any(|text| rule.code.eq_ignore_ascii_case(text) || rule.name == text)
    }

    /// Whether a finding in this file is asked for.
    pub(super) fn asks_about(&self, path: &camino::Utf8Path) -> bool {
        self.changed
            .as_ref()
            .is_none_or(|changed| changed.contains(path))
    }
}

fn named(texts: &[String]) -> Result<Vec<&'static Rule>, ConfigurationError> {
    let mut rules = Vec::new();
    for text in texts {
        let mut letters = text.chars();
        let category = letters.next().filter(|_| letters.next().is_none());
        let before = rules.len();
        let in_category = |letter: char| {
            let all = registry::all().iter().copied();
            all.filter(move |rule| rule.category.letter() == letter.to_ascii_uppercase())
        };
        rules.extend(category.into_iter().flat_map(in_category));
        if rules.len() == before {
            rules.push(registry::find(text).map_err(ConfigurationError::unknown_rule)?);
        }
    }
    Ok(rules)
}
