//! The spans of a fixture, kept as rates.

use jiff::Timestamp;

use super::FixtureError;
use super::clock::{Clock, moment};
use crate::document::id::ServiceId;
use crate::document::model::{Fixture, TraceMatch, TraceSpan};
use crate::engine::evidence::{Answer, SpanCount};

/// The spans of a fixture.
pub(super) struct Traces {
    clock: Clock,
    runs: Vec<Run>,
}

struct Run {
    service: ServiceId,
    span: TraceSpan,
    from: Timestamp,
    until: Timestamp,
}

impl Traces {
    /// Reads the spans.
    ///
    /// # Errors
    /// When a moment is malformed.
    pub(super) fn new(fixture: &Fixture, clock: Clock) -> Result<Self, FixtureError> {
        let read = |(index, span): (usize, &TraceSpan)| {
            let until = span
                .until
                .as_deref()
                .map(|text| moment(&format!("traces[{index}].until"), text));
            Ok(Run {
                service: span
                    .service
                    .as_ref()
                    .unwrap_or(&fixture.subject.service)
                    .clone(),
                from: moment(&format!("traces[{index}].at"), &span.at)?,
                until: until.transpose()?.unwrap_or(clock.end),
                span: span.clone(),
            })
        };
        let runs = fixture
            .traces
            .iter()
            .enumerate()
            .map(read)
            .collect::<Result<_, _>>()?;
        Ok(Self { clock, runs })
    }

    /// Counts the spans of a service from the first to the second bound.
    pub(super) fn count(
        &self,
        service: &ServiceId,
        wanted: &TraceMatch,
        (from, to): (Timestamp, Timestamp),
    ) -> Answer {
        let mut count = SpanCount::default();
        for run in self.runs.iter().filter(|run| run.service == *service) {
            let (from, to) = (from.max(run.from), to.min(run.until));
            if to < from {
                continue;
            }
            let steps = self.clock.index_after(from, to) as u64 + 1;
            let spans = steps.saturating_mul(u64::from(run.span.per_step));
            count.total = count.total.saturating_add(spans);
            if matches(&run.span, wanted) {
                count.matched = count.matched.saturating_add(spans);
                count.first_at = Some(count.first_at.map_or(from, |known| known.min(from)));
            }
        }
        Answer::Spans(count)
    }
}

fn matches(span: &TraceSpan, wanted: &TraceMatch) -> bool {
    let agrees =
        |wanted: &Option<String>, found: &Option<String>| wanted.is_none() || wanted == found;
    agrees(&wanted.status, &span.status)
        && agrees(&wanted.kind, &span.kind)
        && agrees(&wanted.name, &span.name)
        && wanted
            .slower_than
            .is_none_or(|floor| span.duration.is_some_and(|duration| duration >= floor))
}
