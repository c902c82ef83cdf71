//! The accounts behind the co-authors that commit messages name.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::json;

use super::{GatherError, Gatherer};
use crate::change::CommitDetails;
use crate::governance::Account;

/// Commits asked about in one query.
const PER_QUERY: usize = 20;
/// Most authors of one commit; the forge shows no more either.
const MAX_AUTHORS: usize = 100;

#[derive(Deserialize)]
struct Response {
    data: Option<Data>,
    #[serde(default)]
    errors: Vec<Problem>,
}

#[derive(Deserialize)]
struct Data {
    repository: Option<BTreeMap<String, Option<Object>>>,
}

#[derive(Deserialize)]
struct Problem {
    message: String,
}

#[derive(Deserialize)]
struct Object {
    authors: Authors,
}

#[derive(Deserialize)]
struct Authors {
    nodes: Vec<Author>,
}

#[derive(Deserialize)]
struct Author {
    email: Option<String>,
    user: Option<Person>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Person {
    database_id: Option<Account>,
}

impl Gatherer<'_> {
    /// The accounts of the co-authors of a commit; those that map to none are `None`. [`Self::learn_co_authors`] comes first.
    pub(super) fn co_authors(&self, commit: &CommitDetails) -> Vec<Option<Account>> {
        let account = |email: &str| {
            let known = self.accounts.get(&email.to_lowercase()).copied().flatten();
            by_address(email).or(known)
        };
        commit.co_authors().map(account).collect()
    }

    /// Notes whose an e-mail address is.
    pub(super) fn learn(&mut self, email: &str, account: Option<Account>) {
        if let Some(account) = account {
            self.accounts.insert(email.to_lowercase(), Some(account));
        }
    }

    /// Asks for the co-authors of some commits that nothing else is known of.
    pub(super) fn learn_co_authors(
        &mut self,
        commits: &[CommitDetails],
    ) -> Result<(), GatherError> {
        let is_unknown = |email: &str| {
            by_address(email).is_none() && !self.accounts.contains_key(&email.to_lowercase())
        };
        let open: Vec<&CommitDetails> = commits
            .iter()
            .filter(|commit| commit.co_authors().any(is_unknown))
            .collect();
        for commits in open.chunks(PER_QUERY) {
            self.ask_for_authors(commits)?;
        }
        // What GitHub does not know is not asked for again.
        for email in open.iter().flat_map(|commit| commit.co_authors()) {
            self.accounts.entry(email.to_lowercase()).or_insert(None);
        }
        Ok(())
    }

    fn ask_for_authors(&mut self, commits: &[&CommitDetails]) -> Result<(), GatherError> {
        let mut fields = String::new();
        for (number, commit) in commits.iter().enumerate() {
            let _ = write!(
                fields,
                " c{number}: object(oid: \"{}\") {{ ... on Commit {{ oid authors(first: {MAX_AUTHORS}) {{ nodes {{ email user {{ login databaseId }} }} }} }} }}",
                commit.id
            );
        }
        let query = format!(
            "query Authors($owner: String!, $name: String!) {{ repository(owner: $owner, name: $name) {{{fields} }} }}"
        );
        let (owner, name) = self.client.place().parts();
        let body = json!({"query": query, "variables": {"owner": owner, "name": name}});
        let response: Response = self.client.query(&body)?;
        if let Some(problem) = response.errors.first() {
            return Err(
                crate::github::GithubError::malformed("POST /graphql", &problem.message).into(),
            );
        }
        let repository = response.data.and_then(|data| data.repository);
        for object in repository.into_iter().flatten().filter_map(|(_, it)| it) {
            for author in object.authors.nodes {
                let account = author.user.and_then(|user| user.database_id);
                if let Some(email) = author.email {
                    self.learn(&email, account);
                }
            }
        }
        Ok(())
    }
}

/// The account in an address that GitHub gives to people who hide theirs: `ID+LOGIN@users.noreply.HOST`. Naming somebody
/// who had no part in it can only keep them from approving.
fn by_address(email: &str) -> Option<Account> {
    let (local, host) = email.split_once('@')?;
    let (id, _) = local.split_once('+')?;
    host.starts_with("users.noreply.")
        .then(|| id.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_githubs_own_holds_the_account() {
        assert_eq!(by_address("102+bob@users.noreply.github.com"), Some(102));
        assert_eq!(by_address("102+bob@example.org"), None);
        assert_eq!(by_address("bob@users.noreply.github.com"), None);
    }
}
