//! What incident commanders said last, apart from releases: it takes effect though no release changes.
//!
//! One file, so that a crash leaves what was there or what is new: the targets metadata that delegates, the metadata of the
//! emergency role, and its files. Everything in it is verified again whenever it is read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::StateDir;
use crate::distribution::disk::read_optional;
use crate::distribution::metadata::{Delegation, HALT_FILE, Metadata, RECALL_FILE, Targets};
use crate::distribution::reason::Refusal;
use crate::distribution::roots::RootChain;

const FOLDER: &str = "metadata";
const FILE: &str = "emergency.held.json";

/// What is held of the emergency role, as text: metadata and files are JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Held {
    /// The targets metadata that delegates to the role.
    pub(crate) targets: String,
    /// The metadata of the role.
    pub(crate) emergency: String,
    /// Its files by name.
    pub(crate) files: BTreeMap<String, String>,
}

/// Orders of the emergency role, verified.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Orders {
    /// The version of the role's metadata; nothing where there never was any.
    pub version: Option<u64>,
    /// Its files by name: `halt.json`, `recall.json`.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl StateDir {
    /// What incident commanders said last, its signatures verified from the installed root on.
    ///
    /// # Errors
    /// As [`StateDir::current`]. Orders that were there and cannot be read are an error, never "no orders".
    pub fn orders(&self, anchor: &[u8]) -> Result<Orders, Refusal> {
        let roots = self.roots(anchor)?;
        let mark = self.read_mark()?;
        let orders = self.held_orders(&roots)?;
        if let Some(mark) = mark {
            mark.require_at_least(FILE, orders.version, mark.emergency)?;
        }
        Ok(orders)
    }

    fn held_orders(&self, roots: &RootChain) -> Result<Orders, Refusal> {
        let Some(held) = self.held()? else {
            return Ok(Orders::default());
        };
        let damaged = |refusal: Refusal| self.corrupt(&format!("{FILE}: {}", refusal.message));
        let targets = Metadata::<Targets>::parse(held.targets.as_bytes()).map_err(damaged)?;
        roots.require_signed_by_any(&targets).map_err(damaged)?;
        let delegation = Delegation::of(&targets.signed).map_err(damaged)?;
        let delegation = delegation
            .ok_or_else(|| self.corrupt(&format!("{FILE}: its targets delegate to nobody")))?;
        let emergency = Metadata::<Targets>::parse(held.emergency.as_bytes()).map_err(damaged)?;
        emergency.require_delegated(&delegation).map_err(damaged)?;
        let mut files = BTreeMap::new();
        for name in [HALT_FILE, RECALL_FILE] {
            let Some(info) = emergency.signed.targets.get(name) else {
                continue;
            };
            let text = held.files.get(name);
            let text = text.ok_or_else(|| self.corrupt(&format!("{FILE}: {name} is missing")))?;
            info.check(text.as_bytes(), name).map_err(damaged)?;
            files.insert(name.to_owned(), text.clone().into_bytes());
        }
        Ok(Orders {
            version: Some(emergency.signed.version),
            files,
        })
    }

    /// What is held, unverified.
    pub(crate) fn held(&self) -> Result<Option<Held>, Refusal> {
        let name = format!("{FOLDER}/{FILE}");
        let bytes = read_optional(&self.dir.join(&name)).map_err(|error| self.io(&name, &error))?;
        let held = bytes.map(|bytes| serde_json::from_slice(&bytes));
        held.transpose()
            .map_err(|error| self.corrupt(&format!("{name}: {error}")))
    }

    pub(crate) fn hold(&self, held: &Held) -> Result<(), Refusal> {
        let bytes = serde_json::to_vec(held).map_err(|error| self.corrupt(&error.to_string()))?;
        self.save(FOLDER, FILE, &bytes)
    }
}
