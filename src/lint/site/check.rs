//! Checks and what they are made for.

use crate::document::Route;
use crate::document::model::Check;

/// A check in a document.
#[derive(Clone, Debug)]
pub struct CheckSite<'d> {
    /// The way to it.
    pub route: Route,
    /// What conditions call it; none for a negation.
    pub name: Option<&'d str>,
    /// The check.
    pub check: &'d Check,
    /// What it is made for.
    pub role: CheckRole,
}

/// What a check is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CheckRole {
    /// A runbook's decisions, preflights and verifications.
    Runbook,
    /// An action's preflight.
    Action,
    /// Captured before an action, for its undo.
    Snapshot,
    /// A signature's requirement.
    Require,
    /// A signature's support.
    Support,
    /// A signature's exclusion.
    Exclude,
    /// A signature's negation.
    Negate,
}
