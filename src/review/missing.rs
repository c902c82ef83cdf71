//! What approvals are missing, over all files: the most that any of them asks of a team.

use std::collections::{BTreeMap, BTreeSet};

use crate::governance::{Account, Evaluation, Reason, UnitEvaluation};

/// What is missing where every team gave enough, and too few people did.
pub(super) const MORE_PEOPLE: &str = "approvals of more different people";

/// What one team still has to give.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Missing {
    /// Approvals that have to be added, for the file that lacks the most.
    pub(super) count: u32,
    /// Who could give them.
    pub(super) could: BTreeSet<Account>,
}

/// Approvals that a file still needs of a team.
pub(super) fn lacking(unit: &UnitEvaluation, team: &str) -> u32 {
    unit.teams.get(team).map_or(0, |team| {
        let has = u32::try_from(team.has.len()).unwrap_or(u32::MAX);
        team.needs.saturating_sub(has)
    })
}

/// Whether enough approved and they are too few people.
pub(super) fn needs_more_people(unit: &UnitEvaluation) -> bool {
    unit.reasons.contains(&Reason::TooFewHumans)
}

/// By team, what is missing; teams that gave enough are left out.
pub(super) fn by_team(evaluation: &Evaluation) -> BTreeMap<&str, Missing> {
    let mut missing: BTreeMap<&str, Missing> = BTreeMap::new();
    for unit in &evaluation.units {
        for (name, team) in &unit.teams {
            let count = lacking(unit, name);
            if count > 0 {
                let known = missing.entry(name).or_default();
                known.count = known.count.max(count);
                known.could.extend(&team.could);
            }
        }
    }
    missing
}

/// What is missing, in a few words: `1 more of sre, 2 more of security`. The names of teams are those of the policy.
pub(super) fn in_words(evaluation: &Evaluation) -> String {
    let teams = by_team(evaluation);
    let mut words: Vec<String> = teams
        .iter()
        .map(|(team, missing)| format!("{} more of {team}", missing.count))
        .collect();
    if words.is_empty() && evaluation.units.iter().any(needs_more_people) {
        words.push(MORE_PEOPLE.to_owned());
    }
    words.join(", ")
}
