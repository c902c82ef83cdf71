//! Refreshing metadata from a publication, in the order of the TUF client workflow (5.3 to 5.6), saving every
//! step as soon as it is trusted.

use std::collections::BTreeMap;

use super::high_water::HighWater;
use super::limits::Limits;
use super::metadata::{EMERGENCY, FileInfo, HALT_FILE, RECALL_FILE};
use super::name::RemotePath;
use super::reason::{Reason, Refusal};
use super::state::{Held, StateDir};
use super::transport::{Conditional, Transport};
use super::trusted::{TimestampUpdate, TrustedSet};

/// A timestamp as it was offered.
pub(crate) struct Offer {
    pub(crate) bytes: Vec<u8>,
    tag: Option<String>,
}

/// Moves metadata from a transport through the trust core into the state directory.
pub(crate) struct Refresh<'a> {
    pub(crate) state: &'a StateDir,
    pub(crate) transport: &'a dyn Transport,
    pub(crate) limits: &'a Limits,
}

impl Refresh<'_> {
    /// Asks for the timestamp, unless it is still the remembered one. "Not changed" is believed: the worst a
    /// liar gains is that nothing moves until the remembered timestamp expires.
    pub(crate) fn poll(&self, trusted: &TrustedSet) -> Result<Offer, Refusal> {
        let known = trusted
            .remembered_timestamp()
            .map(|timestamp| timestamp.raw());
        self.ask(known.and_then(|raw| Some((raw, self.state.tag(raw)?))))
    }

    fn ask(&self, known: Option<(&[u8], String)>) -> Result<Offer, Refusal> {
        let path = RemotePath::timestamp();
        let tag = known.as_ref().map(|(_, tag)| tag.as_str());
        match (
            self.transport
                .fetch_if_changed(&path, self.limits.timestamp, tag)?,
            known,
        ) {
            (Conditional::Fetched { bytes, tag }, _) => Ok(Offer { bytes, tag }),
            (Conditional::Unchanged, Some((raw, tag))) => Ok(Offer {
                bytes: raw.to_vec(),
                tag: Some(tag),
            }),
            _ => Err(missing(&path)),
        }
    }

    /// The whole workflow. `outdated` says that what was remembered no longer counts (5.3.11).
    pub(crate) fn all(
        &self,
        trusted: &mut TrustedSet,
        mark: &mut HighWater,
        outdated: bool,
        offer: Offer,
    ) -> Result<(), Refusal> {
        let before = trusted.roots().newest().signed.version;
        self.roots(trusted)?;
        let newest = trusted.roots().newest().signed.version;
        // 5.3.11
        if outdated || trusted.roots().online_keys_changed_since(before) {
            trusted.forget();
            *mark = HighWater::at_root(newest, mark.time);
            self.state.forget(mark)?;
        }
        // A timestamp that was fetched before the newest root may be one of the old keys.
        let offer = if newest == before {
            offer
        } else {
            self.ask(None)?
        };
        self.timestamp(trusted, mark, &offer)?;
        mark.root = newest;
        self.snapshot(trusted, mark)?;
        self.state.raise_mark(mark)?;
        self.targets(trusted)
    }

    /// 5.3.3 to 5.3.9
    fn roots(&self, trusted: &mut TrustedSet) -> Result<(), Refusal> {
        for _ in 0..self.limits.root_rotations {
            let Some(next) = trusted.roots().newest().signed.version.checked_add(1) else {
                break;
            };
            let path = RemotePath::root(next);
            let Some(bytes) = self.transport.fetch(&path, self.limits.root)? else {
                break;
            };
            trusted
                .update_root(&bytes)
                .map_err(|refusal| refusal.about(&path))?;
            self.state.save_root(trusted.roots().newest())?;
        }
        Ok(())
    }

    /// 5.4
    fn timestamp(
        &self,
        trusted: &mut TrustedSet,
        mark: &mut HighWater,
        offer: &Offer,
    ) -> Result<(), Refusal> {
        let about = |refusal: Refusal| refusal.about(&RemotePath::timestamp());
        let update = trusted.update_timestamp(&offer.bytes).map_err(about)?;
        if let TimestampUpdate::Reused(refusal) = update {
            return Err(about(refusal));
        }
        let known = trusted
            .remembered_timestamp()
            .map(|timestamp| timestamp.raw());
        if let Some(timestamp) = trusted.timestamp() {
            if known != Some(timestamp.raw()) {
                self.state.save_metadata(timestamp)?;
            }
            mark.timestamp = Some(timestamp.signed.version);
            self.state.save_tag(timestamp.raw(), offer.tag.as_deref())?;
        }
        Ok(())
    }

    /// 5.5; the remembered snapshot saves a request while the timestamp still lists it.
    fn snapshot(&self, trusted: &mut TrustedSet, mark: &mut HighWater) -> Result<(), Refusal> {
        let remembered = trusted
            .remembered_snapshot()
            .map(|snapshot| snapshot.raw().to_vec());
        if remembered.is_none_or(|bytes| trusted.update_snapshot(&bytes).is_err()) {
            let listed = trusted
                .timestamp()
                .map(|timestamp| timestamp.signed.snapshot.clone());
            let Some(listed) = listed else { return Ok(()) };
            let (path, bytes) = self.listed(
                "snapshot",
                listed.version,
                listed.length,
                self.limits.snapshot,
                trusted,
            )?;
            trusted
                .update_snapshot(&bytes)
                .map_err(|refusal| refusal.about(&path))?;
            if let Some(snapshot) = trusted.snapshot() {
                self.state.save_metadata(snapshot)?;
            }
        }
        mark.snapshot = trusted.snapshot().map(|snapshot| snapshot.signed.version);
        Ok(())
    }

    /// 5.6; the targets seen last save a request while the snapshot still lists them.
    fn targets(&self, trusted: &mut TrustedSet) -> Result<(), Refusal> {
        let seen = self.state.seen_targets();
        if seen.is_none_or(|bytes| trusted.update_targets(&bytes).is_err()) {
            let listed = trusted
                .snapshot()
                .and_then(|snapshot| snapshot.signed.meta.get("targets.json").cloned());
            let listed = listed.ok_or_else(|| {
                Refusal::new(Reason::Unlisted, "the snapshot lists no targets.json")
            })?;
            let (path, bytes) = self.listed(
                "targets",
                listed.version,
                listed.length,
                self.limits.targets,
                trusted,
            )?;
            trusted
                .update_targets(&bytes)
                .map_err(|refusal| refusal.about(&path))?;
            if let Some(targets) = trusted.targets() {
                self.state.save_metadata(targets)?;
            }
        }
        Ok(())
    }

    /// 5.6.7, for the one delegation that is followed. Orders that are held stay in force until others are trusted.
    pub(crate) fn emergency(
        &self,
        trusted: &mut TrustedSet,
        mark: &mut HighWater,
    ) -> Result<(), Refusal> {
        let Some(listed) = trusted.emergency_listed()?.cloned() else {
            return Ok(());
        };
        let held = self.state.held()?;
        let known = held.as_ref().map(|held| held.emergency.as_bytes());
        if known.is_none_or(|bytes| trusted.update_emergency(bytes).is_err()) {
            let (path, bytes) = self.listed(
                EMERGENCY,
                listed.version,
                listed.length,
                self.limits.emergency,
                trusted,
            )?;
            trusted
                .update_emergency(&bytes)
                .map_err(|refusal| refusal.about(&path))?;
        }
        let (Some(targets), Some(emergency)) = (trusted.targets(), trusted.emergency()) else {
            return Ok(());
        };
        let mut files = BTreeMap::new();
        for name in [HALT_FILE, RECALL_FILE] {
            if let Some(info) = emergency.signed.targets.get(name) {
                let known = held.as_ref().and_then(|held| held.files.get(name));
                files.insert(name.to_owned(), self.order(trusted, name, info, known)?);
            }
        }
        let orders = Held {
            targets: text(targets.raw(), "the targets metadata")?,
            emergency: text(emergency.raw(), "the emergency metadata")?,
            files,
        };
        if held.as_ref() != Some(&orders) {
            self.state.hold(&orders)?;
        }
        mark.emergency = Some(emergency.signed.version);
        self.state.raise_mark(mark)
    }

    /// A file of the emergency role: the one that is held, when it still is the signed one.
    fn order(
        &self,
        trusted: &TrustedSet,
        name: &str,
        info: &FileInfo,
        known: Option<&String>,
    ) -> Result<String, Refusal> {
        if let Some(known) = known.filter(|known| info.check(known.as_bytes(), name).is_ok()) {
            return Ok(known.clone());
        }
        let consistent = trusted.roots().newest().signed.consistent_snapshot;
        let path = RemotePath::target(name, &info.hashes.sha256, consistent)?;
        if info.length > self.limits.emergency {
            let problem = format!("{path} has {} bytes", info.length);
            return Err(Refusal::new(Reason::Limit, problem));
        }
        let bytes = self.transport.fetch(&path, info.length)?;
        let bytes = bytes.ok_or_else(|| missing(&path))?;
        info.check(&bytes, name)
            .map_err(|refusal| refusal.about(&path))?;
        text(&bytes, name)
    }

    fn listed(
        &self,
        role: &str,
        version: u64,
        length: Option<u64>,
        limit: u64,
        trusted: &TrustedSet,
    ) -> Result<(RemotePath, Vec<u8>), Refusal> {
        let consistent = trusted.roots().newest().signed.consistent_snapshot;
        let path = RemotePath::metadata(role, version, consistent);
        let max_len = length.unwrap_or(limit).min(limit);
        match self.transport.fetch(&path, max_len)? {
            Some(bytes) => Ok((path, bytes)),
            None => Err(missing(&path)),
        }
    }
}

fn text(bytes: &[u8], what: &str) -> Result<String, Refusal> {
    let text = std::str::from_utf8(bytes).map(str::to_owned);
    text.map_err(|_| Refusal::new(Reason::Malformed, format!("{what} is not UTF-8")))
}

fn missing(path: &RemotePath) -> Refusal {
    Refusal::new(Reason::NotFound, format!("{path} is not offered"))
}
