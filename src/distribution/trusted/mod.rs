//! The trust core: what is believed, and every check before something more is.
//!
//! Pure: bytes and the time come in, a refusal or a new state comes out. The numbers beside the checks are
//! sections of the TUF specification 1.0 (client workflow).

#[cfg(test)]
mod tests;

use super::metadata::{
    Delegation, EMERGENCY, MetaInfo, Metadata, Role, Snapshot, Targets, Timestamp,
};
use super::reason::{Reason, Refusal};
use super::roots::RootChain;

/// Name of the emergency role's metadata in a snapshot.
pub(crate) const EMERGENCY_FILE: &str = "emergency.json";

/// What an offered timestamp was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimestampUpdate {
    /// Newer than the remembered one, or the first.
    Newer,
    /// The version already remembered, with the same content.
    Same,
    /// The version already remembered, with other content: a key signed one number twice. The specification
    /// discards it silently; the caller gets to say so.
    Reused(Refusal),
}

/// The metadata believed in one update, and what is remembered from earlier ones.
#[derive(Debug, Clone)]
pub struct TrustedSet {
    now: jiff::Timestamp,
    roots: RootChain,
    remembered_timestamp: Option<Metadata<Timestamp>>,
    remembered_snapshot: Option<Metadata<Snapshot>>,
    timestamp: Option<Metadata<Timestamp>>,
    snapshot: Option<Metadata<Snapshot>>,
    targets: Option<Metadata<Targets>>,
    emergency: Option<Metadata<Targets>>,
}

impl TrustedSet {
    /// Starts an update at a fixed time (5.1) from roots that are trusted already (5.2).
    ///
    /// With `jiff::Timestamp::MIN` nothing is ever expired: for a publisher that continues an old publication.
    #[must_use]
    pub fn new(roots: RootChain, now: jiff::Timestamp) -> Self {
        Self {
            now,
            roots,
            remembered_timestamp: None,
            remembered_snapshot: None,
            timestamp: None,
            snapshot: None,
            targets: None,
            emergency: None,
        }
    }

    /// Remembers a timestamp of an earlier update. It may be expired: it only guards against rollback.
    ///
    /// # Errors
    /// When no root of the chain trusts the keys that signed it.
    pub fn remember_timestamp(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        let timestamp = Metadata::parse(bytes)?;
        self.roots.require_signed_by_any(&timestamp)?;
        self.remembered_timestamp = Some(timestamp);
        Ok(())
    }

    /// Remembers a snapshot of an earlier update. It may be expired: it only guards against rollback.
    ///
    /// # Errors
    /// When no root of the chain trusts the keys that signed it.
    pub fn remember_snapshot(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        let snapshot = Metadata::parse(bytes)?;
        self.roots.require_signed_by_any(&snapshot)?;
        self.remembered_snapshot = Some(snapshot);
        Ok(())
    }

    /// Forgets timestamp and snapshot of earlier updates, because their keys changed (5.3.11).
    pub fn forget(&mut self) {
        self.remembered_timestamp = None;
        self.remembered_snapshot = None;
    }

    /// Moves to the next root (5.3.4 to 5.3.7).
    ///
    /// # Errors
    /// See [`RootChain::extend`]. [`Reason::OutOfOrder`] after a timestamp was accepted.
    pub fn update_root(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        in_order(self.timestamp.is_none(), "root after timestamp")?;
        self.roots.extend(bytes)
    }

    /// Accepts a timestamp (5.3.10, 5.4.2 to 5.4.4).
    ///
    /// # Errors
    /// [`Reason::Expired`], [`Reason::Signature`], [`Reason::Threshold`], [`Reason::Rollback`];
    /// nothing changes then.
    pub fn update_timestamp(&mut self, bytes: &[u8]) -> Result<TimestampUpdate, Refusal> {
        in_order(self.snapshot.is_none(), "timestamp after snapshot")?;
        let root = self.roots.newest();
        // 5.3.10: the final root must not be expired.
        root.require_fresh(self.now)?;
        let offered = Metadata::<Timestamp>::parse(bytes)?;
        // 5.4.2
        offered.require_signed_by(&root.signed)?;
        if let Some(remembered) = &self.remembered_timestamp {
            // 5.4.3.1: an equal version is no error; the remembered one stays.
            not_older(
                "timestamp",
                offered.signed.version,
                remembered.signed.version,
            )?;
            if offered.signed.version == remembered.signed.version {
                if let Err(reused) = same_content(&offered, remembered) {
                    remembered.require_signed_by(&root.signed)?;
                    remembered.require_fresh(self.now)?;
                    self.timestamp = Some(remembered.clone());
                    return Ok(TimestampUpdate::Reused(reused));
                }
                offered.require_fresh(self.now)?;
                self.timestamp = Some(offered);
                return Ok(TimestampUpdate::Same);
            }
            // 5.4.3.2
            not_older(
                "snapshot",
                offered.signed.snapshot.version,
                remembered.signed.snapshot.version,
            )?;
        }
        // 5.4.4
        offered.require_fresh(self.now)?;
        self.timestamp = Some(offered);
        Ok(TimestampUpdate::Newer)
    }

    /// Accepts the snapshot that the timestamp lists (5.5.2 to 5.5.6).
    ///
    /// # Errors
    /// [`Reason::Length`], [`Reason::Hash`], [`Reason::Signature`], [`Reason::Threshold`], [`Reason::Version`],
    /// [`Reason::Rollback`], [`Reason::Unlisted`], [`Reason::Expired`]; nothing changes then.
    pub fn update_snapshot(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        in_order(self.targets.is_none(), "snapshot after targets")?;
        let listed = &believed(self.timestamp.as_ref(), "snapshot before timestamp")?
            .signed
            .snapshot;
        // 5.5.2
        listed.check(bytes, "the snapshot")?;
        let offered = Metadata::<Snapshot>::parse(bytes)?;
        // 5.5.3
        offered.require_signed_by(&self.roots.newest().signed)?;
        // 5.5.4
        listed_version(
            "snapshot",
            offered.signed.version,
            listed.version,
            "timestamp",
        )?;
        // 5.5.5
        if let Some(remembered) = &self.remembered_snapshot {
            for (file, old) in &remembered.signed.meta {
                let Some(new) = offered.signed.meta.get(file) else {
                    return Err(Refusal::new(
                        Reason::Unlisted,
                        format!(
                            "snapshot version {} no longer lists {file}",
                            offered.signed.version
                        ),
                    ));
                };
                not_older(file, new.version, old.version)?;
            }
        }
        // 5.5.6
        offered.require_fresh(self.now)?;
        self.snapshot = Some(offered);
        Ok(())
    }

    /// Accepts the top-level targets that the snapshot lists (5.6.2 to 5.6.5).
    ///
    /// # Errors
    /// [`Reason::Unlisted`], [`Reason::Length`], [`Reason::Hash`], [`Reason::Signature`], [`Reason::Threshold`],
    /// [`Reason::Version`], [`Reason::Expired`]; nothing changes then.
    pub fn update_targets(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        let snapshot = &believed(self.snapshot.as_ref(), "targets before snapshot")?.signed;
        let listed = snapshot.meta.get("targets.json").ok_or_else(|| {
            Refusal::new(
                Reason::Unlisted,
                format!(
                    "snapshot version {} lists no targets.json",
                    snapshot.version
                ),
            )
        })?;
        // 5.6.2
        listed.check(bytes, "the targets metadata")?;
        let offered = Metadata::<Targets>::parse(bytes)?;
        // 5.6.3
        offered.require_signed_by(&self.roots.newest().signed)?;
        // 5.6.4
        listed_version(
            "targets",
            offered.signed.version,
            listed.version,
            "snapshot",
        )?;
        // 5.6.5
        offered.require_fresh(self.now)?;
        self.targets = Some(offered);
        Ok(())
    }

    /// What the snapshot lists of the emergency role, where the targets delegate to it and anything is listed.
    ///
    /// # Errors
    /// [`Reason::Malformed`] for delegations that are not what TUF describes; [`Reason::OutOfOrder`] before the targets.
    pub fn emergency_listed(&self) -> Result<Option<&MetaInfo>, Refusal> {
        let targets = believed(self.targets.as_ref(), "emergency before targets")?;
        if Delegation::of(&targets.signed)?.is_none() {
            return Ok(None);
        }
        let snapshot = believed(self.snapshot.as_ref(), "emergency before snapshot")?;
        Ok(snapshot.signed.meta.get(EMERGENCY_FILE))
    }

    /// Accepts metadata of the emergency role that the snapshot lists (5.6.7, as 5.6.2 to 5.6.5 with the delegated keys).
    ///
    /// # Errors
    /// As [`TrustedSet::update_targets`]; nothing changes then.
    pub fn update_emergency(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        let unlisted = || Refusal::new(Reason::Unlisted, "nothing is delegated to emergency");
        let listed = self.emergency_listed()?.ok_or_else(unlisted)?;
        listed.check(bytes, "the emergency metadata")?;
        let offered = Metadata::<Targets>::parse(bytes)?;
        let targets = believed(self.targets.as_ref(), "emergency before targets")?;
        let delegation = Delegation::of(&targets.signed)?.ok_or_else(unlisted)?;
        offered.require_delegated(&delegation)?;
        let version = offered.signed.version;
        listed_version(EMERGENCY, version, listed.version, "snapshot")?;
        offered.require_fresh(self.now)?;
        self.emergency = Some(offered);
        Ok(())
    }

    /// The metadata of the emergency role accepted in this update.
    #[must_use]
    pub fn emergency(&self) -> Option<&Metadata<Targets>> {
        self.emergency.as_ref()
    }

    /// The roots, from the trusted one to the newest.
    #[must_use]
    pub fn roots(&self) -> &RootChain {
        &self.roots
    }

    /// The timestamp accepted in this update.
    #[must_use]
    pub fn timestamp(&self) -> Option<&Metadata<Timestamp>> {
        self.timestamp.as_ref()
    }

    /// The snapshot accepted in this update.
    #[must_use]
    pub fn snapshot(&self) -> Option<&Metadata<Snapshot>> {
        self.snapshot.as_ref()
    }

    /// The targets accepted in this update.
    #[must_use]
    pub fn targets(&self) -> Option<&Metadata<Targets>> {
        self.targets.as_ref()
    }

    /// The timestamp remembered from an earlier update.
    #[must_use]
    pub fn remembered_timestamp(&self) -> Option<&Metadata<Timestamp>> {
        self.remembered_timestamp.as_ref()
    }

    /// The snapshot remembered from an earlier update.
    #[must_use]
    pub fn remembered_snapshot(&self) -> Option<&Metadata<Snapshot>> {
        self.remembered_snapshot.as_ref()
    }
}

fn in_order(right: bool, what: &str) -> Result<(), Refusal> {
    if right {
        Ok(())
    } else {
        Err(Refusal::new(Reason::OutOfOrder, what))
    }
}

fn believed<'a, T>(metadata: Option<&'a T>, otherwise: &str) -> Result<&'a T, Refusal> {
    metadata.ok_or_else(|| Refusal::new(Reason::OutOfOrder, otherwise))
}

fn not_older(what: &str, offered: u64, trusted: u64) -> Result<(), Refusal> {
    if offered >= trusted {
        return Ok(());
    }
    Err(Refusal::new(
        Reason::Rollback,
        format!("{what} version {offered} was offered, but version {trusted} is already trusted"),
    ))
}

fn listed_version(role: &str, offered: u64, listed: u64, lister: &str) -> Result<(), Refusal> {
    if offered == listed {
        return Ok(());
    }
    Err(Refusal::new(
        Reason::Version,
        format!("{role} version {offered} was offered, but the {lister} lists version {listed}"),
    ))
}

/// Requires that metadata with a known version number says what it said before.
///
/// # Errors
/// [`Reason::VersionReused`].
pub(crate) fn same_content<T: Role>(
    offered: &Metadata<T>,
    known: &Metadata<T>,
) -> Result<(), Refusal> {
    if offered.payload() == known.payload() {
        return Ok(());
    }
    Err(Refusal::new(
        Reason::VersionReused,
        format!(
            "{} version {} was offered with other content than before",
            T::NAME,
            offered.signed.version()
        ),
    ))
}
