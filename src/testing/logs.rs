//! The log lines of a fixture, kept as runs of equal lines.

use jiff::Timestamp;
use regex::Regex;

use super::FixtureError;
use super::clock::moment;
use crate::document::id::ServiceId;
use crate::document::model::Fixture;
use crate::document::unit::Duration;
use crate::engine::evidence::{Answer, LineCount};

/// Most lines one entry may repeat.
const MAX_REPEAT: u32 = 1_000_000;

/// The log lines of a fixture.
pub(super) struct Logs(Vec<Run>);

struct Run {
    service: ServiceId,
    line: String,
    at: Timestamp,
    every: Duration,
    repeat: u64,
}

impl Logs {
    /// Reads the lines.
    ///
    /// # Errors
    /// When a moment is malformed or a line is repeated too often.
    pub(super) fn new(fixture: &Fixture) -> Result<Self, FixtureError> {
        let read = |(index, log): (usize, &crate::document::model::LogLine)| {
            let place = format!("logs[{index}]");
            let repeat = log.repeat.unwrap_or(1);
            if repeat > MAX_REPEAT {
                return Err(FixtureError::new(
                    &place,
                    format!("a line can be repeated {MAX_REPEAT} times at most"),
                ));
            }
            Ok(Run {
                service: log
                    .service
                    .as_ref()
                    .unwrap_or(&fixture.subject.service)
                    .clone(),
                line: log.line.clone().unwrap_or_default(),
                at: moment(&format!("{place}.at"), &log.at)?,
                every: log.every.unwrap_or(Duration::ZERO),
                repeat: u64::from(repeat),
            })
        };
        fixture
            .logs
            .iter()
            .enumerate()
            .map(read)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Counts the matching lines of a service from the first to the second bound.
    pub(super) fn count(
        &self,
        service: &ServiceId,
        regex: Option<&str>,
        contains: Option<&str>,
        (from, to): (Timestamp, Timestamp),
        threshold: u32,
    ) -> Answer {
        let pattern = match regex.map(Regex::new).transpose() {
            Ok(pattern) => pattern,
            Err(error) => {
                return Answer::Unavailable {
                    reason: error.to_string(),
                };
            }
        };
        let matches = |run: &&Run| {
            run.service == *service
                && contains.is_none_or(|text| run.line.contains(text))
                && pattern
                    .as_ref()
                    .is_none_or(|pattern| pattern.is_match(&run.line))
        };
        let found: Vec<_> = self
            .0
            .iter()
            .filter(matches)
            .filter_map(|run| Some((run, run.within(from, to)?)))
            .collect();
        Answer::Lines(LineCount {
            count: found
                .iter()
                .map(|(_, (first, last))| last - first + 1)
                .sum(),
            reached_at: reached_at(&found, u64::from(threshold.max(1))),
            example: found.first().map(|(run, _)| run.line.clone()),
        })
    }
}

impl Run {
    fn moment(&self, index: u64) -> Timestamp {
        let millis = self.every.as_millis().saturating_mul(index);
        crate::engine::moment::after(self.at, Duration::from_millis(millis))
    }

    /// Numbers of the first and last repetition between two moments, both included.
    fn within(&self, from: Timestamp, to: Timestamp) -> Option<(u64, u64)> {
        let every = i128::from(self.every.as_millis());
        let index = |at: Timestamp| at.duration_since(self.at).as_millis();
        if every == 0 {
            return (from <= self.at && self.at <= to).then_some((0, self.repeat.checked_sub(1)?));
        }
        let first = index(from).max(0).div_euclid(every)
            + i128::from(index(from).max(0).rem_euclid(every) != 0);
        let last = index(to).div_euclid(every).min(i128::from(self.repeat) - 1);
        let both = u64::try_from(first).ok().zip(u64::try_from(last).ok());
        both.filter(|(first, last)| first <= last)
    }
}

/// When the line with this number, counted over all runs in time order, was written.
fn reached_at(found: &[(&Run, (u64, u64))], number: u64) -> Option<Timestamp> {
    let mut next: Vec<_> = found
        .iter()
        .map(|(run, (first, last))| (*run, *first, *last))
        .collect();
    let mut seen = 0;
    while let Some(at) =
        (0..next.len()).min_by_key(|at| next.get(*at).map(|(run, first, _)| run.moment(*first)))
    {
        let (run, first, last) = next.get_mut(at)?;
        seen += 1;
        if seen == number {
            return Some(run.moment(*first));
        }
        if first == last {
            next.swap_remove(at);
        } else {
            *first += 1;
        }
    }
    None
}
