//! Evidence that a caller brings along: what its backends answered, as of one moment.

use std::collections::BTreeMap;

use jiff::Timestamp;
use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::document::id::{QueryId, ServiceId};
use crate::document::model::TraceMatch;
use crate::document::unit::Duration;
use crate::engine::evidence::{
    Answer, Arguments, ChangeRecord, LineCount, Request, Sample, Series, SpanCount,
};

/// What backends answered. A source that is left out did not answer; an empty list is an answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Evidence {
    /// Answers of vetted queries.
    pub queries: Vec<QueryAnswer>,
    /// Changes to the incident's service and environment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Vec<ChangeRecord>>,
    /// Log lines, as far back as the documents look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logs: Option<Vec<LogEntry>>,
    /// Spans, as far back as the documents look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spans: Option<Vec<SpanEntry>>,
}

/// The answer of one query.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueryAnswer {
    /// The query of the catalogue.
    pub query: QueryId,
    /// The arguments it was run with; those not named may have any value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub with: BTreeMap<String, Value>,
    /// Distance of two samples.
    pub step: Duration,
    /// Samples in time order, in the base of the query's unit: ratios as shares of 1, times in seconds.
    pub samples: Vec<Sample>,
}

/// A log line: untrusted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogEntry {
    /// When.
    pub at: Timestamp,
    /// Who wrote it.
    pub service: ServiceId,
    /// The text.
    pub line: String,
    /// How many equal lines it stands for.
    #[serde(default = "one")]
    pub count: u32,
}

/// Spans of one sort.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpanEntry {
    /// When they began.
    pub at: Timestamp,
    /// Whose they are.
    pub service: ServiceId,
    /// `ok`, `error` or `unset`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// `server`, `client`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How long they took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<Duration>,
    /// How many equal spans it stands for.
    #[serde(default = "one")]
    pub count: u32,
}

fn one() -> u32 {
    1
}

impl Evidence {
    /// Answers `request` as of `now`; `None` when nothing was brought along for it.
    pub fn answer(&self, request: &Request, now: Timestamp) -> Option<Answer> {
        match request {
            Request::Query {
                query,
                arguments,
                window,
            } => {
                let found = self
                    .queries
                    .iter()
                    .find(|answer| answer.query == *query && agrees(&answer.with, arguments))?;
                let (from, to) = window.bounds(now);
                let before = found.samples.iter().rposition(|sample| sample.at < from);
                let samples = found.samples.iter().enumerate();
                let kept = samples.filter(|(index, sample)| {
                    Some(*index) == before || (from <= sample.at && sample.at <= to)
                });
                let samples = kept.map(|(_, sample)| sample.clone()).collect();
                Some(Answer::Series(Series {
                    step: found.step,
                    samples,
                }))
            }
            Request::Changes { window } => {
                let (from, to) = window.bounds(now);
                let within = |change: &&ChangeRecord| from <= change.at && change.at <= to;
                Some(Answer::Changes(
                    self.changes
                        .as_ref()?
                        .iter()
                        .filter(within)
                        .cloned()
                        .collect(),
                ))
            }
            Request::Lines {
                service,
                regex,
                contains,
                window,
                threshold,
            } => {
                let pattern = match regex.as_deref().map(Regex::new).transpose() {
                    Ok(pattern) => pattern,
                    Err(error) => {
                        return Some(Answer::Unavailable {
                            reason: error.to_string(),
                        });
                    }
                };
                let (from, to) = window.bounds(now);
                let mut lines: Vec<_> = self
                    .logs
                    .as_ref()?
                    .iter()
                    .filter(|entry| entry.service == *service && from <= entry.at && entry.at <= to)
                    .filter(|entry| {
                        contains
                            .as_deref()
                            .is_none_or(|text| entry.line.contains(text))
                    })
                    .filter(|entry| {
                        pattern
                            .as_ref()
                            .is_none_or(|pattern| pattern.is_match(&entry.line))
                    })
                    .collect();
                lines.sort_by_key(|entry| entry.at);
                Some(Answer::Lines(counted(&lines, u64::from(*threshold))))
            }
            Request::Spans {
                service,
                spans,
                window,
            } => {
                let (from, to) = window.bounds(now);
                let mut count = SpanCount::default();
                for entry in self
                    .spans
                    .as_ref()?
                    .iter()
                    .filter(|entry| entry.service == *service)
                {
                    if from <= entry.at && entry.at <= to {
                        count.total += u64::from(entry.count);
                        if matches(entry, spans) {
                            count.matched += u64::from(entry.count);
                            count.first_at =
                                Some(count.first_at.map_or(entry.at, |first| first.min(entry.at)));
                        }
                    }
                }
                Some(Answer::Spans(count))
            }
        }
    }
}

fn agrees(with: &BTreeMap<String, Value>, arguments: &Arguments) -> bool {
    with.iter()
        .all(|(name, value)| arguments.get(name) == Some(value))
}

fn counted(lines: &[&LogEntry], threshold: u64) -> LineCount {
    let mut result = LineCount::default();
    for entry in lines {
        result.count += u64::from(entry.count);
        if result.reached_at.is_none() && result.count >= threshold {
            result.reached_at = Some(entry.at);
        }
    }
    result.example = lines.first().map(|entry| entry.line.clone());
    result
}

fn matches(entry: &SpanEntry, wanted: &TraceMatch) -> bool {
    let same =
        |wanted: &Option<String>, found: &Option<String>| wanted.is_none() || wanted == found;
    same(&wanted.status, &entry.status)
        && same(&wanted.kind, &entry.kind)
        && same(&wanted.name, &entry.name)
        && wanted
            .slower_than
            .is_none_or(|floor| entry.duration.is_some_and(|took| took >= floor))
}
