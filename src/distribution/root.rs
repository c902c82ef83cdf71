//! Making root metadata: drafted once, signed in separate steps on separate machines, merged, and rotated.
//!
//! Every step takes and returns the bytes of a root file, so that a file carried on a stick is all that the
//! steps share.

use std::collections::{BTreeMap, BTreeSet};

use super::keys::{KeyError, PublicKey};
use super::metadata::{Metadata, Role as _, RoleKeys, Root, Signature, Tally};
use super::reason::Refusal;
use super::signer::Signer;

/// A top-level role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TopRole {
    /// Names the keys of all roles; held offline.
    Root,
    /// Signs the files of a release.
    Targets,
    /// Signs which metadata belongs together.
    Snapshot,
    /// Signs which snapshot is the newest.
    Timestamp,
}

impl TopRole {
    /// All four.
    pub const ALL: [TopRole; 4] = [
        TopRole::Root,
        TopRole::Targets,
        TopRole::Snapshot,
        TopRole::Timestamp,
    ];

    /// The name in metadata.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            TopRole::Root => "root",
            TopRole::Targets => "targets",
            TopRole::Snapshot => "snapshot",
            TopRole::Timestamp => "timestamp",
        }
    }
}

/// The keys of one role and how many of them have to sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RolePlan {
    /// The keys.
    pub keys: Vec<PublicKey>,
    /// The threshold, at least 1 and at most the number of keys.
    pub threshold: u64,
}

/// What is wrong with a root that is being made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RootError {
    /// The plan cannot work.
    #[error("{0}")]
    Plan(String),
    /// A file is not a root, or not the one that was expected.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A key could not be used.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Who signed a root and who still has to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootStatus {
    /// The version of the root.
    pub version: u64,
    /// Signatures by the root's own keys.
    pub own: Tally,
    /// Signatures by the keys of the version before, if there is one.
    pub previous: Option<Tally>,
    /// Ids of keys that may still sign.
    pub missing: Vec<String>,
}

impl RootStatus {
    /// Whether clients will accept the root.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.own.is_met() && self.previous.is_none_or(Tally::is_met)
    }
}

/// Drafts the first root, unsigned.
///
/// # Errors
/// [`RootError::Plan`] when a role is missing or its threshold cannot be met, or `expires` has passed.
pub fn draft(
    plan: &BTreeMap<TopRole, RolePlan>,
    expires: jiff::Timestamp,
    now: jiff::Timestamp,
) -> Result<Vec<u8>, RootError> {
    let root = Root {
        version: 1,
        expires,
        consistent_snapshot: true,
        keys: BTreeMap::new(),
        roles: BTreeMap::new(),
    };
    unsigned(with_plan(root, plan)?, now)
}

/// Drafts the successor of a root, unsigned: the roles in `changes` get new keys and thresholds, the others stay.
///
/// # Errors
/// As [`draft`]; also when `previous` is not a root.
pub fn draft_next(
    previous: &[u8],
    changes: &BTreeMap<TopRole, RolePlan>,
    expires: jiff::Timestamp,
    now: jiff::Timestamp,
) -> Result<Vec<u8>, RootError> {
    let mut root = Metadata::<Root>::parse(previous)?.signed;
    root.version = root
        .version
        .checked_add(1)
        .ok_or_else(|| RootError::Plan("the root's version cannot be raised further".to_owned()))?;
    root.expires = expires;
    unsigned(with_plan(root, changes)?, now)
}

/// Adds one signature, or replaces the one this key made before.
///
/// # Errors
/// When `root` is not a root, or the key belongs neither to it nor to `previous`, the version before.
pub fn sign(
    root: &[u8],
    previous: Option<&[u8]>,
    signer: &dyn Signer,
) -> Result<Vec<u8>, RootError> {
    let root = Metadata::<Root>::parse(root)?;
    let previous = parse_previous(&root, previous)?;
    let key = signer.public_key();
    let holders = [
        Some(&root.signed),
        previous.as_ref().map(|previous| &previous.signed),
    ];
    let keyids: BTreeSet<String> = holders
        .into_iter()
        .flatten()
        .flat_map(|root| {
            root.roles
                .get("root")
                .into_iter()
                .flat_map(|role| &role.keyids)
                .map(move |id| (root, id))
        })
        .filter(|(root, id)| {
            root.keys
                .get(*id)
                .is_some_and(|known| known.identity() == key.identity())
        })
        .map(|(_, id)| id.clone())
        .collect();
    if keyids.is_empty() {
        return Err(RootError::Plan(format!(
            "key {} is a root key neither of version {} nor of the version before it",
            key.key_id(),
            root.signed.version
        )));
    }
    let sig = super::keys::hex(&signer.sign(root.payload())?);
    let mut signatures: Vec<Signature> = root
        .signatures()
        .iter()
        .filter(|signature| !keyids.contains(&signature.keyid))
        .cloned()
        .collect();
    signatures.extend(keyids.into_iter().map(|keyid| Signature {
        keyid,
        sig: sig.clone(),
    }));
    signatures.sort_by(|a, b| a.keyid.cmp(&b.keyid));
    Ok(root.with_signatures(signatures).raw().to_vec())
}

/// Unites the signatures of copies of one root that were signed separately.
///
/// # Errors
/// When the copies do not say the same, or one of them is not a root.
pub fn merge(copies: &[Vec<u8>]) -> Result<Vec<u8>, RootError> {
    let mut parsed = Vec::with_capacity(copies.len());
    for copy in copies {
        parsed.push(Metadata::<Root>::parse(copy)?);
    }
    let mut parsed = parsed.into_iter();
    let first = parsed
        .next()
        .ok_or_else(|| RootError::Plan("no root files to merge".to_owned()))?;
    let mut signatures: BTreeMap<String, Signature> = first
        .signatures()
        .iter()
        .map(|signature| (signature.keyid.clone(), signature.clone()))
        .collect();
    for other in parsed {
        if other.payload() != first.payload() {
            return Err(RootError::Plan(
                "the root files differ in more than their signatures: sign copies of one draft"
                    .to_owned(),
            ));
        }
        for signature in other.signatures() {
            // A signature that verifies is worth more than one that does not.
            let known = signatures.contains_key(&signature.keyid);
            let alone = RoleKeys {
                keyids: vec![signature.keyid.clone()],
                threshold: 1,
            };
            if !known || other.signed_by(&other.signed.keys, &alone).is_met() {
                signatures.insert(signature.keyid.clone(), signature.clone());
            }
        }
    }
    Ok(first
        .with_signatures(signatures.into_values().collect())
        .raw()
        .to_vec())
}

/// Counts the signatures of a root against its own keys and those of the version before.
///
/// # Errors
/// When a file is not a root, or `previous` is not the version before.
pub fn status(root: &[u8], previous: Option<&[u8]>) -> Result<RootStatus, RootError> {
    let root = Metadata::<Root>::parse(root)?;
    let previous = parse_previous(&root, previous)?;
    let mut missing = BTreeSet::new();
    let mut tally = |by: &Root| {
        let empty = RoleKeys {
            keyids: Vec::new(),
            threshold: 1,
        };
        let role = by.roles.get("root").unwrap_or(&empty);
        for keyid in &role.keyids {
            let alone = RoleKeys {
                keyids: vec![keyid.clone()],
                threshold: 1,
            };
            if !root.signed_by(&by.keys, &alone).is_met() {
                missing.insert(keyid.clone());
            }
        }
        root.signed_by(&by.keys, role)
    };
    let own = tally(&root.signed);
    let previous = previous.map(|previous| tally(&previous.signed));
    Ok(RootStatus {
        version: root.signed.version,
        own,
        previous,
        missing: missing.into_iter().collect(),
    })
}

fn parse_previous(
    root: &Metadata<Root>,
    previous: Option<&[u8]>,
) -> Result<Option<Metadata<Root>>, RootError> {
    let Some(bytes) = previous else {
        return Ok(None);
    };
    let previous = Metadata::<Root>::parse(bytes)?;
    if previous.signed.version().checked_add(1) != Some(root.signed.version) {
        return Err(RootError::Plan(format!(
            "root version {} does not come directly before version {}",
            previous.signed.version, root.signed.version
        )));
    }
    Ok(Some(previous))
}

fn with_plan(mut root: Root, plan: &BTreeMap<TopRole, RolePlan>) -> Result<Root, RootError> {
    for (role, RolePlan { keys, threshold }) in plan {
        let distinct: BTreeSet<&[u8]> = keys.iter().map(PublicKey::identity).collect();
        if distinct.len() != keys.len() {
            return Err(RootError::Plan(format!(
                "a key is listed twice for the role {}",
                role.name()
            )));
        }
        if *threshold == 0 || *threshold > keys.len() as u64 {
            return Err(RootError::Plan(format!(
                "the role {} asks for {threshold} signatures with {} of its keys given; give a threshold from 1 to the number of keys",
                role.name(),
                keys.len()
            )));
        }
        let keyids = keys.iter().map(PublicKey::key_id).collect();
        root.keys
            .extend(keys.iter().map(|key| (key.key_id(), key.clone())));
        root.roles.insert(
            role.name().to_owned(),
            RoleKeys {
                keyids,
                threshold: *threshold,
            },
        );
    }
    if let Some(role) = TopRole::ALL
        .iter()
        .find(|role| !root.roles.contains_key(role.name()))
    {
        return Err(RootError::Plan(format!(
            "the role {} has no keys",
            role.name()
        )));
    }
    let used: BTreeSet<&String> = root.roles.values().flat_map(|role| &role.keyids).collect();
    let keys = root.keys.iter().filter(|(keyid, _)| used.contains(keyid));
    root.keys = keys
        .map(|(keyid, key)| (keyid.clone(), key.clone()))
        .collect();
    Ok(root)
}

fn unsigned(root: Root, now: jiff::Timestamp) -> Result<Vec<u8>, RootError> {
    if root.expires <= now {
        return Err(RootError::Plan(
            "the root would be expired from the start".to_owned(),
        ));
    }
    Ok(Metadata::sign(root, &[])?.raw().to_vec())
}
