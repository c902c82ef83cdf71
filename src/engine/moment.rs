//! Arithmetic of moments and durations that saturates instead of failing.

use jiff::{SignedDuration, Timestamp};

use crate::document::unit::Duration;

fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::from_millis(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))
}

/// `duration` after `moment`, at most the end of time.
pub(crate) fn after(moment: Timestamp, duration: Duration) -> Timestamp {
    moment
        .checked_add(signed(duration))
        .unwrap_or(Timestamp::MAX)
}

/// `duration` before `moment`, at least the beginning of time.
pub(crate) fn before(moment: Timestamp, duration: Duration) -> Timestamp {
    moment
        .checked_sub(signed(duration))
        .unwrap_or(Timestamp::MIN)
}

/// Time from `earlier` to `later`; zero when they are the other way round.
pub(crate) fn since(later: Timestamp, earlier: Timestamp) -> Duration {
    let millis = later.duration_since(earlier).as_millis();
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_time_are_not_left() {
        let long = Duration::from_millis(u64::MAX);
        assert_eq!(after(Timestamp::MAX, long), Timestamp::MAX);
        assert_eq!(before(Timestamp::MIN, long), Timestamp::MIN);
        assert_eq!(since(Timestamp::MIN, Timestamp::MAX), Duration::ZERO);
    }
}
