//! The one shape for every observation (DESIGN §3.1).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::document::id::{AlertName, QueryId};
use crate::document::unit::{Duration, Literal, Percent};

/// An observation: one source and at most one comparison, written flat.
///
/// The schema guarantees exactly one source; [`Check::source`] and [`Check::comparison`] read it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Check {
    /// Source: a query of the catalogue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<QueryId>,
    /// Arguments of `query`; `service` and `environment` default to the incident's.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub with: BTreeMap<String, Value>,
    /// Source: a change of this type (`deploy`, `config`, `flag`, `scale`, `certificate`, …).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
    /// For `change`, `trace`, `alert`: how far back to look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<Duration>,
    /// Source: log lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<LogMatch>,
    /// Source: spans.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<TraceMatch>,
    /// Source: an alert that is firing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert: Option<AlertName>,
    /// Source: a fact of the incident context, e.g. `incident.commander_active`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fact: Option<String>,
    /// For `log`: how many matching lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<Count>,
    /// For `trace`: which share of spans.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<Share>,
    /// Comparison `>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub above: Option<Literal>,
    /// Comparison `>=`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Literal>,
    /// Comparison `<`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below: Option<Literal>,
    /// Comparison `<=`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Literal>,
    /// Comparison `=`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub equals: Option<Literal>,
    /// Comparison `≠`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_equals: Option<Literal>,
    /// Comparison: from the first to the second, both included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub between: Option<ValueRange>,
    /// Comparison: one of.
    #[serde(rename = "in", skip_serializing_if = "Option::is_none")]
    pub one_of: Option<Vec<Literal>>,
    /// Comparison: there is data (`present: true`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub present: Option<bool>,
    /// Comparison: the source answered and there is no data (`absent: true`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub absent: Option<bool>,
    /// How long the comparison must have held without interruption.
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    pub hold: Option<Duration>,
}

/// A supporting condition of a signature: a check with a weight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Support {
    /// What is observed.
    #[serde(flatten)]
    pub check: Check,
    /// How much it counts, in the units of one required condition.
    #[serde(default = "one")]
    pub weight: f64,
}

fn one() -> f64 {
    1.0
}

/// Log lines to look for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LogMatch {
    /// Linear-time regular expression, matched anywhere in the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regex: Option<String>,
    /// Literal text anywhere in the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contains: Option<String>,
    /// Service whose log is meant; the incident's when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
}

/// Spans to look for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TraceMatch {
    /// `ok`, `error` or `unset`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// `server`, `client`, `producer`, `consumer` or `internal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Exact span name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// At least this long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slower_than: Option<Duration>,
}

/// How many log lines within how long.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Count {
    /// Smallest number of lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<u32>,
    /// Largest number of lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<u32>,
    /// Sliding window that ends now.
    pub within: Duration,
}

/// Which share of the spans looked at matches.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Smallest share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Percent>,
    /// Largest share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Percent>,
}

/// A closed interval written as a list of two literals.
pub type ValueRange = (Literal, Literal);

/// Where a check looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CheckSource<'a> {
    /// A query of the catalogue.
    Query(&'a QueryId),
    /// A change of this type.
    Change(&'a str),
    /// Log lines.
    Log(&'a LogMatch),
    /// Spans.
    Trace(&'a TraceMatch),
    /// An alert.
    Alert(&'a AlertName),
    /// A fact of the incident context.
    Fact(&'a str),
}

/// What a check's value must satisfy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Comparison<'a> {
    /// `>`
    Above(&'a Literal),
    /// `>=`
    AtLeast(&'a Literal),
    /// `<`
    Below(&'a Literal),
    /// `<=`
    AtMost(&'a Literal),
    /// `=`
    Equals(&'a Literal),
    /// `≠`
    NotEquals(&'a Literal),
    /// Within a closed interval.
    Between(&'a Literal, &'a Literal),
    /// One of several.
    In(&'a [Literal]),
    /// There is data.
    Present,
    /// There is none.
    Absent,
}

impl Comparison<'_> {
    /// The key it is written with.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Above(_) => "above",
            Self::AtLeast(_) => "at_least",
            Self::Below(_) => "below",
            Self::AtMost(_) => "at_most",
            Self::Equals(_) => "equals",
            Self::NotEquals(_) => "not_equals",
            Self::Between(..) => "between",
            Self::In(_) => "in",
            Self::Present => "present",
            Self::Absent => "absent",
        }
    }
}

impl Check {
    /// The source, or `None` in a document that breaks the schema.
    pub fn source(&self) -> Option<CheckSource<'_>> {
        None.or(self.query.as_ref().map(CheckSource::Query))
            .or(self.change.as_deref().map(CheckSource::Change))
            .or(self.log.as_ref().map(CheckSource::Log))
            .or(self.trace.as_ref().map(CheckSource::Trace))
            .or(self.alert.as_ref().map(CheckSource::Alert))
            .or(self.fact.as_deref().map(CheckSource::Fact))
    }

    /// The comparison, when one is written. Sources other than queries have a natural one: a change
    /// happened, an alert fires, a fact is true.
    pub fn comparison(&self) -> Option<Comparison<'_>> {
        None.or(self.above.as_ref().map(Comparison::Above))
            .or(self.at_least.as_ref().map(Comparison::AtLeast))
            .or(self.below.as_ref().map(Comparison::Below))
            .or(self.at_most.as_ref().map(Comparison::AtMost))
            .or(self.equals.as_ref().map(Comparison::Equals))
            .or(self.not_equals.as_ref().map(Comparison::NotEquals))
            .or(self
                .between
                .as_ref()
                .map(|(low, high)| Comparison::Between(low, high)))
            .or(self.one_of.as_deref().map(Comparison::In))
            .or(self
                .present
                .and_then(|yes| yes.then_some(Comparison::Present)))
            .or(self
                .absent
                .and_then(|yes| yes.then_some(Comparison::Absent)))
    }
}
