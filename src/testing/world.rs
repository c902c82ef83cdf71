//! What actions do to the simulated world.

use crate::document::id::{ActionId, StepId};
use crate::document::model;

/// The entries of a fixture's `world`, each used once; the last that fits is used again.
pub(super) struct World<'a> {
    entries: Vec<(&'a model::World, bool)>,
}

impl<'a> World<'a> {
    /// The world of a fixture, nothing done yet.
    pub(super) fn new(fixture: &'a model::Fixture) -> Self {
        Self {
            entries: fixture.world.iter().map(|entry| (entry, false)).collect(),
        }
    }

    /// What running `action` as part of `step` does; `None` when the fixture does not say.
    pub(super) fn run(
        &mut self,
        step: Option<&StepId>,
        action: &ActionId,
    ) -> Option<&'a model::World> {
        let fits = |entry: &model::World| {
            *action == *entry.on.as_str() || step.is_some_and(|step| *step == *entry.on.as_str())
        };
        let unused = self
            .entries
            .iter()
            .position(|(entry, used)| !used && fits(entry));
        let chosen = unused.or_else(|| self.entries.iter().rposition(|(entry, _)| fits(entry)))?;
        let (entry, used) = self.entries.get_mut(chosen)?;
        *used = true;
        Some(entry)
    }
}
