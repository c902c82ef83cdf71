//! Every rule, by code or name.

use std::sync::OnceLock;

use crate::document::suggest;

use super::rule::Rule;
use super::{
    allowance, authority, escalation, fixture, hygiene, postmortem, preflight, query, reference,
    schema, scope, signature, tier,
};

/// The tables of the groups.
static GROUPS: &[&[&Rule]] = &[
    schema::RULES,
    reference::RULES,
    tier::RULES,
    preflight::RULES,
    escalation::RULES,
    scope::RULES,
    query::RULES,
    signature::RULES,
    fixture::RULES,
    authority::RULES,
    postmortem::RULES,
    hygiene::RULES,
    allowance::RULES,
];

/// Every rule, group by group, by code within a group.
pub fn all() -> &'static [&'static Rule] {
    static ALL: OnceLock<Vec<&'static Rule>> = OnceLock::new();
    ALL.get_or_init(|| GROUPS.concat())
}

/// The rule with this code (in either case) or name.
///
/// # Errors
/// A sentence that says which rule may have been meant.
pub fn find(text: &str) -> Result<&'static Rule, UnknownRule> {
    let named = |rule: &&&Rule| rule.code.eq_ignore_ascii_case(text) || rule.name == text;
    all().iter().find(named).copied().ok_or_else(|| {
        let codes = all().iter().map(|rule| rule.code);
        let names = all().iter().map(|rule| rule.name);
        UnknownRule {
            text: text.chars().take(80).collect(),
            nearest: suggest::nearest(text, codes.chain(names)).map(str::to_owned),
        }
    })
}

/// A text names no rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no rule `{text}`{}", hint(.nearest.as_deref()))]
pub struct UnknownRule {
    /// The text.
    pub text: String,
    /// The code or name most like it.
    pub nearest: Option<String>,
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| {
        format!("; did you mean `{nearest}`?")
    })
}
