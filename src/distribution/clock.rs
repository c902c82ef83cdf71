//! Noticing a clock that was set back.

use jiff::{SignedDuration, Timestamp};

/// How far a clock may be behind a time that was seen before: machines differ and are corrected.
pub(crate) const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_hours(1);

/// Whether `now` is behind a time that was seen before by more than the tolerance.
pub(crate) fn is_behind(now: Timestamp, seen: Timestamp, tolerance: SignedDuration) -> bool {
    now.saturating_add(tolerance)
        .is_ok_and(|latest| latest < seen)
}
