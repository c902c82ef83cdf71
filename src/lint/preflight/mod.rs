//! Preflight and verification.

mod demand;
mod p001_preflight_incomplete;
mod p002_missing_data_passes;
mod p003_evidence_age_open;
mod p004_preflight_repeats_trigger;
mod p005_write_unverified;
mod p006_verification_open;
mod p007_verifies_too_early;
mod p008_verifies_the_action;
mod p009_unguarded_neighbours;
mod p010_overlapping_verdicts;
mod p011_retry_without_cooldown;
mod p012_verify_floor_missing;
pub(super) mod window;

use super::Rule;

/// The rules of this group, by code.
pub(super) static RULES: &[&Rule] = &[
    &p001_preflight_incomplete::RULE,
    &p002_missing_data_passes::RULE,
    &p003_evidence_age_open::RULE,
    &p004_preflight_repeats_trigger::RULE,
    &p005_write_unverified::RULE,
    &p006_verification_open::RULE,
    &p007_verifies_too_early::RULE,
    &p008_verifies_the_action::RULE,
    &p009_unguarded_neighbours::RULE,
    &p010_overlapping_verdicts::RULE,
    &p011_retry_without_cooldown::RULE,
    &p012_verify_floor_missing::RULE,
];
