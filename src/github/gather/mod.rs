//! Facts for the evaluation, from git for what was changed and from GitHub for who said what (GOVERNANCE §2 and §4).
//!
//! Git answers everything about bytes, commits and merges; GitHub is asked only for what git cannot know: which pull request
//! a commit came from, who its people are, when heads were pushed, and what reviewers said. Whatever cannot be found out makes
//! the facts incomplete, which is an error and neither yes nor no.

mod adoption;
mod co_authors;
mod error;
mod exceptions;
mod line;
mod people;
mod proposal;
mod pull;
mod state;
mod teams;
mod units;

use std::collections::BTreeMap;
use std::rc::Rc;

use camino::Utf8PathBuf;
use jiff::Timestamp;

pub use error::GatherError;
pub use line::{Landings, MAX_LANDINGS};
pub use proposal::Proposal;

use state::States;
use teams::Resolved;

use super::client::Client;
use crate::change::GitRepository;
use crate::governance::{Account, User};

/// Gathers facts about one repository. What was found out once is not looked up again.
pub struct Gatherer<'a> {
    git: &'a GitRepository,
    client: &'a Client,
    now: Timestamp,
    states: States<'a>,
    teams: BTreeMap<String, Resolved>,
    accounts: BTreeMap<String, Option<Account>>,
}

/// The accounts that facts speak of.
type Users = BTreeMap<Account, User>;

impl<'a> Gatherer<'a> {
    /// Facts are dated `now`; `prefix` is the folder of the git repository that the library lies in.
    ///
    /// # Errors
    /// When the clone leaves out old history: what is not there cannot be judged.
    pub fn new(
        git: &'a GitRepository,
        client: &'a Client,
        prefix: Utf8PathBuf,
        now: Timestamp,
    ) -> Result<Self, GatherError> {
        if git.is_shallow() {
            return Err(GatherError::Shallow);
        }
        Ok(Self {
            git,
            client,
            now,
            states: States::new(git, prefix),
            teams: BTreeMap::new(),
            accounts: BTreeMap::new(),
        })
    }

    fn state(&mut self, treeish: &str) -> Result<Rc<state::State>, GatherError> {
        self.states.at(treeish)
    }
}
