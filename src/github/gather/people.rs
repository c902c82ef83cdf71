//! Who is who: accounts that answers speak of.

use super::Users;
use crate::github::answer;
use crate::governance::{Account, User};

/// Notes an account, and gives its id.
pub(super) fn known(users: &mut Users, account: &answer::Account) -> Account {
    users.entry(account.id).or_insert_with(|| User {
        login: account.login.clone(),
        id: account.id,
        kind: account.kind.clone(),
    });
    account.id
}

/// The same, for somebody who may be gone.
pub(super) fn known_if_any(
    users: &mut Users,
    account: Option<&answer::Account>,
) -> Option<Account> {
    account.map(|account| known(users, account))
}
