//! Text on the page. Everything that somebody else wrote is shown as code: there GitHub looks for no mention, reference or
//! link, and what Markdown or HTML would obey is written as references to characters.

use std::collections::BTreeSet;

use super::Review;
pub(super) use crate::change::diff::render::markdown::cell as quoted;
use crate::governance::Account;

/// Names shown of several accounts.
const MOST_NAMES: usize = 8;

/// Paths shown of several files.
pub(super) const MOST_PATHS: usize = 4;

/// Several texts, each as code, the first of them shown.
pub(super) fn several<'t>(texts: impl ExactSizeIterator<Item = &'t str>, most: usize) -> String {
    let more = texts.len().saturating_sub(most);
    let mut shown: Vec<String> = texts.take(most).map(quoted).collect();
    if more > 0 {
        shown.push(format!("and {more} more"));
    }
    shown.join(", ")
}

/// How long a text is by the larger of the two ways GitHub may count characters: in UTF-16 units.
pub(super) fn utf16_units(text: &str) -> usize {
    text.encode_utf16().count()
}

impl Review {
    /// What an account is called today, else its id.
    pub(super) fn name(&self, account: Account) -> String {
        let user = self
            .facts
            .as_ref()
            .and_then(|facts| facts.users.get(&account));
        user.map_or_else(|| format!("account {account}"), |user| user.login.clone())
    }

    /// The names of accounts, as they are.
    pub(super) fn plain_names(&self, accounts: &BTreeSet<Account>) -> String {
        if accounts.is_empty() {
            return "nobody".to_owned();
        }
        let shown = accounts.iter().take(MOST_NAMES).map(|id| self.name(*id));
        let mut shown: Vec<String> = shown.collect();
        if let Some(more) = accounts.len().checked_sub(MOST_NAMES).filter(|it| *it > 0) {
            shown.push(format!("{more} more"));
        }
        shown.join(", ")
    }

    /// The names of accounts, each as code.
    pub(super) fn names(&self, accounts: &BTreeSet<Account>) -> String {
        if accounts.is_empty() {
            return "nobody".to_owned();
        }
        let names: Vec<String> = accounts
            .iter()
            .take(MOST_NAMES)
            .map(|id| quoted(&self.name(*id)))
            .collect();
        match accounts.len().saturating_sub(MOST_NAMES) {
            0 => names.join(", "),
            more => format!("{}, and {more} more", names.join(", ")),
        }
    }
}
