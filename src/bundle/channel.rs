//! Channels: a release may hold a second content that some agents take before the others.
//!
//! The second content is a whole bundle beside the first, its files named `canary.NAME`. Which of the two an agent uses follows from
//! its channel, its id and the index alone, so that asking again gives the same answer.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::index::{INDEX_FILE, Index};
use crate::document::{Digest, to_canonical_json};

/// What the names of the second content's files begin with.
pub(super) const CANARY_PREFIX: &str = "canary.";

/// What an agent follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// What most agents use.
    #[default]
    Stable,
    /// What some agents use first.
    Canary,
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stable => "stable",
            Self::Canary => "canary",
        })
    }
}

/// An agent, as far as it decides which content it uses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Follower {
    /// The channel its operator put it into.
    pub channel: Channel,
    /// Its id; one without is in no share.
    pub id: Option<String>,
}

/// A second content, as the index names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CanaryRef {
    /// Digest of its index, `canary.index.json`.
    pub index: Digest,
    /// The commit it was built from.
    pub commit: String,
    /// Percentage of the agents of the stable channel that use it too.
    pub share: u8,
}

impl CanaryRef {
    /// Whether an agent uses it. Whoever is in a share stays in every larger one: the place of an agent follows from its id and the
    /// commit.
    #[must_use]
    pub fn is_for(&self, follower: &Follower) -> bool {
        let place = |id: &String| {
            let digest = Digest::of(format!("{id}\0{}", self.commit).as_bytes());
            let first = digest.as_bytes().iter().take(8);
            first.fold(0_u64, |number, byte| (number << 8) | u64::from(*byte)) % 100
        };
        follower.channel == Channel::Canary
            || follower
                .id
                .as_ref()
                .is_some_and(|id| place(id) < u64::from(self.share))
    }
}

/// Puts a second content beside the first: for the canary channel, and a percentage of the other agents.
///
/// # Errors
/// When the share is no percentage, or one of the two holds no index.
pub fn with_canary(
    mut files: BTreeMap<String, Vec<u8>>,
    canary: BTreeMap<String, Vec<u8>>,
    share: u8,
) -> Result<BTreeMap<String, Vec<u8>>, String> {
    if share > 100 {
        return Err(format!("a share of {share} % is more than all"));
    }
    let index_of = |files: &BTreeMap<String, Vec<u8>>| -> Result<(Index, Digest), String> {
        let bytes = files.get(INDEX_FILE).map(Vec::as_slice).unwrap_or_default();
        let index = serde_json::from_slice(bytes);
        let index = index.map_err(|error| format!("{INDEX_FILE}: {error}"))?;
        Ok((index, Digest::of(bytes)))
    };
    let (mut index, _) = index_of(&files)?;
    let (of_canary, digest) = index_of(&canary)?;
    index.canary = Some(CanaryRef {
        index: digest,
        commit: of_canary.commit,
        share,
    });
    index.format = index.needed_format();
    let index = to_canonical_json(&index).map_err(|error| error.to_string())?;
    files.insert(INDEX_FILE.to_owned(), index);
    let prefixed = |(name, bytes)| (format!("{CANARY_PREFIX}{name}"), bytes);
    files.extend(canary.into_iter().map(prefixed));
    Ok(files)
}

/// The second content of a release's files, under the names it has by itself.
#[must_use]
pub fn canary_of(files: &BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Vec<u8>> {
    let own = |(name, bytes): (&String, &Vec<u8>)| {
        let name = name.strip_prefix(CANARY_PREFIX)?;
        Some((name.to_owned(), bytes.clone()))
    };
    files.iter().filter_map(own).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canary(share: u8, commit: &str) -> CanaryRef {
        CanaryRef {
            index: Digest::of(b""),
            commit: commit.to_owned(),
            share,
        }
    }

    fn agent(number: usize) -> Follower {
        Follower {
            channel: Channel::Stable,
            id: Some(format!("host-{number}")),
        }
    }

    #[test]
    fn a_share_holds_about_as_many_agents_as_it_says_and_grows_without_losing_any() {
        let taken = |share| -> Vec<usize> {
            let canary = canary(share, "abc");
            (0..2000)
                .filter(|number| canary.is_for(&agent(*number)))
                .collect()
        };
        let (none, tenth, half) = (taken(0), taken(10), taken(50));
        assert!(none.is_empty());
        assert!((140..=260).contains(&tenth.len()), "{}", tenth.len());
        assert!((900..=1100).contains(&half.len()), "{}", half.len());
        assert!(tenth.iter().all(|number| half.contains(number)));
        assert_eq!(taken(100).len(), 2000);
        // Another change begins with other agents.
        let other = canary(10, "def");
        assert!(!tenth.iter().all(|number| other.is_for(&agent(*number))));
    }

    #[test]
    fn the_channel_counts_before_the_share_and_an_agent_without_an_id_is_in_none() {
        let unnamed = Follower::default();
        assert!(!canary(100, "abc").is_for(&unnamed));
        let follower = Follower {
            channel: Channel::Canary,
            id: None,
        };
        assert!(canary(0, "abc").is_for(&follower));
    }
}
