//! An emergency exception as it is written down, signed and kept beside the runbooks (step 16).
//!
//! It is a file `break-glass/ID.json`, with its signature in `break-glass/ID.json.sig`. The signature and not the place makes it
//! hold: whoever can write to the branch can put any file there.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::facts::{Account, Blob, EmergencyException};

/// The folder of a library in which exceptions lie.
pub const GRANTS_FOLDER: &str = "break-glass";
/// The version of the format.
const FORMAT: u32 = 1;
/// Longest id, in bytes.
const MAX_ID: usize = 64;

/// Leave to publish exactly these bytes without ordinary approval, for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// The version of the format, 1.
    pub format: u32,
    /// Its id, which its file is named by.
    pub id: String,
    /// The incident it belongs to.
    pub incident: String,
    /// Why it cannot wait.
    pub reason: String,
    /// Accounts of those who grant it.
    pub granted_by: Vec<Account>,
    /// Accounts of those who made the change.
    pub authors: Vec<Account>,
    /// When it was granted.
    pub granted_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Environments it is limited to; all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environments: Option<Vec<String>>,
    /// The exact bytes it covers: git's object id by path in the repository; `null` is a file that is taken away.
    pub digests: BTreeMap<String, Option<Blob>>,
}

/// The file of an exception that says nothing that can be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum GrantError {
    /// It is no JSON, or a field is missing, unknown or of the wrong kind.
    #[error("{0}; `rbk approvals grant` writes such files")]
    Malformed(String),
    /// It is of another version.
    #[error("its format is {found}, and this version of rbk reads {FORMAT}")]
    Format {
        /// What it says.
        found: u32,
    },
    /// An id that no file can be named by.
    #[error(
        "`{id}` is no id of an exception: up to {MAX_ID} letters, digits, `-`, `_` and `.`, and a letter or digit first"
    )]
    Id {
        /// The id.
        id: String,
    },
    /// Nothing is said where something has to be.
    #[error("`{field}` is empty; say {what}")]
    Empty {
        /// The field.
        field: &'static str,
        /// What belongs there.
        what: &'static str,
    },
}

impl Grant {
    /// The version of the format that is written.
    pub const FORMAT: u32 = FORMAT;

    /// Reads the file of an exception.
    ///
    /// # Errors
    /// When it says nothing that can be used.
    pub fn read(bytes: &[u8]) -> Result<Self, GrantError> {
        let grant: Self = serde_json::from_slice(bytes)
            .map_err(|error| GrantError::Malformed(error.to_string()))?;
        grant.check()?;
        Ok(grant)
    }

    /// Whether it says everything that an exception has to say.
    ///
    /// # Errors
    /// When it does not.
    pub fn check(&self) -> Result<(), GrantError> {
        if self.format != FORMAT {
            return Err(GrantError::Format { found: self.format });
        }
        if !is_id(&self.id) {
            return Err(GrantError::Id {
                id: self.id.clone(),
            });
        }
        let said = [
            ("incident", &self.incident, "which incident it belongs to"),
            ("reason", &self.reason, "why it cannot wait for approval"),
        ];
        for (field, text, what) in said {
            if text.trim().is_empty() {
                return Err(GrantError::Empty { field, what });
            }
        }
        Ok(())
    }

    /// What it says, as a fact; `signature_ok` is whether a listed key signed its file.
    pub fn into_exception(self, signature_ok: bool) -> EmergencyException {
        EmergencyException {
            id: self.id,
            reason: Some(self.reason),
            granted_by: self.granted_by,
            authors: self.authors,
            granted_at: self.granted_at,
            expires_at: self.expires_at,
            incident: Some(self.incident),
            signature_ok,
            digests: self.digests,
            environments: self.environments,
            ratification: None,
        }
    }
}

fn is_id(id: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    id.len() <= MAX_ID
        && id.bytes().all(is_plain)
        && id.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn written() -> Value {
        json!({
            "format": 1, "id": "EXC-7", "incident": "INC-31", "reason": "the queue has to be drained now",
            "granted_by": [107], "authors": [101], "granted_at": "2026-11-10T11:00:00Z",
            "expires_at": "2026-11-10T20:00:00Z", "environments": ["prod"],
            "digests": {"runbooks/a.yaml": "b2", "runbooks/b.yaml": null},
        })
    }

    fn read(value: &Value) -> Result<Grant, GrantError> {
        Grant::read(value.to_string().as_bytes())
    }

    #[test]
    fn everything_that_is_written_becomes_a_fact() {
        let exception = read(&written()).unwrap().into_exception(true);
        let mut expected = written();
        expected.as_object_mut().unwrap().remove("format");
        expected["signature_ok"] = json!(true);
        assert_eq!(serde_json::to_value(exception).unwrap(), expected);
    }

    #[test]
    fn what_is_missing_unknown_or_empty_is_refused() {
        for field in [
            "id",
            "incident",
            "reason",
            "granted_by",
            "authors",
            "granted_at",
            "expires_at",
            "digests",
            "format",
        ] {
            let mut without = written();
            without.as_object_mut().unwrap().remove(field);
            assert!(
                matches!(read(&without), Err(GrantError::Malformed(_))),
                "{field}"
            );
        }
        let with = |field: &str, to: Value| {
            let mut changed = written();
            changed[field] = to;
            read(&changed)
        };
        assert!(matches!(
            with("ratification", json!({})),
            Err(GrantError::Malformed(_))
        ));
        assert!(matches!(
            with("signature_ok", json!(true)),
            Err(GrantError::Malformed(_))
        ));
        assert_eq!(
            with("format", json!(2)),
            Err(GrantError::Format { found: 2 })
        );
        for field in ["incident", "reason"] {
            assert!(matches!(
                with(field, json!(" ")),
                Err(GrantError::Empty { .. })
            ));
        }
        let long = "x".repeat(65);
        for id in ["", "../x", ".x", "a/b", "a b", "é", &long] {
            assert!(
                matches!(with("id", json!(id)), Err(GrantError::Id { .. })),
                "{id}"
            );
        }
    }
}
