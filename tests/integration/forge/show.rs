//! Answers in GitHub's words, made from what the mock knows.

mod account;
mod commit;
mod event;
mod pull;
mod repository;
mod run;

use jiff::Timestamp;

use super::state::State;

/// Where links of github.com's pages lead.
const WEB: &str = "https://github.com";

/// Turns state into answers.
#[derive(Clone, Copy)]
pub(crate) struct Show<'a> {
    pub(crate) state: &'a State,
    /// Address of the API, without a slash at the end.
    pub(crate) api: &'a str,
}

impl Show<'_> {
    /// Address of the API for something of the base repository.
    fn base_url(&self) -> String {
        let base = &self.state.repositories[&self.state.base];
        format!("{}/repos/{}", self.api, base.full_name)
    }

    /// Address of a page for something of the base repository.
    fn base_page(&self) -> String {
        let base = &self.state.repositories[&self.state.base];
        format!("{WEB}/{}", base.full_name)
    }
}

/// A time as GitHub writes it: to the second.
fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
