//! Authority.

pub(super) mod a001_missing_approval;
mod a002_policy_with_governed;
mod a003_matrix_hole;
mod a004_mode_above_matrix;
mod a005_incomplete_exception;
mod a006_broken_freeze;
mod a007_untested_policy;
mod a008_weak_kill_switch;
mod a009_stage_skipped;
mod a010_breakable_kill_switch;
mod a011_team_too_small;

use super::Rule;

/// The rules of this group, by code.
pub(super) static RULES: &[&Rule] = &[
    &a001_missing_approval::RULE,
    &a002_policy_with_governed::RULE,
    &a003_matrix_hole::RULE,
    &a004_mode_above_matrix::RULE,
    &a005_incomplete_exception::RULE,
    &a006_broken_freeze::RULE,
    &a007_untested_policy::RULE,
    &a008_weak_kill_switch::RULE,
    &a009_stage_skipped::RULE,
    &a010_breakable_kill_switch::RULE,
    &a011_team_too_small::RULE,
];
