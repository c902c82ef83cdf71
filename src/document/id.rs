//! Identifiers that cannot be mixed up: an action's id is not a query's.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An identifier of one kind of thing `K`.
///
/// Any text can be held, so that a malformed id survives long enough to be reported (rule S005);
/// [`Id::is_well_formed`] tells whether it may be used.
pub struct Id<K>(Arc<str>, PhantomData<fn() -> K>);

/// Longest id accepted, in bytes. Ids become file names and labels, both of which are limited.
pub const MAX_ID_LEN: usize = 100;

impl<K> Id<K> {
    /// Wraps `text` unchanged.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into(), PhantomData)
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the id is made of lower-case letters, digits, `.`, `-` and `_`, begins and ends with
    /// a letter or digit, and is at most [`MAX_ID_LEN`] bytes long.
    pub fn is_well_formed(&self) -> bool {
        let bytes = self.0.as_bytes();
        let plain = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        bytes.len() <= MAX_ID_LEN
            && bytes.first().is_some_and(plain)
            && bytes.last().is_some_and(plain)
            && bytes
                .iter()
                .all(|b| plain(b) || matches!(b, b'.' | b'-' | b'_'))
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0), PhantomData)
    }
}

impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<K> Eq for Id<K> {}

impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<K> Borrow<str> for Id<K> {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl<K> AsRef<str> for Id<K> {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl<K> PartialEq<str> for Id<K> {
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other
    }
}

impl<K> PartialEq<&str> for Id<K> {
    fn eq(&self, other: &&str) -> bool {
        &*self.0 == *other
    }
}

impl<K> From<&str> for Id<K> {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de, K> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

/// Markers that tell the kinds of [`Id`] apart.
pub mod of {
    /// Marks the id of an action.
    pub enum Action {}
    /// Marks the name of an alert as the alerting system writes it.
    pub enum Alert {}
    /// Marks the name of a check within its document.
    pub enum Check {}
    /// Marks an incident class of the taxonomy.
    pub enum Class {}
    /// Marks an environment such as `production`.
    pub enum Environment {}
    /// Marks the id of a fixture.
    pub enum Fixture {}
    /// Marks the name of a path within its runbook.
    pub enum Path {}
    /// Marks the id of a postmortem.
    pub enum Postmortem {}
    /// Marks the id of a query.
    pub enum Query {}
    /// Marks the id of a runbook.
    pub enum Runbook {}
    /// Marks the id of a service.
    pub enum Service {}
    /// Marks the id of a signature.
    pub enum Signature {}
    /// Marks the id of a step within its path.
    pub enum Step {}
    /// Marks a team of the governance policy.
    pub enum Team {}
}

/// Id of an action, e.g. `k8s.rollout-undo`.
pub type ActionId = Id<of::Action>;
/// Name of an alert, e.g. `HighRequestErrorRate`.
pub type AlertName = Id<of::Alert>;
/// Name of a check within its document, e.g. `err_high`.
pub type CheckName = Id<of::Check>;
/// Incident class, e.g. `elevated-error-rate`.
pub type ClassId = Id<of::Class>;
/// Environment, e.g. `production`.
pub type EnvironmentId = Id<of::Environment>;
/// Id of a fixture.
pub type FixtureId = Id<of::Fixture>;
/// Name of a path within its runbook, e.g. `undo`.
pub type PathId = Id<of::Path>;
/// Id of a postmortem, e.g. `2026-03-14-checkout-null-currency`.
pub type PostmortemId = Id<of::Postmortem>;
/// Id of a query, e.g. `http-error-ratio`.
pub type QueryId = Id<of::Query>;
/// Id of a runbook, e.g. `error-rate-after-deploy`.
pub type RunbookId = Id<of::Runbook>;
/// Id of a service, e.g. `checkout`.
pub type ServiceId = Id<of::Service>;
/// Id of a signature, e.g. `bad-deploy-5xx`.
pub type SignatureId = Id<of::Signature>;
/// Id of a step within its path.
pub type StepId = Id<of::Step>;
/// Team of the governance policy, e.g. `platform-sre`.
pub type TeamId = Id<of::Team>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_lower_case_and_bounded() {
        for good in ["a", "k8s.rollout-undo", "2026-03-14-checkout", "err_high"] {
            assert!(ActionId::from(good).is_well_formed(), "{good}");
        }
        let long = "a".repeat(MAX_ID_LEN + 1);
        for bad in ["", "-a", "a-", "A", "a b", "a/b", "..", "ä", long.as_str()] {
            assert!(!ActionId::from(bad).is_well_formed(), "{bad}");
        }
    }
}
