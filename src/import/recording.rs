//! Lines of a log as fixtures: what a signature recognises, and the same without what decides.

use std::collections::BTreeMap;

use camino::Utf8Path;
use jiff::{SignedDuration, Timestamp};

use super::draft::document;
use crate::document::id::{EnvironmentId, ServiceId, SignatureId};
use crate::document::model::{
    Clock, Document, Expect, ExpectedVerdict, Fixture, FixtureKind, LogLine, Metadata, Outcome,
    Provenance, Signature, Subject, Target,
};
use crate::document::unit::Duration;
use crate::logs::condition::Condition;
use crate::logs::lines::Lines;
use crate::logs::search::Search;
use crate::logs::source::Source;
use crate::recognition::{Findings, LogSignature, LookError, look_through};

/// Most lines of a fixture; with more of them nobody reads it.
const MAX_LINES: usize = 1_000;

/// Most lines of the log that nothing looks for.
const MAX_OTHERS: usize = 20;

/// Moment of lines that do not say one.
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
    /// Under which licence.
    pub licence: Option<String>,
}

/// A line of a log.
#[derive(Clone, Debug)]
struct Written {
    at: Option<Timestamp>,
    text: String,
    wanted: bool,
}

/// A fixture with the lines of a log by which a signature is found the first time, and its negative twin: the same with one
/// line too few, or with other lines of the log where one is enough.
///
/// The first is missing when the signature is not found or takes too many lines, the twin when the log has nothing else.
///
/// # Errors
/// When the log cannot be read.
pub fn fixtures(
    signature: &Document<Signature>,
    looked_for: &LogSignature,
    log: &Utf8Path,
    recording: &Recording,
) -> Result<Vec<Document<Fixture>>, LookError> {
    let found = look_through(std::slice::from_ref(looked_for), &[log.to_owned()])?;
    let Some(range) = lines_of_first(&found) else {
        return Ok(Vec::new());
    };
    let written = written(looked_for, log, range)?;
    let wanted: Vec<Written> = written.iter().filter(|line| line.wanted).cloned().collect();
    if wanted.is_empty() || wanted.len() > MAX_LINES {
        return Ok(Vec::new());
    }
    let others = written.into_iter().filter(|line| !line.wanted);
    let twin = twin(looked_for, &wanted, others.collect());
    let clock = clock(&wanted, &signature.spec);
    let mut fixtures = vec![fixture(
        signature,
        FixtureKind::Positive,
        &wanted,
        &clock,
        recording,
    )];
    if !twin.is_empty() {
        fixtures.push(fixture(
            signature,
            FixtureKind::Negative,
            &twin,
            &clock,
            recording,
        ));
    }
    Ok(fixtures)
}

/// The numbers of the first and last line by which something was found the first time.
fn lines_of_first(found: &Findings) -> Option<(u64, u64)> {
    let first = found.signatures.first()?.occurrences.first()?;
    let lines = first.proof.iter().map(|proof| proof.line);
    lines.clone().min().zip(lines.max())
}

/// The lines of a log in a range that are looked for, and some others up to its end.
fn written(
    looked_for: &LogSignature,
    log: &Utf8Path,
    (first, last): (u64, u64),
) -> Result<Vec<Written>, LookError> {
    let queries = [looked_for.query.clone()];
    let (_, terms) = Search::new(&queries)?;
    let whole = looked_for
        .query
        .conditions
        .iter()
        .any(Condition::is_about_events);
    let mut source = Source::open(log)?;
    let (mut found, mut passed, mut wanted) = (Vec::new(), 0, 0);
    while let Some(block) = source.block()? {
        let hits = terms.hits(&block);
        let mut hits = hits.iter().peekable();
        let mut lines = Lines::of(&block);
        let mut start = 0;
        while start < block.len() {
            let line = lines.line_at(start);
            start = line.bytes.end + 1;
            let number = passed + line.number + 1;
            if number > last || wanted > MAX_LINES {
                return Ok(found);
            }
            let is_wanted = hits.next_if(|hit| hit.line == line).is_some();
            if is_wanted && number < first {
                continue;
            }
            let header = lines.header(&line);
            let event = header
                .filter(|_| whole && is_wanted)
                .map(|header| lines.event(header));
            let text = block
                .get(event.unwrap_or_else(|| line.bytes.clone()))
                .unwrap_or_default();
            let text = String::from_utf8_lossy(text).trim_end().to_owned();
            if !is_wanted && text.is_empty() {
                continue;
            }
            wanted += usize::from(is_wanted);
            found.push(Written {
                at: header.map(|header| header.stamp.at),
                text,
                wanted: is_wanted,
            });
            let others = found.len() - wanted;
            if others > MAX_OTHERS
                && let Some(oldest) = found.iter().position(|line| !line.wanted)
            {
                found.remove(oldest);
            }
        }
        passed += memchr::memchr_iter(b'\n', &block).count() as u64;
    }
    Ok(found)
}

/// What is missing something that decides: a line of the last condition when several are needed, else all of it.
fn twin(looked_for: &LogSignature, wanted: &[Written], others: Vec<Written>) -> Vec<Written> {
    let query = &looked_for.query;
    let Some((condition, count)) = query.conditions.last().zip(query.pattern.counts().last())
    else {
        return Vec::new();
    };
    if !query.pattern.needs_time() || query.pattern.counts() == [1] {
        return others;
    }
    let mut left = *count - 1;
    let mut kept = wanted.to_vec();
    kept.retain(|line| {
        if !condition.is_in(line.text.as_bytes()) {
            return true;
        }
        let keeps = left > 0;
        left = left.saturating_sub(1);
        keeps
    });
    if kept.is_empty() { others } else { kept }
}

/// From before the first line to when nothing can rule it out any more, which is when the agent is called.
fn clock(lines: &[Written], spec: &Signature) -> Clock {
    let times = lines.iter().filter_map(|line| line.at);
    let first = times.clone().min().unwrap_or_else(no_time);
    let last = times.max().unwrap_or_else(no_time);
    let after = |at: Timestamp, duration: Duration| {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        at.checked_add(SignedDuration::from_millis(millis))
            .unwrap_or(at)
    };
    let settles = spec.negate.iter().map(|negation| {
        negation
            .slide
            .unwrap_or_default()
            .saturating_add(negation.window)
    });
    let begin = after(whole_millisecond(last), settles.max().unwrap_or_default());
    Clock {
        start: Timestamp::from_second(first.as_second())
            .unwrap_or(first)
            .to_string(),
        step: Duration::from_secs(30),
        end: after(begin, Duration::from_secs(60)).to_string(),
        begin: Some(begin.to_string()),
    }
}

fn no_time() -> Timestamp {
    NO_TIME.parse().unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The agent is called at a whole millisecond, and no line is after that.
fn whole_millisecond(at: Timestamp) -> Timestamp {
    let nanos = at.as_nanosecond();
    let millis = nanos.div_euclid(1_000_000) + i128::from(nanos.rem_euclid(1_000_000) != 0);
    let millis = i64::try_from(millis).ok();
    millis
        .and_then(|millis| Timestamp::from_millisecond(millis).ok())
        .unwrap_or(at)
}

fn fixture(
    signature: &Document<Signature>,
    kind: FixtureKind,
    lines: &[Written],
    clock: &Clock,
    recording: &Recording,
) -> Document<Fixture> {
    let id = SignatureId::new(signature.metadata.id.as_str());
    let (suffix, title, verdict) = match kind {
        FixtureKind::Positive => (
            "recorded",
            "The lines by which it is found in the log of",
            ExpectedVerdict::Match,
        ),
        _ => (
            "twin",
            "Without the line that decides, from the log of",
            ExpectedVerdict::NoMatch,
        ),
    };
    let metadata = Metadata {
        id: format!("{id}-{suffix}"),
        title: format!("{title} {}", recording.source),
        ..Metadata::default()
    };
    let first = lines
        .iter()
        .find_map(|line| line.at)
        .unwrap_or_else(no_time);
    let logs = lines.iter().map(|line| LogLine {
        at: line.at.unwrap_or(first).to_string(),
        line: Some(line.text.clone()),
        file: None,
        repeat: None,
        every: None,
        service: None,
    });
    let fixture = Fixture {
        target: Some(Target::Signature(id.clone())),
        kind,
        provenance: Some(Provenance {
            origin: "recorded".to_owned(),
            source: Some(recording.source.clone()),
            licence: recording.licence.clone(),
        }),
        clock: clock.clone(),
        subject: Subject {
            service: ServiceId::new(recording.service.as_str()),
            environment: EnvironmentId::new(recording.environment.as_str()),
            severity: None,
            facts: BTreeMap::new(),
        },
        alerts: Vec::new(),
        changes: Vec::new(),
        changes_unavailable: false,
        answers: BTreeMap::new(),
        logs: logs.collect(),
        logs_unavailable: false,
        traces: Vec::new(),
        traces_unavailable: false,
        events: Vec::new(),
        world: Vec::new(),
        expect: Expect {
            signatures: [(id, verdict)].into(),
            forbidden: vec!["*".to_owned()],
            outcome: Some(Outcome::Escalated),
            ..Expect::default()
        },
    };
    document(metadata, fixture)
}
