//! What GitHub itself enforces on the published branch, and what is worth changing about it.
//!
//! The gate judges every landing whatever the branch allows. These settings keep from landing what the gate would refuse
//! afterwards, when it is in the way of everybody.

use std::collections::BTreeSet;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::client::Client;
use super::error::GithubError;

/// What is enforced on a branch, by rulesets or by its own protection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Protection {
    /// Whether changes have to come by pull request.
    pub pull_request: bool,
    /// Whether approvals are dismissed when something is pushed.
    pub dismisses_stale: bool,
    /// Whether the last push has to be approved by somebody else.
    pub last_push_approval: bool,
    /// Whether history cannot be rewritten.
    pub blocks_force_push: bool,
    /// Whether the branch cannot be deleted.
    pub blocks_deletion: bool,
    /// Checks and statuses that have to be green.
    pub checks: BTreeSet<String>,
    /// Whether the older form of protection could be read; that takes the permission to administrate.
    pub is_whole: bool,
}

/// Something that is worth changing, or is in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Advice {
    /// A name for it that stays.
    pub check: &'static str,
    /// How it is.
    pub state: AdviceState,
    /// What was found.
    pub found: String,
    /// What to do about it; nothing where it is in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AdviceState {
    /// In order.
    Good,
    /// It could not be looked at.
    Unknown,
    /// It should be changed.
    Bad,
}

impl Advice {
    /// Something that is in order, or else has a remedy.
    pub fn new(check: &'static str, is_good: bool, found: impl Into<String>, remedy: &str) -> Self {
        Self {
            check,
            state: if is_good {
                AdviceState::Good
            } else {
                AdviceState::Bad
            },
            found: found.into(),
            remedy: (!is_good).then(|| remedy.to_owned()),
        }
    }

    /// Something that could not be looked at.
    pub fn unknown(check: &'static str, found: impl Into<String>, remedy: &str) -> Self {
        Self {
            check,
            state: AdviceState::Unknown,
            found: found.into(),
            remedy: Some(remedy.to_owned()),
        }
    }
}

#[derive(Deserialize)]
struct Rule {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    parameters: Value,
}

impl Client {
    /// What is enforced on a branch.
    ///
    /// # Errors
    /// When its rules cannot be read.
    pub fn protection(&self, branch: &str) -> Result<Protection, GithubError> {
        let branch = utf8_percent_encode(branch, NON_ALPHANUMERIC);
        let rules = self.place().path(format_args!("/rules/branches/{branch}"));
        let rules: Vec<Rule> = self.list(&rules)?;
        let own = self
            .place()
            .path(format_args!("/branches/{branch}/protection"));
        let mut protection = Protection::default();
        rules.iter().for_each(|rule| protection.add_rule(rule));
        match self.get::<Value>(&own) {
            Ok(own) => {
                protection.add_own(&own);
                protection.is_whole = true;
            }
            // It says "not found" where there is none, and for tokens that may not know.
            Err(GithubError::NotFound { .. }) => protection.is_whole = true,
            Err(GithubError::Forbidden { .. }) => {}
            Err(error) => return Err(error),
        }
        Ok(protection)
    }
}

impl Protection {
    fn add_rule(&mut self, rule: &Rule) {
        let is_on = |key: &str| rule.parameters.get(key).and_then(Value::as_bool) == Some(true);
        match rule.kind.as_str() {
            "pull_request" => {
                self.pull_request = true;
                self.dismisses_stale |= is_on("dismiss_stale_reviews_on_push");
                self.last_push_approval |= is_on("require_last_push_approval");
            }
            "non_fast_forward" => self.blocks_force_push = true,
            "deletion" => self.blocks_deletion = true,
            "required_status_checks" => {
                let checks = rule.parameters.get("required_status_checks");
                let checks = checks.and_then(Value::as_array).into_iter().flatten();
                let names = checks.filter_map(|check| check.get("context")?.as_str());
                self.checks.extend(names.map(str::to_owned));
            }
            _ => {}
        }
    }

    fn add_own(&mut self, own: &Value) {
        let is = |path: &str| own.pointer(path).and_then(Value::as_bool);
        self.pull_request |= own.get("required_pull_request_reviews").is_some();
        self.dismisses_stale |=
            is("/required_pull_request_reviews/dismiss_stale_reviews") == Some(true);
        self.last_push_approval |=
            is("/required_pull_request_reviews/require_last_push_approval") == Some(true);
        self.blocks_force_push |= is("/allow_force_pushes/enabled") == Some(false);
        self.blocks_deletion |= is("/allow_deletions/enabled") == Some(false);
        let contexts = own.pointer("/required_status_checks/contexts");
        let contexts = contexts.and_then(Value::as_array).into_iter().flatten();
        self.checks
            .extend(contexts.filter_map(Value::as_str).map(str::to_owned));
    }

    /// What is worth changing, given the commit status that `rbk review` sets.
    pub fn advise(&self, branch: &str, status: &str) -> Vec<Advice> {
        let settings = [
            (
                "pull-request-required",
                self.pull_request,
                "a push without a pull request has no approvals, and stops publishing until it is taken back; require a pull request before merging",
            ),
            (
                "last-push-approved",
                self.last_push_approval || self.dismisses_stale,
                "an approval given before the last push does not count; require approval of the most recent push, or dismiss stale approvals, so that reviewers see that at once",
            ),
            (
                "force-push-blocked",
                self.blocks_force_push,
                "once history is rewritten, what was published last is not part of it any more and nothing can be published; block force pushes",
            ),
            (
                "deletion-blocked",
                self.blocks_deletion,
                "restrict deletions of the branch",
            ),
            (
                "status-required",
                self.checks.contains(status),
                "without it a pull request can be merged before it has its approvals, and is refused when publishing; require the status `rbk/approvals`",
            ),
        ];
        settings
            .into_iter()
            .map(|(check, is_on, remedy)| {
                let found = format!("on `{branch}`: {}", if is_on { "yes" } else { "no" });
                if !is_on && !self.is_whole {
                    let why = "the branch's own protection may say so, which this token may not read; use one with the permission `administration: read`";
                    return Advice::unknown(check, format!("on `{branch}`: no ruleset says so"), why);
                }
                Advice::new(check, is_on, found, remedy)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn states(protection: &Protection) -> Vec<(&'static str, AdviceState)> {
        let advice = protection.advise("main", "rbk/approvals");
        advice.iter().map(|it| (it.check, it.state)).collect()
    }

    #[test]
    fn rulesets_and_the_older_protection_add_up() {
        let mut protection = Protection {
            is_whole: true,
            ..Protection::default()
        };
        assert!(
            states(&protection)
                .iter()
                .all(|(_, state)| *state == AdviceState::Bad)
        );
        let rules: Vec<Rule> = serde_json::from_value(json!([
            {"type": "pull_request", "parameters": {"require_last_push_approval": true, "dismiss_stale_reviews_on_push": false}},
            {"type": "deletion"},
            {"type": "required_status_checks", "parameters": {"required_status_checks": [{"context": "rbk/approvals"}]}},
            {"type": "something_new"},
        ]))
        .unwrap();
        rules.iter().for_each(|rule| protection.add_rule(rule));
        let bad = |protection: &Protection| -> Vec<&'static str> {
            let states = states(protection).into_iter();
            states
                .filter(|(_, state)| *state != AdviceState::Good)
                .map(|(check, _)| check)
                .collect()
        };
        assert_eq!(bad(&protection), ["force-push-blocked"]);
        protection.add_own(&json!({"allow_force_pushes": {"enabled": false}}));
        assert_eq!(bad(&protection), [""; 0]);
    }

    #[test]
    fn what_may_not_be_read_is_unknown_and_not_bad() {
        let states = states(&Protection::default());
        assert!(
            states
                .iter()
                .all(|(_, state)| *state == AdviceState::Unknown)
        );
    }
}
