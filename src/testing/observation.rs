//! What running every fixture shows beyond pass and fail: the ground of the rules about fixtures.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::driver::{Ran, Way, run};
use super::suite::Suite;
use super::suite::against::Against;
use crate::document::id::{QueryId, SignatureId};
use crate::document::model::{Document, Fixture, Kind, Outcome, Query};
use crate::engine::prepared::{Prepared, Sources};
use crate::library::DocId;
use crate::lint::{FixtureRun, Runs};

impl Suite<'_> {
    /// Runs every fixture, with effects and, where it expects success, without; and asks every signature about each.
    /// Fixtures that cannot be run are left out: `run` reports them.
    pub fn observe(&self) -> Runs {
        let signatures: Vec<SignatureId> = self
            .library()
            .names(Kind::Signature)
            .map(SignatureId::from)
            .collect();
        let everything = Arc::new(Prepared::new(unlimited(self.sources())));
        let fixtures = self.library().of_kind(Kind::Fixture);
        Runs {
            fixtures: fixtures
                .par_iter()
                .filter_map(|id| self.observed(*id, &everything, &signatures))
                .collect(),
            mutation: BTreeMap::new(),
        }
    }

    fn observed(
        &self,
        id: DocId,
        everything: &Arc<Prepared>,
        signatures: &[SignatureId],
    ) -> Option<FixtureRun> {
        let fixture = self.library().entry(id)?.document::<Fixture>()?;
        let target = self.testable(id)?;
        let prepared = self.prepared(&Against::of(fixture, target));
        let whole = self.ran(fixture, &prepared, Way::Whole)?;
        let passed = self.differences(fixture, &whole.trace).is_empty();
        let passes_without_effects = passed
            && expects_success(fixture)
            && self
                .ran(fixture, &prepared, Way::WithoutEffects)
                .is_some_and(|ran| self.differences(fixture, &ran.trace).is_empty());
        let scored = self.ran(fixture, everything, Way::Scoring(signatures))?;
        let verdicts = scored.trace.candidates().iter();
        Some(FixtureRun {
            fixture: id,
            target,
            passed,
            passes_without_effects,
            verdicts: verdicts
                .map(|result| (result.id.clone(), result.clone()))
                .collect(),
            trace: whole.trace,
            answered: whole.answered,
        })
    }

    fn ran(
        &self,
        fixture: &Document<Fixture>,
        prepared: &Arc<Prepared>,
        way: Way<'_>,
    ) -> Option<Ran> {
        let queries = |id: &QueryId| {
            self.library()
                .queries()
                .get(id)
                .map(|(_, query)| &query.spec) as Option<&Query>
        };
        run(fixture, prepared, &queries, way).ok()
    }
}

/// Whether something is done and helps: only then effects matter.
fn expects_success(fixture: &Document<Fixture>) -> bool {
    let expect = &fixture.spec.expect;
    let helped = matches!(expect.outcome, Some(Outcome::Resolved | Outcome::Mitigated));
    helped && !expect.actions.is_empty()
}

/// The same documents under a policy that lets a run ask as much as it likes: asking every signature is not a run.
fn unlimited(sources: &Sources) -> Sources {
    let mut governance = (*sources.governance).clone();
    if let Some(defaults) = &mut governance.spec.defaults {
        defaults.budgets = None;
    }
    Sources {
        governance: Arc::new(governance),
        ..sources.clone()
    }
}
