//! Hygiene.

use super::Rule;

/// The rules of this group, by code.
pub(super) static RULES: &[&Rule] = &[];
