//! What was recorded of an incident, and of days when nothing was wrong.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use jiff::{SignedDuration, Timestamp};

use super::template::Template;
use crate::document::id::{QueryId, ServiceId};
use crate::document::model::{AnswerForm, AnswerSpec, Document, Fixture, FixtureKind, Postmortem};
use crate::document::series::Series;
use crate::document::unit::{Duration, Literal};
use crate::library::Library;
use crate::logs::lines::Lines;
use crate::logs::source::{ReadError, Source};

/// Length of the time in which lines are counted.
pub(super) const COUNTED: SignedDuration = SignedDuration::from_mins(5);

/// How long before the incident began lines still belong to it.
const BEFORE: SignedDuration = SignedDuration::from_hours(1);

/// Why there is nothing to derive from.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// A time of the postmortem cannot be read.
    #[error("`times.{0}` of the postmortem is no moment with zone")]
    Time(&'static str),
    /// Nothing was recorded.
    #[error(
        "nothing was recorded of the incident: give its logs with `--log`, or write a positive fixture with \
         `provenance: {{origin: derived, source: {0}}}`"
    )]
    Nothing(String),
    /// A log cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// What was recorded.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// When the incident was detected: what the agent would have known then is what counts.
    pub(super) detected: Timestamp,
    /// When it began.
    pub(super) started: Timestamp,
    /// The sorts of lines of the incident's own service, with how they came.
    pub(super) lines: BTreeMap<Template, Tally>,
    /// Changes before the incident was detected: type, when, and where that is recorded.
    pub(super) changes: Vec<(String, Timestamp, String)>,
    /// Numbers over time.
    pub(super) series: Vec<Measured>,
    /// The fixture all that is from, if it is from one.
    pub(super) fixture: Option<Document<Fixture>>,
}

/// How lines of one sort came.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    /// When, in ascending order.
    pub(super) times: Vec<Timestamp>,
    /// The first of them, and where it is.
    pub(super) example: String,
    pub(super) cite: String,
}

/// A number over time.
#[derive(Clone, Debug)]
pub(super) struct Measured {
    pub(super) query: QueryId,
    pub(super) calm: f64,
    pub(super) detected: f64,
    /// The first instant at which it was nearer to the value at detection.
    pub(super) changed: Timestamp,
    pub(super) cite: String,
}

impl Evidence {
    /// Of the logs, or of the fixture of the postmortem whose agent is called nearest to the detection.
    ///
    /// # Errors
    /// When nothing was recorded, or it cannot be read.
    pub fn of(
        library: &Library,
        postmortem: &Document<Postmortem>,
        logs: &[Utf8PathBuf],
    ) -> Result<Self, EvidenceError> {
        let times = &postmortem.spec.times;
        let moment = |name, text: &str| text.parse().map_err(|_| EvidenceError::Time(name));
        let started: Timestamp = moment("started", &times.started)?;
        let detected: Timestamp = moment("detected", &times.detected)?;
        let mut evidence = match recorded(library, postmortem, detected) {
            Some(fixture) => Self::of_fixture(library, fixture, started),
            None if logs.is_empty() => {
                return Err(EvidenceError::Nothing(postmortem.metadata.id.clone()));
            }
            None => Self::empty(started, detected),
        };
        for log in logs {
            evidence.add(log)?;
        }
        Ok(evidence)
    }

    fn empty(started: Timestamp, detected: Timestamp) -> Self {
        Self {
            detected,
            started,
            lines: BTreeMap::new(),
            changes: Vec::new(),
            series: Vec::new(),
            fixture: None,
        }
    }

    fn of_fixture(library: &Library, fixture: &Document<Fixture>, started: Timestamp) -> Self {
        let spec = &fixture.spec;
        let id = &fixture.metadata.id;
        let begin = began(fixture).unwrap_or(started);
        let mut evidence = Self::empty(started, begin);
        for (number, change) in spec.changes.iter().enumerate() {
            let own = change
                .service
                .as_ref()
                .is_none_or(|service| *service == spec.subject.service);
            if let Ok(at) = change.at.parse::<Timestamp>()
                && own
                && at <= begin
            {
                evidence.changes.push((
                    change.kind.clone(),
                    at,
                    format!("{id}: changes[{number}]"),
                ));
            }
        }
        for (text, times, service, number) in lines(fixture) {
            if service.is_none_or(|service| service == spec.subject.service) {
                evidence.tally(&text, &times, &format!("{id}: logs[{number}]"));
            }
        }
        evidence.series = measured(library, fixture);
        evidence.fixture = Some(fixture.clone());
        evidence
    }

    /// Takes the lines of a log from an hour before the incident to its detection; all of them when none says a time.
    fn add(&mut self, log: &Utf8PathBuf) -> Result<(), ReadError> {
        let mut source = Source::open(log)?;
        let mut number = 0;
        while let Some(block) = source.block()? {
            let mut lines = Lines::of(&block);
            let mut start = 0;
            while start < block.len() {
                let line = lines.line_at(start);
                start = line.bytes.end + 1;
                number += 1;
                let at = lines
                    .header(&line)
                    .map_or(self.detected, |header| header.stamp.at);
                let earliest = self.started.checked_sub(BEFORE).unwrap_or(Timestamp::MIN);
                if at < earliest || at > self.detected {
                    continue;
                }
                let text = String::from_utf8_lossy(block.get(line.bytes).unwrap_or_default());
                self.tally(text.trim_end(), &[at], &format!("{log}:{number}"));
            }
        }
        Ok(())
    }

    fn tally(&mut self, text: &str, times: &[Timestamp], cite: &str) {
        let before: Vec<Timestamp> = times
            .iter()
            .copied()
            .filter(|at| *at <= self.detected)
            .collect();
        if before.is_empty() {
            return;
        }
        let Some(template) = Template::of(text) else {
            return;
        };
        let tally = self.lines.entry(template).or_insert_with(|| Tally {
            times: Vec::new(),
            example: text.to_owned(),
            cite: cite.to_owned(),
        });
        tally.times.extend(before);
        tally.times.sort_unstable();
    }
}

/// When the agent of a fixture is called.
pub(super) fn began(fixture: &Document<Fixture>) -> Option<Timestamp> {
    let alert = fixture.spec.alerts.first().map(|alert| &alert.at);
    let begin = fixture
        .spec
        .clock
        .begin
        .as_ref()
        .or(alert)
        .unwrap_or(&fixture.spec.clock.start);
    begin.parse().ok()
}

/// The positive fixture of an incident.
fn recorded<'l>(
    library: &'l Library,
    postmortem: &Document<Postmortem>,
    detected: Timestamp,
) -> Option<&'l Document<Fixture>> {
    let from = library.fixtures_from(&postmortem.metadata.id).iter();
    let fixtures = from.filter_map(|id| library.entry(*id)?.document::<Fixture>());
    let own = fixtures.filter(|fixture| {
        fixture.spec.kind == FixtureKind::Positive
            && postmortem
                .spec
                .services
                .contains(&fixture.spec.subject.service)
    });
    let distance =
        |fixture: &&Document<Fixture>| began(fixture).map(|at| at.duration_since(detected).abs());
    own.min_by_key(|fixture| {
        (
            distance(fixture).unwrap_or(SignedDuration::MAX),
            fixture.metadata.id.clone(),
        )
    })
}

/// The lines of a fixture: text, when it was written, of which other service, and the number of its entry.
pub(super) fn lines(
    fixture: &Document<Fixture>,
) -> Vec<(String, Vec<Timestamp>, Option<ServiceId>, usize)> {
    let entries = fixture.spec.logs.iter().enumerate();
    let read = entries.filter_map(|(number, log)| {
        let first: Timestamp = log.at.parse().ok()?;
        let every = log.every.unwrap_or(Duration::ZERO).as_millis();
        let repeats = u64::from(log.repeat.unwrap_or(1).min(100_000));
        let at = |repeat: u64| {
            let millis = i64::try_from(every.saturating_mul(repeat)).unwrap_or(i64::MAX);
            first.checked_add(SignedDuration::from_millis(millis)).ok()
        };
        let text = log.line.clone()?;
        Some((
            text,
            (0..repeats).filter_map(at).collect(),
            log.service.clone(),
            number,
        ))
    });
    read.collect()
}

/// The numbers that are another when the agent is called than at the beginning.
pub(super) fn measured(library: &Library, fixture: &Document<Fixture>) -> Vec<Measured> {
    let clock = &fixture.spec.clock;
    let (Ok(start), Some(begin)) = (clock.start.parse::<Timestamp>(), began(fixture)) else {
        return Vec::new();
    };
    let step = i64::try_from(clock.step.as_millis()).unwrap_or(0).max(1);
    let instants = begin.duration_since(start).as_millis() / i128::from(step);
    let last = usize::try_from(instants).unwrap_or(0);
    let of_one = |(query, spec): (&QueryId, &AnswerSpec)| {
        library.queries().get(query)?;
        let form = match spec {
            AnswerSpec::Series(text) => AnswerForm {
                series: Some(text.clone()),
                ..AnswerForm::default()
            },
            AnswerSpec::One(one) if one.with.is_empty() => one.form.clone(),
            _ => return None,
        };
        let series = match (&form.series, &form.value) {
            (Some(text), _) => Series::parse(text).ok()?,
            (None, Some(value)) => Series::constant(number(value)?, last + 1),
            _ => return None,
        };
        let (calm, detected) = (series.at(0)?, series.at(last)?);
        let nearer = |index: &usize| {
            series
                .at(*index)
                .is_some_and(|value| (value - detected).abs() < (value - calm).abs())
        };
        let changed = (0..=last).find(nearer).unwrap_or(last);
        let millis = i64::try_from(changed).ok()?.checked_mul(step)?;
        Some(Measured {
            query: query.clone(),
            calm,
            detected,
            changed: start
                .checked_add(SignedDuration::from_millis(millis))
                .ok()?,
            cite: format!("{}: answers.{query}", fixture.metadata.id),
        })
    };
    fixture.spec.answers.iter().filter_map(of_one).collect()
}

fn number(value: &Literal) -> Option<f64> {
    value.quantity().ok().map(|quantity| quantity.value)
}
