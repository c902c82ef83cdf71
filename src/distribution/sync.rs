//! Verified synchronisation: from a publication to a release in force, or a reason why not.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::clock::{CLOCK_TOLERANCE, is_behind};
use super::high_water::HighWater;
use super::limits::Limits;
use super::metadata::{Metadata, Targets};
use super::name::RemotePath;
use super::reason::{Reason, Refusal};
use super::refresh::{Offer, Refresh};
use super::release::Release;
use super::state::{Link, Lock, Memory, StateDir};
use super::transport::{Counted, Transport};
use super::trusted::{TrustedSet, same_content};

/// How a synchronisation behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SyncOptions {
    /// Limits of sizes and numbers.
    pub limits: Limits,
    /// How long to wait for another synchronisation on the same state.
    pub lock_wait: Duration,
    /// An unchanged timestamp ends a synchronisation only if nothing expires within this time; otherwise new
    /// roots are looked for too.
    pub near_expiry: SignedDuration,
    /// How far the clock may be behind the last good synchronisation.
    pub clock_tolerance: SignedDuration,
}

impl Default for SyncOptions {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            lock_wait: Duration::from_secs(30),
            near_expiry: SignedDuration::from_hours(6),
            clock_tolerance: CLOCK_TOLERANCE,
        }
    }
}

/// What a synchronisation did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SyncReport {
    /// The result.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// Requests made to the transport.
    pub requests: u64,
    /// Bytes received.
    pub bytes: u64,
}

/// The result of a synchronisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    /// A release came into force.
    Activated {
        /// The number of the release before.
        from: Option<u64>,
        /// The number of the release now in force.
        to: u64,
    },
    /// The release in force is the newest; its damaged files, if any, were replaced.
    Unchanged {
        /// Its number.
        release: u64,
        /// Whether files on disk were damaged and have been replaced.
        repaired: bool,
    },
    /// Something was refused or failed; the release that was in force still is.
    Refused {
        /// The stable reason.
        code: Reason,
        /// What was found where.
        message: String,
        /// What an operator can do.
        remedy: &'static str,
        /// The number of the release in force.
        still_on: Option<u64>,
    },
}

/// Looks at the content of a verified release before it comes into force; an error keeps it out.
pub type Activate<'a> = dyn Fn(&Release) -> Result<(), String> + 'a;

/// Synchronises a state directory with a publication.
///
/// `anchor` is the root file installed with the agent; everything is verified from there. Whatever fails, the
/// release in force stays, and the report says why. There is no way to switch verification off.
pub fn sync(
    state: &StateDir,
    transport: &dyn Transport,
    anchor: &[u8],
    now: Timestamp,
    options: &SyncOptions,
    activate: &Activate<'_>,
) -> SyncReport {
    let counted = Counted::new(transport);
    let outcome = Session {
        state,
        transport: &counted,
        anchor,
        now,
        options,
        activate,
    }
    .run();
    let outcome = outcome.unwrap_or_else(|Refusal { reason, message }| Outcome::Refused {
        code: reason,
        message,
        remedy: reason.remedy(),
        still_on: state
            .linked("current")
            .ok()
            .flatten()
            .map(|link| link.number),
    });
    SyncReport {
        outcome,
        requests: counted.requests(),
        bytes: counted.bytes(),
    }
}

enum Standing {
    /// It is in force, and undamaged.
    InForce,
    /// It is in force, but files are damaged.
    Damaged,
    /// Another one, or none, is in force.
    Other,
}

struct Session<'a> {
    state: &'a StateDir,
    transport: &'a dyn Transport,
    anchor: &'a [u8],
    now: Timestamp,
    options: &'a SyncOptions,
    activate: &'a Activate<'a>,
}

impl Session<'_> {
    fn run(&self) -> Result<Outcome, Refusal> {
        let _lock = Lock::acquire(self.state.dir(), self.options.lock_wait)?;
        let memory = self.state.load(self.anchor)?;
        self.check_clock(&memory.mark)?;
        let mut trusted = TrustedSet::new(memory.roots.clone(), self.now);
        if let Some(bytes) = &memory.timestamp {
            trusted.remember_timestamp(bytes)?;
        }
        if let Some(bytes) = &memory.snapshot {
            trusted.remember_snapshot(bytes)?;
        }
        let refresh = Refresh {
            state: self.state,
            transport: self.transport,
            limits: &self.options.limits,
        };
        let offer = refresh.poll(&trusted)?;
        if let Some(outcome) = self.settled(&trusted, &memory, &offer)? {
            return Ok(outcome);
        }
        let mut mark = memory.mark.clone();
        refresh.all(&mut trusted, &mut mark, memory.outdated, offer)?;
        // Before the release: orders count whatever becomes of it.
        refresh.emergency(&mut trusted, &mut mark)?;
        self.install(&trusted, &memory, mark)
    }

    fn check_clock(&self, mark: &HighWater) -> Result<(), Refusal> {
        match mark.time {
            Some(time) if is_behind(self.now, time, self.options.clock_tolerance) => {
                Err(Refusal::new(
                    Reason::ClockBehind,
                    format!(
                        "the clock says {}, but a synchronisation succeeded at {time}",
                        self.now
                    ),
                ))
            }
            _ => Ok(()),
        }
    }

    /// The cheap end: the same timestamp, nothing near its expiry, everything in place.
    fn settled(
        &self,
        trusted: &TrustedSet,
        memory: &Memory,
        offer: &Offer,
    ) -> Result<Option<Outcome>, Refusal> {
        let (Some(timestamp), Some(snapshot), Some(targets), Some(current)) = (
            &memory.timestamp,
            &memory.snapshot,
            self.state.seen_targets(),
            &memory.current,
        ) else {
            return Ok(None);
        };
        if offer.bytes != *timestamp {
            return Ok(None);
        }
        let soon = self
            .now
            .saturating_add(self.options.near_expiry)
            .unwrap_or(Timestamp::MAX);
        let mut later = TrustedSet::new(trusted.roots().clone(), soon);
        let holds = later.update_timestamp(timestamp).is_ok()
            && later.update_snapshot(snapshot).is_ok()
            && later.update_targets(&targets).is_ok();
        let number = later.targets().map(|targets| targets.signed.version);
        let intact = self
            .state
            .release(trusted.roots(), current)
            .and_then(|release| release.verify());
        // Orders that are listed and not here would never be fetched otherwise.
        let obeyed = holds && self.holds_orders(&mut later)?;
        if !obeyed || number != Some(current.number) || intact.is_err() {
            return Ok(None);
        }
        self.succeed(memory.mark.clone(), current.number)?;
        Ok(Some(Outcome::Unchanged {
            release: current.number,
            repaired: false,
        }))
    }

    /// Whether the orders that are listed are those that are held.
    fn holds_orders(&self, trusted: &mut TrustedSet) -> Result<bool, Refusal> {
        if trusted.emergency_listed()?.is_none() {
            return Ok(true);
        }
        let held = self.state.held()?;
        Ok(held.is_some_and(|held| trusted.update_emergency(held.emergency.as_bytes()).is_ok()))
    }

    fn install(
        &self,
        trusted: &TrustedSet,
        memory: &Memory,
        mark: HighWater,
    ) -> Result<Outcome, Refusal> {
        let targets = trusted.targets().ok_or_else(|| {
            Refusal::new(
                Reason::OutOfOrder,
                "installing before targets were accepted",
            )
        })?;
        let number = targets.signed.version;
        self.options.limits.check(targets)?;
        let standing = self.standing(trusted, memory.current.as_ref(), targets)?;
        if matches!(standing, Standing::InForce) {
            self.succeed(mark, number)?;
            return Ok(Outcome::Unchanged {
                release: number,
                repaired: false,
            });
        }
        mark.require_no_rollback(number)?;
        self.fetch_files(trusted, targets)?;
        let staged = self.state.stage(trusted, targets)?;
        (self.activate)(&staged.release).map_err(|why| {
            Refusal::new(
                Reason::Content,
                format!("release {number} was verified, but its content was refused: {why}"),
            )
        })?;
        let from = self.state.activate(&staged)?;
        self.succeed(mark, number)?;
        // What cannot be removed now is removed after the next activation.
        let _ = self.state.prune();
        Ok(match standing {
            Standing::Damaged => Outcome::Unchanged {
                release: number,
                repaired: true,
            },
            _ => Outcome::Activated { from, to: number },
        })
    }

    /// How the offered release relates to the one in force.
    fn standing(
        &self,
        trusted: &TrustedSet,
        current: Option<&Link>,
        offered: &Metadata<Targets>,
    ) -> Result<Standing, Refusal> {
        let Some(link) = current.filter(|link| link.number == offered.signed.version) else {
            return Ok(Standing::Other);
        };
        let Ok(release) = self.state.release(trusted.roots(), link) else {
            return Ok(Standing::Damaged);
        };
        if release.targets().payload() == offered.payload() {
            return Ok(if release.verify().is_ok() {
                Standing::InForce
            } else {
                Standing::Damaged
            });
        }
        // One number, two contents: right only when the keys behind the one in force were revoked.
        if release
            .targets()
            .require_signed_by(&trusted.roots().newest().signed)
            .is_ok()
        {
            same_content(offered, release.targets())?;
        }
        Ok(Standing::Other)
    }

    fn fetch_files(
        &self,
        trusted: &TrustedSet,
        targets: &Metadata<Targets>,
    ) -> Result<(), Refusal> {
        let consistent = trusted.roots().newest().signed.consistent_snapshot;
        for (name, info) in &targets.signed.targets {
            if self.state.has_object(info)? {
                continue;
            }
            // TUF 5.7.3: up to the signed length, from the name with the digest.
            let path = RemotePath::target(name, &info.hashes.sha256, consistent)?;
            let bytes = self
                .transport
                .fetch(&path, info.length)?
                .ok_or_else(|| Refusal::new(Reason::NotFound, format!("{path} is not offered")))?;
            info.check(&bytes, name)
                .map_err(|refusal| refusal.about(&path))?;
            self.state.save_object(info, &bytes)?;
        }
        Ok(())
    }

    /// Raises the mark for the release in force. The time is written when it moved noticeably, so that polling does not wear the disk.
    fn succeed(&self, mut mark: HighWater, release: u64) -> Result<(), Refusal> {
        mark.release = Some(release);
        let step = SignedDuration::from_mins(10);
        if mark
            .time
            .is_none_or(|time| self.now.duration_since(time) >= step)
        {
            mark.time = Some(self.now);
        }
        self.state.raise_mark(&mark)
    }
}
