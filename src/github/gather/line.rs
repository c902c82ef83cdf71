//! Landings on the published branch: which first-parent commits one pull request produced (GOVERNANCE §3, steps 2, 3 and 5).

use std::collections::{BTreeMap, BTreeSet};
use std::thread::sleep;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::exceptions::{Grants, ratified_by};
use super::pull::Gathered;
use super::state::Policy;
use super::units::Commits;
use super::{GatherError, Gatherer, Users};
use crate::change::CommitDetails;
use crate::document::model::Governance;
use crate::github::GithubError;
use crate::github::answer;
use crate::governance::{Account, Facts, Landing, Record, Review, Rules, Shape, Unit};

/// Most landings that are gathered at once.
pub const MAX_LANDINGS: usize = 20_000;
/// Most pull requests looked at for one commit.
const MAX_PULLS: usize = 10;
/// How long after a commit the forge may not yet know where it came from.
const LATE_INDEX: SignedDuration = SignedDuration::from_mins(10);
/// How often it is asked again.
const LATE_TRIES: u32 = 3;

/// Landings, oldest first.
#[derive(Debug)]
pub struct Landings {
    /// What each is judged by.
    pub records: Vec<Record>,
}

/// One landing, found and not yet described.
struct Found {
    shape: Shape,
    /// Oldest first.
    commits: Vec<CommitDetails>,
    pulls: Vec<Gathered>,
    /// Which of them became this landing.
    merged: Option<usize>,
    users: Users,
}

/// What a change is judged by.
pub(super) struct Judged {
    /// The policy at the parent, as JSON; `null` where there is none that is understood.
    pub(super) policy: Value,
    /// Members of the teams that the policy does not list itself.
    pub(super) teams: BTreeMap<String, BTreeSet<Account>>,
    /// The keys that may sign exceptions.
    pub(super) keys: Vec<String>,
    /// The governed files.
    pub(super) units: Vec<Unit>,
}

impl Gatherer<'_> {
    /// The landings up to `tip`, after `published`, the commit that was published last; without one, from the adoption of the
    /// policy on, which then is the first record.
    ///
    /// # Errors
    /// When anything about any of them cannot be found out.
    pub fn landings(
        &mut self,
        tip: &str,
        published: Option<&str>,
    ) -> Result<Landings, GatherError> {
        let mut records = Vec::new();
        let is_line = match published {
            Some(commit) => Some(self.is_on_line(commit, tip)?),
            None => None,
        };
        let mut next = Some(self.git.details(tip)?);
        let grants = self.grants(tip)?;
        while let Some(tip) = next {
            if is_line == Some(true) && published == Some(tip.id.as_str()) {
                break;
            }
            if records.len() == MAX_LANDINGS {
                return Err(GatherError::TooManyLandings { most: MAX_LANDINGS });
            }
            if self.is_adoption(&tip)? {
                records.push(self.adoption(&tip, is_line)?);
                break;
            }
            let found = self.found(&tip)?;
            let first = found.commits.first().unwrap_or(&tip);
            let Some(parent) = first.parents.first().cloned() else {
                records.push(self.adoption(&tip, is_line)?);
                break;
            };
            records.push(self.record(&tip, &parent, found, &grants, is_line)?);
            next = Some(self.git.details(&parent)?);
        }
        records.reverse();
        Ok(Landings { records })
    }

    /// Whether a commit is one of the first parents that lead to `tip`.
    fn is_on_line(&self, commit: &str, tip: &str) -> Result<bool, GatherError> {
        if !self.git.is_ancestor(commit, tip)? {
            return Ok(false);
        }
        let mut at = self.git.details(tip)?;
        while at.id != commit {
            match at.parents.first() {
                // Once the line is older than the commit, it has passed it by.
                Some(parent) if self.git.is_ancestor(commit, parent)? => {
                    at = self.git.details(parent)?;
                }
                _ => return Ok(false),
            }
        }
        Ok(true)
    }

    /// The pull request a commit came from, if any, and the commits it produced with it.
    fn found(&mut self, tip: &CommitDetails) -> Result<Found, GatherError> {
        let before = tip.parents.first().cloned().unwrap_or_default();
        let mut found = Found {
            shape: Shape::Push,
            commits: vec![tip.clone()],
            pulls: Vec::new(),
            merged: None,
            users: Users::new(),
        };
        for number in self.pulls_of(tip)? {
            let pull: answer::Pull = self.client.get(&self.path(number, ""))?;
            let merge_commit = self.merge_commit(&pull)?;
            let mut base = before.clone();
            if found.merged.is_none() && merge_commit.as_ref() == Some(&tip.id) {
                found.merged = Some(found.pulls.len());
                (found.shape, found.commits) = self.shape(tip, &pull)?;
                let first = found.commits.first();
                base = first
                    .and_then(|it| it.parents.first())
                    .cloned()
                    .unwrap_or(base);
            }
            let gathered = self.pull(pull, merge_commit, &base, &mut found.users)?;
            found.pulls.push(gathered);
        }
        Ok(found)
    }

    /// How a pull request was merged, and the first-parent commits that gave.
    fn shape(
        &self,
        tip: &CommitDetails,
        pull: &answer::Pull,
    ) -> Result<(Shape, Vec<CommitDetails>), GatherError> {
        let only = || vec![tip.clone()];
        let (parent, is_single) = match tip.parents.as_slice() {
            [parent] => (parent, true),
            [parent, ..] => (parent, false),
            [] => return Ok((Shape::Push, only())),
        };
        if !is_single {
            return Ok((Shape::Merge, only()));
        }
        self.git
            .obtain(&pull.head.sha, &format!("refs/pull/{}/head", pull.number))?;
        let originals = self.git.commits_between(parent, &pull.head.sha)?;
        Ok(match self.rebased(tip, &originals)? {
            Some(run) => (Shape::Rebase, run),
            None => (Shape::Squash, only()),
        })
    }

    /// Numbers of the pull requests that GitHub names for a commit. Shortly after a merge it may not know yet; the number in
    /// the message helps then, as a hint of where to look.
    fn pulls_of(&self, tip: &CommitDetails) -> Result<Vec<u64>, GatherError> {
        let path = self
            .client
            .place()
            .path(format_args!("/commits/{}/pulls", tip.id));
        let is_fresh = Timestamp::from_second(tip.committer.seconds)
            .is_ok_and(|made| self.now.duration_since(made) < LATE_INDEX);
        let tries = if is_fresh { LATE_TRIES } else { 0 };
        let mut wait = self.client.first_wait();
        for again in 0..=tries {
            let pulls: Vec<answer::PullInList> = self.client.list(&path)?;
            if !pulls.is_empty() {
                let numbers = pulls.iter().map(|pull| pull.number).take(MAX_PULLS);
                return Ok(numbers.collect());
            }
            if again == 0
                && let Some(number) = self.hinted(tip)?
            {
                return Ok(vec![number]);
            }
            if again < tries {
                sleep(wait);
                wait *= 2;
            }
        }
        Ok(Vec::new())
    }

    /// The pull request that a message names, if that one says it became this commit.
    fn hinted(&self, tip: &CommitDetails) -> Result<Option<u64>, GatherError> {
        let Some(number) = number_in(&tip.message) else {
            return Ok(None);
        };
        let pull = match self.client.get::<answer::Pull>(&self.path(number, "")) {
            Ok(pull) => pull,
            Err(GithubError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let merge_commit = self.merge_commit(&pull)?;
        Ok((merge_commit.as_ref() == Some(&tip.id)).then_some(number))
    }

    /// The first-parent commits up to `tip` that are those of a pull request written anew, if they are.
    fn rebased(
        &self,
        tip: &CommitDetails,
        of_pull: &[CommitDetails],
    ) -> Result<Option<Vec<CommitDetails>>, GatherError> {
        let originals: Vec<&CommitDetails> = of_pull
            .iter()
            .filter(|commit| commit.parents.len() == 1)
            .collect();
        if originals.len() < 2 {
            return Ok(None);
        }
        let mut run: Vec<CommitDetails> = Vec::new();
        let mut at = tip.clone();
        for original in originals.iter().rev() {
            let is_same = at.parents.len() == 1
                && at.author == original.author
                && at.message.trim_end() == original.message.trim_end();
            if !is_same {
                return Ok(None);
            }
            let parent = at.parents.first().cloned();
            run.push(at);
            let Some(parent) = parent else {
                return Ok(None);
            };
            at = self.git.details(&parent)?;
        }
        run.reverse();
        Ok(Some(run))
    }

    fn record(
        &mut self,
        tip: &CommitDetails,
        parent: &str,
        found: Found,
        grants: &Grants,
        is_line: Option<bool>,
    ) -> Result<Record, GatherError> {
        let Found {
            shape,
            commits,
            pulls,
            merged,
            mut users,
        } = found;
        let gathered = merged.and_then(|at| pulls.get(at));
        let head = gathered.map(|it| it.pull.head_sha.clone());
        let merge_base = match &head {
            Some(head) => self.git.merge_base(parent, head)?,
            None => None,
        };
        let reviews = gathered.map(|it| it.reviews.clone()).unwrap_or_default();
        let there = Commits {
            parent: parent.to_owned(),
            merge_base,
            reviewed: self.reviewed(&reviews, head.as_deref()),
            head,
            landed: tip.id.clone(),
        };
        let Judged {
            policy,
            teams,
            keys,
            units,
        } = self.judged_by(&there, &mut users)?;
        let mut exceptions = grants.about(&units, &keys)?;
        if let Some(gathered) = gathered {
            let late = ratified_by(&gathered.pull, &reviews, &units);
            for exception in &mut exceptions {
                exception.ratification = Some(late.clone());
            }
        }
        Ok(Record {
            facts: Facts {
                now: self.now,
                landing: Landing {
                    shape,
                    parent: parent.to_owned(),
                    tip: tip.id.clone(),
                    tip_parents: tip.parents.clone(),
                    commits: commits.into_iter().map(|commit| commit.id).collect(),
                    before_baseline: false,
                },
                units,
                prs: pulls.into_iter().map(|it| it.pull).collect(),
                reviews,
                teams,
                prev_published_is_ancestor: is_line,
                users,
                exceptions,
            },
            policy,
            subjects: self.subjects(&there)?,
        })
    }

    /// The policy at the parent with its teams, and the units that it governs.
    pub(super) fn judged_by(
        &mut self,
        there: &Commits,
        users: &mut Users,
    ) -> Result<Judged, GatherError> {
        let state = self.state(&there.parent)?;
        let (value, policy): (Value, Option<&Governance>) = match state.policy() {
            Policy::Usable(value, policy) => (value.clone(), Some(policy)),
            Policy::Absent | Policy::Unusable => (Value::Null, None),
        };
        let teams = match policy {
            Some(policy) => self.teams(policy, users)?,
            None => Default::default(),
        };
        let glass = policy.and_then(|policy| policy.break_glass.as_ref());
        let keys = glass.map(|glass| glass.keys.clone());
        let rules = policy.and_then(|policy| Rules::new(policy).ok());
        let units = self.units(there, rules.as_ref())?;
        Ok(Judged {
            policy: value,
            teams,
            keys: keys.unwrap_or_default(),
            units,
        })
    }

    /// Commits that were reviewed and are not the head, as far as this clone has them.
    pub(super) fn reviewed(&self, reviews: &[Review], head: Option<&str>) -> BTreeSet<String> {
        let commits = reviews
            .iter()
            .filter_map(|review| review.commit_id.as_ref());
        commits
            .filter(|commit| Some(commit.as_str()) != head && self.git.has_commit(commit))
            .cloned()
            .collect()
    }
}

/// The number of a pull request in the first line of a message: `… (#7)`, or `Merge pull request #7 from …`.
fn number_in(message: &str) -> Option<u64> {
    let first = message.lines().next()?.trim_end();
    let number = match first.strip_prefix("Merge pull request #") {
        Some(rest) => rest.split_whitespace().next()?,
        None => first.strip_suffix(')')?.rsplit_once("(#")?.1,
    };
    number.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_may_name_a_pull_request() {
        assert_eq!(number_in("Raise the cap (#812)\n\nbody (#1)"), Some(812));
        assert_eq!(number_in("Merge pull request #7 from acme/x"), Some(7));
        assert_eq!(number_in("Merge pull request #x"), None);
        assert_eq!(number_in("Fix #7"), None);
        assert_eq!(number_in(""), None);
    }
}
