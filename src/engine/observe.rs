//! What each source's answer says about a check: one function per source.

use jiff::Timestamp;
use serde_json::Value;

use super::check::CheckResult;
use super::comparison::{Test, scalar_of};
use super::evidence::{ChangeRecord, LineCount, Sample, Scalar, Series, SpanCount};
use super::incident::Incident;
use super::moment::{before, since};
use super::text;
use crate::document::id::AlertName;
use crate::document::logic::Truth;
use crate::document::model::{Count, Share};
use crate::document::unit::{Duration, Unit};

/// Samples older than this many steps say nothing about now.
const STALE_STEPS: u64 = 5;

/// How old the only sample of an answer without a step may be.
const STALE_INSTANT: Duration = Duration::from_secs(300);

/// A result before the moment of its answer is known.
#[derive(Debug)]
pub(crate) struct Observation {
    truth: Truth,
    value: Option<String>,
    began_at: Option<Timestamp>,
    why: String,
}

impl Observation {
    fn new(truth: Truth, why: impl Into<String>) -> Self {
        Self {
            truth,
            value: None,
            began_at: None,
            why: why.into(),
        }
    }

    /// Nothing can be said.
    pub(crate) fn unknown(why: impl Into<String>) -> Self {
        Self::new(Truth::Inconclusive, why)
    }

    fn value(mut self, value: String) -> Self {
        self.value = Some(value);
        self
    }

    fn began(mut self, moment: Option<Timestamp>) -> Self {
        if self.truth.is_pass() {
            self.began_at = moment;
        }
        self
    }

    /// For `absent: true` on a source that either has something or has not: the opposite.
    pub(crate) fn absent_if(mut self, test: &Test) -> Self {
        if *test == Test::Absent {
            self.truth = !self.truth;
            self.began_at = None;
        }
        self
    }

    /// The result, told as of `moment`.
    pub(crate) fn at(self, moment: Timestamp) -> CheckResult {
        CheckResult {
            truth: self.truth,
            value: self.value,
            observed_at: Some(moment),
            began_at: self.began_at,
            why: self.why,
        }
    }
}

/// How the samples of a query are judged.
pub(crate) struct Rules<'a> {
    /// The comparison.
    pub(crate) test: &'a Test,
    /// What the numbers measure.
    pub(crate) unit: Unit,
    /// How long the comparison must have held.
    pub(crate) hold: Option<Duration>,
    /// No sample at all means zero.
    pub(crate) zero_when_empty: bool,
    /// Fewest samples for the value to count.
    pub(crate) min_samples: Option<u32>,
}

/// A query's samples as of `now`.
pub(crate) fn series(series: &Series, now: Timestamp, rules: &Rules<'_>) -> Observation {
    let known = series.samples.partition_point(|s| s.at <= now);
    let samples = series.samples.get(..known).unwrap_or_default();
    let Some(last) = samples.last() else {
        return empty(rules);
    };
    let value = text::scalar(&last.value, rules.unit);
    let age = since(now, last.at);
    if age > staleness(series.step) {
        return Observation::unknown(format!("the latest sample is {age} old")).value(value);
    }
    match rules.test {
        Test::Present => return Observation::new(Truth::Pass, "there is data").value(value),
        Test::Absent => return Observation::new(Truth::Fail, "there is data").value(value),
        _ => {}
    }
    let window = rules
        .hold
        .unwrap_or_default()
        .max(super::check::DEFAULT_LOOK_BACK);
    if let Some(least) = rules.min_samples {
        let from = before(now, window);
        let found = samples.iter().rev().take_while(|s| s.at >= from).count();
        if found < usize::try_from(least).unwrap_or(usize::MAX) {
            let why = format!("{found} samples in {window}, {least} are needed");
            return Observation::unknown(why).value(value);
        }
    }
    held(samples, series.step, now, rules)
        .value(value)
        .began(began(samples, series.step, rules.test))
}

fn empty(rules: &Rules<'_>) -> Observation {
    let zero = Scalar::Number(0.0);
    match rules.test {
        Test::Present => Observation::new(Truth::Fail, "there is no data"),
        Test::Absent => Observation::new(Truth::Pass, "there is no data"),
        _ if !rules.zero_when_empty => Observation::unknown("there is no data"),
        test => match test.holds(&zero) {
            Some(holds) => {
                let why = format!(
                    "no data counts as zero; {}",
                    judged(holds, test, rules.unit)
                );
                Observation::new(holds.into(), why).value(text::scalar(&zero, rules.unit))
            }
            None => Observation::unknown("there is no data"),
        },
    }
}

fn judged(holds: bool, test: &Test, unit: Unit) -> String {
    let not = if holds { "" } else { "not " };
    format!("{not}{}", test.describe(unit))
}

fn staleness(step: Duration) -> Duration {
    if step == Duration::ZERO {
        STALE_INSTANT
    } else {
        Duration::from_millis(step.as_millis().saturating_mul(STALE_STEPS))
    }
}

/// Two samples further apart than this have a gap between them. Half a step is left for jitter.
fn gap(step: Duration) -> Duration {
    Duration::from_millis(step.as_millis().saturating_mul(3) / 2)
}

/// Whether the comparison held at every sample of the window, and the samples cover it.
fn held(samples: &[Sample], step: Duration, now: Timestamp, rules: &Rules<'_>) -> Observation {
    let test = rules.test;
    let Some(hold) = rules.hold.filter(|hold| *hold > Duration::ZERO) else {
        let last = samples.last().and_then(|s| test.holds(&s.value));
        return match last {
            Some(holds) => Observation::new(holds.into(), judged(holds, test, rules.unit)),
            None => incomparable(),
        };
    };
    let from = before(now, hold);
    let first = samples.partition_point(|s| s.at < from);
    let window = samples.get(first..).unwrap_or_default();
    for sample in window.iter().rev() {
        match test.holds(&sample.value) {
            Some(true) => {}
            Some(false) => {
                let why = format!(
                    "{} at {}: not {}",
                    text::scalar(&sample.value, rules.unit),
                    sample.at,
                    test.describe(rules.unit)
                );
                return Observation::new(Truth::Fail, why);
            }
            None => return incomparable(),
        }
    }
    let mut previous = from;
    for moment in window.iter().map(|s| s.at).chain([now]) {
        let distance = since(moment, previous);
        if distance > gap(step) {
            let why =
                format!("samples do not cover the last {hold}: none in {distance} before {moment}");
            return Observation::unknown(why);
        }
        previous = moment;
    }
    let why = format!("{} for {hold}", test.describe(rules.unit));
    Observation::new(Truth::Pass, why)
}

fn incomparable() -> Observation {
    Observation::unknown("the value cannot be compared: it has another type")
}

/// The first of the latest uninterrupted samples at which the comparison holds.
fn began(samples: &[Sample], step: Duration, test: &Test) -> Option<Timestamp> {
    let allowed = if step == Duration::ZERO {
        STALE_INSTANT
    } else {
        gap(step)
    };
    let mut began: Option<Timestamp> = None;
    for sample in samples.iter().rev() {
        if test.holds(&sample.value) != Some(true)
            || began.is_some_and(|later| since(later, sample.at) > allowed)
        {
            break;
        }
        began = Some(sample.at);
    }
    began
}

/// Whether the comparison held at any sample between two moments.
pub(crate) fn ever(
    series: &Series,
    from: Timestamp,
    to: Timestamp,
    test: &Test,
    unit: Unit,
) -> Observation {
    let inside = || series.samples.iter().filter(|s| from <= s.at && s.at <= to);
    let hit = inside().find(|s| test.holds(&s.value) == Some(true));
    match hit {
        Some(sample) => {
            let value = text::scalar(&sample.value, unit);
            Observation::new(Truth::Pass, format!("{value} at {}", sample.at))
                .value(value)
                .began(Some(sample.at))
        }
        None if inside().next().is_none() => Observation::unknown("there is no data"),
        None => Observation::new(Truth::Fail, format!("never {}", test.describe(unit))),
    }
}

/// Whether a change of a type happened between two moments; the latest one counts.
pub(crate) fn change(
    changes: &[ChangeRecord],
    kind: &str,
    from: Timestamp,
    to: Timestamp,
) -> Observation {
    let latest = changes
        .iter()
        .filter(|change| change.kind == kind && from <= change.at && change.at <= to)
        .map(|change| change.at)
        .max();
    match latest {
        Some(at) => Observation::new(Truth::Pass, format!("{kind} at {at}"))
            .value(at.to_string())
            .began(Some(at)),
        None => Observation::new(Truth::Fail, format!("no {kind} since {from}")),
    }
}

/// Whether as many lines matched as asked for; at least one without a count.
pub(crate) fn lines(lines: &LineCount, count: Option<Count>) -> Observation {
    let least = count.and_then(|c| c.at_least);
    let most = count.and_then(|c| c.at_most);
    let least = least.or(most.is_none().then_some(1)).map(u64::from);
    let holds = least.is_none_or(|least| lines.count >= least)
        && most.is_none_or(|most| lines.count <= u64::from(most));
    let mut why = format!("{} matching lines", lines.count);
    if let Some(example) = &lines.example {
        why.push_str(", e.g. ");
        why.push_str(&text::quote(example));
    }
    Observation::new(holds.into(), why)
        .value(lines.count.to_string())
        .began(lines.reached_at)
}

/// Whether the share of spans that match is as asked for; at least one without a share.
pub(crate) fn spans(spans: &SpanCount, share: Option<Share>) -> Observation {
    if spans.total == 0 {
        return Observation::unknown("no span in the window");
    }
    let part = spans.matched as f64 / spans.total as f64;
    let holds = match share {
        None => spans.matched > 0,
        Some(share) => {
            share.at_least.is_none_or(|least| part >= least.fraction())
                && share.at_most.is_none_or(|most| part <= most.fraction())
        }
    };
    let value = text::number(part, Unit::Ratio);
    let why = format!("{} of {} spans match", spans.matched, spans.total);
    Observation::new(holds.into(), why)
        .value(value)
        .began(spans.first_at)
}

/// Whether an alert fired between two moments.
pub(crate) fn alert(
    incident: &Incident,
    name: &AlertName,
    from: Timestamp,
    to: Timestamp,
) -> Observation {
    let Some(alerts) = &incident.alerts else {
        return Observation::unknown("there is no alert feed");
    };
    let fired = alerts.iter().find(|alert| {
        alert.name == *name && alert.since <= to && alert.until.is_none_or(|until| until > from)
    });
    match fired {
        Some(alert) => Observation::new(Truth::Pass, format!("fires since {}", alert.since))
            .value(alert.since.to_string())
            .began(Some(alert.since)),
        None => Observation::new(Truth::Fail, "does not fire"),
    }
}

/// Whether a fact satisfies the comparison.
pub(crate) fn fact(value: Option<Value>, name: &str, test: &Test) -> Observation {
    let Some(scalar) = value.as_ref().and_then(scalar_of) else {
        return Observation::unknown(format!("`incident.{name}` is not known"));
    };
    let shown = text::scalar(&scalar, Unit::None);
    // A fact that is not a truth value is not "true".
    let holds = match (test, &scalar) {
        (Test::IsTrue, Scalar::Number(_) | Scalar::Text(_)) => Some(false),
        _ => test.holds(&scalar),
    };
    match holds {
        Some(holds) => Observation::new(holds.into(), judged(holds, test, Unit::None)).value(shown),
        None => incomparable().value(shown),
    }
}

#[cfg(test)]
mod tests;
