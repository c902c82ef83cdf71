//! Schema and text.

mod notation;
mod s001_unreadable_yaml;
mod s002_unknown_kind;
mod s003_schema_violation;
mod s004_unknown_key;
mod s005_misplaced_id;
mod s006_duplicate_id;
mod s007_version_not_semantic;
mod s008_invalid_literal;
mod s009_ambiguous_scalar;
mod s010_indirection;
mod s011_hidden_characters;
mod s012_malformed_expression;
mod s013_embedded_secret;
mod s014_deprecated_version;
mod s015_uncollected_document;
mod secret;

use super::Rule;

pub(super) use notation::corrected;
pub(super) use s001_unreadable_yaml::RULE as UNREADABLE;
pub(super) use s002_unknown_kind::RULE as UNKNOWN_KIND;
pub(super) use s003_schema_violation::RULE as SCHEMA_VIOLATION;
pub(super) use s004_unknown_key::RULE as UNKNOWN_KEY;
pub(super) use s005_misplaced_id::RULE as ID;
pub(super) use s007_version_not_semantic::RULE as VERSION;
pub(super) use s008_invalid_literal::RULE as INVALID_LITERAL;
pub(super) use s010_indirection::RULE as INDIRECTION;
pub(super) use s011_hidden_characters::RULE as HIDDEN_CHARACTERS;

/// The rules of this group, by code.
pub(super) static RULES: &[&Rule] = &[
    &s001_unreadable_yaml::RULE,
    &s002_unknown_kind::RULE,
    &s003_schema_violation::RULE,
    &s004_unknown_key::RULE,
    &s005_misplaced_id::RULE,
    &s006_duplicate_id::RULE,
    &s007_version_not_semantic::RULE,
    &s008_invalid_literal::RULE,
    &s009_ambiguous_scalar::RULE,
    &s010_indirection::RULE,
    &s011_hidden_characters::RULE,
    &s012_malformed_expression::RULE,
    &s013_embedded_secret::RULE,
    &s014_deprecated_version::RULE,
    &s015_uncollected_document::RULE,
];
