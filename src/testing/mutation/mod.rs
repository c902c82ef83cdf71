//! Mutants: documents from which one safety property was taken away.
//!
//! A library is only as safe as its lint findings and fixtures are sharp. Each mutant has to be
//! noticed by one of them; a mutant that survives names a property nothing watches over.
//! [`mutants`] makes them from one document, [`Trials`] tries those of a whole library.

mod action;
mod governance;
mod maker;
mod runbook;
mod score;
mod signature;
#[cfg(test)]
mod tests;
mod trial;

use serde_json::Value;

use crate::document::Route;
use crate::document::model::Kind;

pub use score::scores;
pub use trial::{Trial, TrialError, Trials, Verdict};

use maker::Maker;

/// A document with one safety property taken away.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// What was done, e.g. `delete spec.paths.undo.preflight[0] "not migrations"`.
    pub name: String,
    /// Where it was done.
    pub route: Route,
    /// The changed document.
    pub document: Value,
}

/// Every mutant of a document of this kind. Kinds without safety properties have none. Those of signatures are
/// no safety properties but what makes them discerning; they make up the mutation score that promotion demands.
///
/// Left out is what no behaviour depends on yet: who approves a merge, promotion and break-glass, which
/// are evaluated on the forge's facts; and what only the author of an adapter can know, such as
/// `idempotent` or `permissions`.
pub fn mutants(kind: Kind, document: &Value) -> Vec<Mutant> {
    let mut maker = Maker::new(document);
    match kind {
        Kind::Runbook => runbook::mutate(&mut maker),
        Kind::Action => action::mutate(&mut maker),
        Kind::Signature => signature::mutate(&mut maker),
        Kind::Governance => governance::mutate(&mut maker),
        _ => {}
    }
    maker.into_mutants()
}
