//! Queries.

mod language;
mod q001_raw_query;
mod q002_free_text_in_query;
mod q003_uncapped_query;
mod q004_unscoped_query;
mod q005_senseless_comparison;
mod q006_rate_window;
mod q007_query_writes;
mod q008_unguarded_ratio;
mod q009_unanswered_query;
mod q010_unparsable_query;
mod sample;

pub(super) use q001_raw_query::{RULE as RAW_QUERY, is_query_text};

use super::Rule;

/// The rules of this group, by code.
pub(super) static RULES: &[&Rule] = &[
    &q001_raw_query::RULE,
    &q002_free_text_in_query::RULE,
    &q003_uncapped_query::RULE,
    &q004_unscoped_query::RULE,
    &q005_senseless_comparison::RULE,
    &q006_rate_window::RULE,
    &q007_query_writes::RULE,
    &q008_unguarded_ratio::RULE,
    &q009_unanswered_query::RULE,
    &q010_unparsable_query::RULE,
];
