//! Commits, and what is known of them beside them: check runs and statuses.

use serde_json::{Value, json};

use super::{Show, WEB, time};
use crate::forge::state::{CheckRun, Commit, Signature, Status};

impl Show<'_> {
    pub(crate) fn commit(&self, commit: &Commit) -> Value {
        let Commit { sha, tree, .. } = commit;
        let base = self.base_url();
        let url = format!("{base}/commits/{sha}");
        json!({
            "sha": sha, "node_id": format!("C_{sha}"), "url": url, "html_url": format!("{}/commit/{sha}", self.base_page()),
            "comments_url": format!("{url}/comments"), "parents": self.parents(commit),
            "author": self.account_of(&commit.author), "committer": self.account_of(&commit.committer),
            "commit": {
                "url": format!("{base}/git/commits/{sha}"), "message": commit.message, "comment_count": 0,
                "author": signature(&commit.author), "committer": signature(&commit.committer),
                "tree": {"sha": tree, "url": format!("{base}/git/trees/{tree}")}, "verification": unsigned(),
            },
        })
    }

    /// A commit as an entry of a timeline.
    pub(super) fn committed(&self, commit: &Commit) -> Value {
        let Commit { sha, tree, .. } = commit;
        let base = self.base_url();
        json!({
            "event": "committed", "sha": sha, "node_id": format!("C_{sha}"), "url": format!("{base}/git/commits/{sha}"),
            "html_url": format!("{}/commit/{sha}", self.base_page()), "author": signature(&commit.author),
            "committer": signature(&commit.committer), "message": commit.message, "parents": self.parents(commit),
            "tree": {"sha": tree, "url": format!("{base}/git/trees/{tree}")}, "verification": unsigned(),
        })
    }

    fn parents(&self, commit: &Commit) -> Vec<Value> {
        let show = |sha: &String| {
            json!({
                "sha": sha, "url": format!("{}/commits/{sha}", self.base_url()),
                "html_url": format!("{}/commit/{sha}", self.base_page()),
            })
        };
        commit.parents.iter().map(show).collect()
    }

    fn account_of(&self, signature: &Signature) -> Value {
        let account = self.state.account_by_email(&signature.email);
        account.map_or(Value::Null, |account| self.simple(account))
    }

    pub(crate) fn check_run(&self, run: &CheckRun) -> Value {
        let CheckRun { id, name, head, .. } = run;
        let url = format!("{}/check-runs/{id}", self.base_url());
        json!({
            "id": id, "node_id": format!("CR_{id}"), "name": name, "head_sha": head, "external_id": "", "url": url,
            "html_url": format!("{}/runs/{id}", self.base_page()), "details_url": format!("{WEB}/actions"),
            "status": "completed", "conclusion": "success", "started_at": time(run.started_at),
            "completed_at": time(run.started_at), "check_suite": {"id": id + 1}, "app": null, "pull_requests": [],
            "output": {"title": null, "summary": null, "text": null, "annotations_count": 0, "annotations_url": format!("{url}/annotations")},
        })
    }

    pub(crate) fn status(&self, status: &Status) -> Value {
        let Status { id, commit, .. } = status;
        json!({
            "id": id, "node_id": format!("SC_{id}"), "url": format!("{}/statuses/{commit}", self.base_url()),
            "avatar_url": null, "state": status.state, "context": status.context, "description": status.description,
            "target_url": status.target, "creator": self.account(status.creator), "created_at": time(status.at),
            "updated_at": time(status.at),
        })
    }
}

pub(super) fn signature(signature: &Signature) -> Value {
    json!({"name": signature.name, "email": signature.email, "date": time(signature.at)})
}

/// What GitHub says of a commit without a signature.
fn unsigned() -> Value {
    json!({"verified": false, "reason": "unsigned", "signature": null, "payload": null, "verified_at": null})
}
