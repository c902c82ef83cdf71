//! All conditions of all signatures, looked for in one pass.
//!
//! A line is looked at closer only when it holds a text that some condition needs; one automaton finds all those texts at
//! once. The few conditions without such a text are tried on every line, together.

use std::collections::HashMap;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, PatternID};
use regex::bytes::{RegexSet, RegexSetBuilder};

use super::condition::Condition;
use super::lines::{Line, Lines};
use super::literal::{required, shortened};
use super::timestamp::Stamp;

/// Largest compiled form of the conditions without a text, together, in bytes.
const MAX_COMPILED: usize = 64 << 20;

/// Length of all texts together, in bytes, up to which a table of what follows what is small enough: some 250 bytes for each.
const MAX_IN_TABLE: usize = 200_000;

/// Conditions, each known by its number; equal ones are one.
#[derive(Debug)]
pub struct Terms {
    conditions: Vec<Condition>,
    literals: Option<AhoCorasick>,
    /// The conditions that need a literal, by the literal's number.
    needing: Vec<Vec<u32>>,
    /// Tried on every event, and the numbers of the conditions they are.
    others: RegexSet,
    other: Vec<u32>,
}

/// Collects conditions.
#[derive(Debug, Default)]
pub struct TermsBuilder {
    conditions: Vec<Condition>,
    numbers: HashMap<String, u32>,
}

/// Why conditions cannot be looked for together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the conditions are too large to be looked for together: {0}; use fewer signatures, or simpler expressions"
)]
pub struct TooLarge(String);

/// A line in which conditions hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Which.
    pub line: Line,
    /// When it was written.
    pub stamp: Option<Stamp>,
    /// Which conditions hold, in ascending order.
    pub terms: Vec<u32>,
}

impl TermsBuilder {
    /// The number of a condition.
    pub fn number(&mut self, condition: &Condition) -> u32 {
        let next = u32::try_from(self.conditions.len()).unwrap_or(u32::MAX);
        *self
            .numbers
            .entry(format!("{condition:?}"))
            .or_insert_with(|| {
                self.conditions.push(condition.clone());
                next
            })
    }

    /// Everything needed to look for them.
    ///
    /// # Errors
    /// When they take too much memory.
    pub fn build(self) -> Result<Terms, TooLarge> {
        let mut literals: HashMap<String, Vec<u32>> = HashMap::new();
        let (mut others, mut other) = (Vec::new(), Vec::new());
        for (condition, number) in self.conditions.iter().zip(0..) {
            match needed(condition) {
                Some(texts) => {
                    for text in texts {
                        literals.entry(text).or_default().push(number);
                    }
                }
                None => {
                    others.push(superset(condition));
                    other.push(number);
                }
            }
        }
        let mut literals: Vec<(String, Vec<u32>)> = literals.into_iter().collect();
        literals.sort();
        let (texts, needing): (Vec<_>, Vec<_>) = literals.into_iter().unzip();
        let length: usize = texts.iter().map(String::len).sum();
        let kind = (length <= MAX_IN_TABLE).then_some(AhoCorasickKind::DFA);
        let automaton = (!texts.is_empty()).then(|| {
            let mut builder = AhoCorasickBuilder::new();
            builder
                .ascii_case_insensitive(true)
                .kind(kind)
                .build(&texts)
        });
        let others = RegexSetBuilder::new(others)
            .multi_line(true)
            .crlf(true)
            .size_limit(MAX_COMPILED)
            .build();
        Ok(Terms {
            literals: automaton
                .transpose()
                .map_err(|error| TooLarge(error.to_string()))?,
            needing,
            others: others.map_err(|error| TooLarge(error.to_string()))?,
            other,
            conditions: self.conditions,
        })
    }
}

impl Terms {
    /// Collects conditions.
    #[must_use]
    pub fn builder() -> TermsBuilder {
        TermsBuilder::default()
    }

    /// The lines of a block in which conditions hold, in their order. The block begins and ends with an event.
    #[must_use]
    pub fn hits(&self, block: &[u8]) -> Vec<Hit> {
        let mut pass = Pass {
            terms: self,
            block,
            lines: Lines::of(block),
            decided: (0, Vec::new()),
            hits: Vec::new(),
        };
        match &self.literals {
            Some(literals) if self.other.is_empty() => pass.along(literals),
            _ => pass.line_by_line(),
        }
        pass.hits
    }

    fn needing(&self, literal: PatternID) -> impl Iterator<Item = u32> {
        self.needing
            .get(literal.as_usize())
            .into_iter()
            .flatten()
            .copied()
    }
}

/// One pass over a block.
struct Pass<'p> {
    terms: &'p Terms,
    block: &'p [u8],
    lines: Lines<'p>,
    /// Where the event begins that was last looked at as a whole, and the conditions that were decided in it.
    decided: (usize, Vec<u32>),
    hits: Vec<Hit>,
}

impl Pass<'_> {
    fn along(&mut self, literals: &AhoCorasick) {
        let mut line: Option<Line> = None;
        let mut candidates = Vec::new();
        for found in literals.find_overlapping_iter(self.block) {
            if let Some(line) = line.take_if(|line| found.start() >= line.bytes.end) {
                self.confirm(line, std::mem::take(&mut candidates));
            }
            line.get_or_insert_with(|| self.lines.line_at(found.start()));
            candidates.extend(self.terms.needing(found.pattern()));
        }
        if let Some(line) = line {
            self.confirm(line, candidates);
        }
    }

    fn line_by_line(&mut self) {
        let mut start = 0;
        while start < self.block.len() {
            let line = self.lines.line_at(start);
            start = line.bytes.end + 1;
            let text = self.block.get(line.bytes.clone()).unwrap_or_default();
            let mut candidates = Vec::new();
            if let Some(literals) = &self.terms.literals {
                let found = literals.find_overlapping_iter(text);
                candidates.extend(found.flat_map(|found| self.terms.needing(found.pattern())));
            }
            let others = self.terms.others.matches(text);
            let matching = others
                .iter()
                .filter_map(|place| self.terms.other.get(place));
            candidates.extend(matching);
            self.confirm(line, candidates);
        }
    }

    fn confirm(&mut self, line: Line, mut candidates: Vec<u32>) {
        candidates.sort_unstable();
        candidates.dedup();
        candidates.retain(|term| self.holds(*term, &line));
        if candidates.is_empty() {
            return;
        }
        self.hits.push(Hit {
            stamp: self.lines.header(&line).map(|header| header.stamp),
            line,
            terms: candidates,
        });
    }

    fn holds(&mut self, term: u32, line: &Line) -> bool {
        let Some(condition) = self.terms.conditions.get(term as usize) else {
            return false;
        };
        let Some(header) = condition
            .is_about_events()
            .then(|| self.lines.header(line))
            .flatten()
        else {
            let text = self.block.get(line.bytes.clone());
            return text.is_some_and(|text| condition.is_in(text));
        };
        let (start, decided) = &mut self.decided;
        if *start != header.start {
            (*start, *decided) = (header.start, Vec::new());
        }
        if decided.contains(&term) {
            return false;
        }
        decided.push(term);
        let event = self.block.get(self.lines.event(header));
        event.is_some_and(|text| condition.is_in(text))
    }
}

/// Texts of which a line needs one for the condition to hold.
fn needed(condition: &Condition) -> Option<Vec<String>> {
    match condition {
        Condition::Contains(text) => Some(vec![shortened(text)]),
        Condition::Regex(regex) => required(regex.as_str()),
        Condition::Fields(_) => None,
    }
}

/// What finds at least the lines in which a condition without texts can hold.
fn superset(condition: &Condition) -> &str {
    match condition {
        Condition::Regex(regex) if !condition.is_about_events() => regex.as_str(),
        _ => "",
    }
}

#[cfg(test)]
mod tests;
