//! Differences as text, one module per format.

mod human;
mod json;
pub(crate) mod markdown;
pub(crate) mod words;

pub use human::human;
pub use json::{VERSION, json};
pub use markdown::{MOST_CHARACTERS, markdown};

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use serde::Serialize;

use crate::document::model::Tier;

/// Which two states were compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// The commit the change began at.
    pub base: String,
    /// The commit that was looked at; none for the files as they are on disk.
    pub head: Option<String>,
    /// The approvals that the policy of the base demands; none where it has no policy that says who approves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approvals: Option<Vec<Requirement>>,
}

/// What has to be approved for one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Requirement {
    /// Its path in the repository.
    pub path: Utf8PathBuf,
    /// The higher of its tiers before and after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// Its environments, before and after.
    pub environments: Vec<String>,
    /// Approvals by team.
    pub teams: BTreeMap<String, u32>,
    /// Fewest different people.
    pub min_distinct: u32,
    /// Whether one person may count for several teams.
    pub one_person_many_teams: bool,
    /// The code of why nobody can approve it; then no team is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<&'static str>,
}
