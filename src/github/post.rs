//! What is said on a pull request: one comment that is kept up to date, and a commit status.
//!
//! Both are looked at before they are written: saying the same again asks for nothing, and a request that failed half-way is
//! not repeated blindly, since it may have been carried out.

use http::Method;
use serde::de::IgnoredAny;
use serde_json::json;

use super::answer;
use super::client::Client;
use super::error::GithubError;
use crate::review::{CONTEXT, Status, is_current};

/// What became of something to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Posted {
    /// It is new.
    Created,
    /// It replaced what was there.
    Updated,
    /// It was there already.
    Unchanged,
}

impl Client {
    /// Keeps the one comment of `author` on a pull request whose body begins with `marker` as `body` says. Comments of others
    /// are never touched, whatever they begin with.
    ///
    /// # Errors
    /// When GitHub does not let it, or cannot be asked.
    pub fn keep_comment(
        &self,
        number: u64,
        author: &str,
        marker: &str,
        body: &str,
    ) -> Result<Posted, GithubError> {
        let there = self.own_comment(number, author, marker)?;
        match there {
            Some(comment) if is_current(comment.body.as_deref().unwrap_or_default(), body) => {
                Ok(Posted::Unchanged)
            }
            Some(comment) => {
                let path = format!("/issues/comments/{}", comment.id);
                let path = self.place().path(path);
                // Saying it twice changes nothing, so that one may ask again.
                let update =
                    || self.write::<IgnoredAny>(Method::PATCH, &path, &json!({"body": body}));
                again_if_unreachable(update)?;
                Ok(Posted::Updated)
            }
            None => self.create_comment(number, author, marker, body),
        }
    }

    fn create_comment(
        &self,
        number: u64,
        author: &str,
        marker: &str,
        body: &str,
    ) -> Result<Posted, GithubError> {
        let path = self.place().path(format_args!("/issues/{number}/comments"));
        let create = || self.write::<IgnoredAny>(Method::POST, &path, &json!({"body": body}));
        match create() {
            Err(GithubError::Unreachable { .. }) => {
                if self.own_comment(number, author, marker)?.is_none() {
                    create()?;
                }
            }
            other => {
                other?;
            }
        }
        Ok(Posted::Created)
    }

    fn own_comment(
        &self,
        number: u64,
        author: &str,
        marker: &str,
    ) -> Result<Option<answer::Comment>, GithubError> {
        let path = self.place().path(format_args!("/issues/{number}/comments"));
        let comments: Vec<answer::Comment> = self.list(&path)?;
        let is_own = |comment: &answer::Comment| {
            let by = comment.user.as_ref().map(|user| user.login.as_str());
            let body = comment.body.as_deref().unwrap_or_default();
            by == Some(author) && body.starts_with(marker)
        };
        Ok(comments.into_iter().find(is_own))
    }

    /// Gives a commit the status of a review, unless it has it.
    ///
    /// # Errors
    /// When GitHub does not let it, or cannot be asked.
    pub fn keep_status(&self, commit: &str, status: &Status) -> Result<Posted, GithubError> {
        let before = self.status(commit)?;
        let is_same = |there: &answer::Status| {
            there.state == status.state.name()
                && there.description.as_deref() == Some(status.description.as_str())
        };
        if before.as_ref().is_some_and(is_same) {
            return Ok(Posted::Unchanged);
        }
        let path = self.place().path(format_args!("/statuses/{commit}"));
        let body = json!({
            "state": status.state.name(),
            "context": CONTEXT,
            "description": status.description,
        });
        again_if_unreachable(|| self.write::<IgnoredAny>(Method::POST, &path, &body))?;
        Ok(if before.is_some() {
            Posted::Updated
        } else {
            Posted::Created
        })
    }

    /// The newest status that a review gave a commit; GitHub lists the newest first.
    fn status(&self, commit: &str) -> Result<Option<answer::Status>, GithubError> {
        let path = self
            .place()
            .path(format_args!("/commits/{commit}/statuses"));
        let statuses: Vec<answer::Status> = self.list(&path)?;
        Ok(statuses
            .into_iter()
            .find(|status| status.context == CONTEXT))
    }
}

/// Tries something once more that may be done twice without harm.
fn again_if_unreachable<T>(attempt: impl Fn() -> Result<T, GithubError>) -> Result<T, GithubError> {
    match attempt() {
        Err(GithubError::Unreachable { .. }) => attempt(),
        other => other,
    }
}
