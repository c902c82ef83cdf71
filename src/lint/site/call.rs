//! Calls of actions.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::document::Route;
use crate::document::id::ActionId;

/// An action that is called.
#[derive(Clone, Debug)]
pub struct CallSite<'d> {
    /// The way to the mapping that holds `action` and `with`.
    pub route: Route,
    /// The action.
    pub action: &'d ActionId,
    /// Its arguments, not filled in.
    pub with: &'d BTreeMap<String, Value>,
    /// Who calls it.
    pub kind: CallKind,
}

/// Who calls an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallKind {
    /// A step of a runbook.
    Step,
    /// An action that it undoes exactly.
    Inverse,
    /// An action that it undoes approximately.
    Compensation,
}

impl CallSite<'_> {
    /// The way to the action's name.
    pub fn action_route(&self) -> Route {
        self.route.clone().key("action")
    }

    /// The way to an argument.
    pub fn argument_route(&self, name: &str) -> Route {
        self.route.clone().key("with").key(name)
    }
}
