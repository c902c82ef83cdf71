//! Runs of workflows, and the limit of requests.

use serde_json::{Value, json};

use super::commit::signature;
use super::{Show, time};
use crate::forge::state::{Pull, WorkflowRun};

impl Show<'_> {
    pub(crate) fn run(&self, run: &WorkflowRun) -> Value {
        let id = run.id;
        let state = self.state;
        let url = format!("{}/actions/runs/{id}", self.base_url());
        let head = &state.commits[&run.head];
        let mut who = [signature(&head.author), signature(&head.committer)];
        who.iter_mut().for_each(|it| {
            it.as_object_mut().map(|it| it.remove("date"));
        });
        let [author, committer] = who;
        let pulls: Vec<Value> = run
            .pulls
            .iter()
            .map(|number| self.pull_of_run(&state.pulls[number]))
            .collect();
        json!({
            "id": id, "node_id": format!("WFR_{id}"), "name": run.name, "display_title": run.name, "run_number": 1, "event": run.event,
            "status": "completed", "conclusion": "success", "head_branch": run.head_branch, "head_sha": run.head,
            "path": ".github/workflows/rbk.yaml", "workflow_id": 1, "url": url,
            "html_url": format!("{}/actions/runs/{id}", self.base_page()), "created_at": time(state.now), "updated_at": time(state.now),
            "jobs_url": format!("{url}/jobs"), "logs_url": format!("{url}/logs"), "artifacts_url": format!("{url}/artifacts"),
            "cancel_url": format!("{url}/cancel"), "rerun_url": format!("{url}/rerun"),
            "check_suite_url": format!("{}/check-suites/{id}", self.base_url()),
            "workflow_url": format!("{}/actions/workflows/1", self.base_url()), "pull_requests": pulls,
            "head_commit": {
                "id": head.sha, "tree_id": head.tree, "message": head.message, "timestamp": time(head.committer.at),
                "author": author, "committer": committer,
            },
            "repository": self.repository_or_null(state.base), "head_repository": self.repository_or_null(run.head_repository),
        })
    }

    fn pull_of_run(&self, pull: &Pull) -> Value {
        let end = |repository: u64, branch: &str, sha: &str| {
            let full_name = &self.state.repositories[&repository].full_name;
            let name = full_name.rsplit_once('/').map_or("", |(_, name)| name);
            json!({
                "ref": branch, "sha": sha,
                "repo": {"id": repository, "name": name, "url": format!("{}/repos/{full_name}", self.api)},
            })
        };
        json!({
            "id": 70_000 + pull.number, "number": pull.number, "url": format!("{}/pulls/{}", self.base_url(), pull.number),
            "head": end(pull.head_repository, &pull.head_branch, &pull.head),
            "base": end(self.state.base, &pull.base_branch, &pull.base),
        })
    }

    pub(crate) fn limits(&self, reset: i64) -> Value {
        let access = &self.state.access;
        let core = json!({
            "limit": access.limit, "remaining": access.remaining, "used": access.limit - access.remaining, "reset": reset,
        });
        json!({"resources": {"core": core, "search": core, "graphql": core}, "rate": core})
    }
}
