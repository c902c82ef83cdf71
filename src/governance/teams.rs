//! Who is in which team (step 13). Ids decide; membership counts as it is at the evaluation.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::{Account, Facts};
use super::rules::Rules;
use crate::document::id::TeamId;

/// The members of teams. A team that nobody knows the members of is not among them.
#[derive(Clone, Debug, Default)]
pub(super) struct Teams(BTreeMap<TeamId, BTreeSet<Account>>);

impl Teams {
    /// From the policy, where it lists members, else from the facts.
    pub(super) fn new(rules: &Rules, facts: &Facts) -> Self {
        let resolved = rules.teams.iter().filter_map(|(id, team)| {
            let listed: BTreeSet<Account> = team.members.iter().map(|member| member.id).collect();
            let members = if listed.is_empty() && team.github.is_some() {
                facts.teams.get(id.as_str())?.clone()
            } else {
                listed
            };
            Some((id.clone(), members))
        });
        Self(resolved.collect())
    }

    /// The members of a team, if they are known.
    pub(super) fn members(&self, team: &TeamId) -> Option<&BTreeSet<Account>> {
        self.0.get(team)
    }

    /// Whether an account is in a team.
    pub(super) fn has(&self, team: &TeamId, account: Account) -> bool {
        self.members(team)
            .is_some_and(|members| members.contains(&account))
    }

    /// Whether an account is in any of some teams.
    pub(super) fn is_in_any<'t>(
        &self,
        account: Account,
        teams: impl IntoIterator<Item = &'t TeamId>,
    ) -> bool {
        teams.into_iter().any(|team| self.has(team, account))
    }
}
