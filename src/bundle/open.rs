//! Reading a bundle: every byte is checked against the index before it means anything.

use std::collections::BTreeMap;

use semver::Version;
use serde::de::DeserializeOwned;
use serde_json::Value;
use thiserror::Error;

use super::archive::ArchiveError;
use super::channel::{CANARY_PREFIX, Channel, Follower};
use super::evidence::Evidence;
use super::index::{
    DocumentRef, FORMAT, FORMAT_CANARY, GOVERNANCE_FILE, INDEX_FILE, Index, PackRef,
};
use super::packs::{Pack, read_packs};
use crate::closure::{Closure, Pinned, SignatureClosure};
use crate::document::model::{API_VERSION, Governance, Kind};
use crate::document::{Digest, to_canonical_json};
use crate::governance::statement::MAX_CHAIN_BYTES;

/// A bundle, read and checked.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// What it is made from.
    pub index: Index,
    /// The policy.
    pub governance: Pinned<Governance>,
    /// Runbooks by id.
    pub runbooks: BTreeMap<String, Closure>,
    /// Signatures that are routed nowhere, by id.
    pub signatures: BTreeMap<String, SignatureClosure>,
    /// Every document as its pack names it, by kind and id.
    pub documents: Vec<DocumentRef>,
    /// Who approved what is in it.
    pub evidence: Option<Evidence>,
}

/// A bundle cannot be used.
#[derive(Debug, Error)]
pub enum OpenError {
    /// A file cannot be had.
    #[error("{name} cannot be read: {message}")]
    Unreadable {
        /// Name of the file.
        name: String,
        /// Why.
        message: String,
    },
    /// A file is not what the index, or its form, demands.
    #[error("{name} is not sound: {message}")]
    Unsound {
        /// Name of the file, or of the entry of a pack.
        name: String,
        /// Why.
        message: String,
    },
    /// The release is for a newer agent.
    #[error("the release needs {needs}, this is rbk {}; install a newer rbk", env!("CARGO_PKG_VERSION"))]
    TooNew {
        /// What it needs.
        needs: String,
    },
    /// A pack cannot be unpacked.
    #[error("{name}: {error}")]
    Archive {
        /// Name of the pack.
        name: String,
        /// Why.
        error: ArchiveError,
    },
}

impl Bundle {
    /// Reads a bundle; `read` gives the bytes of a file by name.
    ///
    /// # Errors
    /// See [`OpenError`]. A bundle is used as a whole or not at all.
    pub fn open(read: &dyn Fn(&str) -> Result<Vec<u8>, String>) -> Result<Self, OpenError> {
        let fetch = |name: &str| {
            read(name).map_err(|message| OpenError::Unreadable {
                name: name.to_owned(),
                message,
            })
        };
        let index = read_index(&fetch(INDEX_FILE)?)?;
        let governance = fetch(GOVERNANCE_FILE)?;
        same(GOVERNANCE_FILE, &governance, index.governance)?;
        let governance = canonical(GOVERNANCE_FILE, &governance)?;
        let mut bundle = Self {
            index,
            governance,
            runbooks: BTreeMap::new(),
            signatures: BTreeMap::new(),
            documents: Vec::new(),
            evidence: None,
        };
        let listed = |file: &PackRef| {
            let bytes = fetch(&file.name)?;
            if bytes.len() as u64 != file.length {
                return Err(unsound(
                    &file.name,
                    format!("it has {} bytes, not {}", bytes.len(), file.length),
                ));
            }
            same(&file.name, &bytes, file.digest)?;
            Ok(bytes)
        };
        if let Some(evidence) = &bundle.index.evidence {
            let length = evidence.files.iter().map(|file| file.length);
            if length.fold(0, u64::saturating_add) > MAX_CHAIN_BYTES as u64 {
                let problem = format!("it has more than {MAX_CHAIN_BYTES} bytes of evidence");
                return Err(unsound(INDEX_FILE, problem));
            }
            let files = evidence.files.iter().map(listed);
            let lines: Vec<Vec<u8>> = files.collect::<Result<_, _>>()?;
            bundle.evidence = Some(Evidence::new(evidence.clone(), lines.concat()));
        }
        let mut packs = Vec::new();
        for pack in &bundle.index.packs {
            packs.push((pack.name.as_str(), listed(pack)?));
        }
        let opened = read_packs(&packs)?;
        for (name, pack) in opened {
            bundle.add(&name, pack)?;
        }
        bundle.documents.sort();
        Ok(bundle)
    }

    /// Adds the documents of a pack, none of which may be there.
    fn add(&mut self, name: &str, pack: Pack) -> Result<(), OpenError> {
        let twice = |kind: Kind, id: &str| unsound(name, format!("{kind}/{id} appears twice"));
        for (id, closure) in pack.runbooks {
            if self.runbooks.insert(id.clone(), closure).is_some() {
                return Err(twice(Kind::Runbook, &id));
            }
        }
        for (id, closure) in pack.signatures {
            if self.signatures.insert(id.clone(), closure).is_some() {
                return Err(twice(Kind::Signature, &id));
            }
        }
        self.documents.extend(pack.documents);
        Ok(())
    }

    /// Reads the bundle of a release that is meant for an agent, and says which of the two it is.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open_for(
        read: &dyn Fn(&str) -> Result<Vec<u8>, String>,
        follower: &Follower,
    ) -> Result<(Self, Channel), OpenError> {
        let fetch = |name: &str| {
            read(name).map_err(|message| OpenError::Unreadable {
                name: name.to_owned(),
                message,
            })
        };
        let index = read_index(&fetch(INDEX_FILE)?)?;
        let Some(canary) = index.canary.filter(|canary| canary.is_for(follower)) else {
            return Ok((Self::open(read)?, Channel::Stable));
        };
        let name = format!("{CANARY_PREFIX}{INDEX_FILE}");
        same(&name, &fetch(&name)?, canary.index)?;
        let bundle = Self::open(&|name| read(&format!("{CANARY_PREFIX}{name}")))?;
        if bundle.index.canary.is_some() || bundle.index.commit != canary.commit {
            return Err(unsound(&name, "it is not what the index says of it"));
        }
        Ok((bundle, Channel::Canary))
    }
}

fn read_index(bytes: &[u8]) -> Result<Index, OpenError> {
    // The format is looked at first: a newer index may have keys this build does not know.
    let value: Value = json(INDEX_FILE, bytes)?;
    let format = value.get("format").and_then(Value::as_u64);
    let Some(format) = format else {
        let problem = "it does not say which bundle format it has".to_owned();
        return Err(unsound(INDEX_FILE, problem));
    };
    if !(u64::from(FORMAT)..=u64::from(FORMAT_CANARY)).contains(&format) {
        let needs = format!("bundle format {format}");
        return Err(OpenError::TooNew { needs });
    }
    let index: Index = json(INDEX_FILE, bytes)?;
    if index.format != index.needed_format() {
        let problem = format!(
            "it is of format {}, and what it says of format {}",
            index.format,
            index.needed_format()
        );
        return Err(unsound(INDEX_FILE, problem));
    }
    if index.schema != API_VERSION {
        return Err(OpenError::TooNew {
            needs: format!("document format {}", index.schema),
        });
    }
    let needed =
        Version::parse(&index.minimum_agent).map_err(|error| unsound(INDEX_FILE, error))?;
    let own =
        Version::parse(env!("CARGO_PKG_VERSION")).map_err(|error| unsound(INDEX_FILE, error))?;
    if needed > own {
        return Err(OpenError::TooNew {
            needs: format!("rbk {needed}"),
        });
    }
    Ok(index)
}

pub(super) fn unsound(name: &str, message: impl ToString) -> OpenError {
    OpenError::Unsound {
        name: name.to_owned(),
        message: message.to_string(),
    }
}

pub(super) fn same(name: &str, bytes: &[u8], digest: Digest) -> Result<(), OpenError> {
    let found = Digest::of(bytes);
    if found == digest {
        Ok(())
    } else {
        Err(unsound(
            name,
            format!("its digest is {found}, not {digest}"),
        ))
    }
}

pub(super) fn named(document: &DocumentRef, id: &str) -> Result<(), OpenError> {
    if document.id == id {
        Ok(())
    } else {
        Err(unsound(
            &document.closure,
            format!("it is {id}, not {}", document.id),
        ))
    }
}

pub(super) fn json<T: DeserializeOwned>(name: &str, bytes: &[u8]) -> Result<T, OpenError> {
    serde_json::from_slice(bytes).map_err(|error| unsound(name, error))
}

/// Reads a closure and makes sure that nothing in its bytes was passed over: written again, it is the same.
pub(super) fn canonical<T: DeserializeOwned + serde::Serialize>(
    name: &str,
    bytes: &[u8],
) -> Result<T, OpenError> {
    let value: T = json(name, bytes)?;
    let again = to_canonical_json(&value).map_err(|error| unsound(name, error))?;
    if again == bytes {
        Ok(value)
    } else {
        Err(unsound(name, "it is not in canonical form"))
    }
}
