//! Departures from rules: allowed in place for a while, or by a reviewed `Exception` document.

mod apply;
mod exception;
mod inline;
#[cfg(test)]
mod tests;
mod x001_malformed_allow;
mod x002_expired_allow;
mod x003_unused_allowance;
mod x004_locked_rule_allowed;

use super::Rule;

pub(super) use apply::{Applied, apply};
pub(super) use exception::problems;

/// The rules of this group, by code.
pub(super) static RULES: &[&Rule] = &[
    &x001_malformed_allow::RULE,
    &x002_expired_allow::RULE,
    &x003_unused_allowance::RULE,
    &x004_locked_rule_allowed::RULE,
];
