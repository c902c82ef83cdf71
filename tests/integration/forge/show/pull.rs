//! Pull requests, reviews and comments.

use serde_json::{Value, json};

use super::account::extend;
use super::{Show, time};
use crate::forge::state::{Comment, Id, Pull, Review};

impl Show<'_> {
    /// A pull request as lists have it.
    pub(crate) fn pull_in_list(&self, pull: &Pull) -> Value {
        let mut shown = self.part_of_pull(pull);
        shown["user"] = self.account(pull.author);
        shown
    }

    /// A pull request as asked for by itself.
    pub(crate) fn pull(&self, pull: &Pull) -> Value {
        let mut shown = self.part_of_pull(pull);
        let merged = pull.merged.as_ref();
        let of_pull = |comment: &&Comment| comment.number == pull.number;
        extend(
            &mut shown,
            json!({
                "user": self.account_or_ghost(pull.author), "merged": merged.is_some(), "mergeable": null, "rebaseable": null,
                "mergeable_state": "unknown", "merged_by": merged.map_or(Value::Null, |it| self.account(it.by)),
                "comments": self.state.comments.iter().filter(of_pull).count(), "review_comments": 0,
                "maintainer_can_modify": false, "commits": pull.commits.len(), "additions": 1, "deletions": 0, "changed_files": 1,
            }),
        );
        shown
    }

    fn part_of_pull(&self, pull: &Pull) -> Value {
        let number = pull.number;
        let (url, page) = (self.pull_url(number), self.pull_page(number));
        let issue = format!("{}/issues/{number}", self.base_url());
        let statuses = format!("{}/statuses/{}", self.base_url(), pull.head);
        let merged_at = pull.merged.as_ref().map(|it| time(it.at));
        let last = pull.timeline.iter().map(|event| event.at).max();
        let updated_at = last.map_or(pull.created_at, |at| at.max(pull.created_at));
        let closed_at =
            (!pull.is_open).then(|| merged_at.clone().unwrap_or_else(|| time(self.state.now)));
        json!({
            "url": url, "id": 70_000 + number, "node_id": format!("PR_{number}"), "html_url": page, "number": number,
            "diff_url": format!("{page}.diff"), "patch_url": format!("{page}.patch"), "issue_url": issue,
            "commits_url": format!("{url}/commits"), "review_comments_url": format!("{url}/comments"),
            "review_comment_url": format!("{}/pulls/comments{{/number}}", self.base_url()), "comments_url": format!("{issue}/comments"),
            "statuses_url": statuses, "state": if pull.is_open { "open" } else { "closed" }, "locked": false,
            "title": pull.title, "body": pull.body, "labels": [], "milestone": null, "active_lock_reason": null,
            "created_at": time(pull.created_at), "updated_at": time(updated_at), "closed_at": closed_at, "merged_at": merged_at,
            "merge_commit_sha": pull.merged.as_ref().map(|it| &it.commit), "assignee": null, "assignees": [],
            "requested_reviewers": [], "requested_teams": [], "author_association": "CONTRIBUTOR", "auto_merge": null,
            "draft": pull.is_draft,
            "head": self.end(pull.head_repository, &pull.head_branch, &pull.head),
            "base": self.end(self.state.base, &pull.base_branch, &pull.base),
            "_links": self.links_of_pull(pull),
        })
    }

    fn links_of_pull(&self, pull: &Pull) -> Value {
        let number = pull.number;
        let (url, page) = (self.pull_url(number), self.pull_page(number));
        let issue = format!("{}/issues/{number}", self.base_url());
        let statuses = format!("{}/statuses/{}", self.base_url(), pull.head);
        json!({
            "self": {"href": url}, "html": {"href": page}, "issue": {"href": issue}, "comments": {"href": format!("{issue}/comments")},
            "review_comments": {"href": format!("{url}/comments")},
            "review_comment": {"href": format!("{}/pulls/comments{{/number}}", self.base_url())},
            "commits": {"href": format!("{url}/commits")}, "statuses": {"href": statuses},
        })
    }

    /// The head or the base of a pull request.
    fn end(&self, repository: Id, branch: &str, sha: &str) -> Value {
        let owner = self.state.repositories[&repository].owner;
        json!({
            "label": format!("{}:{branch}", self.login(owner)), "ref": branch, "sha": sha, "user": self.account(owner),
            "repo": self.repository_or_null(repository),
        })
    }

    fn pull_url(&self, number: u64) -> String {
        format!("{}/pulls/{number}", self.base_url())
    }

    fn pull_page(&self, number: u64) -> String {
        format!("{}/pull/{number}", self.base_page())
    }

    pub(crate) fn review(&self, number: u64, review: &Review) -> Value {
        let page = format!("{}#pullrequestreview-{}", self.pull_page(number), review.id);
        let mut shown = json!({
            "id": review.id, "node_id": format!("PRR_{}", review.id), "user": self.account(review.user), "body": review.body,
            "state": review.state, "commit_id": review.commit, "html_url": page, "pull_request_url": self.pull_url(number),
            "author_association": "MEMBER",
            "_links": {"html": {"href": page}, "pull_request": {"href": self.pull_url(number)}},
        });
        if let Some(at) = review.submitted_at {
            shown["submitted_at"] = json!(time(at));
        }
        shown
    }

    /// A review as an entry of a timeline, which has neither those that are pending nor those of commits that are gone.
    pub(super) fn reviewed(&self, number: u64, review: &Review) -> Option<Value> {
        review.commit.as_ref()?;
        review.submitted_at?;
        let mut shown = self.review(number, review);
        shown["event"] = json!("reviewed");
        shown["state"] = json!(review.state.to_lowercase());
        shown["user"] = self.account_or_ghost(review.user);
        Some(shown)
    }

    pub(crate) fn comment(&self, comment: &Comment) -> Value {
        let Comment {
            id, number, body, ..
        } = comment;
        json!({
            "id": id, "node_id": format!("IC_{id}"), "url": format!("{}/issues/comments/{id}", self.base_url()),
            "html_url": format!("{}#issuecomment-{id}", self.pull_page(*number)),
            "issue_url": format!("{}/issues/{number}", self.base_url()), "user": self.account(comment.author), "body": body,
            "created_at": time(comment.created_at), "updated_at": time(comment.updated_at), "author_association": "NONE",
            "performed_via_github_app": null,
        })
    }
}
