//! The file a baseline is kept in: JSON, sorted, one block for each finding, so that a reviewer sees what is adopted.
//!
//! There is no digest of the whole: two branches that both mend something would then always be in conflict. Each entry
//! holds the digest of the content it is about.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::key::Key;
use super::{Baseline, Known, adoptable};
use crate::lint::registry;

/// Name of the file, beside `rbk.yaml`.
pub const BASELINE: &str = ".rbk-baseline.json";

/// Largest baseline that is read, in bytes.
pub const MAX_BASELINE_BYTES: usize = 16 * 1024 * 1024;

const VERSION: u32 = 1;

/// Why a baseline cannot be used. Nothing is known then, and nothing may pass for known.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BaselineError {
    /// It is not JSON, or not of the shape of a baseline.
    #[error("{0}")]
    Shape(String),
    /// It is of a version that this program does not know.
    #[error("it has version {0}; this program reads version {VERSION}")]
    Version(u32),
    /// An entry names no rule.
    #[error("there is no rule `{0}`")]
    UnknownRule(String),
    /// An entry is about a rule that is not to be let pass this way.
    #[error("findings of {0} cannot be known: only a reviewed `Exception` document lets them pass")]
    Locked(String),
    /// An entry is there twice, counts nothing, or has content that is no digest.
    #[error("the entry for {rule} in {document} at `{path}` {what}")]
    Entry {
        /// Code of the rule.
        rule: String,
        /// The document.
        document: String,
        /// The way to the node.
        path: String,
        /// What is wrong with it.
        what: &'static str,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    findings: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    document: String,
    rule: String,
    path: String,
    message: String,
    content: String,
    count: u32,
}

impl Baseline {
    /// Reads the file's content.
    ///
    /// # Errors
    /// Anything that was not written by [`Baseline::to_json`], but for the order of entries.
    pub fn from_json(bytes: &[u8]) -> Result<Self, BaselineError> {
        if bytes.len() > MAX_BASELINE_BYTES {
            let message = format!("it has more than {MAX_BASELINE_BYTES} bytes");
            return Err(BaselineError::Shape(message));
        }
        let file: File = serde_json::from_slice(bytes)
            .map_err(|error| BaselineError::Shape(error.to_string()))?;
        if file.version != VERSION {
            return Err(BaselineError::Version(file.version));
        }
        let mut known = BTreeMap::new();
        for entry in file.findings {
            if let Some(what) = entry.mistake()? {
                return Err(entry.wrong(what));
            }
            let (key, value) = entry.parts();
            if let Some(first) = known.insert(key.clone(), value) {
                return Err(Entry::of(&key, &first).wrong("is there twice"));
            }
        }
        Ok(Self { known })
    }

    /// The content of the file.
    pub fn to_json(&self) -> String {
        let entries = self.known.iter();
        let file = File {
            version: VERSION,
            findings: entries.map(|(key, known)| Entry::of(key, known)).collect(),
        };
        // Strings and numbers always have a form in JSON.
        let mut text = serde_json::to_string_pretty(&file).unwrap_or_default();
        text.push('\n');
        text
    }
}

impl Entry {
    fn of(key: &Key, known: &Known) -> Self {
        Self {
            document: key.document.clone(),
            rule: key.rule.clone(),
            path: key.path.clone(),
            message: known.message.clone(),
            content: key.content.clone(),
            count: known.count,
        }
    }

    fn parts(self) -> (Key, Known) {
        let key = Key {
            document: self.document,
            rule: self.rule,
            path: self.path,
            content: self.content,
        };
        let known = Known {
            count: self.count,
            message: self.message,
        };
        (key, known)
    }

    fn mistake(&self) -> Result<Option<&'static str>, BaselineError> {
        if adoptable(&self.rule).is_none() {
            let is_known = registry::all().iter().any(|rule| rule.code == self.rule);
            let shown: String = self.rule.chars().take(40).collect();
            return Err(match is_known {
                true => BaselineError::Locked(shown),
                false => BaselineError::UnknownRule(shown),
            });
        }
        Ok(if self.count == 0 {
            Some("counts nothing")
        } else if !Key::is_content(&self.content) {
            Some("has content that is no digest")
        } else {
            None
        })
    }

    fn wrong(self, what: &'static str) -> BaselineError {
        BaselineError::Entry {
            rule: self.rule,
            document: self.document,
            path: self.path,
            what,
        }
    }
}
