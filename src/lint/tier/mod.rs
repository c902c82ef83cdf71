//! Tier and reversibility.

pub(crate) mod argument;
pub(in crate::lint) mod call;
pub(in crate::lint) mod destructive;
mod t001_tier_understated;
mod t002_step_lowers_tier;
mod t003_read_only_writes;
mod t004_low_tier_without_exact_undo;
mod t005_irreversible_below_human;
mod t006_human_only_step;
mod t007_undo_missing;
mod t008_undo_above_action;
mod t009_undo_not_derivable;
mod t010_snapshot_never_captured;
mod t011_undo_expires_early;
mod t012_rollback_past_no_return;
mod t013_write_without_rollback;
mod t014_retry_not_idempotent;
mod t015_destructive_below_approval;
mod t016_endless_self_reverting;
mod t017_weakened_action;
mod t018_read_asks_to_write;
mod t019_repeated_low_tier_write;
mod t020_defaulted_target;
mod t021_tier_above_need;
mod t022_class_contradicts_action;
mod t023_uneven_raise;

use super::Rule;

/// The rules of this group, by code.
pub(super) static RULES: &[&Rule] = &[
    &t001_tier_understated::RULE,
    &t002_step_lowers_tier::RULE,
    &t003_read_only_writes::RULE,
    &t004_low_tier_without_exact_undo::RULE,
    &t005_irreversible_below_human::RULE,
    &t006_human_only_step::RULE,
    &t007_undo_missing::RULE,
    &t008_undo_above_action::RULE,
    &t009_undo_not_derivable::RULE,
    &t010_snapshot_never_captured::RULE,
    &t011_undo_expires_early::RULE,
    &t012_rollback_past_no_return::RULE,
    &t013_write_without_rollback::RULE,
    &t014_retry_not_idempotent::RULE,
    &t015_destructive_below_approval::RULE,
    &t016_endless_self_reverting::RULE,
    &t017_weakened_action::RULE,
    &t018_read_asks_to_write::RULE,
    &t019_repeated_low_tier_write::RULE,
    &t020_defaulted_target::RULE,
    &t021_tier_above_need::RULE,
    &t022_class_contradicts_action::RULE,
    &t023_uneven_raise::RULE,
];
