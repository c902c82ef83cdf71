//! What humans and the platform do in a fixture.

use jiff::Timestamp;

use super::FixtureError;
use super::clock::moment;
use crate::document::id::StepId;
use crate::document::model::{Fixture, FixtureEvent, FixtureEventKind};
use crate::engine::moment::after;

/// The events of a fixture: those at a moment of their own, and answers to questions.
pub(super) struct Script<'a> {
    timed: Vec<(Timestamp, &'a FixtureEvent)>,
    answers: Vec<&'a FixtureEvent>,
}

impl<'a> Script<'a> {
    /// Reads the events.
    ///
    /// # Errors
    /// When a moment is malformed, or an event has none.
    pub(super) fn new(fixture: &'a Fixture) -> Result<Self, FixtureError> {
        let mut script = Self {
            timed: Vec::new(),
            answers: Vec::new(),
        };
        for (index, event) in fixture.events.iter().enumerate() {
            let place = format!("events[{index}]");
            match (&event.at, event.after) {
                (Some(at), _) => script
                    .timed
                    .push((moment(&format!("{place}.at"), at)?, event)),
                (None, Some(_)) if answers_a_question(event) => script.answers.push(event),
                _ => {
                    return Err(FixtureError::new(
                        &place,
                        "an event needs `at`; only approve and deny may use `after`",
                    ));
                }
            }
        }
        script.timed.sort_by_key(|(at, _)| *at);
        Ok(script)
    }

    /// Events at moments of their own, in time order.
    pub(super) fn timed(&self) -> &[(Timestamp, &'a FixtureEvent)] {
        &self.timed
    }

    /// Answers to the question about `step` asked at `asked`, with their moments.
    pub(super) fn answers_to(
        &self,
        step: &StepId,
        asked: Timestamp,
    ) -> Vec<(Timestamp, &'a FixtureEvent)> {
        self.answers
            .iter()
            .filter(|event| event.step.as_ref().is_none_or(|wanted| wanted == step))
            .map(|event| (after(asked, event.after.unwrap_or_default()), *event))
            .collect()
    }
}

fn answers_a_question(event: &FixtureEvent) -> bool {
    matches!(
        event.kind,
        FixtureEventKind::Approve | FixtureEventKind::Deny
    )
}
