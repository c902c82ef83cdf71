//! The policy, prepared for evaluation: what depends on it alone is read and checked once.

use std::collections::{BTreeMap, BTreeSet};

use globset::{GlobBuilder, GlobMatcher};
use thiserror::Error;

use super::facts::Account;
use crate::document::id::TeamId;
use crate::document::model::{
    ApproveRow, BreakGlass, Governance, RepositoryRef, Team, Tier, TrustedAuthor,
};
use crate::document::unit::Duration;

/// How old an approval may be when the policy does not say.
pub const DEFAULT_MAX_AGE: Duration = Duration::from_secs(30 * 86_400);

/// What makes an approval stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Staleness {
    /// A commit that changes the bytes of the document.
    Content,
    /// Any commit.
    #[default]
    Strict,
}

/// What one row demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) require: BTreeMap<TeamId, u32>,
    pub(super) stale: Staleness,
    pub(super) min_distinct: u32,
    pub(super) one_person_many_teams: bool,
}

/// A row for tiers and environments.
#[derive(Clone, Debug)]
pub(super) struct MatrixRow {
    pub(super) tiers: BTreeSet<Tier>,
    environments: BTreeSet<String>,
    pub(super) row: Row,
}

impl MatrixRow {
    /// Whether the row is for this environment; `*` is every one.
    pub(super) fn is_for(&self, environment: &str) -> bool {
        self.environments.contains("*") || self.environments.contains(environment)
    }
}

/// A robot whose changes need less.
#[derive(Clone, Debug)]
pub(super) struct Robot {
    pub(super) id: Account,
    pub(super) max_tier: Tier,
    pub(super) paths: Globs,
    pub(super) row: Row,
}

/// A policy, prepared for evaluation.
#[derive(Clone, Debug)]
pub struct Rules {
    pub(super) repository: RepositoryRef,
    pub(super) teams: BTreeMap<TeamId, Team>,
    pub(super) aliases: Vec<Vec<String>>,
    pub(super) never_approve: Vec<String>,
    pub(super) web_flow: BTreeSet<Account>,
    pub(super) max_age: Duration,
    pub(super) unknown_contributor_denies: bool,
    pub(super) changes_requested_blocks: bool,
    pub(super) matrix: Vec<MatrixRow>,
    pub(super) paths: Vec<(Globs, Row)>,
    pub(super) governance: Option<(Globs, Row)>,
    pub(super) robots: Vec<Robot>,
    pub(super) break_glass: Option<BreakGlass>,
    governed: Globs,
}

/// A policy that nothing can be judged by.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RulesError {
    /// It does not say who approves.
    #[error("the policy has no `approve`, so that nothing says who has to approve a change")]
    NoApprove,
    /// It does not say which repository it is for.
    #[error("the policy has no `repository`, so that a pull request of any other would do")]
    NoRepository,
    /// A word is none of those there are.
    #[error("`{place}: {word}` is neither `{one}` nor `{other}`")]
    Word {
        /// The key.
        place: &'static str,
        /// What it says.
        word: String,
        /// What it may say.
        one: &'static str,
        /// What it may say else.
        other: &'static str,
    },
    /// A pattern is none.
    #[error("`{pattern}` is no glob pattern: {message}")]
    Glob {
        /// What is written.
        pattern: String,
        /// What is wrong with it.
        message: String,
    },
    /// An approval is required of a team that is not there.
    #[error("an approval of the team `{0}` is required, and `teams` does not have it")]
    UnknownTeam(TeamId),
}

impl Rules {
    /// Prepares a policy.
    ///
    /// # Errors
    /// What makes it unusable for judging changes.
    pub fn new(policy: &Governance) -> Result<Self, RulesError> {
        let approve = policy.approve.as_ref().ok_or(RulesError::NoApprove)?;
        let defaults = &approve.defaults;
        let base = Row {
            require: BTreeMap::new(),
            stale: staleness(defaults.stale.as_deref())?.unwrap_or_default(),
            min_distinct: defaults.min_distinct.unwrap_or(1),
            one_person_many_teams: defaults.one_person_many_teams.unwrap_or(true),
        };
        let matrix = approve.matrix.iter().map(|row| matrix_row(row, &base));
        let paths = approve.paths.iter().map(|rule| {
            let row = Row {
                require: rule.require.clone(),
                ..base.clone()
            };
            Ok((Globs::new([&rule.pattern])?, row))
        });
        let governance = approve.governance_change.as_ref().map(|change| {
            let row = Row {
                require: change.require.clone(),
                // What the policy itself says is never approved by the leave.
                stale: staleness(change.stale.as_deref())?.unwrap_or(Staleness::Strict),
                min_distinct: change.min_distinct.unwrap_or(base.min_distinct),
                ..base.clone()
            };
            Ok((Globs::new(&change.paths)?, row))
        });
        let rules = Self {
            repository: policy.repository.clone().ok_or(RulesError::NoRepository)?,
            teams: policy.teams.clone(),
            aliases: policy.aliases.clone(),
            never_approve: policy.never_approve.clone(),
            web_flow: policy.web_flow_ids.iter().copied().collect(),
            max_age: defaults.max_age.unwrap_or(DEFAULT_MAX_AGE),
            unknown_contributor_denies: either(
                "unknown_contributor",
                defaults.unknown_contributor.as_deref(),
                ["deny", "allow"],
            )?,
            changes_requested_blocks: defaults.changes_requested_blocks.unwrap_or(true),
            matrix: matrix.collect::<Result<_, _>>()?,
            paths: paths.collect::<Result<_, RulesError>>()?,
            governance: governance.transpose()?,
            robots: approve
                .trusted_authors
                .iter()
                .map(|robot| trusted(robot, &base))
                .collect::<Result<_, _>>()?,
            break_glass: policy.break_glass.clone(),
            governed: Globs::new(&policy.governed)?,
        };
        let missing = rules
            .required_teams()
            .find(|team| !rules.teams.contains_key(*team));
        match missing.cloned() {
            Some(team) => Err(RulesError::UnknownTeam(team)),
            None => Ok(rules),
        }
    }

    /// Whether the policy governs a file, named from the root of the repository.
    pub fn governs(&self, path: &str) -> bool {
        self.governed.fit(path)
    }

    fn required_teams(&self) -> impl Iterator<Item = &TeamId> {
        let rows = self.matrix.iter().map(|row| &row.row);
        let rows = rows
            .chain(self.paths.iter().map(|(_, row)| row))
            .chain(self.governance.iter().map(|(_, row)| row))
            .chain(self.robots.iter().map(|robot| &robot.row));
        let grantors = self
            .break_glass
            .iter()
            .flat_map(|glass| glass.approvers.keys());
        rows.flat_map(|row| row.require.keys()).chain(grantors)
    }
}

fn matrix_row(row: &ApproveRow, base: &Row) -> Result<MatrixRow, RulesError> {
    Ok(MatrixRow {
        tiers: row.tiers.iter().copied().collect(),
        environments: row.environments.iter().cloned().collect(),
        row: Row {
            require: row.require.clone(),
            stale: staleness(row.stale.as_deref())?.unwrap_or(base.stale),
            min_distinct: row.min_distinct.unwrap_or(base.min_distinct),
            one_person_many_teams: row
                .one_person_many_teams
                .unwrap_or(base.one_person_many_teams),
        },
    })
}

fn trusted(robot: &TrustedAuthor, base: &Row) -> Result<Robot, RulesError> {
    // Where no approval is required, there is nobody to be different people.
    let approvals: u32 = robot.require.values().copied().fold(0, u32::saturating_add);
    Ok(Robot {
        id: robot.id,
        max_tier: robot.max_tier,
        paths: Globs::new(&robot.paths)?,
        row: Row {
            require: robot.require.clone(),
            min_distinct: base.min_distinct.min(approvals),
            ..base.clone()
        },
    })
}

fn staleness(word: Option<&str>) -> Result<Option<Staleness>, RulesError> {
    let Some(word) = word else { return Ok(None) };
    let is_strict = either("stale", Some(word), ["strict", "content"])?;
    Ok(Some(if is_strict {
        Staleness::Strict
    } else {
        Staleness::Content
    }))
}

/// Whether a word is the first of two, which is also meant when there is none.
fn either(
    place: &'static str,
    word: Option<&str>,
    [one, other]: [&'static str; 2],
) -> Result<bool, RulesError> {
    match word {
        None => Ok(true),
        Some(word) if word == one => Ok(true),
        Some(word) if word == other => Ok(false),
        Some(word) => Err(RulesError::Word {
            place,
            word: word.to_owned(),
            one,
            other,
        }),
    }
}

/// Glob patterns in which `*` stays within a folder.
#[derive(Clone, Debug, Default)]
pub(super) struct Globs(Vec<GlobMatcher>);

impl Globs {
    fn new<'p>(patterns: impl IntoIterator<Item = &'p String>) -> Result<Self, RulesError> {
        let compiled = patterns.into_iter().map(|pattern| {
            GlobBuilder::new(pattern)
                .literal_separator(true)
                .build()
                .map(|glob| glob.compile_matcher())
                .map_err(|error| RulesError::Glob {
                    pattern: pattern.clone(),
                    message: error.kind().to_string(),
                })
        });
        Ok(Self(compiled.collect::<Result<_, _>>()?))
    }

    /// Whether any of them fits.
    pub(super) fn fit(&self, path: &str) -> bool {
        self.0.iter().any(|glob| glob.is_match(path))
    }
}
