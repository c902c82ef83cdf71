//! The one delegation that is followed: to the role that may stop agents and withdraw documents at once.
//!
//! Its keys are held by incident commanders, apart from those of releases, and its files are two: [`HALT_FILE`] and
//! [`RECALL_FILE`]. Other delegations in targets metadata are kept as they are and mean nothing here.

use std::collections::BTreeMap;

use super::info::int;
use super::{Fields, RoleKeys, Targets};
use crate::distribution::json::Json;
use crate::distribution::keys::PublicKey;
use crate::distribution::reason::Refusal;

/// The role's name; its metadata is `emergency.json`.
pub const EMERGENCY: &str = "emergency";
/// Who stops agents, and how far.
pub const HALT_FILE: &str = "halt.json";
/// Which documents are withdrawn.
pub const RECALL_FILE: &str = "recall.json";

const DELEGATIONS: &str = "targets.delegations";

/// Who may sign for the emergency role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delegation {
    /// The keys by id.
    pub keys: BTreeMap<String, PublicKey>,
    /// Those of the role, and how many have to sign.
    pub role: RoleKeys,
}

impl Delegation {
    /// A delegation to these keys, of which `threshold` have to sign.
    #[must_use]
    pub fn to(keys: &[PublicKey], threshold: u64) -> Self {
        let keys: BTreeMap<String, PublicKey> =
            keys.iter().map(|key| (key.key_id(), key.clone())).collect();
        let keyids = keys.keys().cloned().collect();
        Self {
            keys,
            role: RoleKeys { keyids, threshold },
        }
    }

    /// The delegation to the emergency role in targets metadata, if there is one.
    ///
    /// # Errors
    /// [`Reason::Malformed`](crate::distribution::Reason::Malformed) when delegations are not what TUF describes.
    pub fn of(targets: &Targets) -> Result<Option<Self>, Refusal> {
        let Some(json) = &targets.delegations else {
            return Ok(None);
        };
        let mut delegations = Fields::new(DELEGATIONS, json.clone())?;
        let known = delegations.members("keys")?;
        for role in delegations.list("roles")? {
            let mut role = Fields::new(DELEGATIONS, role)?;
            if role.text("name")? != EMERGENCY {
                continue;
            }
            let keyids = role.unique_texts("keyids")?;
            let threshold = role.number("threshold", 1)?;
            let mut keys = BTreeMap::new();
            for (keyid, key) in known.iter().filter(|(keyid, _)| keyids.contains(keyid)) {
                let key = PublicKey::from_json(key).map_err(|what| role.malformed(&what))?;
                keys.insert(keyid.clone(), key);
            }
            return Ok(Some(Self {
                keys,
                role: RoleKeys { keyids, threshold },
            }));
        }
        Ok(None)
    }

    /// The `delegations` of targets metadata with this delegation alone.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let text = |text: &String| Json::from(text.as_str());
        let keys = self.keys.iter();
        let keys = keys.map(|(keyid, key)| (keyid.clone(), key.to_json()));
        let paths = [HALT_FILE, RECALL_FILE].map(Json::from);
        let role = Json::from([
            ("name", Json::from(EMERGENCY)),
            (
                "keyids",
                Json::List(self.role.keyids.iter().map(text).collect()),
            ),
            ("threshold", int(self.role.threshold)),
            ("paths", Json::List(paths.to_vec())),
            ("terminating", Json::Bool(true)),
        ]);
        Json::from([
            ("keys", Json::Object(keys.collect())),
            ("roles", Json::List(vec![role])),
        ])
    }
}
