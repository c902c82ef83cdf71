//! Hygiene.

mod h001_overdue_review;
mod h002_version_not_raised;
mod h003_unused_entry;
mod h004_near_duplicate;
mod h005_moving_reference;
mod h006_placeholder_text;
mod h007_too_broad;
mod h008_text_aimed_at_a_model;
mod h009_uncanonical_layout;
mod h010_deprecated_without_successor;

use crate::lint::Rule;

/// The rules of this group, by code.
pub(super) static RULES: &[&Rule] = &[
    &h001_overdue_review::RULE,
    &h002_version_not_raised::RULE,
    &h003_unused_entry::RULE,
    &h004_near_duplicate::RULE,
    &h005_moving_reference::RULE,
    &h006_placeholder_text::RULE,
    &h007_too_broad::RULE,
    &h008_text_aimed_at_a_model::RULE,
    &h009_uncanonical_layout::RULE,
    &h010_deprecated_without_successor::RULE,
];
