//! Which pull request a landing came from, and whether it landed as one (steps 5 and 6).

use super::facts::{Landing, PullRequest, Shape};
use super::reason::Reason;
use super::rules::Rules;

/// The one pull request that was merged here and became the tip.
pub(super) fn attribute<'f>(
    landing: &Landing,
    pulls: &'f [PullRequest],
    rules: &Rules,
) -> Result<&'f PullRequest, Reason> {
    if pulls.is_empty() {
        return Err(Reason::NoPullRequest);
    }
    if landing.shape == Shape::Proposed {
        return proposed(landing, pulls, rules);
    }
    let here: Vec<_> = pulls
        .iter()
        .filter(|pull| is_merged_here(pull, rules))
        .collect();
    if here.is_empty() {
        return Err(Reason::PrNotMergedHere);
    }
    // What it became is on record for every pull request that is merged.
    if here
        .iter()
        .any(|pull| pull.merge_commit_sha.is_none() || pull.merged_at.is_none())
    {
        return Err(Reason::FactsIncomplete);
    }
    let mut tips = here
        .into_iter()
        .filter(|pull| pull.merge_commit_sha.as_ref() == Some(&landing.tip));
    match (tips.next(), tips.next()) {
        (Some(pull), None) => Ok(pull),
        (Some(_), Some(_)) => Err(Reason::AmbiguousPr),
        (None, _) => Err(Reason::MergeCommitMismatch),
    }
}

/// The one open pull request for this branch whose head is looked at.
fn proposed<'f>(
    landing: &Landing,
    pulls: &'f [PullRequest],
    rules: &Rules,
) -> Result<&'f PullRequest, Reason> {
    let is_open = |pull: &&PullRequest| !pull.merged && is_for_here(pull, rules);
    let mut here = pulls.iter().filter(is_open);
    match (here.next(), here.next()) {
        (Some(pull), None) if pull.head_sha == landing.tip => Ok(pull),
        // The head moved while facts were gathered.
        (Some(_), None) => Err(Reason::FactsIncomplete),
        (Some(_), Some(_)) => Err(Reason::AmbiguousPr),
        (None, _) => Err(Reason::PrNotMergedHere),
    }
}

fn is_merged_here(pull: &PullRequest, rules: &Rules) -> bool {
    pull.merged && is_for_here(pull, rules)
}

fn is_for_here(pull: &PullRequest, rules: &Rules) -> bool {
    pull.base_repo_id == rules.repository.id && pull.base_ref == rules.repository.branch
}

/// Whether the commits are those that merging the pull request gives.
pub(super) fn has_shape(landing: &Landing, pull: &PullRequest) -> bool {
    let merged = || landing.tip_parents == [landing.parent.clone(), pull.head_sha.clone()];
    let squashed = || {
        landing.tip_parents == [landing.parent.clone()] && landing.commits == [landing.tip.clone()]
    };
    let rebased = || {
        landing.tip_parents.len() == 1
            && landing.commits.last() == Some(&landing.tip)
            && landing.commits.len() == pull.commits.len()
    };
    match landing.shape {
        Shape::Merge => merged(),
        Shape::Squash => squashed(),
        Shape::Rebase => rebased(),
        Shape::Queue => merged() || squashed(),
        Shape::Push => false,
        // How it will be merged is not known, and any way will do.
        Shape::Proposed => true,
    }
}
