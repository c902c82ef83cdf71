//! Vetted questions to telemetry backends (DESIGN §3.3).

use serde::{Deserialize, Serialize};

use super::Params;
use crate::document::unit::{Duration, Unit};

/// A query template that agents may run; they never write their own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Query {
    /// The language of `template`.
    pub backend: Backend,
    /// The query; `{{ name }}` is filled from `params`.
    pub template: String,
    /// Parameters of the template.
    #[serde(default, skip_serializing_if = "Params::is_empty")]
    pub params: Params,
    /// What comes back.
    pub result: QueryResult,
    /// The kind of evidence it yields; two different kinds corroborate each other.
    pub signal: Signal,
    /// What an empty answer means.
    #[serde(default)]
    pub no_data: NoData,
    /// Fewest samples in the window for the value to count; fewer is inconclusive. Guards ratios
    /// against low traffic, where the backend returns gaps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_samples: Option<u32>,
    /// What it may cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caps: Option<QueryCaps>,
    /// Who may see the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<Sensitivity>,
}

/// Query languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// Prometheus.
    Promql,
    /// Loki.
    Logql,
    /// Tempo.
    Traceql,
    /// A relational database, read only.
    Sql,
    /// The Kubernetes API: `kind/namespace/name:jsonpath`.
    Kubernetes,
    /// A GET of a JSON resource.
    Http,
    /// Answered by the agent itself, e.g. from the change feed.
    Builtin,
}

/// Type and unit of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryResult {
    /// JSON type of one sample.
    #[serde(rename = "type")]
    pub kind: ResultType,
    /// What a number measures.
    #[serde(default = "no_unit")]
    pub unit: Unit,
}

fn no_unit() -> Unit {
    Unit::None
}

/// JSON types of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ResultType {
    /// A number over time.
    Number,
    /// A text over time.
    String,
    /// A truth value over time.
    Boolean,
}

/// Kinds of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Signal {
    /// Measured over time.
    Metric,
    /// Written by the service.
    Log,
    /// Spans.
    Trace,
    /// Deployments, configuration, flags.
    Change,
    /// Observed state of the platform: replicas, revisions, certificates.
    State,
    /// Firing alerts.
    Alert,
}

/// What an empty answer means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NoData {
    /// Nothing can be said; no write goes ahead on it.
    #[default]
    Inconclusive,
    /// The value is zero, e.g. for a count of events that create their series when they happen.
    Zero,
}

/// Upper bounds on one run of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryCaps {
    /// Longest run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
    /// Longest look-back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<Duration>,
    /// Most series or rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<u32>,
}

/// Who may see an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sensitivity {
    /// Anyone.
    Public,
    /// Staff.
    Internal,
    /// People on the incident.
    Restricted,
}
