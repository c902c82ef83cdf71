//! Conditions, each with where it comes from.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::evidence::{COUNTED, Evidence, Measured, Tally, began, lines, measured};
use super::template::Template;
use crate::document::id::CheckName;
use crate::document::model::{
    Check, Count, Document, ExpectedVerdict, Fixture, FixtureKind, MisleadingSignal, Postmortem,
    QueryResult, SignatureRoute,
};
use crate::document::unit::{Duration, Literal, Unit};
use crate::library::Library;
use crate::logs::condition::Condition;

/// A number counts when it is at least so many times what it was.
const CLEARLY: f64 = 2.0;

/// Something that is proposed, and the line it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Cited<T> {
    /// What.
    pub what: T,
    /// Where it is recorded, and what was seen there.
    pub from: String,
}

/// A condition, and when it began to hold in the incident.
pub(super) struct Required {
    pub(super) name: CheckName,
    pub(super) check: Cited<Check>,
    pub(super) began: Timestamp,
}

/// What changed before the incident, if anything is recorded: the last change, within twice the time it took to be detected.
pub(super) fn change(evidence: &Evidence) -> Option<Required> {
    let (kind, at, cite) = evidence.changes.iter().max_by_key(|(_, at, _)| *at)?;
    let lag = evidence.detected.duration_since(*at);
    let within = rounded_up(lag.checked_mul(2)?);
    let check = Check {
        change: Some(kind.clone()),
        within: Some(within),
        ..Check::default()
    };
    let from = format!(
        "{cite}: {kind} at {at}, {} before the detection; twice that",
        rounded_up(lag)
    );
    Some(Required {
        name: CheckName::new(format!("recent_{}", kind.replace(['-', '.'], "_"))),
        check: Cited { what: check, from },
        began: *at,
    })
}

/// The sort of lines of which most came before the detection, and few when nothing was wrong; at least half as many.
pub(super) fn line(evidence: &Evidence, calm: &BTreeMap<String, usize>) -> Option<Required> {
    let tallies = evidence.lines.iter().filter_map(|(template, tally)| {
        let recent = recent(tally, evidence.detected);
        let usual = usually(template, calm)?;
        let at_least = (recent.len().div_ceil(2)).max(usual.saturating_mul(2));
        let clearly = !recent.is_empty() && (usual == 0 || recent.len() >= at_least);
        clearly.then_some((template, tally, recent, at_least, usual))
    });
    let (template, tally, recent, at_least, usual) = tallies
        .max_by_key(|(template, _, recent, ..)| (recent.len(), std::cmp::Reverse(*template)))?;
    let began = recent
        .get(at_least.saturating_sub(1))
        .or(recent.last())
        .copied()?;
    let within = rounded_up(COUNTED);
    let count = Count {
        at_least: u32::try_from(at_least).ok(),
        at_most: None,
        within,
    };
    let check = Check {
        log: Some(template.pattern()),
        count: Some(count),
        ..Check::default()
    };
    let from = format!(
        "{}: `{}`, {} in the {within} before the detection, at most {usual} when nothing was wrong; half of that",
        tally.cite,
        tally.example,
        recent.len(),
    );
    Some(Required {
        name: CheckName::new("lines"),
        check: Cited { what: check, from },
        began,
    })
}

/// The number that changed most, half way from what it was.
pub(super) fn number(library: &Library, evidence: &Evidence) -> Option<Required> {
    let clearly = evidence
        .series
        .iter()
        .filter(|it| factor(it.calm, it.detected) >= CLEARLY);
    let it = clearly.max_by(|a, b| {
        let factors = factor(a.calm, a.detected).total_cmp(&factor(b.calm, b.detected));
        factors.then_with(|| b.query.cmp(&a.query))
    })?;
    let check = between(library, it, it.calm, it.detected)?;
    let unit = library.queries().get(&it.query)?.1.spec.result;
    let from = format!(
        "{}: from {} to {}; half way",
        it.cite,
        shown(it.calm, unit),
        shown(it.detected, unit)
    );
    Some(Required {
        name: name_of(it),
        check: Cited { what: check, from },
        began: it.changed,
    })
}

/// What rules the signature out: numbers that were clearly another when a misleading signal led to something else.
pub(super) fn exclusions(
    library: &Library,
    postmortem: &Document<Postmortem>,
    evidence: &Evidence,
) -> (BTreeMap<CheckName, Cited<Check>>, Vec<String>) {
    let (mut exclude, mut notes) = (BTreeMap::new(), Vec::new());
    for (number, misleading) in postmortem.spec.misleading_signals.iter().enumerate() {
        let cite = format!("{}: misleading_signals[{number}]", postmortem.metadata.id);
        let fixture = misleading
            .fixture
            .as_ref()
            .and_then(|id| library.fixtures().find(id));
        let Some((_, fixture)) = fixture else {
            notes.push(format!(
                "{cite} has no fixture: nothing shows how `{}` looks",
                misleading.signal
            ));
            continue;
        };
        if was_there_too(postmortem, fixture) {
            notes.push(format!(
                "{cite} excludes nothing: it was there in the incident too ({})",
                fixture.metadata.id
            ));
            continue;
        }
        match exclusion(library, evidence, fixture, misleading, &cite) {
            Some((name, check)) => drop(exclude.insert(name, check)),
            None => notes.push(format!(
                "{cite} excludes nothing: no number of {} tells it apart",
                fixture.metadata.id
            )),
        }
    }
    (exclude, notes)
}

/// Whether a fixture expects the incident to be recognised in spite of what misleads.
fn was_there_too(postmortem: &Document<Postmortem>, fixture: &Document<Fixture>) -> bool {
    let verdicts = &fixture.spec.expect.signatures;
    let own = postmortem.spec.signatures.iter();
    own.filter_map(|id| verdicts.get(id))
        .any(|verdict| *verdict == ExpectedVerdict::Match)
}

fn exclusion(
    library: &Library,
    evidence: &Evidence,
    fixture: &Document<Fixture>,
    misleading: &MisleadingSignal,
    cite: &str,
) -> Option<(CheckName, Cited<Check>)> {
    let of_incident =
        |other: &Measured| evidence.series.iter().find(|own| own.query == other.query);
    let others = measured(library, fixture);
    let pairs = others
        .iter()
        .filter_map(|other| Some((other, of_incident(other)?)));
    // Only what changed there and not in the incident: the incident itself must not be excluded.
    let telling = pairs.filter(|(other, own)| {
        factor(own.detected, other.detected) >= CLEARLY && factor(own.calm, own.detected) < CLEARLY
    });
    let (other, own) = telling.max_by(|(a, x), (b, y)| {
        factor(x.detected, a.detected)
            .total_cmp(&factor(y.detected, b.detected))
            .then_with(|| b.query.cmp(&a.query))
    })?;
    let check = between(library, other, own.detected, other.detected)?;
    let unit = library.queries().get(&other.query)?.1.spec.result;
    let from = format!(
        "{cite}: `{}`; {} there, {} in the incident; half way",
        misleading.signal,
        shown(other.detected, unit),
        shown(own.detected, unit),
    );
    Some((name_of(other), Cited { what: check, from }))
}

/// The runbook that does what helped first.
pub(super) fn route(
    library: &Library,
    postmortem: &Document<Postmortem>,
) -> Option<Cited<SignatureRoute>> {
    let spec = &postmortem.spec;
    let (number, helped) = spec
        .mitigations
        .iter()
        .enumerate()
        .find(|(_, it)| it.effective)?;
    let paths = library.runbooks().iter().flat_map(|(_, runbook)| {
        let paths = runbook.spec.paths.iter();
        paths.map(move |(path, spec)| (runbook, path, spec))
    });
    let does = paths.filter(|(runbook, _, path)| {
        let same = runbook.spec.incident_class == spec.incident_class;
        same && path
            .steps
            .iter()
            .any(|step| step.action.as_str() == helped.action)
    });
    let (runbook, path, _) =
        does.min_by_key(|(runbook, path, _)| (runbook.metadata.id.clone(), (*path).clone()))?;
    Some(Cited {
        what: SignatureRoute {
            runbook: runbook.metadata.id.as_str().into(),
            path: Some(path.clone()),
        },
        from: format!(
            "{}: mitigations[{number}]: {} helped",
            postmortem.metadata.id, helped.action
        ),
    })
}

/// Actions that did not help.
pub(super) fn forbidden(postmortem: &Document<Postmortem>) -> Vec<String> {
    let useless = postmortem
        .spec
        .mitigations
        .iter()
        .filter(|it| !it.effective);
    let mut actions: Vec<String> = useless.map(|it| it.action.clone()).collect();
    actions.sort();
    actions.dedup();
    actions
}

/// How often lines came within [`COUNTED`] when nothing was wrong, by their text: in benign fixtures and in those of other incidents.
pub(super) fn calm(
    library: &Library,
    postmortem: &Document<Postmortem>,
) -> BTreeMap<String, usize> {
    let mut calm: BTreeMap<String, usize> = BTreeMap::new();
    for (_, fixture) in library.fixtures().iter() {
        let source = fixture
            .spec
            .provenance
            .as_ref()
            .and_then(|provenance| provenance.source.as_deref());
        let own = source == Some(postmortem.metadata.id.as_str());
        let benign = fixture.spec.kind == FixtureKind::Benign;
        // What another postmortem of the same class recorded may well be the same failure.
        let other = source
            .and_then(|source| library.postmortems().find(source))
            .is_some_and(|(_, other)| {
                !own && other.spec.incident_class != postmortem.spec.incident_class
            });
        if !benign && !other {
            continue;
        }
        for (text, times, ..) in lines(fixture) {
            let begin = began(fixture).unwrap_or(Timestamp::MAX);
            let most = if benign {
                most(&times)
            } else {
                recent_of(&times, begin).len()
            };
            let so_far = calm.entry(text).or_default();
            *so_far = most.max(*so_far);
        }
    }
    calm
}

/// Most moments within [`COUNTED`].
fn most(times: &[Timestamp]) -> usize {
    let mut first = 0;
    let within = |last: usize| {
        let Some(end) = times.get(last) else {
            return 0;
        };
        while times
            .get(first)
            .is_some_and(|at| end.duration_since(*at) > COUNTED)
        {
            first += 1;
        }
        last + 1 - first
    };
    (0..times.len()).map(within).max().unwrap_or(0)
}

fn recent(tally: &Tally, detected: Timestamp) -> Vec<Timestamp> {
    recent_of(&tally.times, detected)
}

fn recent_of(times: &[Timestamp], end: Timestamp) -> Vec<Timestamp> {
    let is_recent = |at: &&Timestamp| **at <= end && end.duration_since(**at) <= COUNTED;
    times.iter().filter(is_recent).copied().collect()
}

/// How often such lines came when nothing was wrong.
fn usually(template: &Template, calm: &BTreeMap<String, usize>) -> Option<usize> {
    let pattern = template.pattern();
    let condition = match (&pattern.contains, &pattern.regex) {
        (Some(text), _) => Condition::contains(text),
        (None, Some(regex)) => Condition::regex(regex),
        (None, None) => return None,
    };
    let condition = condition.ok()?;
    let such = calm
        .iter()
        .filter(|(text, _)| condition.is_in(text.as_bytes()));
    Some(such.map(|(_, count)| *count).max().unwrap_or(0))
}

/// How many times more, or fewer.
fn factor(before: f64, after: f64) -> f64 {
    let (small, large) = (before.abs().min(after.abs()), before.abs().max(after.abs()));
    match (small > 0.0, large > 0.0) {
        (true, _) => large / small,
        (false, true) => f64::INFINITY,
        (false, false) => 1.0,
    }
}

fn name_of(it: &Measured) -> CheckName {
    CheckName::new(it.query.as_str().replace(['-', '.'], "_"))
}

/// That a number is on the second value's side of the middle.
fn between(library: &Library, it: &Measured, from: f64, to: f64) -> Option<Check> {
    let result = library.queries().get(&it.query)?.1.spec.result;
    let middle = Some(Literal::Text(shown((from + to) / 2.0, result)));
    let check = Check {
        query: Some(it.query.clone()),
        ..Check::default()
    };
    Some(match to > from {
        true => Check {
            at_least: middle,
            ..check
        },
        false => Check {
            at_most: middle,
            ..check
        },
    })
}

/// A number in base units as documents write it, to three digits.
fn shown(value: f64, result: QueryResult) -> String {
    let (value, unit) = match result.unit {
        Unit::Ratio => (value * 100.0, "%"),
        Unit::Seconds => (value * 1_000.0, "ms"),
        Unit::Bytes => (value / 1_048_576.0, "MiB"),
        Unit::PerSecond => (value, "/s"),
        Unit::Count | Unit::None => (value, ""),
    };
    let digits = if value.abs() >= 100.0 || value == 0.0 {
        0
    } else {
        (2 - value.abs().log10().floor() as i32).max(0)
    };
    let digits = if unit == "ms" {
        0
    } else {
        usize::try_from(digits).unwrap_or(0).min(6)
    };
    let text = format!("{value:.digits$}");
    let text = match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.'),
        false => &text,
    };
    format!("{text}{unit}")
}

/// Up to whole minutes, or whole seconds below one.
pub(super) fn rounded_up(length: SignedDuration) -> Duration {
    let seconds =
        u64::try_from(length.as_secs()).unwrap_or(0) + u64::from(length.subsec_nanos() > 0);
    match seconds {
        0..60 => Duration::from_secs(seconds.max(1)),
        _ => Duration::from_secs(seconds.div_ceil(60) * 60),
    }
}
