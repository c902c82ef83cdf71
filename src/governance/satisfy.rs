//! Whether approvals are enough (step 14). Offline agents compute this anew from the approvals that came with a bundle.

use std::collections::{BTreeMap, BTreeSet};

use super::demand::Demand;
use super::facts::Account;
use super::reason::Reason;
use super::teams::Teams;
use crate::document::id::TeamId;

/// What is missing, by the people who approved: with each person the account that did.
pub(super) fn satisfy(
    demand: &Demand,
    approved: &BTreeMap<Account, Account>,
    teams: &Teams,
) -> Option<Reason> {
    let votes = |team: &TeamId| {
        let of_team = approved
            .iter()
            .filter(|(_, account)| teams.has(team, **account));
        of_team.map(|(person, _)| *person).collect::<BTreeSet<_>>()
    };
    let by_team: Vec<(u32, BTreeSet<Account>)> = demand
        .require
        .iter()
        .map(|(team, needed)| (*needed, votes(team)))
        .collect();
    if by_team.iter().any(|(needed, votes)| count(votes) < *needed) {
        return Some(Reason::InsufficientApprovals);
    }
    // Only those count who were asked.
    let mut distinct: BTreeSet<Account> = BTreeSet::new();
    by_team.iter().for_each(|(_, votes)| distinct.extend(votes));
    if count(&distinct) < demand.min_distinct {
        return Some(Reason::TooFewHumans);
    }
    let is_matched = demand.one_person_many_teams || fills(&by_team);
    (!is_matched).then_some(Reason::TooFewHumans)
}

fn count(people: &BTreeSet<Account>) -> u32 {
    u32::try_from(people.len()).unwrap_or(u32::MAX)
}

/// Whether every slot of every team can be given to another person: a maximum bipartite matching by augmenting paths
/// (Kuhn's algorithm). A team has at most as many slots as votes, which was seen before.
fn fills(by_team: &[(u32, BTreeSet<Account>)]) -> bool {
    let slots: Vec<&BTreeSet<Account>> = by_team
        .iter()
        .flat_map(|(needed, votes)| {
            std::iter::repeat_n(votes, usize::try_from(*needed).unwrap_or(usize::MAX))
        })
        .collect();
    let mut taken: BTreeMap<Account, usize> = BTreeMap::new();
    (0..slots.len()).all(|slot| place(slot, &slots, &mut taken))
}

/// Gives a slot to somebody, moving others on where that is needed. A search in breadth, so that no input makes it deep.
fn place(slot: usize, slots: &[&BTreeSet<Account>], taken: &mut BTreeMap<Account, usize>) -> bool {
    let mut came_from: BTreeMap<Account, usize> = BTreeMap::new();
    let mut open = std::collections::VecDeque::from([slot]);
    while let Some(at) = open.pop_front() {
        for person in slots.get(at).into_iter().flat_map(|votes| votes.iter()) {
            if came_from.contains_key(person) {
                continue;
            }
            came_from.insert(*person, at);
            match taken.get(person) {
                Some(other) => open.push_back(*other),
                None => {
                    reassign(*person, slot, &came_from, taken);
                    return true;
                }
            }
        }
    }
    false
}

fn reassign(
    free: Account,
    slot: usize,
    came_from: &BTreeMap<Account, usize>,
    taken: &mut BTreeMap<Account, usize>,
) {
    let mut person = free;
    while let Some(at) = came_from.get(&person).copied() {
        let before = taken
            .iter()
            .find(|(_, held)| **held == at)
            .map(|(holder, _)| *holder);
        taken.insert(person, at);
        match before {
            Some(holder) if at != slot => person = holder,
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether people can be found for the slots by trying every one.
    fn tried(slots: &[&BTreeSet<Account>], used: &mut BTreeSet<Account>) -> bool {
        let Some((first, rest)) = slots.split_first() else {
            return true;
        };
        first.iter().any(|person| {
            let is_new = used.insert(*person);
            let fits = is_new && tried(rest, used);
            if is_new {
                used.remove(person);
            }
            fits
        })
    }

    #[test]
    fn people_are_moved_on_as_far_as_needed() {
        let team = |votes: &[Account]| (1, votes.iter().copied().collect());
        // Each slot takes the one the slot before it would need: the last moves all of them on.
        let chain = [team(&[1, 2]), team(&[1, 3]), team(&[2, 4]), team(&[1])];
        assert!(fills(&chain));
        let twice = [(2, [1, 2, 3].into()), (1, [1].into()), (1, [2].into())];
        assert!(!fills(&twice));
        let enough = [(2, [1, 2, 3, 4].into()), (1, [1].into()), (1, [2].into())];
        assert!(fills(&enough));
        let short = [team(&[1, 2]), team(&[1, 2]), team(&[1, 2])];
        assert!(!fills(&short));
    }

    proptest::proptest! {
        #[test]
        fn people_are_found_whenever_there_are_some(
            teams in proptest::collection::vec((1_u32..3, proptest::collection::btree_set(0_u64..6, 0..4)), 1..5),
        ) {
            let slots: Vec<_> = teams.iter().flat_map(|(needed, votes)| vec![votes; *needed as usize]).collect();
            proptest::prop_assert_eq!(fills(&teams), tried(&slots, &mut BTreeSet::new()));
        }
    }
}
