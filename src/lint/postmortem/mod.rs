//! Postmortems.

mod m001_incomplete_front_matter;
mod m002_unlearned_incident;
mod m003_one_way_reference;
mod m004_unreplayed_incident;
mod m005_unheeded_mitigation;
mod m006_unreplayed_misdirection;
mod m007_loose_action_item;
mod m008_unchanged_after_failure;
mod m009_blamed_person;

use crate::lint::Rule;

/// The rules of this group, by code.
pub(super) static RULES: &[&Rule] = &[
    &m001_incomplete_front_matter::RULE,
    &m002_unlearned_incident::RULE,
    &m003_one_way_reference::RULE,
    &m004_unreplayed_incident::RULE,
    &m005_unheeded_mitigation::RULE,
    &m006_unreplayed_misdirection::RULE,
    &m007_loose_action_item::RULE,
    &m008_unchanged_after_failure::RULE,
    &m009_blamed_person::RULE,
];
