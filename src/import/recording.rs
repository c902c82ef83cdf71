//! Lines of a log as a fixture.

use camino::Utf8Path;
use jiff::{SignedDuration, Timestamp};

use super::cre::Defaults;
use super::draft::document;
use crate::document::id::{EnvironmentId, ServiceId, SignatureId};
use crate::document::model::{
    Clock, Document, Expect, ExpectedVerdict, Fixture, FixtureKind, LogLine, Metadata, Provenance,
    Signature, Subject, Target,
};
use crate::document::unit::Duration;
use crate::logs::lines::Lines;
use crate::logs::search::Search;
use crate::logs::source::Source;
use crate::recognition::{LogSignature, LookError};

/// Most lines of a fixture; with more of them nobody reads it.
const MAX_LINES: usize = 1_000;

/// Moment of a line that does not say one.
const NO_TIME: &str = "2026-01-01T00:00:00Z";

/// What a log does not say and a fixture must.
#[derive(Clone, Debug)]
pub struct Recording {
    /// The service the log is of.
    pub service: String,
    /// Its environment.
    pub environment: String,
    /// Where the log is from.
    pub source: String,
}

impl Recording {
    /// Of a log of some kind.
    #[must_use]
    pub fn of(defaults: &Defaults, kind: &str, source: &str) -> Self {
        let last = kind.rsplit('.').next().unwrap_or(kind);
        Self {
            service: defaults
                .service
                .clone()
                .unwrap_or_else(|| super::draft::id(last)),
            environment: defaults.environment.clone(),
            source: source.to_owned(),
        }
    }
}

/// A fixture of the lines of a log that a signature looks for; none when they are too many.
///
/// # Errors
/// When the log cannot be read.
pub fn fixture(
    signature: &Document<Signature>,
    looked_for: &LogSignature,
    log: &Utf8Path,
    recording: &Recording,
) -> Result<Option<Document<Fixture>>, LookError> {
    let lines = lines(looked_for, log)?;
    let timed = lines.iter().filter_map(|(at, _)| *at);
    let fallback: Timestamp = NO_TIME.parse().unwrap_or(Timestamp::UNIX_EPOCH);
    let (Some(first), Some(last)) = (
        timed.clone().min().or(Some(fallback)),
        timed.max().or(Some(fallback)),
    ) else {
        return Ok(None);
    };
    if lines.is_empty() || lines.len() > MAX_LINES {
        return Ok(None);
    }
    let negations = signature.spec.negate.iter().map(|negation| {
        negation
            .slide
            .unwrap_or_default()
            .saturating_add(negation.window)
    });
    let settles = negations.max().unwrap_or(Duration::ZERO).as_millis();
    let begin = ceil(last)
        .checked_add(SignedDuration::from_millis(
            i64::try_from(settles).unwrap_or(0),
        ))
        .unwrap_or(last);
    let id = SignatureId::new(signature.metadata.id.as_str());
    let logs = lines.into_iter().map(|(at, line)| LogLine {
        at: at.unwrap_or(first).to_string(),
        line: Some(line),
        file: None,
        repeat: None,
        every: None,
        service: None,
    });
    let metadata = Metadata {
        id: format!("{id}-recorded"),
        title: format!("What the log of {} holds of it", recording.source),
        ..Metadata::default()
    };
    let fixture = Fixture {
        target: Some(Target::Signature(id.clone())),
        kind: FixtureKind::Positive,
        provenance: Some(Provenance {
            origin: "recorded".to_owned(),
            source: Some(recording.source.clone()),
            licence: None,
        }),
        clock: Clock {
            start: floor(first).to_string(),
            step: Duration::from_secs(30),
            end: begin
                .checked_add(SignedDuration::from_mins(1))
                .unwrap_or(begin)
                .to_string(),
            begin: Some(begin.to_string()),
        },
        subject: Subject {
            service: ServiceId::new(recording.service.as_str()),
            environment: EnvironmentId::new(recording.environment.as_str()),
            severity: None,
            facts: Default::default(),
        },
        alerts: Vec::new(),
        changes: Vec::new(),
        changes_unavailable: false,
        answers: Default::default(),
        logs: logs.collect(),
        logs_unavailable: false,
        traces: Vec::new(),
        traces_unavailable: false,
        events: Vec::new(),
        world: Vec::new(),
        expect: Expect {
            signatures: [(id, ExpectedVerdict::Match)].into(),
            ..Expect::default()
        },
    };
    Ok(Some(document(metadata, fixture)))
}

/// The lines in which a condition holds, each with its time; an event of several lines for an expression that spans them.
fn lines(
    looked_for: &LogSignature,
    log: &Utf8Path,
) -> Result<Vec<(Option<Timestamp>, String)>, LookError> {
    let queries = [looked_for.query.clone()];
    let (_, terms) = Search::new(&queries)?;
    let whole = looked_for
        .query
        .conditions
        .iter()
        .any(|condition| condition.is_about_events());
    let mut source = Source::open(log)?;
    let mut found = Vec::new();
    while let Some(block) = source.block()? {
        let mut lines = Lines::of(&block);
        for hit in terms.hits(&block) {
            let header = lines.header(&hit.line).filter(|_| whole);
            let bytes = header.map_or(hit.line.bytes, |header| lines.event(header));
            let text = String::from_utf8_lossy(block.get(bytes).unwrap_or_default());
            found.push((hit.stamp.map(|stamp| stamp.at), text.trim_end().to_owned()));
            if found.len() > MAX_LINES {
                return Ok(found);
            }
        }
    }
    Ok(found)
}

/// Moments of a clock are whole milliseconds; so that no line is after the beginning, it is rounded up.
fn ceil(at: Timestamp) -> Timestamp {
    let millis = at.as_nanosecond().div_euclid(1_000_000)
        + i128::from(at.as_nanosecond().rem_euclid(1_000_000) != 0);
    i64::try_from(millis)
        .ok()
        .and_then(|millis| Timestamp::from_millisecond(millis).ok())
        .unwrap_or(at)
}

fn floor(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}
