//! Members of teams that the policy takes from GitHub (GOVERNANCE §4, step 13).

use std::collections::{BTreeMap, BTreeSet};

use super::people::known;
use super::{GatherError, Gatherer, Users};
use crate::document::model::{Governance, Team};
use crate::github::answer;
use crate::governance::Account;

/// Members of a team; none when nobody may see them.
pub(super) type Resolved = Option<Vec<answer::Account>>;

impl Gatherer<'_> {
    /// The members of each team that the policy does not list itself. One that cannot be resolved is left out, which the
    /// evaluation takes for a reason to refuse.
    pub(super) fn teams(
        &mut self,
        policy: &Governance,
        users: &mut Users,
    ) -> Result<BTreeMap<String, BTreeSet<Account>>, GatherError> {
        let mut teams = BTreeMap::new();
        for (name, team) in &policy.teams {
            if !team.members.is_empty() {
                continue;
            }
            if let Some(members) = self.members(team)? {
                let members = members.iter().map(|member| known(users, member));
                teams.insert(name.to_string(), members.collect());
            }
        }
        Ok(teams)
    }

    fn members(&mut self, team: &Team) -> Result<Resolved, GatherError> {
        let Some(name) = &team.github else {
            return Ok(None);
        };
        let key = format!("{name} {:?}", team.id);
        if let Some(known) = self.teams.get(&key) {
            return Ok(known.clone());
        }
        let found = self.client.team_members(name, team.id)?;
        self.teams.insert(key, found.clone());
        Ok(found)
    }
}
