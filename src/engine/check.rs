//! Checks: named observations with three results (`docs/format.md`, "Checks").
//!
//! A [`PreparedCheck`] is a [`Check`] whose literals are numbers in the base unit and whose templates are parsed.
//! Binding it fills its templates and yields the [`Request`] it needs; evaluating it reads the
//! answer to that request and nothing else.

use std::sync::Arc;

use jiff::Timestamp;

use super::arguments::{Vocabulary, validate};
use super::comparison::Test;
use super::evidence::{Answer, EvidenceStore, Request, RequestId, Window};
use super::incident::Incident;
use super::moment::before;
use super::observe::{self, Observation};
use super::prepared::PreparedQuery;
use super::scope::{ArgumentTemplates, Scope};
use crate::document::id::{AlertName, QueryId, ServiceId};
use crate::document::model::{
    Check, CheckSource, Comparison, Count, LogMatch, NoData, Share, Signal, TraceMatch,
};
use crate::document::unit::Duration;

mod result;

pub use result::{Bound, CheckResult};

/// How far a check looks back when neither it nor its source says so.
pub const DEFAULT_LOOK_BACK: Duration = Duration::from_secs(300);

/// How long an answer may take when its query does not say so.
pub const DEFAULT_PATIENCE: Duration = Duration::from_secs(30);

/// A check that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CheckError(pub(crate) String);

/// A check ready to be evaluated many times.
#[derive(Clone, Debug)]
pub struct PreparedCheck {
    source: Source,
    test: Test,
    hold: Option<Duration>,
    look_back: Duration,
}

#[derive(Clone, Debug)]
enum Source {
    Query {
        query: Arc<PreparedQuery>,
        arguments: ArgumentTemplates,
    },
    Change {
        kind: String,
        within: Duration,
    },
    Lines {
        matching: LogMatch,
        count: Option<Count>,
    },
    Spans {
        matching: TraceMatch,
        share: Option<Share>,
    },
    Alert {
        name: AlertName,
        within: Option<Duration>,
    },
    Fact(String),
}

impl PreparedCheck {
    /// Prepares `check`; `query` finds a query of the closure. `extra` lengthens the look-back so
    /// that the moment the check began to hold can be told from earlier ones.
    ///
    /// # Errors
    /// A source that is missing or unknown, a literal whose unit does not agree with the source's,
    /// a template that cannot be read.
    pub(crate) fn new(
        check: &Check,
        query: impl FnOnce(&QueryId) -> Result<Arc<PreparedQuery>, CheckError>,
        extra: Duration,
    ) -> Result<Self, CheckError> {
        let refuse = |why: String| Err(CheckError(why));
        let comparison = check.comparison();
        let hold = check.hold;
        let (source, test, look_back) = match check.source() {
            None => return refuse("the check has no source".to_owned()),
            Some(CheckSource::Query(id)) => {
                let query = query(id)?;
                let spec = &query.document.spec;
                let test = Test::of_query(comparison, spec.result)?;
                let arguments = ArgumentTemplates::parse(&check.with)
                    .map_err(|error| CheckError(error.to_string()))?;
                let wanted = hold
                    .unwrap_or_default()
                    .max(DEFAULT_LOOK_BACK)
                    .saturating_add(extra);
                let cap = spec.caps.and_then(|caps| caps.range);
                let look_back = cap.map_or(wanted, |cap| wanted.min(cap));
                (Source::Query { query, arguments }, test, look_back)
            }
            Some(CheckSource::Fact(name)) => {
                let name = name.strip_prefix("incident.").unwrap_or(name).to_owned();
                (
                    Source::Fact(name),
                    Test::of_fact(comparison)?,
                    Duration::ZERO,
                )
            }
            Some(CheckSource::Change(kind)) => {
                let Some(within) = check.within else {
                    return refuse("a `change` needs `within`".to_owned());
                };
                let kind = kind.to_owned();
                (
                    Source::Change { kind, within },
                    occurrence(comparison)?,
                    within,
                )
            }
            Some(CheckSource::Log(matching)) => {
                let count = check.count;
                let within = count.map_or(DEFAULT_LOOK_BACK, |count| count.within);
                let matching = matching.clone();
                (
                    Source::Lines { matching, count },
                    occurrence(comparison)?,
                    within,
                )
            }
            Some(CheckSource::Trace(matching)) => {
                let matching = matching.clone();
                let share = check.share;
                let within = check.within.unwrap_or(DEFAULT_LOOK_BACK);
                (
                    Source::Spans { matching, share },
                    occurrence(comparison)?,
                    within,
                )
            }
            Some(CheckSource::Alert(name)) => {
                let (name, within) = (name.clone(), check.within);
                (
                    Source::Alert { name, within },
                    occurrence(comparison)?,
                    Duration::ZERO,
                )
            }
        };
        if hold.is_some() && !matches!(source, Source::Query { .. }) {
            return refuse("`for` needs a `query`".to_owned());
        }
        Ok(Self {
            source,
            test,
            hold,
            look_back,
        })
    }

    /// The kind of evidence it yields; facts are none.
    pub fn signal(&self) -> Option<Signal> {
        match &self.source {
            Source::Query { query, .. } => Some(query.document.spec.signal),
            Source::Change { .. } => Some(Signal::Change),
            Source::Lines { .. } => Some(Signal::Log),
            Source::Spans { .. } => Some(Signal::Trace),
            Source::Alert { .. } => Some(Signal::Alert),
            Source::Fact(_) => None,
        }
    }

    /// The type of change it looks for.
    pub fn change_kind(&self) -> Option<&str> {
        match &self.source {
            Source::Change { kind, .. } => Some(kind),
            _ => None,
        }
    }

    /// How far back it looks into the change feed.
    pub(crate) fn change_look_back(&self) -> Option<Duration> {
        matches!(self.source, Source::Change { .. }).then_some(self.look_back)
    }

    /// How long its answer may take.
    pub fn patience(&self) -> Duration {
        match &self.source {
            Source::Query { query, .. } => query.document.spec.caps.and_then(|caps| caps.timeout),
            _ => None,
        }
        .unwrap_or(DEFAULT_PATIENCE)
    }

    /// Fills the templates and names the question. `feed` is the run's question to the change feed;
    /// `window` overrides how far back the check looks.
    pub(crate) fn bind(
        &self,
        scope: &Scope,
        vocabulary: &Vocabulary,
        incident: &Incident,
        feed: RequestId,
        window: Option<Window>,
        evidence: &mut EvidenceStore,
    ) -> Bound {
        let window = window.unwrap_or(Window::Last(self.look_back));
        let request = match &self.source {
            Source::Alert { .. } | Source::Fact(_) => return Bound::Context,
            Source::Change { .. } => return Bound::Asks(feed),
            Source::Query { query, arguments } => {
                let mut filled = match arguments.fill(scope) {
                    Ok(filled) => filled,
                    Err(error) => return Bound::Impossible(error.to_string()),
                };
                for (name, value) in [
                    ("service", incident.service.as_str()),
                    ("environment", incident.environment.as_str()),
                ] {
                    if query.params.contains(name) && !filled.contains_key(name) {
                        filled.insert(name.to_owned(), value.into());
                    }
                }
                match validate(filled, &query.params, vocabulary, false) {
                    Ok(arguments) => Request::Query {
                        query: query.document.metadata.id.as_str().into(),
                        arguments,
                        window,
                    },
                    Err(problems) => {
                        let first = problems.first().map(|p| p.message.clone());
                        return Bound::Impossible(first.unwrap_or_default());
                    }
                }
            }
            Source::Lines { matching, count } => Request::Lines {
                service: self.service(matching.service.as_deref(), incident),
                regex: matching.regex.clone(),
                contains: matching.contains.clone(),
                window,
                threshold: count.and_then(|c| c.at_least).unwrap_or(1).max(1),
            },
            Source::Spans { matching, .. } => Request::Spans {
                service: incident.service.clone(),
                spans: matching.clone(),
                window,
            },
        };
        Bound::Asks(evidence.id_of(request))
    }

    fn service(&self, named: Option<&str>, incident: &Incident) -> ServiceId {
        named.map_or_else(|| incident.service.clone(), ServiceId::from)
    }

    /// Evaluates the check on the latest answer to its question.
    pub(crate) fn evaluate(
        &self,
        bound: &Bound,
        evidence: &EvidenceStore,
        incident: &Incident,
        now: Timestamp,
    ) -> CheckResult {
        let taken = match bound {
            Bound::Impossible(why) => return CheckResult::unknown(why.clone()),
            Bound::Context => return self.in_context(incident, now),
            Bound::Asks(id) => match evidence.taken(*id) {
                Some(taken) => taken,
                None => return CheckResult::unknown("not asked"),
            },
        };
        let observation = match (&self.source, &taken.answer) {
            (_, Answer::Unavailable { reason }) => {
                Observation::unknown(format!("unavailable: {}", super::text::quote(reason)))
            }
            (Source::Query { query, .. }, Answer::Series(series)) => {
                let rules = observe::Rules {
                    test: &self.test,
                    unit: query.document.spec.result.unit,
                    hold: self.hold,
                    zero_when_empty: query.document.spec.no_data == NoData::Zero,
                    min_samples: query.document.spec.min_samples,
                };
                observe::series(series, taken.at, &rules)
            }
            (Source::Change { kind, within }, Answer::Changes(changes)) => {
                let from = before(taken.at, *within);
                observe::change(changes, kind, from, taken.at).absent_if(&self.test)
            }
            (Source::Lines { count, .. }, Answer::Lines(lines)) => {
                observe::lines(lines, *count).absent_if(&self.test)
            }
            (Source::Spans { share, .. }, Answer::Spans(spans)) => {
                observe::spans(spans, *share).absent_if(&self.test)
            }
            _ => Observation::unknown("the answer does not fit the question"),
        };
        observation.at(taken.at)
    }

    /// Whether the event happened within a fixed time, for negations: the answer must have been
    /// taken for exactly that time.
    pub(crate) fn happened(
        &self,
        bound: &Bound,
        evidence: &EvidenceStore,
        incident: &Incident,
        (from, to): (Timestamp, Timestamp),
        now: Timestamp,
    ) -> CheckResult {
        let taken = match (bound, &self.source) {
            (_, Source::Alert { name, .. }) => {
                return observe::alert(incident, name, from, to.min(now)).at(now);
            }
            (Bound::Asks(id), _) => evidence.taken(*id),
            _ => None,
        };
        match (&self.source, taken.map(|t| (&t.answer, t.at))) {
            (Source::Query { query, .. }, Some((Answer::Series(series), at))) => observe::ever(
                series,
                from,
                to,
                &self.test,
                query.document.spec.result.unit,
            )
            .at(at),
            (Source::Change { kind, .. }, Some((Answer::Changes(changes), at))) => {
                observe::change(changes, kind, from, to).at(at)
            }
            _ => self.evaluate(bound, evidence, incident, now),
        }
    }

    fn in_context(&self, incident: &Incident, now: Timestamp) -> CheckResult {
        let observation = match &self.source {
            Source::Alert { name, within } => {
                let from = within.map_or(now, |within| before(now, within));
                observe::alert(incident, name, from, now).absent_if(&self.test)
            }
            Source::Fact(name) => observe::fact(incident.fact(name), name, &self.test),
            _ => Observation::unknown("not asked"),
        };
        observation.at(now)
    }
}

fn occurrence(comparison: Option<Comparison<'_>>) -> Result<Test, CheckError> {
    match comparison {
        None | Some(Comparison::Present) => Ok(Test::Present),
        Some(Comparison::Absent) => Ok(Test::Absent),
        Some(_) => Err(CheckError(
            "this source has no value to compare; only `present` and `absent` are possible"
                .to_owned(),
        )),
    }
}
