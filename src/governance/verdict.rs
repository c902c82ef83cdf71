//! What an evaluation says.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::demand::Demand;
use super::facts::Account;
use super::reason::{Reason, Weight};
use crate::document::model::Tier;

/// Whether a landing may be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    /// Yes.
    Allow,
    /// Until the exception expires.
    AllowBreakGlass,
    /// No.
    Deny,
    /// It cannot be told; neither yes nor no.
    Error,
}

impl Verdict {
    /// The word for it, as it is written in JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Allow => "ALLOW",
            Self::AllowBreakGlass => "ALLOW_BREAK_GLASS",
            Self::Deny => "DENY",
            Self::Error => "ERROR",
        }
    }
}

/// What an evaluation says, with everything it rests on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    /// Whether the landing may be published.
    pub verdict: Verdict,
    /// Why, in the order of the steps. What denies or is an error decides the verdict.
    pub reasons: Vec<Reason>,
    /// Reviews that do not count, by id, and why. One that counts for some units and not for others is listed too.
    pub rejected: Vec<Rejected>,
    /// The pull request the landing came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pull_request: Option<u64>,
    /// Accounts that contributed, and therefore do not approve.
    pub contributors: BTreeSet<Account>,
    /// The exception that covers the landing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exception: Option<String>,
    /// Each governed file.
    pub units: Vec<UnitEvaluation>,
    /// In words, what the code of a reason leaves open.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<String>,
}

/// A review that does not count, as `[id, code]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rejected {
    /// The review.
    pub review: u64,
    /// Why.
    pub reason: Reason,
}

impl Serialize for Rejected {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.review, self.reason).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Rejected {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (review, reason) = Deserialize::deserialize(deserializer)?;
        Ok(Self { review, reason })
    }
}

/// What an evaluation says of one governed file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UnitEvaluation {
    /// Its path.
    pub path: String,
    /// The tier it is judged by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// Its environments.
    pub environments: Vec<String>,
    /// Why it is not accepted.
    pub reasons: Vec<Reason>,
    /// What each team has to give, has given and could give.
    pub teams: BTreeMap<String, TeamEvaluation>,
    /// Fewest different people.
    pub min_distinct: u32,
    /// Whether one person may count for several teams.
    pub one_person_many_teams: bool,
    /// Reviews that count, with the account behind each.
    pub counted: BTreeMap<u64, Account>,
    /// Reviews that do not count, and why.
    pub rejected: Vec<Rejected>,
}

/// What one team has to give.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TeamEvaluation {
    /// Approvals needed.
    pub needs: u32,
    /// Accounts that approved.
    pub has: BTreeSet<Account>,
    /// Accounts that could approve and did not.
    pub could: BTreeSet<Account>,
}

impl UnitEvaluation {
    /// A unit for which nothing was found out but what it needs.
    pub(super) fn needing(path: &str, demand: Option<&Demand>) -> Self {
        let require = demand.map(|demand| &demand.require).into_iter().flatten();
        Self {
            path: path.to_owned(),
            tier: None,
            environments: Vec::new(),
            reasons: Vec::new(),
            teams: require
                .map(|(team, needs)| {
                    let needed = TeamEvaluation {
                        needs: *needs,
                        ..TeamEvaluation::default()
                    };
                    (team.as_str().to_owned(), needed)
                })
                .collect(),
            min_distinct: demand.map_or(0, |demand| demand.min_distinct),
            one_person_many_teams: demand.is_none_or(|demand| demand.one_person_many_teams),
            counted: BTreeMap::new(),
            rejected: Vec::new(),
        }
    }
}

impl Evaluation {
    /// One that rests on reasons alone.
    pub(super) fn of(reasons: impl IntoIterator<Item = Reason>) -> Self {
        let mut evaluation = Self {
            verdict: Verdict::Allow,
            reasons: reasons.into_iter().collect(),
            rejected: Vec::new(),
            pull_request: None,
            contributors: BTreeSet::new(),
            exception: None,
            units: Vec::new(),
            details: Vec::new(),
        };
        evaluation.settle();
        evaluation
    }

    /// Brings reasons into order and draws the verdict from them.
    pub(super) fn settle(&mut self) {
        self.reasons.sort_unstable();
        self.reasons.dedup();
        let heaviest = self.reasons.iter().map(|reason| reason.weight()).max();
        self.verdict = match heaviest {
            None | Some(Weight::Note) => Verdict::Allow,
            Some(Weight::Error) => Verdict::Error,
            Some(Weight::Approval | Weight::Deny) => Verdict::Deny,
        };
    }

    /// Nothing can be said, and why in words.
    pub fn error(reason: Reason, detail: impl Into<String>) -> Self {
        Self {
            details: vec![detail.into()],
            ..Self::of([reason])
        }
    }
}
