//! Why GitHub could not be asked.

use thiserror::Error;

/// Why GitHub could not be asked, or did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum GithubError {
    /// The connection cannot be made ready.
    #[error("the connection to GitHub cannot be prepared: {0}")]
    Setup(String),
    /// No answer came, several times.
    #[error("GitHub did not answer {what}: {why}; try again later")]
    Unreachable {
        /// Method and path.
        what: String,
        /// What happened last.
        why: String,
    },
    /// The limit of requests is used up.
    #[error("the limit of requests to GitHub is used up ({what}); {}", when(.until))]
    RateLimited {
        /// Method and path that met it.
        what: String,
        /// When it is there again, in seconds since 1970; none where GitHub does not say.
        until: Option<i64>,
    },
    /// The token may not do this.
    #[error(
        "the token may not {what}: GitHub answers {status} ({message}); give it the permission, or use another token"
    )]
    Forbidden {
        /// Method and path.
        what: String,
        /// Status of the answer.
        status: u16,
        /// What GitHub says.
        message: String,
    },
    /// There is no such thing, or the token may not see it.
    #[error("GitHub has nothing at {what}, or the token may not see it")]
    NotFound {
        /// Method and path.
        what: String,
    },
    /// Another refusal.
    #[error("GitHub refuses {what}: {status} ({message})")]
    Refused {
        /// Method and path.
        what: String,
        /// Status of the answer.
        status: u16,
        /// What GitHub says.
        message: String,
    },
    /// The answer is not what the documentation of the API says.
    #[error("the answer to {what} cannot be read: {why}")]
    Malformed {
        /// Method and path.
        what: String,
        /// What is wrong with it.
        why: String,
    },
}

impl GithubError {
    /// An answer that cannot be read.
    pub(super) fn malformed(what: &str, why: &str) -> Self {
        Self::Malformed {
            what: what.to_owned(),
            why: crate::diagnostic::visible::visible_line(why),
        }
    }

    /// Whether the thing is not there, or may not be seen, which with GitHub cannot be told apart.
    pub fn is_out_of_sight(&self) -> bool {
        matches!(self, Self::NotFound { .. } | Self::Forbidden { .. })
    }
}

fn when(until: &Option<i64>) -> String {
    let until = until.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    match until {
        Some(until) => format!("it is there again at {until}"),
        None => "try again later".to_owned(),
    }
}
