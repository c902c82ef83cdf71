//! Reading the packs of a bundle, several at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::archive::unpack;
use super::index::{DocumentRef, PACK_INDEX_FILE, PackIndex};
use super::open::{OpenError, canonical, json, named, same, unsound};
use crate::closure::{Closure, Shared, SignatureClosure};
use crate::document::model::Kind;

/// The documents of a pack, by id.
#[derive(Default)]
pub(super) struct Pack {
    pub(super) runbooks: Vec<(String, Closure)>,
    pub(super) signatures: Vec<(String, SignatureClosure)>,
    pub(super) documents: Vec<DocumentRef>,
}

/// Reads packs, given by name and bytes, on as many threads as the machine has processors.
///
/// # Errors
/// That of the first pack in order that cannot be used.
pub(super) fn read_packs(packs: &[(&str, Vec<u8>)]) -> Result<Vec<(String, Pack)>, OpenError> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (next, shared) = (AtomicUsize::new(0), Mutex::new(Shared::default()));
    let read = Mutex::new(Vec::with_capacity(packs.len()));
    std::thread::scope(|scope| {
        for _ in 0..threads.min(packs.len()) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some((name, bytes)) = packs.get(at) else {
                        break;
                    };
                    let pack = read_pack(name, bytes, &shared);
                    let mut read = read.lock().unwrap_or_else(PoisonError::into_inner);
                    read.push((at, (*name).to_owned(), pack));
                }
            });
        }
    });
    let mut read = read.into_inner().unwrap_or_else(PoisonError::into_inner);
    read.sort_by_key(|(at, ..)| *at);
    read.into_iter()
        .map(|(_, name, pack)| Ok((name, pack?)))
        .collect()
}

fn read_pack(name: &str, bytes: &[u8], shared: &Mutex<Shared>) -> Result<Pack, OpenError> {
    let entries = unpack(bytes).map_err(|error| OpenError::Archive {
        name: name.to_owned(),
        error,
    })?;
    let entry = |file: &str| {
        let found = entries.get(file).map(Vec::as_slice);
        found.ok_or_else(|| unsound(name, format!("it has no entry `{file}`")))
    };
    let index: PackIndex = json(name, entry(PACK_INDEX_FILE)?)?;
    let mut pack = Pack::default();
    for document in index.documents {
        let source = entry(&document.source)?;
        same(&document.source, source, document.source_digest)?;
        let closure = entry(&document.closure)?;
        same(&document.closure, closure, document.digest)?;
        let id = document.id.clone();
        match document.kind {
            Kind::Runbook => {
                let mut closure: Closure = canonical(&document.closure, closure)?;
                named(&document, &closure.runbook.metadata.id)?;
                let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
                shared.share(&mut closure);
                pack.runbooks.push((id, closure));
            }
            Kind::Signature => {
                let mut closure: SignatureClosure = canonical(&document.closure, closure)?;
                named(&document, &closure.signature.metadata.id)?;
                let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
                shared.share_signature(&mut closure);
                pack.signatures.push((id, closure));
            }
            other => return Err(unsound(name, format!("a {other} cannot stand in a pack"))),
        }
        pack.documents.push(document);
    }
    Ok(pack)
}
