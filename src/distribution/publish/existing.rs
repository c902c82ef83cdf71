//! What a publication directory holds already, verified before it is continued.

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

use super::PublishError;
use super::error::refused;
use crate::distribution::disk::read_optional;
use crate::distribution::metadata::{Metadata, Role as _, Root, Snapshot, Targets};
use crate::distribution::name::RemotePath;
use crate::distribution::reason::{Reason, Refusal};
use crate::distribution::roots::RootChain;
use crate::distribution::trusted::{TrustedSet, same_content};

/// Holds the directory against other publications.
pub(super) fn lock(dir: &Path) -> Result<File, PublishError> {
    let failed = |error: io::Error| PublishError::Io {
        path: dir.to_owned(),
        error,
    };
    let file = File::open(dir).map_err(failed)?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(PublishError::Locked(dir.to_owned())),
        Err(error) => Err(failed(error.into())),
    }
}

/// The given roots, and those in the directory that follow them.
pub(super) fn chain(dir: &Path, roots: &[Vec<u8>]) -> Result<RootChain, PublishError> {
    let mut rest = roots.iter();
    let first = rest.next().ok_or_else(|| {
        refused("roots")(Refusal::new(Reason::NotFound, "no root file was given"))
    })?;
    let mut chain = RootChain::anchor(first).map_err(refused("the first root file"))?;
    for bytes in rest {
        chain.extend(bytes).map_err(refused("the root files"))?;
    }
    for root in chain.iter() {
        let path = RemotePath::root(root.signed.version);
        let Some(bytes) = read(dir, &path)? else {
            continue;
        };
        let there = Metadata::<Root>::parse(&bytes).map_err(refused(&path.to_string()))?;
        same_content(&there, root).map_err(refused(&path.to_string()))?;
    }
    while let Some(next) = chain.newest().signed.version.checked_add(1) {
        let path = RemotePath::root(next);
        let Some(bytes) = read(dir, &path)? else {
            break;
        };
        chain.extend(&bytes).map_err(refused(&path.to_string()))?;
    }
    if !chain.newest().signed.consistent_snapshot {
        let what =
            "the newest root does not use consistent snapshots, which publishing here requires";
        return Err(refused("roots")(Refusal::new(Reason::Malformed, what)));
    }
    Ok(chain)
}

/// Loads and verifies the publication that is there. It may be expired and signed by keys of an older root:
/// it only tells which version numbers are used up.
pub(super) fn existing(dir: &Path, roots: &RootChain) -> Result<Option<TrustedSet>, PublishError> {
    let path = RemotePath::timestamp();
    let Some(timestamp) = read(dir, &path)? else {
        return Ok(None);
    };
    let refusal = refused("the publication that is there");
    let mut last = None;
    // The newest root first.
    let versions: Vec<u64> = roots.iter().rev().map(|root| root.signed.version).collect();
    for version in versions {
        let mut set = TrustedSet::new(roots.up_to(version), jiff::Timestamp::MIN);
        match load(dir, &mut set, &timestamp)? {
            Ok(()) => return Ok(Some(set)),
            Err(refusal) => last = last.or(Some(refusal)),
        }
    }
    Err(refusal(last.unwrap_or_else(|| {
        Refusal::new(Reason::Signature, "no root vouches for it")
    })))
}

fn load(
    dir: &Path,
    set: &mut TrustedSet,
    timestamp: &[u8],
) -> Result<Result<(), Refusal>, PublishError> {
    if let Err(refusal) = set.update_timestamp(timestamp) {
        return Ok(Err(refusal));
    }
    let listed = set
        .timestamp()
        .map_or(0, |timestamp| timestamp.signed.snapshot.version);
    let snapshot = needed(dir, &RemotePath::metadata(Snapshot::NAME, listed, true))?;
    if let Err(refusal) = set.update_snapshot(&snapshot) {
        return Ok(Err(refusal));
    }
    let listed = set
        .snapshot()
        .and_then(|snapshot| snapshot.signed.meta.get("targets.json"))
        .map_or(0, |info| info.version);
    let targets = needed(dir, &RemotePath::metadata(Targets::NAME, listed, true))?;
    Ok(set.update_targets(&targets))
}

pub(super) fn needed(dir: &Path, path: &RemotePath) -> Result<Vec<u8>, PublishError> {
    let missing = || {
        refused("the publication that is there")(Refusal::new(
            Reason::NotFound,
            format!("{path} is missing"),
        ))
    };
    read(dir, path)?.ok_or_else(missing)
}

pub(super) fn read(dir: &Path, path: &RemotePath) -> Result<Option<Vec<u8>>, PublishError> {
    let place = dir.join(path.to_string());
    read_optional(&place).map_err(|error| PublishError::Io { path: place, error })
}
