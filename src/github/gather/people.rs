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

/// Whom GitHub shows in places where it cannot show nobody: an account that is gone. Nobody can take the name.
const GHOST: &str = "ghost";

/// The same, for somebody who may be gone.
pub(super) fn known_if_any(
    users: &mut Users,
    account: Option<&answer::Account>,
) -> Option<Account> {
    let somebody = account.filter(|account| account.login != GHOST);
    somebody.map(|account| known(users, account))
}
