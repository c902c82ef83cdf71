//! The content of the four top-level roles.

use std::collections::BTreeMap;

use super::info::int;
use super::{Fields, FileInfo, MetaInfo, Role};
use crate::distribution::json::Json;
use crate::distribution::keys::PublicKey;
use crate::distribution::reason::{Reason, Refusal};

/// The version of the specification that is written.
const SPEC_VERSION: &str = "1.0.31";
const TIME_FORMAT: &str = "%Y-%m-%dT%H:%M:%SZ";
const TOP_LEVEL: [&str; 4] = ["root", "snapshot", "targets", "timestamp"];

/// Who may sign a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleKeys {
    /// The ids of the role's keys, none twice.
    pub keyids: Vec<String>,
    /// How many distinct keys have to sign, at least 1.
    pub threshold: u64,
}

/// The root: which keys are trusted for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// The version number.
    pub version: u64,
    /// The moment from which on it must not be used.
    pub expires: jiff::Timestamp,
    /// Whether published files carry version or digest in their names.
    pub consistent_snapshot: bool,
    /// The keys by id.
    pub keys: BTreeMap<String, PublicKey>,
    /// The keys of `root`, `timestamp`, `snapshot` and `targets`.
    pub roles: BTreeMap<String, RoleKeys>,
}

/// The timestamp: the newest snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timestamp {
    /// The version number.
    pub version: u64,
    /// The moment from which on it must not be used.
    pub expires: jiff::Timestamp,
    /// The snapshot's version, and perhaps its length and digest.
    pub snapshot: MetaInfo,
}

/// The snapshot: the versions of all other metadata, which belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The version number.
    pub version: u64,
    /// The moment from which on it must not be used.
    pub expires: jiff::Timestamp,
    /// Metadata files by name (`targets.json`, and delegated ones).
    pub meta: BTreeMap<String, MetaInfo>,
}

/// The targets: the files of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Targets {
    /// The version number; it is the number of the release.
    pub version: u64,
    /// The moment from which on it must not be used.
    pub expires: jiff::Timestamp,
    /// The files by name.
    pub targets: BTreeMap<String, FileInfo>,
    /// Delegations as they were read; see [`Delegation`](super::Delegation).
    pub delegations: Option<Json>,
}

impl Role for Root {
    const NAME: &'static str = "root";

    fn read(fields: &mut Fields) -> Result<Self, Refusal> {
        let (version, expires) = read_common(fields)?;
        let mut keys = BTreeMap::new();
        for (keyid, json) in fields.members("keys")? {
            keys.insert(
                keyid,
                PublicKey::from_json(&json).map_err(|what| fields.malformed(&what))?,
            );
        }
        let mut roles = BTreeMap::new();
        for (name, json) in fields.members("roles")? {
            let mut role = Fields::new(Self::NAME, json)?;
            let keyids = role.unique_texts("keyids")?;
            roles.insert(
                name,
                RoleKeys {
                    keyids,
                    threshold: role.number("threshold", 1)?,
                },
            );
        }
        if !roles.keys().eq(TOP_LEVEL) {
            return Err(fields.malformed("`roles` must be root, snapshot, targets and timestamp"));
        }
        let consistent_snapshot = fields
            .optional_bool("consistent_snapshot")?
            .unwrap_or(false);
        Ok(Self {
            version,
            expires,
            consistent_snapshot,
            keys,
            roles,
        })
    }

    fn to_json(&self) -> Json {
        let keys = self
            .keys
            .iter()
            .map(|(keyid, key)| (keyid.clone(), key.to_json()))
            .collect();
        let role = |role: &RoleKeys| {
            let keyids = role
                .keyids
                .iter()
                .map(|keyid| Json::from(keyid.as_str()))
                .collect();
            Json::from([
                ("keyids", Json::List(keyids)),
                ("threshold", int(role.threshold)),
            ])
        };
        let roles = self
            .roles
            .iter()
            .map(|(name, keys)| (name.clone(), role(keys)))
            .collect();
        write_common(
            self,
            [
                ("consistent_snapshot", Json::Bool(self.consistent_snapshot)),
                ("keys", Json::Object(keys)),
                ("roles", Json::Object(roles)),
            ],
        )
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn expires(&self) -> jiff::Timestamp {
        self.expires
    }
}

impl Role for Timestamp {
    const NAME: &'static str = "timestamp";

    fn read(fields: &mut Fields) -> Result<Self, Refusal> {
        let (version, expires) = read_common(fields)?;
        let mut meta = fields.members("meta")?;
        let snapshot = meta
            .remove("snapshot.json")
            .filter(|_| meta.is_empty())
            .ok_or_else(|| fields.malformed("`meta` must list snapshot.json and nothing else"))?;
        Ok(Self {
            version,
            expires,
            snapshot: MetaInfo::read(Self::NAME, snapshot)?,
        })
    }

    fn to_json(&self) -> Json {
        write_common(
            self,
            [(
                "meta",
                Json::from([("snapshot.json", self.snapshot.to_json())]),
            )],
        )
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn expires(&self) -> jiff::Timestamp {
        self.expires
    }
}

impl Role for Snapshot {
    const NAME: &'static str = "snapshot";

    fn read(fields: &mut Fields) -> Result<Self, Refusal> {
        let (version, expires) = read_common(fields)?;
        let mut meta = BTreeMap::new();
        for (name, json) in fields.members("meta")? {
            meta.insert(name, MetaInfo::read(Self::NAME, json)?);
        }
        Ok(Self {
            version,
            expires,
            meta,
        })
    }

    fn to_json(&self) -> Json {
        let meta = self
            .meta
            .iter()
            .map(|(name, info)| (name.clone(), info.to_json()))
            .collect();
        write_common(self, [("meta", Json::Object(meta))])
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn expires(&self) -> jiff::Timestamp {
        self.expires
    }
}

impl Role for Targets {
    const NAME: &'static str = "targets";

    fn read(fields: &mut Fields) -> Result<Self, Refusal> {
        let (version, expires) = read_common(fields)?;
        let mut targets = BTreeMap::new();
        for (name, json) in fields.members("targets")? {
            targets.insert(name, FileInfo::read(Self::NAME, json)?);
        }
        Ok(Self {
            version,
            expires,
            targets,
            delegations: fields.take_optional("delegations"),
        })
    }

    fn to_json(&self) -> Json {
        let targets = self
            .targets
            .iter()
            .map(|(name, info)| (name.clone(), info.to_json()))
            .collect();
        let mut json = write_common(self, [("targets", Json::Object(targets))]);
        if let (Json::Object(members), Some(delegations)) = (&mut json, &self.delegations) {
            members.insert("delegations".to_owned(), delegations.clone());
        }
        json
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn expires(&self) -> jiff::Timestamp {
        self.expires
    }
}

fn read_common(fields: &mut Fields) -> Result<(u64, jiff::Timestamp), Refusal> {
    let spec = fields.text("spec_version")?;
    let parts: Vec<&str> = spec.split('.').collect();
    let numbers = parts
        .iter()
        .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    if !numbers || !(2..=3).contains(&parts.len()) {
        return Err(fields.malformed(&format!("`spec_version` {spec:?} is not a version")));
    }
    if parts.first() != Some(&"1") {
        return Err(Refusal::new(
            Reason::UnsupportedVersion,
            format!(
                "{}: version {spec} of the TUF specification is not known; 1.x is",
                fields.role()
            ),
        ));
    }
    let version = fields.number("version", 1)?;
    let text = fields.text("expires")?;
    let expires = text
        .parse::<jiff::Timestamp>()
        .ok()
        .filter(|time| format_time(*time) == text)
        .ok_or_else(|| {
            fields.malformed(&format!(
                "`expires` {text:?} is not of the form 2030-01-31T00:00:00Z"
            ))
        })?;
    Ok((version, expires))
}

fn write_common<T: Role, const N: usize>(role: &T, own: [(&str, Json); N]) -> Json {
    let mut members = BTreeMap::from([
        ("_type".to_owned(), Json::from(T::NAME)),
        ("spec_version".to_owned(), Json::from(SPEC_VERSION)),
        ("version".to_owned(), int(role.version())),
        (
            "expires".to_owned(),
            Json::Text(format_time(role.expires())),
        ),
    ]);
    members.extend(own.map(|(name, value)| (name.to_owned(), value)));
    Json::Object(members)
}

/// A time as TUF writes it: UTC, whole seconds.
pub(crate) fn format_time(time: jiff::Timestamp) -> String {
    time.strftime(TIME_FORMAT).to_string()
}
