//! A pull request with its commits, pushes and reviews.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::people::known_if_any;
use super::{GatherError, Gatherer, Users};
use crate::change::CommitDetails;
use crate::github::GithubError;
use crate::github::answer;
use crate::governance::{
    BaseChange, Commit, HeadEvidence, PullRequest, Push, Review, ReviewState, Sha,
};

/// Most commits that are asked for one by one: GitHub lists the first 250 of a pull request.
const MOST_SINGLE: usize = 250;

/// What GitHub tells of a pull request.
pub(super) struct Gathered {
    pub(super) pull: PullRequest,
    pub(super) reviews: Vec<Review>,
    pub(super) title: String,
}

impl Gatherer<'_> {
    /// The commit a pull request became; before the merge GitHub names one that was made for testing, which is none.
    pub(super) fn merge_commit(&self, pull: &answer::Pull) -> Result<Option<String>, GatherError> {
        if !pull.merged || pull.merge_commit_sha.is_some() {
            return Ok(pull.merge_commit_sha.clone().filter(|_| pull.merged));
        }
        let timeline = self.timeline(pull.number)?;
        let merges = of_kind(&timeline, "merged");
        Ok(merges
            .filter_map(|event| event.commit_id.clone())
            .next_back())
    }

    fn timeline(&self, number: u64) -> Result<Vec<answer::TimelineEvent>, GatherError> {
        let path = format_args!("/issues/{number}/timeline");
        Ok(self.client.list(&self.client.place().path(path))?)
    }

    pub(super) fn path(&self, number: u64, rest: &str) -> String {
        self.client
            .place()
            .path(format_args!("/pulls/{number}{rest}"))
    }

    /// Everything about a pull request that became `merge_commit`; its commits are those that `base` does not have.
    pub(super) fn pull(
        &mut self,
        pull: answer::Pull,
        merge_commit: Option<String>,
        base: &str,
        users: &mut Users,
    ) -> Result<Gathered, GatherError> {
        let number = pull.number;
        self.git
            .obtain(&pull.head.sha, &format!("refs/pull/{number}/head"))?;
        let commits = self.git.commits_between(base, &pull.head.sha)?;
        let made_by = self.commits(number, &commits, users)?;
        let reviews = self.reviews(number, users)?;
        let timeline = self.timeline(number)?;
        let pushes = self.pushes(&pull, base, users)?;
        let head_evidence = match &pushes {
            Some(_) => None,
            None => Some(self.head_evidence(&pull.head.sha, &timeline)?),
        };
        let author = known_if_any(users, pull.user.as_ref());
        let merged_by = known_if_any(users, pull.merged_by.as_ref());
        Ok(Gathered {
            pull: PullRequest {
                number,
                author,
                base_ref: pull.base.branch,
                base_repo_id: pull.base.repo.id,
                head_sha: pull.head.sha,
                merged: pull.merged,
                merged_at: pull.merged_at,
                merge_commit_sha: merge_commit,
                merged_by,
                commits: made_by,
                pushes,
                base_changes: base_changes(&timeline),
                head_evidence,
            },
            reviews,
            title: pull.title,
        })
    }

    /// The commits, with the accounts GitHub maps their people to.
    fn commits(
        &mut self,
        number: u64,
        commits: &[CommitDetails],
        users: &mut Users,
    ) -> Result<Vec<Commit>, GatherError> {
        let listed: Vec<answer::Commit> = self.client.list(&self.path(number, "/commits"))?;
        let mut mapped: BTreeMap<Sha, answer::Commit> = listed
            .into_iter()
            .map(|commit| (commit.sha.clone(), commit))
            .collect();
        let missing: Vec<&str> = commits
            .iter()
            .map(|commit| commit.id.as_str())
            .filter(|id| !mapped.contains_key(*id))
            .collect();
        if missing.len() > MOST_SINGLE {
            return Err(GatherError::TooManyCommits {
                number,
                count: missing.len(),
                most: MOST_SINGLE,
            });
        }
        for id in missing {
            let path = self.client.place().path(format_args!("/commits/{id}"));
            mapped.insert(id.to_owned(), self.client.get(&path)?);
        }
        for commit in mapped.values() {
            let people = [
                (&commit.commit.author, &commit.author),
                (&commit.commit.committer, &commit.committer),
            ];
            for (signature, account) in people {
                let email = signature.as_ref().and_then(|it| it.email.clone());
                self.learn(&email.unwrap_or_default(), account.as_ref().map(|it| it.id));
            }
        }
        self.learn_co_authors(commits)?;
        Ok(commits
            .iter()
            .map(|commit| {
                let answer = mapped.get(&commit.id);
                Commit {
                    sha: commit.id.clone(),
                    author: known_if_any(users, answer.and_then(|it| it.author.as_ref())),
                    committer: known_if_any(users, answer.and_then(|it| it.committer.as_ref())),
                    co_authors: self.co_authors(commit),
                    parents: commit.parents.clone(),
                }
            })
            .collect())
    }

    fn reviews(&self, number: u64, users: &mut Users) -> Result<Vec<Review>, GatherError> {
        let reviews: Vec<answer::Review> = self.client.list(&self.path(number, "/reviews"))?;
        let mut found = Vec::new();
        for review in reviews {
            let what = || format!("review {} of pull request {number}", review.id);
            let submitted_at = match (review.submitted_at, review.state) {
                (Some(at), _) => at,
                // A draft that only its author sees.
                (None, ReviewState::Pending) => continue,
                (None, _) => {
                    return Err(GithubError::malformed(&what(), "it has no time").into());
                }
            };
            found.push(Review {
                id: review.id,
                user: known_if_any(users, review.user.as_ref()),
                state: review.state,
                commit_id: review.commit_id,
                submitted_at,
                witness: None,
            });
        }
        Ok(found)
    }

    /// Pushes to the branch of a pull request, from the log that GitHub keeps; none where it may not be read, as with forks,
    /// or says nothing of that branch.
    fn pushes(
        &self,
        pull: &answer::Pull,
        base: &str,
        users: &mut Users,
    ) -> Result<Option<Vec<Push>>, GatherError> {
        let Some(repository) = &pull.head.repo else {
            return Ok(None);
        };
        let branch = format!("refs/heads/{}", pull.head.branch);
        let branch = utf8_percent_encode(&branch, NON_ALPHANUMERIC);
        let path = format!("/repos/{}/activity?ref={branch}", repository.full_name);
        let log: Vec<answer::Activity> = match self.client.list(&path) {
            Ok(log) => log,
            Err(error) if error.is_out_of_sight() => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let mut log: Vec<&answer::Activity> = log
            .iter()
            // What was done to a branch of that name after the merge is another matter.
            .filter(|entry| {
                pull.merged_at
                    .is_none_or(|merged| entry.timestamp <= merged)
            })
            .collect();
        log.sort_by_key(|entry| entry.timestamp);
        // So is what was done before the branch was made that the pull request was opened for.
        let is_of_base = |commit: &str| self.git.is_ancestor(commit, base).unwrap_or(false);
        let is_beginning = |entry: &&answer::Activity| {
            entry.activity_type == "branch_creation" && entry.timestamp <= pull.created_at
        };
        let beginning = log.iter().rposition(is_beginning).unwrap_or_default();
        let pushes: Vec<Push> = log
            .iter()
            .skip(beginning)
            .filter(|entry| entry.activity_type != "branch_deletion")
            // Whoever makes a branch of what is on main already adds nothing to it.
            .filter(|entry| entry.activity_type != "branch_creation" || !is_of_base(&entry.after))
            .map(|entry| Push {
                at: entry.timestamp,
                actor: known_if_any(users, entry.actor.as_ref()),
                after: entry.after.clone(),
                force: entry.activity_type == "force_push",
            })
            .collect();
        Ok((!pushes.is_empty()).then_some(pushes))
    }

    /// What else shows since when a head is the head.
    fn head_evidence(
        &self,
        head: &str,
        timeline: &[answer::TimelineEvent],
    ) -> Result<HeadEvidence, GatherError> {
        let place = self.client.place();
        let path = place.path(format_args!("/commits/{head}/check-runs?filter=all"));
        let runs = self
            .client
            .list_in(&path, |page: answer::CheckRuns| page.check_runs)?;
        let statuses: Vec<answer::Status> = self
            .client
            .list(&place.path(format_args!("/commits/{head}/statuses")))?;
        let runs = runs.iter().filter_map(|run| run.started_at);
        let statuses = statuses.iter().map(|status| status.created_at);
        Ok(HeadEvidence {
            force_pushes: times_of(timeline, "head_ref_force_pushed").collect(),
            first_checked: runs.chain(statuses).min(),
        })
    }
}

/// Changes of the branch a pull request is for.
fn base_changes(timeline: &[answer::TimelineEvent]) -> Vec<BaseChange> {
    let by_hand = times_of(timeline, "base_ref_changed");
    let by_forge = times_of(timeline, "automatic_base_change_succeeded");
    let times: BTreeSet<Timestamp> = by_hand.chain(by_forge).collect();
    let change = |at| BaseChange {
        at,
        from: None,
        to: None,
    };
    times.into_iter().map(change).collect()
}

fn times_of<'t>(
    timeline: &'t [answer::TimelineEvent],
    event: &'t str,
) -> impl Iterator<Item = Timestamp> + 't {
    of_kind(timeline, event).filter_map(|entry| entry.created_at)
}

fn of_kind<'t>(
    timeline: &'t [answer::TimelineEvent],
    event: &'t str,
) -> impl DoubleEndedIterator<Item = &'t answer::TimelineEvent> + 't {
    let is_it = move |entry: &&answer::TimelineEvent| entry.event.as_deref() == Some(event);
    timeline.iter().filter(is_it)
}
