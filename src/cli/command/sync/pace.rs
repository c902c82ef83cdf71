//! When to poll again.

use std::time::Duration as Wait;

use ring::rand::{SecureRandom as _, SystemRandom};

use crate::cli::CliError;
use crate::distribution::{Outcome, Reason};
use crate::document::unit::Duration;

/// The longest wait after failures, unless the interval is longer.
const LONGEST: Wait = Wait::from_secs(600);

/// The rhythm of polls: the interval give or take a fifth, so that many agents spread out; doubled with each failure in a row.
pub(super) struct Pace {
    interval: Wait,
    failures: u64,
    last: Option<Seen>,
}

/// What the last poll came to, as far as an operator wants to hear of it.
#[derive(PartialEq)]
enum Seen {
    Good,
    Refused(Reason),
}

impl Pace {
    pub(super) fn new(interval: Duration) -> Result<Self, CliError> {
        let interval = Wait::from_millis(interval.as_millis());
        if interval < Wait::from_secs(1) {
            return Err(CliError::usage(
                "the interval of `--watch` must be at least a second",
            ));
        }
        Ok(Self {
            interval,
            failures: 0,
            last: None,
        })
    }

    /// Notes how a poll ended; says whether that is news.
    pub(super) fn note(&mut self, outcome: &Outcome) -> bool {
        let (seen, is_news) = match outcome {
            Outcome::Refused { code, .. } => (Seen::Refused(*code), false),
            Outcome::Activated { .. } | Outcome::Unchanged { repaired: true, .. } => {
                (Seen::Good, true)
            }
            Outcome::Unchanged { .. } => (Seen::Good, false),
        };
        self.failures = match seen {
            Seen::Good => 0,
            Seen::Refused(_) => self.failures.saturating_add(1),
        };
        let is_other = self.last.as_ref() != Some(&seen);
        self.last = Some(seen);
        is_news || is_other
    }

    /// Polls that failed in a row.
    pub(super) fn failures(&self) -> u64 {
        self.failures
    }

    /// How long to wait now.
    pub(super) fn wait(&self) -> Wait {
        let mut random = [0_u8; 4];
        // Without random bytes agents only poll at the same moment.
        let _ = SystemRandom::new().fill(&mut random);
        self.wait_with(u32::from_be_bytes(random))
    }

    fn wait_with(&self, random: u32) -> Wait {
        let doublings = u32::try_from(self.failures.saturating_sub(1).min(16)).unwrap_or(16);
        let doubled = self.interval.saturating_mul(1 << doublings);
        let wait = doubled.min(LONGEST.max(self.interval));
        let share = f64::from(random) / f64::from(u32::MAX);
        wait.mul_f64(0.8 + 0.4 * share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: Reason) -> Outcome {
        Outcome::Refused {
            code,
            message: String::new(),
            remedy: "",
            still_on: None,
        }
    }

    fn unchanged() -> Outcome {
        Outcome::Unchanged {
            release: 1,
            repaired: false,
        }
    }

    #[test]
    fn polls_slow_down_while_they_fail_and_never_stop() {
        let mut pace = Pace::new("60s".parse().unwrap()).unwrap();
        let middle = |pace: &Pace| pace.wait_with(u32::MAX / 2).as_secs_f64().round();
        assert_eq!(middle(&pace), 60.0);
        let mut waits = Vec::new();
        for _ in 0..100 {
            pace.note(&refused(Reason::Timeout));
            waits.push(middle(&pace));
        }
        assert_eq!(waits[..5], [60.0, 120.0, 240.0, 480.0, 600.0]);
        assert_eq!(waits[99], 600.0);
        pace.note(&unchanged());
        assert_eq!(middle(&pace), 60.0);
        for random in [0, 7, u32::MAX] {
            let wait = pace.wait_with(random).as_secs_f64();
            assert!((47.9..=72.1).contains(&wait), "{wait}");
        }
    }

    #[test]
    fn only_news_is_told() {
        let mut pace = Pace::new("1m".parse().unwrap()).unwrap();
        let activated = Outcome::Activated { from: None, to: 1 };
        let told: Vec<bool> = [
            activated,
            unchanged(),
            unchanged(),
            refused(Reason::Timeout),
            refused(Reason::Timeout),
            refused(Reason::Rollback),
            unchanged(),
            unchanged(),
        ]
        .iter()
        .map(|outcome| pace.note(outcome))
        .collect();
        assert_eq!(told, [true, false, false, true, false, true, true, false]);
        assert!(Pace::new("100ms".parse().unwrap()).is_err());
    }
}
