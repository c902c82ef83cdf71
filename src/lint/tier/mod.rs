//! Tier and reversibility.

mod t002_step_lowers_tier;
mod t003_read_only_writes;
mod t004_low_tier_without_exact_undo;
mod t005_irreversible_below_human;
mod t007_undo_missing;

use super::Rule;

/// The rules of this group, by code.
pub(super) static RULES: &[&Rule] = &[
    &t002_step_lowers_tier::RULE,
    &t003_read_only_writes::RULE,
    &t004_low_tier_without_exact_undo::RULE,
    &t005_irreversible_below_human::RULE,
    &t007_undo_missing::RULE,
];
