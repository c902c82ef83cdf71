//! Fixtures (DESIGN §3.7): simulated or recorded incidents.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{HaltLevel, Mode, Outcome};
use crate::document::id::{
    ActionId, AlertName, EnvironmentId, PathId, QueryId, RunbookId, ServiceId, SignatureId, StepId,
};
use crate::document::unit::{Duration, Literal};

/// A simulated or recorded incident and what has to come of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fixture {
    /// What it tests; found from its folder when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// What sort of incident it is.
    pub kind: FixtureKind,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provenance: Option<Provenance>,
    /// The virtual clock.
    pub clock: Clock,
    /// What the incident is about.
    pub subject: Subject,
    /// Alerts that fire.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alerts: Vec<FixtureAlert>,
    /// Changes that happened; `unavailable: true` in [`Fixture::changes_unavailable`] removes the feed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// The change feed cannot be read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub changes_unavailable: bool,
    /// What queries answer. A query that is not named is unavailable.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<QueryId, AnswerSpec>,
    /// Log lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub logs: Vec<LogLine>,
    /// The log backend cannot be read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub logs_unavailable: bool,
    /// Spans.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub traces: Vec<TraceSpan>,
    /// The trace backend cannot be read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub traces_unavailable: bool,
    /// What humans and the platform do meanwhile.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<FixtureEvent>,
    /// What actions do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub world: Vec<World>,
    /// What has to come of it.
    #[serde(default)]
    pub expect: Expect,
}

/// What a fixture tests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Target {
    /// A runbook.
    Runbook(RunbookId),
    /// A signature.
    Signature(SignatureId),
}

/// Sorts of fixtures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FixtureKind {
    /// The incident as it should be handled.
    Positive,
    /// Like the positive one but for the deciding difference: nothing may be done.
    Negative,
    /// The evidence does not suffice.
    Ambiguous,
    /// Something points the wrong way, or speaks to the agent.
    Adversarial,
    /// A source is missing.
    PartialTelemetry,
    /// Two things happen at once.
    Concurrent,
    /// The action or its verification fails.
    AutomationFailure,
    /// A human or a switch takes over.
    Override,
    /// Nothing is wrong.
    Benign,
}

/// Where a fixture comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// `written`, `recorded` or `derived`.
    pub origin: String,
    /// Postmortem id or permanent link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Licence of recorded data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
}

/// The virtual clock: instants `start, start+step, …, end`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// First instant, RFC 3339 with zone; all series begin here.
    pub start: String,
    /// Distance of two instants.
    pub step: Duration,
    /// Last instant, RFC 3339 with zone.
    pub end: String,
    /// When the agent is called; the first alert's time, else `start`, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begin: Option<String>,
}

/// What the incident is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The service.
    pub service: ServiceId,
    /// The environment.
    pub environment: EnvironmentId,
    /// A severity of the taxonomy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// Further facts of the incident, e.g. `dependency: ledger`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, Value>,
}

/// An alert that fires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixtureAlert {
    /// Its name.
    pub name: AlertName,
    /// From when, RFC 3339 with zone.
    pub at: String,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Labels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Text for humans: untrusted.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

/// A change that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// `deploy`, `config`, `flag`, `scale`, `certificate`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// When, RFC 3339 with zone.
    pub at: String,
    /// The service changed; the subject's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceId>,
    /// The environment changed; the subject's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentId>,
    /// Facts of the change, e.g. `previous_revision: 41`; in templates `change.<type>.<name>`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, Value>,
}

/// What a query answers: a series, one form, or several told apart by arguments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AnswerSpec {
    /// Series notation for any arguments, e.g. `0.2%x5 8.1%x74`.
    Series(String),
    /// Forms tried in order; the first whose `with` agrees is used.
    Several(Vec<Answer>),
    /// One form for any arguments its `with` agrees with.
    One(Box<Answer>),
}

/// One form of answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Arguments this form is for; arguments not named here may have any value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub with: BTreeMap<String, Value>,
    /// The content.
    #[serde(flatten)]
    pub form: AnswerForm,
}

/// The content of an answer: exactly one of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AnswerForm {
    /// Series notation, one sample per instant of the clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
    /// The same value at every instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Literal>,
    /// The backend answers that there is no data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub empty: Option<bool>,
    /// The backend does not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unavailable: Option<bool>,
    /// A file beside the fixture with one sample per line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

/// A log line, possibly repeated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// When the first one was written, RFC 3339 with zone.
    pub at: String,
    /// The text: untrusted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// A file beside the fixture with one line per line, all at `at` plus `every` each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// How often it is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<u32>,
    /// Distance between repetitions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Duration>,
    /// The service that wrote it; the subject's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceId>,
}

/// Spans of one sort.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceSpan {
    /// From when, RFC 3339 with zone.
    pub at: String,
    /// Until when; the end of the clock when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `ok`, `error` or `unset`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// `server`, `client`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Duration of one span.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<Duration>,
    /// Spans per step of the clock.
    pub per_step: u32,
    /// The service; the subject's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceId>,
}

/// Something a human or the platform does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixtureEvent {
    /// When, RFC 3339 with zone. Approvals may use `after` instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Time after the question an approval answers was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Duration>,
    /// What happens.
    #[serde(rename = "do")]
    pub kind: FixtureEventKind,
    /// Who does it: a login, for approvals one per person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The team in whose name an approval is given, or `service_oncall`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// For `approve` and `deny`: the step asked about; any when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepId>,
    /// For `kill_switch`: how much is stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<HaltLevel>,
    /// For `severity`: the new severity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
}

/// What humans and the platform can do in a fixture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FixtureEventKind {
    /// A human gives the go-ahead.
    Approve,
    /// A human refuses it.
    Deny,
    /// An incident commander takes over.
    CommanderTakesOver,
    /// The kill switch is thrown.
    KillSwitch,
    /// A freeze begins.
    Freeze,
    /// The severity changes.
    Severity,
}

/// What an action does to the simulated world; entries are tried in order, each is used once, the
/// last that fits is used again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct World {
    /// Step id or action id.
    pub on: String,
    /// What the executor reports.
    #[serde(default)]
    pub result: WorldResult,
    /// How long it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub takes: Option<Duration>,
    /// The executor's error text: untrusted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What queries answer from its completion on; the last sample is held.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub then: BTreeMap<QueryId, AnswerSpec>,
}

/// What the executor reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WorldResult {
    /// Done.
    #[default]
    Ok,
    /// Refused or failed.
    Error,
    /// No answer until the action's time-out.
    Timeout,
}

/// What has to come of the incident. What is left out is not checked, except where noted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Expect {
    /// Verdicts when the agent is called.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub signatures: BTreeMap<SignatureId, ExpectedVerdict>,
    /// The runbook chosen; `none` when no runbook may be chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runbook: Option<String>,
    /// The path chosen; `none` when no path may be chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Every action executed, in order, the undo included. Absent means none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<ExpectedAction>,
    /// Actions proposed but not executed (modes `shadow` and `advise`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub proposed: Vec<ActionId>,
    /// Actions that would be wrong here; `*` for every write.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub forbidden: Vec<String>,
    /// Whom it was handed to, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub escalation: Option<EscalationExpectation>,
    /// How the run ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
}

/// A verdict of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpectedVerdict {
    /// It is this failure.
    Match,
    /// It may be.
    Ambiguous,
    /// It is not.
    NoMatch,
}

/// An action that has to be executed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExpectedAction {
    /// Which.
    pub action: ActionId,
    /// The step it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepId>,
    /// The effective mode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// Arguments, as far as they are named.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub with: BTreeMap<String, Value>,
    /// Whether it is the undo of an earlier one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undo: bool,
}

/// Whom the run was handed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EscalationExpectation {
    /// The team or person resolved, or `service_oncall`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Reason code.
    pub reason: String,
    /// Time after the agent was called by which it must have happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Duration>,
}

impl Fixture {
    /// The path chosen, when the fixture names one.
    pub fn expected_path(&self) -> Option<PathId> {
        let path = self.expect.path.as_deref()?;
        (path != "none").then(|| PathId::from(path))
    }
}
