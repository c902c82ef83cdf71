//! Orders of incident commanders: who stops agents, and which documents are withdrawn. They count at once, whatever release is
//! in force.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::bundle::{Bundle, DocumentRef};
use crate::distribution::metadata::{HALT_FILE, RECALL_FILE};
use crate::document::Digest;
use crate::document::id::{EnvironmentId, ServiceId};
use crate::document::model::{HaltLevel, Kind};
use crate::engine::incident::Incident;

/// The version of both files.
pub const ORDERS_FORMAT: u32 = 1;

/// `halt.json`: the kill switch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HaltFile {
    /// The version of the format.
    pub format: u32,
    /// What is stopped. Nothing is when this is empty.
    pub halts: Vec<Halt>,
}

/// Agents are stopped, everywhere or somewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Halt {
    /// How far.
    pub level: HaltLevel,
    /// Why.
    pub reason: String,
    /// By whom.
    pub by: String,
    /// Since when.
    pub at: Timestamp,
    /// Until when; until it is lifted when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Only in these environments; in all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environments: Option<Vec<EnvironmentId>>,
    /// Only for these services; for all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub services: Option<Vec<ServiceId>>,
}

/// `recall.json`: what is withdrawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecallFile {
    /// The version of the format.
    pub format: u32,
    /// The documents.
    pub recalled: Vec<Recall>,
}

/// A document is withdrawn, and everything that is resolved with it: either one form of it, by `digest`, or the document by `kind`
/// and `id`, in every version or in one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recall {
    /// Digest of its source or of its closure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// Its kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its version, of runbooks and signatures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Why.
    pub reason: String,
    /// By whom.
    pub by: String,
    /// Since when.
    pub at: Timestamp,
}

/// Orders in force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Orders {
    /// Who stops agents, and how far.
    pub halts: Vec<Halt>,
    /// What is withdrawn.
    pub recalled: Vec<Recall>,
}

/// Orders that are not understood. They are never "no orders".
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OrdersError {
    /// A file is not what this agent knows.
    #[error("{name} is not understood: {message}")]
    Malformed {
        /// The file.
        name: &'static str,
        /// Why.
        message: String,
    },
}

impl Orders {
    /// Reads the files of the emergency role.
    ///
    /// # Errors
    /// When one is not understood.
    pub fn read(files: &BTreeMap<String, Vec<u8>>) -> Result<Self, OrdersError> {
        let halt: Option<HaltFile> = file(HALT_FILE, files)?;
        let recall: Option<RecallFile> = file(RECALL_FILE, files)?;
        for (name, format) in [
            (HALT_FILE, halt.as_ref().map(|file| file.format)),
            (RECALL_FILE, recall.as_ref().map(|file| file.format)),
        ] {
            if let Some(format) = format.filter(|format| *format != ORDERS_FORMAT) {
                let message = format!("its format is {format}; this agent knows {ORDERS_FORMAT}");
                return Err(OrdersError::Malformed { name, message });
            }
        }
        let mut recalled = recall.iter().flat_map(|file| &file.recalled);
        if recalled.any(|recall| !recall.names_something()) {
            return Err(OrdersError::Malformed {
                name: RECALL_FILE,
                message: "what is withdrawn is named by `digest`, or by `kind` and `id`".to_owned(),
            });
        }
        Ok(Self {
            halts: halt.map(|file| file.halts).unwrap_or_default(),
            recalled: recall.map(|file| file.recalled).unwrap_or_default(),
        })
    }

    /// The files that say this.
    pub fn to_files(&self) -> BTreeMap<String, Vec<u8>> {
        let halt = HaltFile {
            format: ORDERS_FORMAT,
            halts: self.halts.clone(),
        };
        let recall = RecallFile {
            format: ORDERS_FORMAT,
            recalled: self.recalled.clone(),
        };
        let halt = serde_json::to_vec_pretty(&halt).unwrap_or_default();
        let recall = serde_json::to_vec_pretty(&recall).unwrap_or_default();
        BTreeMap::from([
            (HALT_FILE.to_owned(), halt),
            (RECALL_FILE.to_owned(), recall),
        ])
    }

    /// How far agents are stopped at a moment, for an incident.
    pub fn halt(&self, incident: &Incident, at: Timestamp) -> Option<HaltLevel> {
        let concerns = |halt: &&Halt| {
            let here = |names: &Vec<EnvironmentId>| names.contains(&incident.environment);
            let this = |names: &Vec<ServiceId>| names.contains(&incident.service);
            halt.until.is_none_or(|until| at < until)
                && halt.environments.as_ref().is_none_or(here)
                && halt.services.as_ref().is_none_or(this)
        };
        let halts = self.halts.iter().filter(concerns);
        halts.map(|halt| halt.level).max()
    }

    /// The bundle without what is withdrawn, and that with why. A signature that is withdrawn leads to no runbook any more; of
    /// anything else that is withdrawn, so is what is resolved with it.
    pub fn apply(&self, mut bundle: Bundle) -> (Bundle, BTreeMap<(Kind, String), String>) {
        let mut withdrawn = BTreeMap::new();
        for recall in &self.recalled {
            let why = format!("withdrawn by {}: {}", recall.by, recall.reason);
            for document in &bundle.documents {
                if recall.takes(document, &bundle) {
                    let key = (document.kind, document.id.clone());
                    withdrawn.entry(key).or_insert_with(|| why.clone());
                }
            }
            for closure in bundle.runbooks.values_mut() {
                closure.signatures.retain(|name, signature| {
                    let version = signature.metadata.version.as_ref();
                    let version = version.map(ToString::to_string).unwrap_or_default();
                    !recall.is_of(Kind::Signature, name.as_str(), &version)
                });
            }
        }
        (bundle.without(&withdrawn), withdrawn)
    }
}

impl Recall {
    fn names_something(&self) -> bool {
        match (&self.digest, &self.kind, &self.id) {
            (Some(_), None, None) => self.version.is_none(),
            (None, Some(_), Some(_)) => true,
            _ => false,
        }
    }

    fn is_of(&self, kind: Kind, id: &str, version: &str) -> bool {
        let this = self.version.as_ref().is_none_or(|it| it == version);
        self.kind == Some(kind) && self.id.as_deref() == Some(id) && this
    }

    fn takes(&self, document: &DocumentRef, bundle: &Bundle) -> bool {
        let forms = [Some(document.digest), Some(document.source_digest)];
        let is_form = self.digest.is_some() && forms.contains(&self.digest);
        let part = self.kind.zip(self.id.as_deref());
        is_form
            || self.is_of(document.kind, &document.id, &document.version)
            || part.is_some_and(|(kind, id)| holds(bundle, document, kind, id))
    }
}

/// Whether a document is resolved with another.
fn holds(bundle: &Bundle, document: &DocumentRef, kind: Kind, id: &str) -> bool {
    let runbook = bundle.runbooks.get(&document.id);
    let runbook = runbook.filter(|_| document.kind == Kind::Runbook);
    let signature = bundle.signatures.get(&document.id);
    let signature = signature.filter(|_| document.kind == Kind::Signature);
    match kind {
        Kind::Action => runbook.is_some_and(|it| it.actions.keys().any(|key| key.as_str() == id)),
        Kind::Query => {
            runbook.is_some_and(|it| it.queries.keys().any(|key| key.as_str() == id))
                || signature.is_some_and(|it| it.queries.keys().any(|key| key.as_str() == id))
        }
        Kind::Service => {
            runbook.is_some_and(|it| it.services.keys().any(|key| key.as_str() == id))
                || signature.is_some_and(|it| it.services.keys().any(|key| key.as_str() == id))
        }
        _ => false,
    }
}

fn file<T: DeserializeOwned>(
    name: &'static str,
    files: &BTreeMap<String, Vec<u8>>,
) -> Result<Option<T>, OrdersError> {
    let bytes = files.get(name);
    let read = bytes.map(|bytes| serde_json::from_slice(bytes));
    read.transpose().map_err(|error| OrdersError::Malformed {
        name,
        message: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(halt: &Value, recall: &Value) -> Result<Orders, OrdersError> {
        Orders::read(&BTreeMap::from([
            (HALT_FILE.to_owned(), halt.to_string().into_bytes()),
            (RECALL_FILE.to_owned(), recall.to_string().into_bytes()),
        ]))
    }

    fn halt(more: Value) -> Value {
        let mut halt = json!({"level": "pause_new", "reason": "r", "by": "dave", "at": "2026-11-10T12:00:00Z"});
        if let (Value::Object(halt), Value::Object(more)) = (&mut halt, more) {
            halt.extend(more);
        }
        halt
    }

    fn incident() -> Incident {
        serde_json::from_value(
            json!({"id": "i", "service": "checkout", "environment": "production"}),
        )
        .unwrap()
    }

    #[test]
    fn the_furthest_halt_that_concerns_an_incident_counts() {
        let level = |halts: &[Value]| {
            let orders = read(
                &json!({"format": 1, "halts": halts}),
                &json!({"format": 1, "recalled": []}),
            );
            orders
                .unwrap()
                .halt(&incident(), "2026-11-10T13:00:00Z".parse().unwrap())
        };
        assert_eq!(level(&[]), None);
        assert_eq!(level(&[halt(json!({}))]), Some(HaltLevel::PauseNew));
        let stop = halt(json!({"level": "stop_now"}));
        let advise = halt(json!({"level": "advise_only"}));
        assert_eq!(
            level(&[advise, stop, halt(json!({}))]),
            Some(HaltLevel::StopNow)
        );
        for (scope, counts) in [
            (json!({"until": "2026-11-10T13:00:01Z"}), true),
            (json!({"until": "2026-11-10T13:00:00Z"}), false),
            (json!({"environments": ["production"]}), true),
            (json!({"environments": ["staging"]}), false),
            (json!({"services": ["ledger", "checkout"]}), true),
            (json!({"services": ["ledger"]}), false),
            (
                json!({"environments": ["production"], "services": ["ledger"]}),
                false,
            ),
            (json!({"environments": [], "services": []}), false),
        ] {
            assert_eq!(level(&[halt(scope.clone())]).is_some(), counts, "{scope}");
        }
    }

    #[test]
    fn orders_that_are_not_understood_are_an_error() {
        let none = (
            json!({"format": 1, "halts": []}),
            json!({"format": 1, "recalled": []}),
        );
        assert_eq!(read(&none.0, &none.1), Ok(Orders::default()));
        assert_eq!(Orders::read(&BTreeMap::new()), Ok(Orders::default()));
        let recall = |what: Value| {
            let mut recall = json!({"reason": "r", "by": "dave", "at": "2026-11-10T12:00:00Z"});
            if let (Value::Object(recall), Value::Object(what)) = (&mut recall, what) {
                recall.extend(what);
            }
            json!({"format": 1, "recalled": [recall]})
        };
        assert!(read(&none.0, &recall(json!({"kind": "Runbook", "id": "x"}))).is_ok());
        for what in [
            json!({}),
            json!({"kind": "Runbook"}),
            json!({"id": "x"}),
            json!({"kind": "Rumbook", "id": "x"}),
            json!({"digest": "sha256:12"}),
            json!({"kind": "Runbook", "id": "x", "scope": "all"}),
        ] {
            assert!(read(&none.0, &recall(what.clone())).is_err(), "{what}");
        }
        for wrong in [
            json!({}),
            json!({"format": 2, "halts": []}),
            json!({"format": 1, "halts": [{"level": "pause_new"}]}),
            json!({"format": 1, "halts": [halt(json!({"level": "slow"}))]}),
            json!({"format": 1, "halts": [halt(json!({"scope": "all"}))]}),
        ] {
            assert!(read(&wrong, &none.1).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let orders = read(
            &json!({"format": 1, "halts": [halt(json!({"environments": ["production"]}))]}),
            &json!({"format": 1, "recalled": [{"kind": "Runbook", "id": "x", "version": "1.0.0", "reason": "r", "by": "d", "at": "2026-11-10T12:00:00Z"}]}),
        );
        let orders = orders.unwrap();
        assert_eq!(Orders::read(&orders.to_files()), Ok(orders));
    }
}
