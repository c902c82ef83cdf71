//! Teams of an organisation.

use super::answer;
use super::client::Client;
use super::error::GithubError;
use super::place::is_name;

impl Client {
    /// The members of the team `OWNER/SLUG` with the id `id`; none when nobody may see them, or the name belongs to another
    /// team now.
    pub(super) fn team_members(
        &self,
        name: &str,
        id: Option<u64>,
    ) -> Result<Option<Vec<answer::Account>>, GithubError> {
        let Some((owner, slug)) = name.split_once('/') else {
            return Ok(None);
        };
        if !is_name(owner) || !is_name(slug) {
            return Ok(None);
        }
        let path = format!("/orgs/{owner}/teams/{slug}");
        let team: answer::Team = match self.get(&path) {
            Ok(team) => team,
            Err(error) if error.is_out_of_sight() => return Ok(None),
            Err(error) => return Err(error),
        };
        // A name can be given to another team; the id cannot.
        if id.is_none_or(|id| id != team.id) {
            return Ok(None);
        }
        match self.list(&format!("{path}/members")) {
            Ok(members) => Ok(Some(members)),
            Err(error) if error.is_out_of_sight() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// How many members a team has; none when nobody may see them, or the name belongs to another team now.
    ///
    /// # Errors
    /// When GitHub cannot be asked.
    pub fn team_size(&self, name: &str, id: Option<u64>) -> Result<Option<usize>, GithubError> {
        let members = self.team_members(name, id)?;
        Ok(members.map(|members| members.len()))
    }

    /// Id and name of the repository as they are now.
    ///
    /// # Errors
    /// When GitHub cannot be asked, or there is none.
    pub fn repository(&self) -> Result<(u64, String), GithubError> {
        let repository: answer::Repository = self.get(&self.place().path(""))?;
        Ok((repository.id, repository.full_name))
    }
}
