//! The bytes of a statement, and what they have to be for a statement to be read.

use std::collections::BTreeMap;

use super::{Artifact, PREDICATE_TYPE, Review, STATEMENT_TYPE, Statement};
use crate::document::{CanonicalError, Digest, canonical_json, to_canonical_json};
use crate::governance::Subject;

/// Most bytes of one statement. That of an adoption point names every document: ten thousand take 7 MB.
pub const MAX_STATEMENT_BYTES: usize = 32 * 1024 * 1024;

impl Statement {
    /// A statement about what a review names.
    pub(super) fn new(predicate: Review) -> Self {
        Self {
            statement_type: STATEMENT_TYPE.to_owned(),
            subject: subjects(&predicate),
            predicate_type: PREDICATE_TYPE.to_owned(),
            predicate,
        }
    }

    /// Its canonical JSON.
    ///
    /// # Errors
    /// When a number in it is larger than every JSON reader keeps.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CanonicalError> {
        to_canonical_json(self)
    }

    /// Reads a statement. What is accepted is written again as the same bytes.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() > MAX_STATEMENT_BYTES {
            return Err(format!(
                "it has {} bytes, and at most {MAX_STATEMENT_BYTES} are read",
                bytes.len()
            ));
        }
        let statement: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if statement.statement_type != STATEMENT_TYPE || statement.predicate_type != PREDICATE_TYPE
        {
            return Err(format!(
                "it is not a {STATEMENT_TYPE} with a predicate {PREDICATE_TYPE}"
            ));
        }
        if statement.to_bytes().ok().as_deref() != Some(bytes) {
            return Err("it is not in canonical form".to_owned());
        }
        if statement.subject != subjects(&statement.predicate) {
            return Err("its subjects are not its commit and its documents".to_owned());
        }
        let policy = &statement.predicate.policy;
        let is_named = |document| {
            canonical_json(document).is_ok_and(|bytes| Digest::of(&bytes) == policy.digest)
        };
        if !policy.document.as_ref().is_none_or(is_named) {
            return Err("the policy in it has another digest than it says".to_owned());
        }
        Ok(statement)
    }
}

/// The commit, then of each document its source and its closure.
fn subjects(review: &Review) -> Vec<Artifact> {
    let commit = artifact("commit".to_owned(), "gitCommit", review.landing.tip.clone());
    let documents = review.documents.iter().flat_map(|document| {
        let name = name(document);
        [
            artifact(format!("{name} source"), "sha256", document.source.hex()),
            artifact(format!("{name} closure"), "sha256", document.closure.hex()),
        ]
    });
    std::iter::once(commit).chain(documents).collect()
}

fn name(document: &Subject) -> String {
    match document.version.as_str() {
        "" => format!("{}/{}", document.kind, document.id),
        version => format!("{}/{}@{version}", document.kind, document.id),
    }
}

fn artifact(name: String, algorithm: &str, digest: String) -> Artifact {
    Artifact {
        name,
        digest: BTreeMap::from([(algorithm.to_owned(), digest)]),
    }
}
