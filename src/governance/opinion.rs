//! What each person thinks of a change in the end (step 10).

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::facts::{Account, Review, ReviewState};
use super::people::People;

/// The opinion each person has, by the last review that says one. Comments leave it as it is, and a dismissal revives nothing.
///
/// What was said after the merge does not change what was thought at the merge; it counts for those only who said nothing before.
pub(super) fn opinions<'f>(
    reviews: &'f [Review],
    merged_at: Option<Timestamp>,
    people: &People<'_>,
) -> Vec<&'f Review> {
    let is_late = |review: &Review| merged_at.is_some_and(|merged| review.submitted_at > merged);
    let rank = |review: &Review| (!is_late(review), review.submitted_at, review.id);
    let mut last: BTreeMap<Account, &Review> = BTreeMap::new();
    let mut nobody = Vec::new();
    for review in reviews.iter().filter(|review| is_opinion(review)) {
        match review.user {
            Some(account) => {
                let opinion = last.entry(people.person(account)).or_insert(review);
                if rank(review) > rank(opinion) {
                    *opinion = review;
                }
            }
            None => nobody.push(review),
        }
    }
    let mut opinions: Vec<&Review> = last.into_values().chain(nobody).collect();
    opinions.sort_by_key(|review| review.id);
    opinions
}

fn is_opinion(review: &Review) -> bool {
    match review.state {
        ReviewState::Approved | ReviewState::ChangesRequested | ReviewState::Dismissed => true,
        ReviewState::Commented | ReviewState::Pending => false,
    }
}
