//! What goes into a bundle, taken from a library.

use thiserror::Error;

use super::build::{Contents, SourceFile};
use crate::closure::{MissingReference, Pinned};
use crate::document::model::{Governance, Kind, Status};
use crate::library::{DocId, Library};

/// A library cannot be bundled.
#[derive(Debug, Error)]
pub enum ContentsError {
    /// There is no policy.
    #[error("the library has no usable Governance document; run `rbk lint`")]
    NoGovernance,
    /// The policy has no canonical form.
    #[error("the policy cannot be signed: {0}")]
    Governance(String),
    /// A document refers to something that is missing.
    #[error("{document} cannot be bundled: {}", .missing.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Missing {
        /// The document.
        document: String,
        /// What it lacks.
        missing: Vec<MissingReference>,
    },
    /// There is no runbook and no signature.
    #[error("there is nothing to bundle: no runbook and no signature beyond drafts")]
    Empty,
}

impl Contents {
    /// The runbooks of a library that are not drafts, and its signatures that no runbook of them answers.
    ///
    /// # Errors
    /// See [`ContentsError`].
    pub fn of(library: &Library, commit: &str) -> Result<Self, ContentsError> {
        let (policy, _) = library.governance().ok_or(ContentsError::NoGovernance)?;
        let policy = library.entry(policy).ok_or(ContentsError::NoGovernance)?;
        let governance: Pinned<Governance> = Pinned::from_value((**policy.value()).clone())
            .map_err(|error| ContentsError::Governance(error.to_string()))?;
        let mut contents = Self {
            commit: commit.to_owned(),
            governance,
            runbooks: Vec::new(),
            signatures: Vec::new(),
            evidence: None,
        };
        for (id, document) in library.runbooks().iter() {
            if document.metadata.status == Some(Status::Draft) {
                continue;
            }
            let name = &document.metadata.id;
            let closure = library
                .closure(&name.as_str().into())
                .map_err(|missing| refused(Kind::Runbook, name, missing))?;
            contents.runbooks.push((closure, source(library, id)));
        }
        let answered = |name: &str| {
            contents
                .runbooks
                .iter()
                .any(|(closure, _)| closure.signatures.contains_key(name))
        };
        let mut signatures = Vec::new();
        for (id, document) in library.signatures().iter() {
            let name = &document.metadata.id;
            if document.metadata.status == Some(Status::Draft) || answered(name) {
                continue;
            }
            let closure = library
                .signature_closure(&name.as_str().into())
                .map_err(|missing| refused(Kind::Signature, name, missing))?;
            signatures.push((closure, source(library, id)));
        }
        contents.signatures = signatures;
        if contents.runbooks.is_empty() && contents.signatures.is_empty() {
            return Err(ContentsError::Empty);
        }
        Ok(contents)
    }
}

fn refused(kind: Kind, id: &str, missing: Vec<MissingReference>) -> ContentsError {
    ContentsError::Missing {
        document: format!("{kind}/{id}"),
        missing,
    }
}

fn source(library: &Library, id: DocId) -> SourceFile {
    let entry = library.entry(id);
    SourceFile {
        path: entry
            .map(|entry| entry.path().to_string())
            .unwrap_or_default(),
        bytes: entry
            .map(|entry| entry.source().text().as_bytes().to_vec())
            .unwrap_or_default(),
    }
}
