//! Mutation scores, as promotion demands them.

use std::collections::BTreeMap;

use super::{Trial, Verdict};
use crate::library::{DocId, Library};
use crate::lint::MutationScore;

/// How many mutants of each document were noticed. Documents are found in `library` by kind and id.
pub fn scores(library: &Library, trials: &[Trial]) -> BTreeMap<DocId, MutationScore> {
    let mut scores: BTreeMap<DocId, MutationScore> = BTreeMap::new();
    for trial in trials {
        let Some(id) = library.find(trial.object.kind, &trial.object.id) else {
            continue;
        };
        let score = scores.entry(id).or_default();
        score.tried += 1;
        score.killed += u32::from(trial.verdict != Verdict::Survived);
    }
    scores
}
