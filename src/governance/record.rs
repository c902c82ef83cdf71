//! What is kept of a landing, so that anybody can judge it again: the facts, the policy that judged them, and the documents
//! it gave their present form.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use super::facts::Facts;
use crate::closure::Pinned;
use crate::document::Digest;
use crate::document::model::{Governance, Kind};

/// Everything one landing is judged by. Records are kept as lines of JSON, oldest landing first.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// What is known of it.
    pub facts: Facts,
    /// The policy at its parent, as JSON; at the adoption point the policy that was adopted.
    pub policy: Value,
    /// The documents of a bundle whose source or closure it changed, as they are afterwards; at the adoption point all.
    pub subjects: Vec<Subject>,
}

/// A document in the form that a landing gave it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// `Runbook`, `Signature` or `Governance`.
    pub kind: Kind,
    /// Its id.
    pub id: String,
    /// Its version; empty when it has none.
    pub version: String,
    /// Where its source lies in the repository.
    pub path: String,
    /// Digest of that source.
    pub source: Digest,
    /// Digest of its closure, as the bundle names it; of a policy, the digest of its canonical JSON.
    pub closure: Digest,
}

/// A record that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("record {line} cannot be read: {message}")]
pub struct RecordError {
    /// Its line, counted from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl Record {
    /// Reads records from lines of JSON.
    ///
    /// # Errors
    /// The first line that is no record; an empty last line is none.
    pub fn read_lines(bytes: &[u8]) -> Result<Vec<Self>, RecordError> {
        let lines = bytes.split(|byte| *byte == b'\n').enumerate();
        lines
            .filter(|(_, line)| !line.is_empty())
            .map(|(number, line)| {
                serde_json::from_slice(line).map_err(|error| RecordError {
                    line: number + 1,
                    message: error.to_string(),
                })
            })
            .collect()
    }

    /// The policy, typed and with its digest.
    ///
    /// # Errors
    /// When it is no policy.
    pub fn policy(&self) -> Result<Pinned<Governance>, String> {
        Pinned::from_value(self.policy.clone()).map_err(|error| error.to_string())
    }
}
