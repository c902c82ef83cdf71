//! Whether facts can be judged at all (step 1): nothing contradicts itself, and nothing is larger than it can be.

use std::collections::BTreeSet;

use super::facts::{Facts, PullRequest};

/// Most governed files of one landing.
pub const MAX_UNITS: usize = 20_000;
/// Most reviews of one pull request, and most pull requests, exceptions and granted exceptions that are looked at.
pub const MAX_REVIEWS: usize = 2_000;
/// Most commits and pushes of one pull request.
pub const MAX_COMMITS: usize = 50_000;
/// Most comparisons of a governed file with a review or with a member of a team.
pub const MAX_COMPARISONS: usize = 10_000_000;

/// What is missing, contradictory or too much.
pub(super) fn gap(facts: &Facts) -> Option<String> {
    let ratifying = facts
        .exceptions
        .iter()
        .filter_map(|exception| exception.ratification.as_ref());
    let sizes = [
        ("units", facts.units.len(), MAX_UNITS),
        ("pull requests", facts.prs.len(), MAX_REVIEWS),
        ("reviews", facts.reviews.len(), MAX_REVIEWS),
        ("exceptions", facts.exceptions.len(), MAX_REVIEWS),
    ];
    let commits = facts.prs.iter().flat_map(|pull| {
        let pushes = pull.pushes.as_ref().map_or(0, Vec::len);
        [
            ("commits", pull.commits.len(), MAX_COMMITS),
            ("pushes", pushes, MAX_COMMITS),
        ]
    });
    let ratifications =
        ratifying.map(|late| ("ratifying reviews", late.reviews.len(), MAX_REVIEWS));
    let too_many = sizes
        .into_iter()
        .chain(commits)
        .chain(ratifications)
        .find(|(_, count, most)| count > most);
    if let Some((what, count, most)) = too_many {
        return Some(format!(
            "there are {count} {what}, and at most {most} are judged"
        ));
    }
    let members: usize = facts.teams.values().map(BTreeSet::len).sum();
    let each = facts.reviews.len().saturating_add(members);
    let comparisons = facts.units.len().saturating_mul(each);
    if comparisons > MAX_COMPARISONS {
        return Some(format!(
            "{} units with {each} reviews and members of teams are {comparisons} comparisons, and at most {MAX_COMPARISONS} are made",
            facts.units.len(),
        ));
    }
    contradiction(facts).or_else(|| facts.prs.iter().find_map(about_pull))
}

fn contradiction(facts: &Facts) -> Option<String> {
    if facts.landing.tip_parents.is_empty() && !facts.landing.before_baseline {
        return Some("`landing.tip_parents` is empty, but a landing has a parent".to_owned());
    }
    if let Some((id, user)) = facts.users.iter().find(|(id, user)| **id != user.id) {
        return Some(format!("`users` calls account {} {id}", user.id));
    }
    let mut paths = BTreeSet::new();
    if let Some(unit) = facts.units.iter().find(|unit| !paths.insert(&unit.path)) {
        return Some(format!("`units` names {} twice", unit.path));
    }
    let mut ids = BTreeSet::new();
    if let Some(review) = facts.reviews.iter().find(|review| !ids.insert(review.id)) {
        return Some(format!("`reviews` has review {} twice", review.id));
    }
    let mut late = facts
        .reviews
        .iter()
        .filter(|review| review.submitted_at > facts.now);
    late.next()
        .map(|review| format!("review {} was submitted after `now`", review.id))
}

fn about_pull(pull: &PullRequest) -> Option<String> {
    let has_head = pull
        .commits
        .iter()
        .any(|commit| commit.sha == pull.head_sha);
    (!has_head).then(|| {
        format!(
            "the commits of pull request {} do not have its head {}",
            pull.number, pull.head_sha
        )
    })
}
