//! Whom a statement speaks of, and with whom: what is needed to see again who is who.

use std::collections::{BTreeMap, BTreeSet};

use super::Review;
use crate::governance::facts::{Account, EmergencyException, Facts, User};
use crate::governance::rules::Rules;

/// The accounts of a landing that decide anything: contributors, reviewers, grantors, and those the policy folds to one person
/// or never lets approve.
pub(super) fn accounts(
    facts: &Facts,
    rules: &Rules,
    contributors: &BTreeSet<Account>,
    exception: Option<&EmergencyException>,
) -> Vec<User> {
    let pulls = facts.prs.iter();
    let mut ids = contributors.clone();
    ids.extend(pulls.filter_map(|pull| pull.merged_by));
    ids.extend(facts.reviews.iter().filter_map(|review| review.user));
    if let Some(exception) = exception {
        let late = exception.ratification.iter().flat_map(|late| &late.reviews);
        ids.extend(late.filter_map(|review| review.user));
        ids.extend(&exception.granted_by);
        ids.extend(&exception.authors);
    }
    let named: BTreeSet<String> = rules
        .aliases
        .iter()
        .flatten()
        .chain(&rules.never_approve)
        .map(|name| name.to_lowercase())
        .collect();
    let users = facts.users.values();
    users
        .filter(|user| ids.contains(&user.id) || named.contains(&user.login.to_lowercase()))
        .cloned()
        .collect()
}

impl Review {
    /// The name of an account as the statement knows it.
    pub fn login(&self, account: Account) -> Option<&str> {
        let mut accounts = self.accounts.iter();
        let user = accounts.find(|user| user.id == account);
        user.map(|user| user.login.as_str())
    }

    /// The facts that a statement keeps: enough to see that approvals suffice, not enough to see that they count.
    pub(super) fn kept_facts(&self) -> Facts {
        let users: BTreeMap<Account, User> = self
            .accounts
            .iter()
            .map(|user| (user.id, user.clone()))
            .collect();
        Facts {
            now: self.evaluation.at,
            landing: self.landing.clone(),
            units: self.units.iter().map(|unit| unit.change.clone()).collect(),
            prs: Vec::new(),
            reviews: Vec::new(),
            teams: self.teams.clone(),
            prev_published_is_ancestor: None,
            users,
            exceptions: self.exception.iter().cloned().collect(),
        }
    }
}
