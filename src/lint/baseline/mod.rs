//! Findings a repository had when it adopted the linter: known, shown as a number, and no reason to fail.
//!
//! A finding is known by its rule, its document, the way to the node and the node's content, and by how often that
//! occurs: moving lines and renaming files changes nothing, changing the content makes it new. Locked rules are never
//! known: only a reviewed `Exception` document lets them pass, and neither do rules about such departures.

mod file;
mod key;

pub use file::{BASELINE, BaselineError, MAX_BASELINE_BYTES};

use std::collections::BTreeMap;

use key::Key;

use super::places::Places;
use super::registry;
use super::rule::{Category, Rule};
use crate::diagnostic::Located;
use crate::library::Library;

/// The findings of a repository that are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    known: BTreeMap<Key, Known>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Known {
    count: u32,
    /// What was said when it was adopted, for whoever reviews the file.
    message: String,
}

/// What a baseline says about findings.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    pub(super) new: Vec<Located>,
    pub(super) known: Vec<Located>,
    /// How many known findings did not occur, of rules that were run.
    pub(super) gone: usize,
}

impl Baseline {
    /// The baseline that makes these findings of a library known. Those that cannot be adopted are left out.
    pub fn of<'f>(library: &Library, findings: impl IntoIterator<Item = &'f Located>) -> Self {
        let places = Places::of(library);
        let mut baseline = Self::default();
        for located in findings {
            let Some(key) = Key::of(located, &places) else {
                continue;
            };
            let known = baseline.known.entry(key).or_insert_with(|| Known {
                count: 0,
                message: located.finding.message.clone(),
            });
            known.count += 1;
        }
        baseline
    }

    /// Number of known findings.
    pub fn len(&self) -> usize {
        self.known.values().map(|known| known.count as usize).sum()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// How many findings of this baseline the other one does not know.
    pub fn beyond(&self, other: &Self) -> usize {
        let missing = self.known.iter().map(|(key, known)| {
            let there = other.known.get(key).map_or(0, |known| known.count);
            known.count.saturating_sub(there) as usize
        });
        missing.sum()
    }

    /// What is known here and in the other baseline too. Nothing is said about rules that were not run: what is known
    /// of them stays.
    #[must_use]
    pub fn within(&self, other: &Self, was_run: impl Fn(&Rule) -> bool) -> Self {
        let kept = self.known.iter().filter_map(|(key, known)| {
            let found = other.known.get(key).map_or(0, |known| known.count);
            let count = match key.rule() {
                Some(rule) if !was_run(rule) => known.count,
                _ => known.count.min(found),
            };
            let message = known.message.clone();
            (count > 0).then(|| (key.clone(), Known { count, message }))
        });
        Self {
            known: kept.collect(),
        }
    }

    /// These findings, and those of rules that were not run as the other baseline knows them.
    #[must_use]
    pub fn with_unasked(mut self, other: &Self, was_run: impl Fn(&Rule) -> bool) -> Self {
        for (key, known) in &other.known {
            if key.rule().is_some_and(|rule| !was_run(rule)) {
                self.known.insert(key.clone(), known.clone());
            }
        }
        self
    }

    /// Tells known findings from new ones, which are in the order of a report. Of more findings than are known, the first are.
    pub(super) fn sort(
        &self,
        findings: Vec<Located>,
        places: &Places<'_>,
        was_run: impl Fn(&Rule) -> bool,
    ) -> Sorted {
        let mut left: BTreeMap<&Key, u32> = self
            .known
            .iter()
            .map(|(key, known)| (key, known.count))
            .collect();
        let mut sorted = Sorted::default();
        for located in findings {
            let key = Key::of(&located, places);
            match key.and_then(|key| left.get_mut(&key).filter(|left| **left > 0)) {
                Some(left) => {
                    *left -= 1;
                    sorted.known.push(located);
                }
                None => sorted.new.push(located),
            }
        }
        let gone = left
            .iter()
            .filter(|(key, _)| key.rule().is_some_and(&was_run));
        sorted.gone = gone.map(|(_, left)| *left as usize).sum();
        sorted
    }
}

/// Whether findings of a rule may be adopted.
pub fn can_be_known(rule: &Rule) -> bool {
    !rule.locked && rule.category != Category::Allowance
}

/// The rule with this code, if its findings may be adopted.
fn adoptable(code: &str) -> Option<&'static Rule> {
    let rule = registry::all().iter().find(|rule| rule.code == code);
    rule.copied().filter(|rule| can_be_known(rule))
}

#[cfg(test)]
mod tests;
