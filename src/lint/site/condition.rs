//! Conditions and what depends on them.

use crate::document::Route;
use crate::document::condition::{Condition, ConditionError};

/// A condition in a document.
#[derive(Clone, Debug)]
pub struct ConditionSite<'d> {
    /// The way to its text.
    pub route: Route,
    /// Its text.
    pub text: &'d str,
    /// What it says.
    pub parsed: Result<Condition, ConditionError>,
    /// What depends on it.
    pub role: ConditionRole,
}

/// What depends on a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConditionRole {
    /// Whether a row of the decision table is taken.
    When,
    /// Whether a path or an action may begin.
    Preflight,
    /// Whether a step worked.
    Success,
    /// Whether a step failed.
    Failure,
    /// Whether the neighbours are well.
    Guard,
}

impl<'d> ConditionSite<'d> {
    pub(super) fn new(route: Route, text: &'d str, role: ConditionRole) -> Self {
        Self {
            parsed: Condition::parse(text),
            route,
            text,
            role,
        }
    }

    /// What it says, if it can be read.
    pub fn condition(&self) -> Option<&Condition> {
        self.parsed.as_ref().ok()
    }
}
