//! Entries of the timeline of a pull request.

use serde_json::{Value, json};

use super::{Show, time};
use crate::forge::state::{Event, Happened};

impl Show<'_> {
    /// An entry; `None` for what GitHub leaves out.
    pub(crate) fn event(&self, number: u64, event: &Event) -> Option<Value> {
        let simple = |name: &str, commit: Option<&String>| {
            let id = event.id;
            let commit_url = commit.map(|it| format!("{}/commits/{it}", self.base_url()));
            json!({
                "id": id, "node_id": format!("E_{id}"), "url": format!("{}/issues/events/{id}", self.base_url()),
                "actor": self.account_or_ghost(event.actor), "event": name, "commit_id": commit, "commit_url": commit_url,
                "created_at": time(event.at), "performed_via_github_app": null,
            })
        };
        match &event.what {
            Happened::Simple(name) => Some(simple(name, None)),
            Happened::Merged { commit } => Some(simple("merged", Some(commit))),
            Happened::Committed { commit } => Some(self.committed(&self.state.commits[commit])),
            Happened::Reviewed(id) => self.reviewed(number, self.state.review(number, *id)?),
            Happened::Dismissed { review, state } => {
                let mut shown = simple("review_dismissed", None);
                shown["dismissed_review"] = json!({
                    "state": state.to_lowercase(), "review_id": review, "dismissal_message": "out of date",
                });
                Some(shown)
            }
        }
    }
}
