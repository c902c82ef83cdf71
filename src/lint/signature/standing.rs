//! What promotion to `stable` demands of a signature, and what its fixtures show.

use crate::document::id::SignatureId;
use crate::document::model::{ExpectedVerdict, Fixture, Promotion};
use crate::lint::{Found, RepositoryScope};

/// The promotion gate a policy names `shadow_to_stable`.
pub(in crate::lint) fn gate(scope: &RepositoryScope<'_>) -> Option<Promotion> {
    let policy = scope.policy()?;
    policy
        .document
        .spec
        .promotion
        .get("shadow_to_stable")
        .copied()
}

/// What the fixtures of a signature show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::lint) struct Standing {
    /// Incidents it has to match.
    pub(in crate::lint) positive: u32,
    /// Incidents it has to keep quiet about.
    pub(in crate::lint) quiet: u32,
    /// Recorded incidents among both.
    pub(in crate::lint) recordings: u32,
}

impl Standing {
    /// Counts the fixtures that `counts` accepts.
    pub(in crate::lint) fn of(
        id: &SignatureId,
        scope: &RepositoryScope<'_>,
        counts: impl Fn(&Found<'_, Fixture>) -> bool,
    ) -> Self {
        let mut standing = Self::default();
        for fixture in scope.all::<Fixture>() {
            let spec = &fixture.document.spec;
            let Some(verdict) = spec.expect.signatures.get(id) else {
                continue;
            };
            if !counts(&fixture) {
                continue;
            }
            match verdict {
                ExpectedVerdict::Match => standing.positive += 1,
                ExpectedVerdict::NoMatch => standing.quiet += 1,
                ExpectedVerdict::Ambiguous => {}
            }
            let origin = spec.provenance.as_ref().map(|from| from.origin.as_str());
            if origin == Some("recorded") {
                standing.recordings += 1;
            }
        }
        standing
    }

    /// What is missing for promotion, in words.
    pub(in crate::lint) fn missing(self, gate: Promotion) -> Vec<String> {
        let demands = [
            (self.positive, gate.positive, "fixtures it matches"),
            (self.quiet, gate.quiet, "fixtures it keeps quiet about"),
            (
                self.recordings,
                gate.recordings.unwrap_or(0),
                "recorded incidents",
            ),
        ];
        let short = demands.into_iter().filter(|(has, needs, _)| has < needs);
        short
            .map(|(has, needs, what)| format!("{has} of {needs} {what}"))
            .collect()
    }
}
