//! Authority.

mod a005_incomplete_exception;

use super::Rule;

/// The rules of this group, by code.
pub(super) static RULES: &[&Rule] = &[&a005_incomplete_exception::RULE];
