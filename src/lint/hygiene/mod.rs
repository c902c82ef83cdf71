//! Hygiene.

mod h001_overdue_review;
mod h006_placeholder_text;
mod h008_text_aimed_at_a_model;

use crate::lint::Rule;

/// The rules of this group, by code.
pub(super) static RULES: &[&Rule] = &[
    &h001_overdue_review::RULE,
    &h006_placeholder_text::RULE,
    &h008_text_aimed_at_a_model::RULE,
];
