//! Lengths, digests and versions by which metadata pins other files.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha512};

use super::Fields;
use crate::distribution::json::Json;
use crate::distribution::keys::{hex, sha256_hex};
use crate::distribution::reason::{Reason, Refusal};

/// What one metadata file says of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetaInfo {
    /// The version the other file has to have.
    pub version: u64,
    /// Its length in bytes, if given.
    pub length: Option<u64>,
    /// Its digests, if given.
    pub hashes: Option<Hashes>,
}

/// Length and digests of a target file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileInfo {
    /// Length in bytes.
    pub length: u64,
    /// Its digests; SHA-256 is always there.
    pub hashes: Hashes,
}

/// Digests in lower-case hexadecimal. Other algorithms are not looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hashes {
    /// SHA-256.
    pub sha256: String,
    /// SHA-512, if given.
    pub sha512: Option<String>,
}

impl Hashes {
    /// The SHA-256 of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self {
            sha256: sha256_hex(bytes),
            sha512: None,
        }
    }

    fn read(role: &'static str, json: Json) -> Result<Self, Refusal> {
        let mut fields = Fields::new(role, json)?;
        let sha256 = fields.text("sha256")?;
        let sha512 = fields.take_optional("sha512").map(|json| match json {
            Json::Text(text) => Ok(text),
            _ => Err(fields.malformed("`sha512` is not a string")),
        });
        let hashes = Self {
            sha256,
            sha512: sha512.transpose()?,
        };
        let digits = |text: &str| {
            text.bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        };
        let good = hashes.sha256.len() == 64 && digits(&hashes.sha256);
        if !good
            || hashes
                .sha512
                .as_ref()
                .is_some_and(|text| text.len() != 128 || !digits(text))
        {
            return Err(
                fields.malformed("a digest is not lower-case hexadecimal of the right length")
            );
        }
        Ok(hashes)
    }

    fn to_json(&self) -> Json {
        let digests = [
            ("sha256", Some(&self.sha256)),
            ("sha512", self.sha512.as_ref()),
        ];
        let given = digests
            .into_iter()
            .filter_map(|(name, digest)| Some((name.to_owned(), Json::Text(digest?.clone()))));
        Json::Object(given.collect())
    }

    fn check(&self, bytes: &[u8], what: &str) -> Result<(), Refusal> {
        let found = sha256_hex(bytes);
        if found != self.sha256 {
            return Err(Refusal::new(
                Reason::Hash,
                format!("{what} has SHA-256 {found}, but {} is signed", self.sha256),
            ));
        }
        match &self.sha512 {
            Some(signed) if hex(&Sha512::digest(bytes)) != *signed => Err(Refusal::new(
                Reason::Hash,
                format!("{what} does not have the signed SHA-512"),
            )),
            _ => Ok(()),
        }
    }
}

impl FileInfo {
    /// Length and digest of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self {
            length: bytes.len() as u64,
            hashes: Hashes::of(bytes),
        }
    }

    pub(super) fn read(role: &'static str, json: Json) -> Result<Self, Refusal> {
        let mut fields = Fields::new(role, json)?;
        Ok(Self {
            length: fields.number("length", 0)?,
            hashes: Hashes::read(role, fields.take("hashes")?)?,
        })
    }

    pub(super) fn to_json(&self) -> Json {
        Json::from([
            ("length", int(self.length)),
            ("hashes", self.hashes.to_json()),
        ])
    }

    /// Requires that `bytes` are the signed ones; `what` names them in the message.
    ///
    /// # Errors
    /// [`Reason::Length`] or [`Reason::Hash`].
    pub fn check(&self, bytes: &[u8], what: &str) -> Result<(), Refusal> {
        check_length(self.length, bytes, what)?;
        self.hashes.check(bytes, what)
    }
}

impl MetaInfo {
    /// What to say about a metadata file.
    #[must_use]
    pub fn of(version: u64, bytes: &[u8]) -> Self {
        Self {
            version,
            length: Some(bytes.len() as u64),
            hashes: Some(Hashes::of(bytes)),
        }
    }

    /// Requires that `bytes` have the signed length and digest, as far as they are given.
    ///
    /// # Errors
    /// [`Reason::Length`] or [`Reason::Hash`].
    pub fn check(&self, bytes: &[u8], what: &str) -> Result<(), Refusal> {
        if let Some(length) = self.length {
            check_length(length, bytes, what)?;
        }
        self.hashes
            .as_ref()
            .map_or(Ok(()), |hashes| hashes.check(bytes, what))
    }

    pub(super) fn read(role: &'static str, json: Json) -> Result<Self, Refusal> {
        let mut fields = Fields::new(role, json)?;
        let hashes = fields
            .take_optional("hashes")
            .map(|json| Hashes::read(role, json))
            .transpose()?;
        Ok(Self {
            version: fields.number("version", 1)?,
            length: fields.optional_number("length", 0)?,
            hashes,
        })
    }

    pub(super) fn to_json(&self) -> Json {
        let mut members = BTreeMap::from([("version".to_owned(), int(self.version))]);
        if let Some(length) = self.length {
            members.insert("length".to_owned(), int(length));
        }
        if let Some(hashes) = &self.hashes {
            members.insert("hashes".to_owned(), hashes.to_json());
        }
        Json::Object(members)
    }
}

/// A version or length as JSON; metadata never holds more than 63 bits.
pub(super) fn int(number: u64) -> Json {
    Json::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

fn check_length(signed: u64, bytes: &[u8], what: &str) -> Result<(), Refusal> {
    if bytes.len() as u64 == signed {
        return Ok(());
    }
    Err(Refusal::new(
        Reason::Length,
        format!("{what} has {} bytes, but {signed} are signed", bytes.len()),
    ))
}
