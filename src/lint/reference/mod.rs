//! What documents refer to.

mod r001_unknown_action;
mod r002_unknown_query;
mod r003_unknown_document;
mod r004_undefined_name;
mod r005_wrong_argument;
mod r006_unused_check;
mod r007_unreachable_row;
mod r008_inverse_cycle;
mod r009_depends_on_unstable;
mod r010_unreachable_document;
mod r011_unknown_name;
mod r012_class_mismatch;

use super::Rule;

/// The rules of this group, by code.
pub(super) static RULES: &[&Rule] = &[
    &r001_unknown_action::RULE,
    &r002_unknown_query::RULE,
    &r003_unknown_document::RULE,
    &r004_undefined_name::RULE,
    &r005_wrong_argument::RULE,
    &r006_unused_check::RULE,
    &r007_unreachable_row::RULE,
    &r008_inverse_cycle::RULE,
    &r009_depends_on_unstable::RULE,
    &r010_unreachable_document::RULE,
    &r011_unknown_name::RULE,
    &r012_class_mismatch::RULE,
];
