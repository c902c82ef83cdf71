//! Signatures.

mod g001_single_signal_writes;
mod g002_uncorrelated_conditions;
mod g003_undiscriminating_signature;
mod g004_loose_pattern;
mod g005_cross_fire;
mod g006_implied_signature;
mod g007_impossible_conditions;
mod g008_overspecified_signature;
mod g009_inconsistent_score;
mod g010_impossible_order;
mod g011_unrecurring_pattern;
mod g012_irregular_pattern;
mod g013_unearned_standing;
mod g014_overfitted_fixture;
mod relation;
pub(super) mod standing;

use super::Rule;

/// The rules of this group, by code.
pub(super) static RULES: &[&Rule] = &[
    &g001_single_signal_writes::RULE,
    &g002_uncorrelated_conditions::RULE,
    &g003_undiscriminating_signature::RULE,
    &g004_loose_pattern::RULE,
    &g005_cross_fire::RULE,
    &g006_implied_signature::RULE,
    &g007_impossible_conditions::RULE,
    &g008_overspecified_signature::RULE,
    &g009_inconsistent_score::RULE,
    &g010_impossible_order::RULE,
    &g011_unrecurring_pattern::RULE,
    &g012_irregular_pattern::RULE,
    &g013_unearned_standing::RULE,
    &g014_overfitted_fixture::RULE,
];
