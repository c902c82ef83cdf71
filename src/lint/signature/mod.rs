//! Signatures.

mod g001_single_signal_writes;
mod g002_uncorrelated_conditions;
mod g007_impossible_conditions;
mod g009_inconsistent_score;
mod g010_impossible_order;
mod g012_irregular_pattern;
mod relation;

use super::Rule;

/// The rules of this group, by code.
pub(super) static RULES: &[&Rule] = &[
    &g001_single_signal_writes::RULE,
    &g002_uncorrelated_conditions::RULE,
    &g007_impossible_conditions::RULE,
    &g009_inconsistent_score::RULE,
    &g010_impossible_order::RULE,
    &g012_irregular_pattern::RULE,
];
