//! The ordinary review that follows an emergency (step 16).

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use super::approval::reviewer;
use super::demand::demand;
use super::exception::covers;
use super::facts::{Account, EmergencyException, Facts, ReviewState};
use super::opinion::opinions;
use super::people::People;
use super::rules::Rules;
use super::satisfy::satisfy;
use super::teams::Teams;

/// Whether the bytes that landed were approved in the ordinary way, in time after the exception was granted.
pub(super) fn is_ratified(
    exception: &EmergencyException,
    facts: &Facts,
    rules: &Rules,
    people: &People<'_>,
    teams: &Teams,
    contributors: &BTreeSet<Account>,
) -> bool {
    let (Some(late), Some(glass)) = (&exception.ratification, &rules.break_glass) else {
        return false;
    };
    let authors = exception.authors.iter().map(|id| people.person(*id));
    let contributors: BTreeSet<Account> = contributors.iter().copied().chain(authors).collect();
    let most = i64::try_from(glass.ratify_within.as_millis()).unwrap_or(i64::MAX);
    let approved: BTreeMap<Account, Account> = opinions(&late.reviews, None, people)
        .into_iter()
        .filter(|review| {
            let after = review.submitted_at.duration_since(exception.granted_at);
            review.state == ReviewState::Approved
                && review.submitted_at <= facts.now
                && after >= SignedDuration::ZERO
                && after <= SignedDuration::from_millis(most)
        })
        .filter_map(|review| reviewer(review, people, &contributors).ok())
        .map(|account| (people.person(account), account))
        .collect();
    covers(&late.digests, &facts.units)
        && facts.units.iter().all(|unit| {
            demand(unit, rules).is_ok_and(|demand| satisfy(&demand, &approved, teams).is_none())
        })
}
