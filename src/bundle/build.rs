//! From closures to the files of a release, byte for byte the same on every machine.

use std::collections::BTreeMap;

use thiserror::Error;

use super::archive::{ArchiveError, pack};
use super::evidence;
use super::index::{
    DocumentRef, FORMAT, GOVERNANCE_FILE, INDEX_FILE, Index, PACK_INDEX_FILE, PackIndex, PackRef,
};
use crate::closure::{Closure, Pinned, SignatureClosure};
use crate::document::model::{API_VERSION, Governance, Kind, Metadata, Status, Tier};
use crate::document::{CanonicalError, Digest, to_canonical_json};
use crate::governance::statement::Chain;

/// Documents a pack should hold at most; the number of packs grows in powers of four beyond that.
const PER_PACK: usize = 64;
/// Most packs a bundle is split into (DISTRIBUTION §1).
const MAX_PACKS: usize = 256;

/// What a bundle is made from.
#[derive(Clone, Debug)]
pub struct Contents {
    /// The git commit everything was read from.
    pub commit: String,
    /// The policy.
    pub governance: Pinned<Governance>,
    /// Runbooks, each with its source.
    pub runbooks: Vec<(Closure, SourceFile)>,
    /// Signatures that are routed nowhere, each with its source.
    pub signatures: Vec<(SignatureClosure, SourceFile)>,
    /// Who approved all of it.
    pub evidence: Option<Chain>,
}

/// The YAML a document was written as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Path from the root of the repository.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A bundle cannot be built.
#[derive(Debug, Error)]
pub enum BuildError {
    /// A document has no version or status; lint says so too.
    #[error("{kind}/{id} has no {missing}; run `rbk lint`")]
    Incomplete {
        /// Kind of the document.
        kind: Kind,
        /// Its id.
        id: String,
        /// What it lacks.
        missing: &'static str,
    },
    /// A document has no canonical form.
    #[error("{0}")]
    Canonical(#[from] CanonicalError),
    /// A path cannot be archived.
    #[error("{0}")]
    Archive(#[from] ArchiveError),
}

/// One document, ready to be packed.
struct Packable {
    reference: DocumentRef,
    closure: Vec<u8>,
    source: Vec<u8>,
}

/// The files of a release by name.
///
/// Nothing but `contents` goes into them: no clock, no machine, no environment.
///
/// # Errors
/// See [`BuildError`].
pub fn build(contents: &Contents) -> Result<BTreeMap<String, Vec<u8>>, BuildError> {
    let mut documents = Vec::with_capacity(contents.runbooks.len() + contents.signatures.len());
    let mut by_tier: BTreeMap<Tier, u32> = Tier::ALL.into_iter().map(|tier| (tier, 0)).collect();
    for (closure, source) in &contents.runbooks {
        let runbook = &closure.runbook;
        let tier = runbook.spec.autonomy.max_tier;
        *by_tier.entry(tier).or_default() += 1;
        let mut packable = packable(
            Kind::Runbook,
            &runbook.metadata,
            to_canonical_json(closure)?,
            source,
        )?;
        packable.reference.tier = Some(tier);
        packable.reference.mode = Some(runbook.spec.autonomy.mode);
        documents.push(packable);
    }
    for (closure, source) in &contents.signatures {
        let metadata = &closure.signature.metadata;
        documents.push(packable(
            Kind::Signature,
            metadata,
            to_canonical_json(closure)?,
            source,
        )?);
    }

    let mut files = BTreeMap::new();
    let governance = to_canonical_json(&contents.governance)?;
    let mut packs = Vec::new();
    for (number, pack_files) in split(documents)?.into_iter().enumerate() {
        let name = format!("pack-{number:02x}.tar.gz");
        let bytes = pack(&pack_files)?;
        packs.push(PackRef {
            name: name.clone(),
            digest: Digest::of(&bytes),
            length: bytes.len() as u64,
        });
        files.insert(name, bytes);
    }
    let evidence = contents.evidence.as_ref().and_then(|chain| {
        let (reference, written) = evidence::write(chain)?;
        files.extend(written);
        Some(reference)
    });
    let mut index = Index {
        format: FORMAT,
        schema: API_VERSION.to_owned(),
        minimum_agent: env!("CARGO_PKG_VERSION").to_owned(),
        commit: contents.commit.clone(),
        packs,
        governance: Digest::of(&governance),
        runbooks_by_tier: by_tier,
        evidence,
        without_evidence: false,
        canary: None,
    };
    index.format = index.needed_format();
    files.insert(GOVERNANCE_FILE.to_owned(), governance);
    files.insert(INDEX_FILE.to_owned(), to_canonical_json(&index)?);
    Ok(files)
}

fn packable(
    kind: Kind,
    metadata: &Metadata,
    closure: Vec<u8>,
    source: &SourceFile,
) -> Result<Packable, BuildError> {
    let id = &metadata.id;
    let incomplete = |missing| BuildError::Incomplete {
        kind,
        id: id.clone(),
        missing,
    };
    let version = metadata
        .version
        .clone()
        .ok_or_else(|| incomplete("version"))?;
    let status: Status = metadata.status.ok_or_else(|| incomplete("status"))?;
    let folder = match kind {
        Kind::Runbook => "runbooks",
        _ => "signatures",
    };
    let reference = DocumentRef {
        kind,
        id: id.clone(),
        version,
        status,
        tier: None,
        mode: None,
        digest: Digest::of(&closure),
        closure: format!("{folder}/{id}.json"),
        source: format!("sources/{}", source.path),
        source_digest: Digest::of(&source.bytes),
    };
    Ok(Packable {
        reference,
        closure,
        source: source.bytes.clone(),
    })
}

/// Packs by the digest of a document's kind and id, so that a change to one document changes one pack.
fn split(documents: Vec<Packable>) -> Result<Vec<BTreeMap<String, Vec<u8>>>, BuildError> {
    let mut count = 1;
    while count < MAX_PACKS && documents.len() > count * PER_PACK {
        count *= 4;
    }
    let mut packs: Vec<(PackIndex, BTreeMap<String, Vec<u8>>)> = Vec::new();
    packs.resize_with(count, Default::default);
    for Packable {
        reference,
        closure,
        source,
    } in documents
    {
        let name = Digest::of(format!("{}/{}", reference.kind, reference.id).as_bytes());
        let [first, ..] = name.as_bytes();
        if let Some((index, files)) = packs.get_mut(usize::from(*first) % count) {
            files.insert(reference.closure.clone(), closure);
            files.insert(reference.source.clone(), source);
            index.documents.push(reference);
        }
    }
    packs
        .into_iter()
        .map(|(mut index, mut files)| {
            index.documents.sort();
            files.insert(PACK_INDEX_FILE.to_owned(), to_canonical_json(&index)?);
            Ok(files)
        })
        .collect()
}
