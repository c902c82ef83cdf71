//! The virtual clock of a fixture.

use jiff::{SignedDuration, Timestamp};

use super::FixtureError;
use crate::document::model;
use crate::document::unit::Duration;

/// Most instants a clock may have: four weeks in steps of 30 s.
const MAX_INSTANTS: i64 = 80_640;

/// Instants `start, start+step, …, end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// First instant; all series begin here.
    pub start: Timestamp,
    /// Distance of two instants.
    pub step: Duration,
    /// Last instant; a run that has not ended by then fails its fixture.
    pub end: Timestamp,
    /// When the agent is called.
    pub begin: Timestamp,
}

impl Clock {
    /// Reads the clock of a fixture.
    ///
    /// # Errors
    /// When a moment is malformed, the order is wrong, or there are too many instants.
    pub fn of(fixture: &model::Fixture) -> Result<Self, FixtureError> {
        let clock = &fixture.clock;
        let start = moment("clock.start", &clock.start)?;
        let end = moment("clock.end", &clock.end)?;
        let begin = match (&clock.begin, fixture.alerts.first()) {
            (Some(begin), _) => moment("clock.begin", begin)?,
            (None, Some(alert)) => moment("alerts[0].at", &alert.at)?,
            (None, None) => start,
        };
        let step = i64::try_from(clock.step.as_millis()).unwrap_or(i64::MAX);
        if step == 0 || end < start || begin < start || end < begin {
            return Err(FixtureError::new(
                "clock",
                "the clock has no time; use start ≤ begin ≤ end and a step above 0s",
            ));
        }
        if end.duration_since(start).as_millis() / i128::from(step) > i128::from(MAX_INSTANTS) {
            return Err(FixtureError::new(
                "clock",
                "the clock has more than 80640 instants; use a larger step",
            ));
        }
        Ok(Self {
            start,
            step: clock.step,
            end,
            begin,
        })
    }

    /// Number of the instant at or before `moment`; 0 before the start.
    pub fn index(&self, moment: Timestamp) -> usize {
        self.index_after(self.start, moment)
    }

    /// Whole steps from `origin` to `moment`; 0 when it lies before.
    pub fn index_after(&self, origin: Timestamp, moment: Timestamp) -> usize {
        let passed = moment.duration_since(origin).as_millis();
        let step = i128::from(self.step.as_millis());
        usize::try_from(passed / step.max(1)).unwrap_or(0)
    }

    /// The instant with this number.
    pub fn instant(&self, index: usize) -> Timestamp {
        let millis = i64::try_from(index)
            .ok()
            .zip(i64::try_from(self.step.as_millis()).ok())
            .and_then(|(index, step)| index.checked_mul(step))
            .unwrap_or(i64::MAX);
        self.start
            .checked_add(SignedDuration::from_millis(millis))
            .unwrap_or(Timestamp::MAX)
    }
}

/// Reads a moment with zone.
pub(super) fn moment(place: &str, text: &str) -> Result<Timestamp, FixtureError> {
    text.parse().map_err(|_| {
        FixtureError::new(
            place,
            format!("`{text}` is not a moment with zone such as 2026-11-01T02:00:00Z"),
        )
    })
}
