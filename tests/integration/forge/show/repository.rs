//! Repositories and branches.

use serde_json::{Value, json};

use super::account::extend;
use super::{Show, WEB, time};
use crate::forge::state::{Activity, Id, Repository};

/// Addresses every repository has: field, and what follows the address of the repository.
const ADDRESSES: [(&str, &str); 37] = [
    ("archive_url", "/{archive_format}{/ref}"),
    ("assignees_url", "/assignees{/user}"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("branches_url", "/branches{/branch}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("comments_url", "/comments{/number}"),
    ("commits_url", "/commits{/sha}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("contents_url", "/contents/{+path}"),
    ("contributors_url", "/contributors"),
    ("deployments_url", "/deployments"),
    ("downloads_url", "/downloads"),
    ("events_url", "/events"),
    ("forks_url", "/forks"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("hooks_url", "/hooks"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("issue_events_url", "/issues/events{/number}"),
    ("issues_url", "/issues{/number}"),
    ("keys_url", "/keys{/key_id}"),
    ("labels_url", "/labels{/name}"),
    ("languages_url", "/languages"),
    ("merges_url", "/merges"),
    ("milestones_url", "/milestones{/number}"),
    (
        "notifications_url",
        "/notifications{?since,all,participating}",
    ),
    ("pulls_url", "/pulls{/number}"),
    ("releases_url", "/releases{/id}"),
    ("stargazers_url", "/stargazers"),
    ("statuses_url", "/statuses/{sha}"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("tags_url", "/tags"),
    ("teams_url", "/teams"),
    ("trees_url", "/git/trees{/sha}"),
    ("url", ""),
];

impl Show<'_> {
    /// A repository as others refer to it; `null` when it is deleted.
    pub(super) fn repository_or_null(&self, id: Id) -> Value {
        let repository = &self.state.repositories[&id];
        match repository.is_deleted {
            true => Value::Null,
            false => self.repository(repository),
        }
    }

    pub(super) fn repository(&self, repository: &Repository) -> Value {
        let Repository { id, full_name, .. } = repository;
        let name = full_name.rsplit_once('/').map_or("", |(_, name)| name);
        let page = format!("{WEB}/{full_name}");
        let pushed_at = repository
            .activity
            .last()
            .map_or(self.state.now, |it| it.at);
        let mut shown = json!({
            "id": id, "node_id": format!("R_{id}"), "name": name, "full_name": full_name, "private": false,
            "owner": self.account_or_ghost(repository.owner), "html_url": page, "description": null, "fork": repository.is_fork,
            "git_url": format!("git://github.com/{full_name}.git"), "ssh_url": format!("git@github.com:{full_name}.git"),
            "clone_url": format!("{page}.git"), "svn_url": page, "mirror_url": null, "homepage": null, "language": null,
            "forks_count": 0, "forks": 0, "stargazers_count": 0, "watchers_count": 0, "watchers": 0, "size": 100,
            "default_branch": repository.default_branch, "open_issues_count": 0, "open_issues": 0, "has_issues": true,
            "has_projects": true, "has_wiki": false, "has_pages": false, "has_downloads": false, "has_discussions": false,
            "archived": false, "disabled": false, "license": null, "pushed_at": time(pushed_at),
            "created_at": "2020-01-01T00:00:00Z", "updated_at": time(pushed_at), "visibility": "public",
        });
        let url = format!("{}/repos/{full_name}", self.api);
        for (field, rest) in ADDRESSES {
            shown[field] = json!(format!("{url}{rest}"));
        }
        shown
    }

    /// A repository as asked for by itself.
    pub(crate) fn full_repository(&self, repository: &Repository) -> Value {
        let mut shown = self.repository(repository);
        extend(
            &mut shown,
            json!({"network_count": 0, "subscribers_count": 1}),
        );
        shown
    }

    pub(crate) fn activity(&self, activity: &Activity) -> Value {
        json!({
            "id": activity.id, "node_id": format!("PSH_{}", activity.id), "before": activity.before, "after": activity.after,
            "ref": format!("refs/heads/{}", activity.branch), "timestamp": time(activity.at), "activity_type": activity.kind,
            "actor": self.account(activity.actor),
        })
    }

    /// A branch and the commit it points at; `None` when there is none.
    pub(crate) fn branch(&self, repository: &Repository, name: &str) -> Option<Value> {
        let head = repository.branches.get(name)?;
        let url = format!(
            "{}/repos/{}/branches/{name}",
            self.api, repository.full_name
        );
        let protection = self.state.protection.get(name);
        let is_protected = protection.is_some()
            || self
                .state
                .branch_rules
                .get(name)
                .is_some_and(|it| !it.is_empty());
        Some(json!({
            "name": name, "commit": self.commit(self.state.commits.get(head)?), "protected": is_protected,
            "protection": {"enabled": protection.is_some()}, "protection_url": format!("{url}/protection"),
            "_links": {"self": url, "html": format!("{WEB}/{}/tree/{name}", repository.full_name)},
        }))
    }
}
