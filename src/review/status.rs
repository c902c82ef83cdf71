//! The commit status.

use serde::Serialize;

use super::conclusion::Conclusion;
use super::{Review, missing};
use crate::diagnostic::visible::visible_line;

/// The name the status is known by, which branch protection can require.
pub const CONTEXT: &str = "rbk/approvals";

/// Most characters of a description; GitHub refuses longer ones.
pub const MOST_DESCRIPTION: usize = 140;

/// A commit status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Status {
    /// What it says.
    pub state: State,
    /// Why, on one line of at most [`MOST_DESCRIPTION`] characters.
    pub description: String,
}

/// What a commit status says. Only `success` lets a protected branch take the commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It could not be evaluated.
    Error,
    /// It is denied for another reason than missing approvals.
    Failure,
    /// Approvals are missing.
    Pending,
    /// It may be merged.
    Success,
}

impl State {
    /// The state as GitHub writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Failure => "failure",
            Self::Pending => "pending",
            Self::Success => "success",
        }
    }
}

/// The commit status of a review, for [`CONTEXT`].
pub fn status(review: &Review) -> Status {
    let (state, words) = match review.conclusion() {
        Conclusion::CouldNotEvaluate => {
            let why = review.obstacles().into_iter().next().unwrap_or_default();
            (State::Error, format!("could not evaluate: {why}"))
        }
        Conclusion::Denied => {
            let reasons = review.evaluation.reasons.iter();
            let codes: Vec<&str> = reasons.map(|reason| reason.code()).collect();
            (State::Failure, format!("denied: {}", codes.join(", ")))
        }
        Conclusion::Waiting => {
            let missing = missing::in_words(&review.evaluation);
            (State::Pending, format!("approvals missing: {missing}"))
        }
        Conclusion::BreakGlass => (
            State::Success,
            "allowed by an emergency exception until it expires".to_owned(),
        ),
        Conclusion::Approved => (
            State::Success,
            "approved by everybody who has to".to_owned(),
        ),
        Conclusion::NothingGoverned => (State::Success, "no governed file changes".to_owned()),
    };
    Status {
        state,
        description: shortened(&visible_line(&words)),
    }
}

/// At most [`MOST_DESCRIPTION`] characters, counted as UTF-16 units, which are never fewer.
fn shortened(text: &str) -> String {
    if text.encode_utf16().count() <= MOST_DESCRIPTION {
        return text.to_owned();
    }
    let mut short = String::new();
    let mut length = 0;
    for c in text.chars() {
        length += c.len_utf16();
        if length >= MOST_DESCRIPTION {
            break;
        }
        short.push(c);
    }
    short.push('…');
    short
}
