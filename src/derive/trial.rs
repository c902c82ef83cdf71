//! What a derived signature says about every fixture there is.

use camino::Utf8PathBuf;

use super::outcome::Derived;
use crate::document::id::SignatureId;
use crate::document::model::{Fixture, FixtureKind};
use crate::engine::signature::Verdict;
use crate::import::draft::{self, DraftError};
use crate::library::Library;
use crate::testing::{Suite, SuiteError};

/// A signature, tried on fixtures.
#[derive(Debug, Default)]
pub struct Tried {
    /// Fixtures on which it was tried.
    pub fixtures: Vec<Trial>,
    /// Its own fixtures whose expectations are not met, with what is.
    pub failed: Vec<String>,
}

/// What it says about one.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// The fixture.
    pub fixture: String,
    /// What sort it is.
    pub kind: FixtureKind,
    /// Where it is from.
    pub source: Option<String>,
    /// What the signature says.
    pub verdict: Verdict,
    /// Other signatures that match it.
    pub others: Vec<SignatureId>,
}

/// Why a signature was not tried.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// It cannot be written.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// Nothing can be run in this repository.
    #[error(transparent)]
    Suite(#[from] SuiteError),
}

/// Tries a signature on its own fixtures and all others of a library.
///
/// # Errors
/// When its documents cannot be written, or the library has nothing to run them with.
pub fn tried(
    library: &Library,
    derived: &Derived,
    folder: &Utf8PathBuf,
) -> Result<Tried, TrialError> {
    let id = &derived.signature.metadata.id;
    let own = [&derived.positive, &derived.twin];
    let mut sources = vec![(
        folder.join("signature.yaml"),
        draft::text(&derived.signature, &[])?.into_bytes(),
    )];
    for fixture in own {
        let path = folder
            .join("fixtures")
            .join(format!("{}.yaml", fixture.metadata.id));
        sources.push((path, draft::text(fixture, &[])?.into_bytes()));
    }
    let library = library.with_sources(sources);
    let suite = Suite::new(&library)?;
    let runs = suite.observe();
    let mut tried = Tried::default();
    for run in &runs.fixtures {
        let Some(fixture) = library
            .entry(run.fixture)
            .and_then(|entry| entry.document::<Fixture>())
        else {
            continue;
        };
        let name = &fixture.metadata.id;
        if !run.passed && own.iter().any(|own| own.metadata.id == *name) {
            let ended = run
                .trace
                .ended()
                .map(|ended| format!("{}, {:?}", ended.outcome, ended.reason));
            tried
                .failed
                .push(format!("{name}: ended {}", ended.unwrap_or_default()));
        }
        let matching = run
            .verdicts
            .iter()
            .filter(|(other, result)| other.as_str() != id && result.verdict == Verdict::Match);
        let Some(result) = run.verdicts.get(&SignatureId::new(id.as_str())) else {
            continue;
        };
        tried.fixtures.push(Trial {
            fixture: name.clone(),
            kind: fixture.spec.kind,
            source: fixture
                .spec
                .provenance
                .as_ref()
                .and_then(|provenance| provenance.source.clone()),
            verdict: result.verdict,
            others: matching.map(|(other, _)| other.clone()).collect(),
        });
    }
    tried.fixtures.sort_by(|a, b| a.fixture.cmp(&b.fixture));
    Ok(tried)
}
