//! TUF 1.0 metadata: signed envelopes and the four top-level roles.
//!
//! Reading keeps the exact bytes: they are what is stored, hashed and handed on. Signatures are checked over
//! the canonical form of the `signed` part. Unknown fields are tolerated, as the specification asks;
//! an unknown `spec_version` is not.

mod delegation;
mod fields;
mod info;
mod roles;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub use delegation::{Delegation, EMERGENCY, HALT_FILE, RECALL_FILE};
pub use info::{FileInfo, Hashes, MetaInfo};
pub(crate) use roles::format_time;
pub use roles::{RoleKeys, Root, Snapshot, Targets, Timestamp};

use super::json::Json;
use super::keys::{KeyError, PublicKey, hex, unhex};
use super::reason::{Reason, Refusal};
use super::signer::Signer;
use fields::Fields;

/// What the four roles have in common.
pub trait Role: Sized {
    /// The role's name: `_type`, and the file's name without `.json`.
    const NAME: &'static str;

    /// Reads the `signed` part.
    ///
    /// # Errors
    /// [`Reason::Malformed`] or [`Reason::UnsupportedVersion`].
    fn read(fields: &mut Fields) -> Result<Self, Refusal>;

    /// The `signed` part as JSON.
    fn to_json(&self) -> Json;

    /// The version number, at least 1.
    fn version(&self) -> u64;

    /// The moment from which on the metadata must not be used.
    fn expires(&self) -> jiff::Timestamp;
}

/// One signature of an envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The id of the key.
    pub keyid: String,
    /// Hexadecimal digits; what is not hexadecimal verifies nothing.
    pub sig: String,
}

/// Metadata with the bytes it was read from. Reading does not verify: [`Metadata::signed_by`] does.
#[derive(Debug, Clone)]
pub struct Metadata<T> {
    /// The typed content.
    pub signed: T,
    signatures: Vec<Signature>,
    payload: Vec<u8>,
    raw: Vec<u8>,
}

/// How many distinct keys of a role signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Distinct keys of the role with a valid signature.
    pub valid: u64,
    /// The role's threshold.
    pub needed: u64,
}

impl Tally {
    /// Whether the threshold is met.
    #[must_use]
    pub fn is_met(self) -> bool {
        self.valid >= self.needed
    }
}

impl<T: Role> Metadata<T> {
    /// Reads an envelope.
    ///
    /// # Errors
    /// [`Reason::Malformed`] for anything but strict TUF JSON of this role, [`Reason::UnsupportedVersion`]
    /// for another major version of the specification.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let malformed =
            |what: String| Refusal::new(Reason::Malformed, format!("{}: {what}", T::NAME));
        let json = Json::parse(bytes).map_err(malformed)?;
        let mut envelope = Fields::new(T::NAME, json)?;
        let signed = envelope.take("signed")?;
        let signatures = read_signatures(&mut envelope)?;
        let payload = signed.canonical();
        let mut fields = Fields::new(T::NAME, signed)?;
        let kind = fields.text("_type")?;
        if kind != T::NAME {
            return Err(fields.malformed(&format!(
                "expected metadata of the role {}, found {kind:?}",
                T::NAME
            )));
        }
        Ok(Self {
            signed: T::read(&mut fields)?,
            signatures,
            payload,
            raw: bytes.to_vec(),
        })
    }

    /// Signs a role's content with each of the keys.
    ///
    /// # Errors
    /// When a key cannot sign.
    pub fn sign(signed: T, signers: &[&dyn Signer]) -> Result<Self, KeyError> {
        let payload = signed.to_json().canonical();
        let mut signatures = Vec::with_capacity(signers.len());
        for signer in signers {
            let sig = hex(&signer.sign(&payload)?);
            signatures.push(Signature {
                keyid: signer.public_key().key_id(),
                sig,
            });
        }
        Ok(Self::assemble(signed, payload, signatures))
    }

    /// The same content with these signatures.
    #[must_use]
    pub(crate) fn with_signatures(self, signatures: Vec<Signature>) -> Self {
        // A foreign root may contain fields this program does not know: keep the signed part as it was read.
        let signed = match Json::parse(&self.raw) {
            Ok(Json::Object(mut members)) => members.remove("signed"),
            _ => None,
        };
        let json = signed.unwrap_or_else(|| self.signed.to_json());
        let raw = envelope_bytes(json, &signatures);
        Self {
            raw,
            signatures,
            ..self
        }
    }

    fn assemble(signed: T, payload: Vec<u8>, signatures: Vec<Signature>) -> Self {
        let raw = envelope_bytes(signed.to_json(), &signatures);
        Self {
            signed,
            signatures,
            payload,
            raw,
        }
    }

    /// Counts the distinct keys of `role` that signed. A key listed under several ids counts once.
    #[must_use]
    pub fn signed_by(&self, keys: &BTreeMap<String, PublicKey>, role: &RoleKeys) -> Tally {
        let mut valid = BTreeSet::new();
        for keyid in &role.keyids {
            let Some(key) = keys.get(keyid) else {
                continue;
            };
            let signature = self
                .signatures
                .iter()
                .find(|signature| signature.keyid == *keyid);
            let Some(bytes) = signature.and_then(|signature| unhex(&signature.sig)) else {
                continue;
            };
            if key.verifies(&self.payload, &bytes) {
                valid.insert(key.identity());
            }
        }
        Tally {
            valid: valid.len() as u64,
            needed: role.threshold,
        }
    }

    /// Requires that the role this is was signed by the threshold of keys `root` gives it.
    ///
    /// # Errors
    /// [`Reason::Signature`] when no signature verifies, [`Reason::Threshold`] when too few do.
    pub fn require_signed_by(&self, root: &Root) -> Result<(), Refusal> {
        let Some(role) = root.roles.get(T::NAME) else {
            return Err(Refusal::new(
                Reason::Signature,
                format!("root names no keys for the role {}", T::NAME),
            ));
        };
        let by = format!("root version {}", root.version);
        self.require_threshold(T::NAME, &root.keys, role, &by)
    }

    /// Requires that the threshold of a role's keys signed, which `by` names.
    fn require_threshold(
        &self,
        name: &str,
        keys: &BTreeMap<String, PublicKey>,
        role: &RoleKeys,
        by: &str,
    ) -> Result<(), Refusal> {
        let tally = self.signed_by(keys, role);
        if tally.is_met() {
            return Ok(());
        }
        let reason = if tally.valid == 0 {
            Reason::Signature
        } else {
            Reason::Threshold
        };
        Err(Refusal::new(
            reason,
            format!(
                "{name} version {} carries valid signatures of {} keys, where {by} requires {}",
                self.signed.version(),
                tally.valid,
                tally.needed
            ),
        ))
    }

    /// The exact bytes that were read or will be written.
    #[must_use]
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// The canonical bytes that are signed. Two envelopes with equal payloads say the same.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The signatures, valid or not.
    #[must_use]
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Requires that the metadata is not expired at `now`.
    ///
    /// # Errors
    /// [`Reason::Expired`].
    pub fn require_fresh(&self, now: jiff::Timestamp) -> Result<(), Refusal> {
        let expires = self.signed.expires();
        if now < expires {
            return Ok(());
        }
        Err(Refusal::new(
            Reason::Expired,
            format!(
                "{} version {} expired at {}; the clock says {}",
                T::NAME,
                self.signed.version(),
                format_time(expires),
                format_time(now)
            ),
        ))
    }
}

fn envelope_bytes(signed: Json, signatures: &[Signature]) -> Vec<u8> {
    let list = signatures
        .iter()
        .map(|signature| {
            Json::from([
                ("keyid", Json::from(signature.keyid.as_str())),
                ("sig", Json::from(signature.sig.as_str())),
            ])
        })
        .collect();
    Json::from([("signatures", Json::List(list)), ("signed", signed)]).to_bytes()
}

fn read_signatures(envelope: &mut Fields) -> Result<Vec<Signature>, Refusal> {
    let mut seen = BTreeSet::new();
    let mut signatures = Vec::new();
    for item in envelope.list("signatures")? {
        let mut fields = Fields::new(envelope.role(), item)?;
        let signature = Signature {
            keyid: fields.text("keyid")?,
            sig: fields.text("sig")?,
        };
        if !seen.insert(signature.keyid.clone()) {
            return Err(
                envelope.malformed(&format!("two signatures by the key {}", signature.keyid))
            );
        }
        signatures.push(signature);
    }
    Ok(signatures)
}

/// The distinct keys of a role, independent of ids and order.
pub(crate) fn key_set<'a>(root: &'a Root, role: &str) -> BTreeSet<&'a [u8]> {
    let keyids = root
        .roles
        .get(role)
        .map(|role| role.keyids.as_slice())
        .unwrap_or_default();
    keyids
        .iter()
        .filter_map(|keyid| root.keys.get(keyid))
        .map(PublicKey::identity)
        .collect()
}

impl Metadata<Targets> {
    /// Requires that this is metadata of the emergency role, signed by those whom targets delegate to.
    ///
    /// # Errors
    /// As [`Metadata::require_signed_by`].
    pub fn require_delegated(&self, delegation: &Delegation) -> Result<(), Refusal> {
        let Delegation { keys, role } = delegation;
        self.require_threshold(EMERGENCY, keys, role, "the delegation")
    }
}
