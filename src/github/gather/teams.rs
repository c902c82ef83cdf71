//! Members of teams that the policy takes from GitHub (GOVERNANCE §4, step 13).

use std::collections::{BTreeMap, BTreeSet};

use super::people::known;
use super::{GatherError, Gatherer, Users};
use crate::document::model::{Governance, Team};
use crate::github::answer;
use crate::github::place::is_name;
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
        let found = self.ask_for_members(name, team.id)?;
        self.teams.insert(key, found.clone());
        Ok(found)
    }

    fn ask_for_members(&self, name: &str, id: Option<u64>) -> Result<Resolved, GatherError> {
        let Some((owner, slug)) = name.split_once('/') else {
            return Ok(None);
        };
        if !is_name(owner) || !is_name(slug) {
            return Ok(None);
        }
        let path = format!("/orgs/{owner}/teams/{slug}");
        let out_of_sight = |error: &crate::github::GithubError| error.is_out_of_sight();
        let team: answer::Team = match self.client.get(&path) {
            Ok(team) => team,
            Err(error) if out_of_sight(&error) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        // A name can be given to another team; the id cannot.
        if id.is_none_or(|id| id != team.id) {
            return Ok(None);
        }
        match self.client.list(&format!("{path}/members")) {
            Ok(members) => Ok(Some(members)),
            Err(error) if out_of_sight(&error) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
