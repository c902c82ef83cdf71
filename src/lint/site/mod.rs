//! Everything in a document that rules look at again and again, found once: checks, calls of actions, conditions
//! and templates, with the route to each and parsed.

mod call;
mod check;
mod condition;
mod step;
mod template;
mod walk;

pub use call::{CallKind, CallSite};
pub use check::{CheckRole, CheckSite};
pub use condition::{ConditionRole, ConditionSite};
pub use step::{StepSite, steps};
pub use template::{TemplateRole, TemplateSite};

use std::sync::OnceLock;

use crate::document::model::Typed;
use crate::engine::arguments::DoNotTouch;

/// What there is to look at in one document, in the order of its fields.
#[derive(Debug, Default)]
pub struct Sites<'d> {
    /// Observations, wherever they are made.
    pub checks: Vec<CheckSite<'d>>,
    /// Actions that are called, be it by a step or to undo another one.
    pub calls: Vec<CallSite<'d>>,
    /// Boolean expressions over check names.
    pub conditions: Vec<ConditionSite<'d>>,
    /// Texts that are filled in, those without a placeholder included.
    pub templates: Vec<TemplateSite<'d>>,
    /// What a runbook must not touch, compiled when a rule first asks.
    pub(super) untouchable: OnceLock<DoNotTouch>,
}

impl<'d> Sites<'d> {
    pub(super) const fn none() -> Self {
        Self {
            checks: Vec::new(),
            calls: Vec::new(),
            conditions: Vec::new(),
            templates: Vec::new(),
            untouchable: OnceLock::new(),
        }
    }

    /// Those of a document.
    pub fn of(document: &'d Typed) -> Self {
        let mut sites = Self::default();
        walk::document(document, &mut sites);
        sites
    }
}

#[cfg(test)]
mod tests;
