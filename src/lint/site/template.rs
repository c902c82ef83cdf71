//! Templates and what they fill.

use crate::document::Route;
use crate::document::template::{Template, TemplateError};

/// A text that is filled in.
#[derive(Clone, Debug)]
pub struct TemplateSite<'d> {
    /// The way to its text.
    pub route: Route,
    /// Its text.
    pub text: &'d str,
    /// What it says.
    pub parsed: Result<Template, TemplateError>,
    /// What it fills.
    pub role: TemplateRole,
}

/// What a template fills. It decides which names are in scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TemplateRole {
    /// A query's own text, from the query's parameters.
    QueryText,
    /// An argument of a check of a runbook or a signature.
    CheckArgument,
    /// An argument of a check of an action, with the action's `params` in scope.
    ActionCheckArgument,
    /// An argument of what an action captures first, with `params` in scope.
    SnapshotArgument,
    /// An argument of a step.
    StepArgument,
    /// The name of the thing an action acts on, from `params`.
    Target,
    /// An argument of an undo, from `params` and `snapshot`.
    UndoArgument,
}

impl<'d> TemplateSite<'d> {
    pub(super) fn new(route: Route, text: &'d str, role: TemplateRole) -> Self {
        Self {
            parsed: Template::parse(text),
            route,
            text,
            role,
        }
    }

    /// What it says, if it can be read.
    pub fn template(&self) -> Option<&Template> {
        self.parsed.as_ref().ok()
    }
}
