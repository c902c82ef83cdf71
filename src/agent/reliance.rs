//! How far a release may be relied on that may not be the newest one any more.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::bundle::Bundle;
use crate::closure::Pinned;
use crate::distribution::Freshness;
use crate::document::model::{Governance, Mode};

/// How far agents may go with a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reliance {
    /// As far as the release says.
    Whole,
    /// Metadata has expired, and the policy says how far agents may go for a while.
    Grace {
        /// The highest mode.
        mode: Mode,
        /// Until when.
        until: Timestamp,
    },
    /// Metadata has expired for longer than the policy allows: agents only advise.
    AdviseOnly,
    /// Nothing can be said of its age, or its keys are no longer trusted: it is not acted on at all.
    None,
}

/// How far a release with this policy may be relied on at a moment.
#[must_use]
pub fn reliance(policy: &Governance, freshness: &Freshness, at: Timestamp) -> Reliance {
    let since = match freshness {
        Freshness::Fresh { .. } => return Reliance::Whole,
        Freshness::Stale { since, .. } => *since,
        Freshness::ClockBehind { .. } | Freshness::Revoked { .. } => return Reliance::None,
    };
    let Some(stale) = policy.stale else {
        return Reliance::AdviseOnly;
    };
    let grace = i64::try_from(stale.grace.as_millis()).unwrap_or(i64::MAX);
    let until = since.checked_add(SignedDuration::from_millis(grace));
    match until {
        Ok(until) if at < until && stale.mode >= Mode::Gated => Reliance::Grace {
            mode: stale.mode,
            until,
        },
        _ => Reliance::AdviseOnly,
    }
}

impl Bundle {
    /// The bundle with no service further than a mode.
    ///
    /// # Errors
    /// When its policy cannot be changed so; what was opened always can.
    pub fn up_to(mut self, mode: Mode) -> Result<Self, String> {
        let mut policy = self.governance.value().clone();
        let rollout = policy
            .pointer_mut("/spec/rollout")
            .and_then(Value::as_object_mut);
        for stage in rollout.into_iter().flat_map(|stages| stages.values_mut()) {
            let allowed: Mode =
                serde_json::from_value(stage.clone()).map_err(|error| error.to_string())?;
            *stage = Value::String(allowed.min(mode).to_string());
        }
        self.governance = Pinned::from_value(policy).map_err(|error| error.to_string())?;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn policy(stale: Value) -> Governance {
        let mut policy = json!({"environments": ["production"], "execute": {}, "stale": stale});
        if stale.is_null() {
            policy.as_object_mut().unwrap().remove("stale");
        }
        serde_json::from_value(policy).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn stale() -> Freshness {
        Freshness::Stale {
            role: "timestamp",
            since: at("2026-06-01T00:00:00Z"),
            age_seconds: 1,
        }
    }

    #[test]
    fn grace_ends_and_is_nothing_that_was_not_written() {
        let gated = policy(json!({"grace": "24h", "mode": "gated"}));
        let until = at("2026-06-02T00:00:00Z");
        let mode = Mode::Gated;
        let within = reliance(&gated, &stale(), at("2026-06-01T23:59:59Z"));
        assert_eq!(within, Reliance::Grace { mode, until });
        assert_eq!(reliance(&gated, &stale(), until), Reliance::AdviseOnly);
        let advise = policy(json!({"grace": "24h", "mode": "advise"}));
        let now = at("2026-06-01T01:00:00Z");
        assert_eq!(reliance(&advise, &stale(), now), Reliance::AdviseOnly);
        assert_eq!(
            reliance(&policy(Value::Null), &stale(), now),
            Reliance::AdviseOnly
        );
    }

    #[test]
    fn a_wrong_clock_or_revoked_keys_have_no_grace() {
        let gated = policy(json!({"grace": "24h", "mode": "auto"}));
        let now = at("2026-06-01T01:00:00Z");
        for freshness in [
            Freshness::ClockBehind { synced: now },
            Freshness::Revoked { root: 2 },
        ] {
            assert_eq!(reliance(&gated, &freshness, now), Reliance::None);
        }
        let expires = at("2026-06-02T00:00:00Z");
        assert_eq!(
            reliance(&gated, &Freshness::Fresh { expires }, now),
            Reliance::Whole
        );
    }
}
