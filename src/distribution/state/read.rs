//! Reading the release in force, without the lock and without the network.

use std::path::Path;

use serde::Serialize;

use super::{Link, StateDir};
use crate::distribution::clock::{CLOCK_TOLERANCE, is_behind};
use crate::distribution::disk::read_optional;
use crate::distribution::metadata::{Metadata, Role, Root, Snapshot, Targets, Timestamp};
use crate::distribution::reason::Refusal;
use crate::distribution::release::{Freshness, Release};
use crate::distribution::roots::RootChain;

/// What an agent stands on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// The number of the release in force.
    pub release: Option<u64>,
    /// How fresh it is.
    pub freshness: Option<Freshness>,
    /// The version of the newest trusted root.
    pub root: u64,
    /// When a synchronisation last succeeded.
    pub synced: Option<jiff::Timestamp>,
}

/// The metadata that vouches for a release.
struct Vouchers {
    timestamp: Metadata<Timestamp>,
    snapshot: Metadata<Snapshot>,
}

impl StateDir {
    /// The release in force, its signatures verified from the installed root on; nothing before the first one.
    ///
    /// # Errors
    /// [`Reason::RootInstalled`](super::Reason::RootInstalled), [`Reason::StateCorrupt`](super::Reason::StateCorrupt)
    /// or [`Reason::StateIo`](super::Reason::StateIo).
    pub fn current(&self, anchor: &[u8]) -> Result<Option<Release>, Refusal> {
        let roots = self.roots(anchor)?;
        self.current_with(&roots)
    }

    /// What the agent stands on at `now`.
    ///
    /// # Errors
    /// As [`StateDir::current`].
    pub fn status(&self, anchor: &[u8], now: jiff::Timestamp) -> Result<Status, Refusal> {
        let roots = self.roots(anchor)?;
        let synced = self.read_mark()?.and_then(|mark| mark.time);
        let release = self.current_with(&roots)?;
        let freshness = release
            .as_ref()
            .map(|release| self.freshness(&roots, release, synced, now))
            .transpose()?;
        let root = roots.newest().signed.version;
        Ok(Status {
            release: release.map(|release| release.number()),
            freshness,
            root,
            synced,
        })
    }

    pub(super) fn roots(&self, anchor: &[u8]) -> Result<RootChain, Refusal> {
        let mut roots = RootChain::anchor(anchor).map_err(|refusal| {
            Refusal::new(
                super::Reason::RootInstalled,
                format!("the installed root cannot be used: {refusal}"),
            )
        })?;
        if self.read_mark()?.is_some() {
            self.extend_from_history(&mut roots)?;
        }
        Ok(roots)
    }

    fn current_with(&self, roots: &RootChain) -> Result<Option<Release>, Refusal> {
        let mark = self.read_mark()?;
        let current = self.linked("current")?;
        match (&mark, &current) {
            (Some(mark), _) => mark.require_at_least(
                "current",
                current.as_ref().map(|link| link.number),
                mark.release,
            )?,
            (None, Some(_)) => {
                return Err(self.corrupt("there is no high-water mark, but current is there"));
            }
            (None, None) => {}
        }
        current.map(|link| self.release(roots, &link)).transpose()
    }

    /// A release on disk with its signatures verified; its files are verified when read.
    pub(crate) fn release(&self, roots: &RootChain, link: &Link) -> Result<Release, Refusal> {
        let dir = self.dir.join(link.path());
        let number = link.number;
        let damaged = |what: &str| self.corrupt(&format!("release {number}: {what}"));
        let targets = self.voucher::<Targets>(&dir)?.ok_or_else(|| {
            damaged("metadata/targets.json is missing; synchronise again to repair it")
        })?;
        roots
            .require_signed_by_any(&targets)
            .map_err(|refusal| damaged(&refusal.message))?;
        if targets.signed.version != number {
            return Err(damaged(&format!(
                "its metadata is that of release {}",
                targets.signed.version
            )));
        }
        Ok(Release::new(dir, targets))
    }

    fn freshness(
        &self,
        roots: &RootChain,
        release: &Release,
        synced: Option<jiff::Timestamp>,
        now: jiff::Timestamp,
    ) -> Result<Freshness, Refusal> {
        let root = &roots.newest().signed;
        if release.targets().require_signed_by(root).is_err() {
            return Ok(Freshness::Revoked { root: root.version });
        }
        // What was seen last vouches for the release if it still names it; otherwise what came with it does.
        let mut vouchers = None;
        for dir in [self.dir.clone(), release.dir().to_owned()] {
            vouchers = vouchers.or(self.vouchers(&dir, root, release)?);
        }
        let Some(Vouchers {
            timestamp,
            snapshot,
        }) = vouchers
        else {
            // Signed by keys that are no longer trusted, although the targets still are.
            return Ok(Freshness::Revoked { root: root.version });
        };
        if let Some(synced) = synced.filter(|synced| is_behind(now, *synced, CLOCK_TOLERANCE)) {
            return Ok(Freshness::ClockBehind { synced });
        }
        let expiries = [
            (Root::NAME, root.expires),
            (Timestamp::NAME, timestamp.signed.expires),
            (Snapshot::NAME, snapshot.signed.expires),
            (Targets::NAME, release.targets().signed.expires),
        ];
        let (role, expires) = expiries
            .into_iter()
            .min_by_key(|(_, expires)| *expires)
            .unwrap_or((Root::NAME, root.expires));
        Ok(if now < expires {
            Freshness::Fresh { expires }
        } else {
            Freshness::Stale {
                role,
                since: expires,
                age_seconds: now.duration_since(expires).as_secs(),
            }
        })
    }

    fn vouchers(
        &self,
        dir: &Path,
        root: &Root,
        release: &Release,
    ) -> Result<Option<Vouchers>, Refusal> {
        let (Some(timestamp), Some(snapshot)) = (
            self.voucher::<Timestamp>(dir)?,
            self.voucher::<Snapshot>(dir)?,
        ) else {
            return Ok(None);
        };
        let names_it = snapshot
            .signed
            .meta
            .get("targets.json")
            .is_some_and(|listed| {
                listed.version == release.number()
                    && listed.check(release.targets().raw(), "targets").is_ok()
            });
        let listed = &timestamp.signed.snapshot;
        let belongs = listed.version == snapshot.signed.version
            && listed.check(snapshot.raw(), "snapshot").is_ok();
        let signed =
            timestamp.require_signed_by(root).is_ok() && snapshot.require_signed_by(root).is_ok();
        Ok((names_it && belongs && signed).then_some(Vouchers {
            timestamp,
            snapshot,
        }))
    }

    fn voucher<T: Role>(&self, dir: &Path) -> Result<Option<Metadata<T>>, Refusal> {
        let path = dir.join("metadata").join(format!("{}.json", T::NAME));
        let bytes =
            read_optional(&path).map_err(|error| self.io(&path.display().to_string(), &error))?;
        bytes
            .map(|bytes| Metadata::parse(&bytes))
            .transpose()
            .map_err(|refusal| self.corrupt(&format!("{}: {refusal}", path.display())))
    }

    /// The release a link points to.
    pub(crate) fn linked(&self, name: &str) -> Result<Option<Link>, Refusal> {
        let target = match std::fs::read_link(self.dir.join(name)) {
            Ok(target) => target,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.io(name, &error)),
        };
        match target.to_str().and_then(Link::parse) {
            Some(link) => Ok(Some(link)),
            None => Err(self.corrupt(&format!("{name} does not point to a release"))),
        }
    }
}
