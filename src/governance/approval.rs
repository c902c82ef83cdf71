//! Whether an approval counts (step 11), and whether a request for changes blocks (step 12).

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::demand::Demand;
use super::facts::{Account, Facts, PullRequest, Review, ReviewState, Sha, Unit};
use super::people::{Contributors, People};
use super::reason::Reason;
use super::rules::{Rules, Staleness};
use super::teams::Teams;

/// What approvals of one pull request are looked at with.
#[derive(Debug)]
pub(super) struct Bench<'f> {
    pub(super) facts: &'f Facts,
    pub(super) pull: &'f PullRequest,
    pub(super) rules: &'f Rules,
    pub(super) people: &'f People<'f>,
    pub(super) contributors: &'f Contributors,
    pub(super) teams: &'f Teams,
    pub(super) head_since: Option<Timestamp>,
    pub(super) retargeted: Option<Timestamp>,
    pub(super) known: BTreeSet<&'f Sha>,
}

impl Bench<'_> {
    /// Why a review does not count for a unit, the first reason that fits; none where it does.
    pub(super) fn refusal(&self, review: &Review, unit: &Unit, demand: &Demand) -> Option<Reason> {
        if review.state == ReviewState::Dismissed {
            return Some(Reason::Dismissed);
        }
        let account = match reviewer(review, self.people, &self.contributors.people) {
            Ok(account) => account,
            Err(reason) => return Some(reason),
        };
        self.by_time(review)
            .or_else(|| self.by_commit(review, unit, demand.stale))
            .or_else(|| {
                let is_asked = self.teams.is_in_any(account, demand.require.keys());
                (!is_asked && !demand.require.is_empty()).then_some(Reason::NotInRequiredTeam)
            })
    }

    /// Whether an open request for changes blocks: only somebody whose approval would count can ask for them.
    pub(super) fn blocks(&self, review: &Review, demands: &[Demand]) -> bool {
        let is_open = review.state == ReviewState::ChangesRequested
            && self
                .pull
                .merged_at
                .is_none_or(|merged| review.submitted_at <= merged);
        is_open
            && reviewer(review, self.people, &self.contributors.people).is_ok_and(|account| {
                let mut teams = demands.iter().flat_map(|demand| demand.require.keys());
                teams.any(|team| self.teams.has(team, account))
            })
    }

    fn by_time(&self, review: &Review) -> Option<Reason> {
        let given = review.submitted_at;
        if self.pull.merged_at.is_some_and(|merged| given > merged) {
            return Some(Reason::ApprovalAfterMerge);
        }
        // Measured to the merge, so that looking again later changes nothing.
        let judged = self.pull.merged_at.unwrap_or(self.facts.now);
        let most = i64::try_from(self.rules.max_age.as_millis()).unwrap_or(i64::MAX);
        if judged.duration_since(given) > SignedDuration::from_millis(most) {
            return Some(Reason::ApprovalTooOld);
        }
        self.retargeted
            .is_some_and(|moved| given <= moved)
            .then_some(Reason::StaleRetargeted)
    }

    fn by_commit(&self, review: &Review, unit: &Unit, stale: Staleness) -> Option<Reason> {
        let witness = review
            .witness
            .as_ref()
            .filter(|witness| witness.signature_ok);
        let Some(reviewed) = witness
            .map(|witness| &witness.head)
            .or(review.commit_id.as_ref())
        else {
            return Some(Reason::StaleCommitGone);
        };
        if *reviewed == self.pull.head_sha {
            return match self.head_since {
                _ if witness.is_some() => None,
                None => Some(Reason::FreshnessUnproven),
                Some(since) => (review.submitted_at <= since).then_some(Reason::StaleReanchored),
            };
        }
        if !self.known.contains(reviewed) {
            return Some(Reason::StaleCommitGone);
        }
        let is_equal = unit.at.get(reviewed).is_some_and(|blob| *blob == unit.head);
        (stale == Staleness::Strict || !is_equal).then_some(Reason::StaleCommit)
    }
}

/// The commits that are, or were at some time, part of the pull request.
pub(super) fn known_commits<'f>(pull: &'f PullRequest, units: &'f [Unit]) -> BTreeSet<&'f Sha> {
    let commits = pull.commits.iter().map(|commit| &commit.sha);
    let heads = pull.pushes.iter().flatten().map(|push| &push.after);
    let compared = units.iter().flat_map(|unit| unit.at.keys());
    commits.chain(heads).chain(compared).collect()
}

/// Who reviewed, if that is somebody whose opinion counts.
pub(super) fn reviewer(
    review: &Review,
    people: &People<'_>,
    contributors: &BTreeSet<Account>,
) -> Result<Account, Reason> {
    let account = review.user.ok_or(Reason::ReviewerUnknown)?;
    let user = people.user(account).ok_or(Reason::ReviewerUnknown)?;
    if user.kind == "Bot" {
        Err(Reason::ReviewerIsBot)
    } else if user.kind != "User" || people.never_approves(account) {
        Err(Reason::ReviewerNotAllowed)
    } else if contributors.contains(&people.person(account)) {
        Err(Reason::SelfApproval)
    } else {
        Ok(account)
    }
}

/// The latest server-side time at which the head became what it is; none where that is not known.
pub(super) fn head_since(pull: &PullRequest) -> Option<Timestamp> {
    if let Some(pushes) = &pull.pushes {
        let to_head = pushes.iter().filter(|push| push.after == pull.head_sha);
        return to_head.map(|push| push.at).max();
    }
    // A check run shows that the commit was there, and not that it stayed the head: what was taken away and brought back
    // shows as a force-push.
    let evidence = pull.head_evidence.as_ref()?;
    let forced = evidence.force_pushes.iter().copied().max();
    evidence
        .first_checked
        .map(|checked| forced.map_or(checked, |forced| forced.max(checked)))
}

/// When the pull request was last moved to another branch.
pub(super) fn retargeted(pull: &PullRequest) -> Option<Timestamp> {
    pull.base_changes.iter().map(|change| change.at).max()
}

/// Who could still approve for a team: its members who may, and did not contribute.
pub(super) fn candidates(bench: &Bench<'_>, members: &BTreeSet<Account>) -> BTreeSet<Account> {
    let may = |account: &&Account| {
        let user = bench.people.user(**account);
        user.is_none_or(|user| user.kind == "User")
            && !bench.people.never_approves(**account)
            && !bench
                .contributors
                .people
                .contains(&bench.people.person(**account))
    };
    members.iter().filter(may).copied().collect()
}
