//! Accounts and teams.

use serde_json::{Value, json};

use super::{Show, WEB};
use crate::forge::state::{Account, Id, Team};

/// The account that stands for all that are deleted.
const GHOST: Id = 10_137;

impl Show<'_> {
    /// An account, or `null` when it is deleted.
    pub(super) fn account(&self, id: Id) -> Value {
        match self.state.accounts.get(&id) {
            Some(account) if !account.is_deleted => self.simple(account),
            _ => Value::Null,
        }
    }

    /// An account where GitHub always shows one.
    pub(super) fn account_or_ghost(&self, id: Id) -> Value {
        match self.account(id) {
            Value::Null => self.simple(&self.state.accounts[&GHOST]),
            account => account,
        }
    }

    pub(super) fn login(&self, id: Id) -> &str {
        &self.state.accounts[&id].login
    }

    pub(crate) fn simple(&self, account: &Account) -> Value {
        let Account { id, login, .. } = account;
        // Robots are apps, and have brackets in their names.
        let encoded = login.replace('[', "%5B").replace(']', "%5D");
        let url = format!("{}/users/{encoded}", self.api);
        let page = match login.strip_suffix("[bot]") {
            Some(app) => format!("{WEB}/apps/{app}"),
            None => format!("{WEB}/{login}"),
        };
        json!({
            "login": login, "id": id, "node_id": format!("U_{id}"), "type": account.kind, "site_admin": false,
            "avatar_url": format!("https://avatars.githubusercontent.com/u/{id}?v=4"), "gravatar_id": "",
            "url": url, "html_url": page, "followers_url": format!("{url}/followers"),
            "following_url": format!("{url}/following{{/other_user}}"), "gists_url": format!("{url}/gists{{/gist_id}}"),
            "starred_url": format!("{url}/starred{{/owner}}{{/repo}}"), "subscriptions_url": format!("{url}/subscriptions"),
            "organizations_url": format!("{url}/orgs"), "repos_url": format!("{url}/repos"),
            "events_url": format!("{url}/events{{/privacy}}"), "received_events_url": format!("{url}/received_events"),
        })
    }

    /// An account as asked for by itself.
    pub(crate) fn profile(&self, account: &Account) -> Value {
        let mut profile = self.simple(account);
        let more = json!({
            "name": null, "company": null, "blog": "", "location": null, "email": null, "hireable": null, "bio": null,
            "twitter_username": null, "public_repos": 1, "public_gists": 0, "followers": 0, "following": 0,
            "created_at": "2020-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
        });
        extend(&mut profile, more);
        profile
    }

    pub(crate) fn team(&self, team: &Team) -> Value {
        let Team {
            id,
            organization,
            slug,
            members,
        } = team;
        let owner = self.state.account_named(organization).unwrap();
        let organization_url = format!("{}/orgs/{organization}", self.api);
        let team_url = format!("{}/organizations/{}/team/{id}", self.api, owner.id);
        json!({
            "id": id, "node_id": format!("T_{id}"), "name": slug, "slug": slug, "description": null, "privacy": "closed",
            "type": "organization", "permission": "pull", "url": team_url, "parent": null,
            "html_url": format!("{WEB}/orgs/{organization}/teams/{slug}"), "members_url": format!("{team_url}/members{{/member}}"),
            "repositories_url": format!("{team_url}/repos"), "members_count": members.len(), "repos_count": 1,
            "created_at": "2020-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
            "organization": {
                "login": organization, "id": owner.id, "node_id": format!("O_{}", owner.id), "type": "Organization",
                "url": organization_url, "repos_url": format!("{organization_url}/repos"),
                "events_url": format!("{organization_url}/events"), "hooks_url": format!("{organization_url}/hooks"),
                "issues_url": format!("{organization_url}/issues"), "members_url": format!("{organization_url}/members{{/member}}"),
                "public_members_url": format!("{organization_url}/public_members{{/member}}"),
                "avatar_url": format!("https://avatars.githubusercontent.com/u/{}?v=4", owner.id), "description": null,
                "html_url": format!("{WEB}/{organization}"), "has_organization_projects": true, "has_repository_projects": true,
                "public_repos": 1, "public_gists": 0, "followers": 0, "following": 0,
                "created_at": "2020-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z", "archived_at": null,
            },
        })
    }
}

/// Adds the properties of one object to another.
pub(super) fn extend(object: &mut Value, more: Value) {
    if let (Value::Object(object), Value::Object(more)) = (object, more) {
        object.extend(more);
    }
}
