//! Queries.

mod language;
mod q001_raw_query;
mod q002_free_text_in_query;
mod q005_senseless_comparison;
mod q007_query_writes;
mod q010_unparsable_query;
mod sample;

pub(super) use q001_raw_query::{RULE as RAW_QUERY, is_query_text};

use super::Rule;

/// The rules of this group, by code.
pub(super) static RULES: &[&Rule] = &[
    &q001_raw_query::RULE,
    &q002_free_text_in_query::RULE,
    &q005_senseless_comparison::RULE,
    &q007_query_writes::RULE,
    &q010_unparsable_query::RULE,
];
