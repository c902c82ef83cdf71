//! The high-water mark: how far the agent has come, kept apart from the files it speaks about, so that losing
//! or restoring those files is noticed instead of being read as a fresh start.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::reason::{Reason, Refusal};

const FORMAT: u32 = 1;

/// The highest versions trusted so far, and the latest time at which a synchronisation succeeded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HighWater {
    format: u32,
    /// The root under which the other versions were trusted.
    pub(crate) root: u64,
    /// The version of the newest trusted timestamp.
    pub(crate) timestamp: Option<u64>,
    /// The version of the newest trusted snapshot.
    pub(crate) snapshot: Option<u64>,
    /// The number of the release activated last.
    pub(crate) release: Option<u64>,
    /// The version of the newest trusted metadata of the emergency role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) emergency: Option<u64>,
    /// When a synchronisation last succeeded.
    pub(crate) time: Option<Timestamp>,
}

impl HighWater {
    /// The mark of an agent that trusts a root and nothing else yet. The time survives.
    pub(crate) fn at_root(root: u64, time: Option<Timestamp>) -> Self {
        Self {
            format: FORMAT,
            root,
            time,
            ..Self::default()
        }
    }

    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let corrupt =
            |what: String| Refusal::new(Reason::StateCorrupt, format!("high-water mark: {what}"));
        let mark: Self =
            serde_json::from_slice(bytes).map_err(|error| corrupt(error.to_string()))?;
        if mark.format != FORMAT {
            return Err(corrupt(format!(
                "format {} is not known; {FORMAT} is",
                mark.format
            )));
        }
        Ok(mark)
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        // Numbers and times only: writing to memory cannot fail.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Requires that a file is not older than the mark says.
    pub(crate) fn require_at_least(
        &self,
        what: &str,
        found: Option<u64>,
        mark: Option<u64>,
    ) -> Result<(), Refusal> {
        let Some(mark) = mark else { return Ok(()) };
        if found.is_some_and(|version| version >= mark) {
            return Ok(());
        }
        let found = found.map_or_else(
            || "it is missing".to_owned(),
            |version| format!("version {version} is there"),
        );
        Err(Refusal::new(
            Reason::StateCorrupt,
            format!(
                "{what}: version {mark} was trusted before, but {found}; the state was damaged or set back"
            ),
        ))
    }

    /// Requires that a release is not older than the one activated last.
    pub(crate) fn require_no_rollback(&self, number: u64) -> Result<(), Refusal> {
        match self.release {
            Some(release) if number < release => Err(Refusal::new(
                Reason::Rollback,
                format!("release {number} was offered, but release {release} was in force already"),
            )),
            _ => Ok(()),
        }
    }
}
