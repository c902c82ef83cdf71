//! Questions to the world, and what came back.
//!
//! The engine never computes a window itself from a clock: a [`Request`] says which data is wanted,
//! the driver answers as of a moment, and [`EvidenceStore`] remembers both. Every answer has an
//! age, so that old evidence can be told from fresh.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::moment::after;
use crate::document::id::{QueryId, ServiceId};
use crate::document::model::TraceMatch;
use crate::document::unit::Duration;

/// Arguments by parameter name, all templates filled.
pub type Arguments = BTreeMap<String, Value>;

/// Most samples in one answer; a longer one counts as unavailable. Prometheus allows 11,000 points.
pub const MAX_SAMPLES: usize = 11_000;

/// Most changes in one answer.
pub const MAX_CHANGES: usize = 10_000;

/// Which time an answer has to cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// The time of this length that ends when the question is answered.
    Last(Duration),
    /// A fixed time, both ends included.
    Between {
        /// First moment.
        from: Timestamp,
        /// Last moment.
        to: Timestamp,
    },
}

impl Window {
    /// First and last moment of an answer given as of `as_of`.
    pub fn bounds(self, as_of: Timestamp) -> (Timestamp, Timestamp) {
        match self {
            Self::Last(length) => (super::moment::before(as_of, length), as_of),
            Self::Between { from, to } => (from, to.min(as_of)),
        }
    }
}

/// A question the driver has to answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// Run a vetted query. Answer: [`Answer::Series`] with every sample in the window and, if there
    /// is one, the latest sample before it.
    Query {
        /// The query of the catalogue.
        query: QueryId,
        /// Its arguments, validated.
        arguments: Arguments,
        /// The time wanted.
        window: Window,
    },
    /// Read the change feed of the incident's service and environment. Answer: [`Answer::Changes`].
    Changes {
        /// The time wanted.
        window: Window,
    },
    /// Count matching log lines. Answer: [`Answer::Lines`].
    Lines {
        /// The service whose log is meant.
        service: ServiceId,
        /// A linear-time regular expression matched anywhere in the line.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        regex: Option<String>,
        /// Literal text anywhere in the line; both must match when both are given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        contains: Option<String>,
        /// The time wanted.
        window: Window,
        /// The number of lines whose moment [`LineCount::reached_at`] tells; at least 1.
        threshold: u32,
    },
    /// Count spans of a service. Answer: [`Answer::Spans`].
    Spans {
        /// The service whose spans are meant.
        service: ServiceId,
        /// Which spans match.
        spans: TraceMatch,
        /// The time wanted.
        window: Window,
    },
}

impl Request {
    /// Whether it counts against the budget of queries: everything but the change feed does.
    pub fn is_costly(&self) -> bool {
        !matches!(self, Self::Changes { .. })
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Query { query, .. } => write!(f, "query {query}"),
            Self::Changes { .. } => f.write_str("the change feed"),
            Self::Lines { service, .. } => write!(f, "the log of {service}"),
            Self::Spans { service, .. } => write!(f, "the traces of {service}"),
        }
    }
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The source did not answer.
    Unavailable {
        /// Why: untrusted text.
        reason: String,
    },
    /// Samples of a query; no samples means that it answered without data.
    Series(Series),
    /// Changes, in any order.
    Changes(Vec<ChangeRecord>),
    /// Matching log lines.
    Lines(LineCount),
    /// Matching spans.
    Spans(SpanCount),
}

/// Samples over time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Expected distance of two samples; gaps and staleness are judged by it.
    pub step: Duration,
    /// The samples, in time order. A missing sample is left out.
    pub samples: Vec<Sample>,
}

/// One sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// When.
    pub at: Timestamp,
    /// What.
    pub value: Scalar,
}

/// The value of a sample, in the base of the query's unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// A truth value.
    Boolean(bool),
    /// A number.
    Number(f64),
    /// A text: untrusted.
    Text(String),
}

/// A change, as the change feed tells it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeRecord {
    /// `deploy`, `config`, `flag`, `scale`, `certificate`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// When.
    pub at: Timestamp,
    /// Facts of the change, e.g. `previous_revision: 41`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, Value>,
}

/// How many log lines matched.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineCount {
    /// Matching lines in the window.
    pub count: u64,
    /// When the line was written with which the requested threshold was reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached_at: Option<Timestamp>,
    /// One matching line, for the handoff: untrusted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
}

/// How many spans matched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpanCount {
    /// Spans in the window that match.
    pub matched: u64,
    /// Spans in the window.
    pub total: u64,
    /// When the first matching span in the window began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_at: Option<Timestamp>,
}

/// Names a request within a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(u32);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "q{}", self.0)
    }
}

/// An answer and the moment it tells about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Taken {
    /// As of when.
    pub at: Timestamp,
    /// What was answered.
    pub answer: Answer,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Entry {
    request: Request,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pending: Option<Pending>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    taken: Option<Taken>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Pending {
    asked_at: Timestamp,
    deadline: Timestamp,
}

/// Every question of a run with its latest answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EvidenceStore {
    entries: Vec<Entry>,
}

impl EvidenceStore {
    /// The name of `request`, the same one every time.
    pub fn id_of(&mut self, request: Request) -> RequestId {
        let known = self.entries.iter().position(|e| e.request == request);
        let index = known.unwrap_or_else(|| {
            self.entries.push(Entry {
                request,
                pending: None,
                taken: None,
            });
            self.entries.len() - 1
        });
        RequestId(u32::try_from(index).unwrap_or(u32::MAX))
    }

    fn entry(&self, id: RequestId) -> Option<&Entry> {
        self.entries.get(usize::try_from(id.0).ok()?)
    }

    fn entry_mut(&mut self, id: RequestId) -> Option<&mut Entry> {
        self.entries.get_mut(usize::try_from(id.0).ok()?)
    }

    /// The question called `id`.
    pub fn request(&self, id: RequestId) -> Option<&Request> {
        self.entry(id).map(|e| &e.request)
    }

    /// The latest answer to `id`.
    pub fn taken(&self, id: RequestId) -> Option<&Taken> {
        self.entry(id)?.taken.as_ref()
    }

    /// Whether `id` has an answer as of `moment` or later.
    pub fn is_fresh(&self, id: RequestId, moment: Timestamp) -> bool {
        self.taken(id).is_some_and(|taken| taken.at >= moment)
    }

    /// Whether an answer to `id` is awaited.
    pub(crate) fn is_pending(&self, id: RequestId) -> bool {
        self.entry(id).is_some_and(|entry| entry.pending.is_some())
    }

    /// Notes that `id` is asked now. False when an earlier question still waits for its answer.
    pub(crate) fn ask(&mut self, id: RequestId, now: Timestamp, patience: Duration) -> bool {
        match self.entry_mut(id) {
            Some(entry) if entry.pending.is_none() => {
                entry.pending = Some(Pending {
                    asked_at: now,
                    deadline: after(now, patience),
                });
                true
            }
            _ => false,
        }
    }

    /// Takes an answer. One that nobody waits for, or that tells about a time before the question,
    /// is left aside; one that is malformed counts as unavailable.
    pub(crate) fn accept(
        &mut self,
        id: RequestId,
        as_of: Timestamp,
        answer: Answer,
        now: Timestamp,
    ) -> bool {
        let Some(entry) = self.entry_mut(id) else {
            return false;
        };
        match entry.pending {
            Some(pending) if pending.asked_at <= as_of => {}
            _ => return false,
        }
        entry.pending = None;
        entry.taken = Some(Taken {
            at: as_of.min(now),
            answer: sound(&entry.request, answer),
        });
        true
    }

    /// Gives up on questions whose time is over: they count as unavailable.
    pub(crate) fn expire(&mut self, now: Timestamp) {
        for entry in &mut self.entries {
            if entry.pending.is_some_and(|pending| pending.deadline <= now) {
                entry.pending = None;
                entry.taken = Some(Taken {
                    at: now,
                    answer: Answer::Unavailable {
                        reason: "no answer in time".to_owned(),
                    },
                });
            }
        }
    }

    /// When the next question is given up.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.entries
            .iter()
            .filter_map(|entry| entry.pending.map(|pending| pending.deadline))
            .min()
    }
}

/// The answer, or `Unavailable` when its form does not fit the question or breaks its own rules.
fn sound(request: &Request, answer: Answer) -> Answer {
    let refuse = |reason: &str| Answer::Unavailable {
        reason: reason.to_owned(),
    };
    match (request, answer) {
        (_, unavailable @ Answer::Unavailable { .. }) => unavailable,
        (Request::Query { .. }, Answer::Series(mut series)) => {
            if series.samples.len() > MAX_SAMPLES {
                return refuse("the answer has too many samples");
            }
            if series
                .samples
                .windows(2)
                .any(|pair| pair[0].at >= pair[1].at)
            {
                return refuse("the samples are not in time order");
            }
            let finite = |s: &Sample| !matches!(s.value, Scalar::Number(n) if !n.is_finite());
            series.samples.retain(finite);
            Answer::Series(series)
        }
        (Request::Changes { .. }, Answer::Changes(mut changes)) => {
            if changes.len() > MAX_CHANGES {
                return refuse("the answer has too many changes");
            }
            changes.sort_by_key(|change| change.at);
            Answer::Changes(changes)
        }
        (Request::Lines { .. }, lines @ Answer::Lines(_)) => lines,
        (Request::Spans { .. }, Answer::Spans(spans)) if spans.matched <= spans.total => {
            Answer::Spans(spans)
        }
        _ => refuse("the answer does not fit the question"),
    }
}

#[cfg(test)]
mod tests;
