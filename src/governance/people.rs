//! Who is who: accounts folded to people, and who contributed to a change (steps 3 and 9).

use std::collections::{BTreeMap, BTreeSet};

use super::facts::{Account, Facts, PullRequest, User};
use super::rules::Rules;

/// Accounts folded to people.
#[derive(Debug)]
pub(super) struct People<'f> {
    users: &'f BTreeMap<Account, User>,
    same: BTreeMap<Account, Account>,
    never: BTreeSet<Account>,
}

impl<'f> People<'f> {
    /// By the aliases of the policy. Names are resolved with the members it lists, whose ids decide, and with the accounts
    /// known today; what is written as a number is an id.
    pub(super) fn new(rules: &Rules, facts: &'f Facts) -> Self {
        let members = rules.teams.values().flat_map(|team| &team.members);
        let mut named: BTreeMap<String, BTreeSet<Account>> = BTreeMap::new();
        let logins = members.map(|member| (&member.login, member.id));
        for (login, id) in logins.chain(facts.users.iter().map(|(id, user)| (&user.login, *id))) {
            named.entry(login.to_lowercase()).or_default().insert(id);
        }
        let ids = |name: &String| {
            let number = name.parse::<Account>().ok();
            let ids = named
                .get(&name.to_lowercase())
                .into_iter()
                .flatten()
                .copied();
            ids.chain(number).collect::<Vec<_>>()
        };
        let mut people = Self {
            users: &facts.users,
            same: BTreeMap::new(),
            never: BTreeSet::new(),
        };
        for accounts in &rules.aliases {
            people.fold(accounts.iter().flat_map(ids).collect());
        }
        let never = rules.never_approve.iter().flat_map(ids);
        people.never = never.map(|account| people.person(account)).collect();
        people
    }

    /// Makes one person of some accounts, and of everybody they were already the same as.
    fn fold(&mut self, accounts: Vec<Account>) {
        let people: BTreeSet<Account> = accounts.iter().map(|id| self.person(*id)).collect();
        let Some(first) = people.first().copied() else {
            return;
        };
        for person in self
            .same
            .values_mut()
            .filter(|person| people.contains(person))
        {
            *person = first;
        }
        // What an account was folded into already is among them.
        self.same
            .extend(people.into_iter().map(|account| (account, first)));
    }

    /// The person behind an account.
    pub(super) fn person(&self, account: Account) -> Account {
        self.same.get(&account).copied().unwrap_or(account)
    }

    /// What is known of an account.
    pub(super) fn user(&self, account: Account) -> Option<&'f User> {
        self.users.get(&account)
    }

    /// Whether the person never approves.
    pub(super) fn never_approves(&self, account: Account) -> bool {
        self.never.contains(&self.person(account))
    }
}

/// Who contributed to a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Contributors {
    /// The people.
    pub(super) people: BTreeSet<Account>,
    /// The accounts, as they appear.
    pub(super) accounts: BTreeSet<Account>,
    /// Whether an author or committer maps to no account.
    pub(super) has_unknown: bool,
}

/// Everybody who had a hand in a pull request: who opened it, wrote, committed or pushed any of its commits.
pub(super) fn contributors(pull: &PullRequest, people: &People<'_>, rules: &Rules) -> Contributors {
    let mut found = Contributors {
        has_unknown: pull.author.is_none(),
        ..Contributors::default()
    };
    found.accounts.extend(pull.author);
    for commit in &pull.commits {
        // The forge's own account commits what is merged or edited in the browser, for whoever is its author.
        let committer = commit.committer.filter(|id| !rules.web_flow.contains(id));
        found.has_unknown |= commit.author.is_none() || commit.committer.is_none();
        found.accounts.extend(commit.author);
        found.accounts.extend(committer);
        found.accounts.extend(commit.co_authors.iter().flatten());
    }
    let pushes = pull.pushes.iter().flatten();
    found.accounts.extend(pushes.filter_map(|push| push.actor));
    found.people = found
        .accounts
        .iter()
        .map(|account| people.person(*account))
        .collect();
    found
}
