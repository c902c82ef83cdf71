//! `Exception` documents: which of them hold.

use jiff::civil::Date;

use crate::document::Route;
use crate::document::model::{Document, Exception, ObjectRef};
use crate::library::Library;
use crate::lint::registry;
use crate::lint::rule::Rule;

/// Something that keeps an exception from holding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lint) struct Problem {
    /// The key that is wrong or missing.
    pub(in crate::lint) route: Route,
    /// What is wrong, in one sentence without a full stop.
    pub(in crate::lint) message: String,
    /// How to mend it.
    pub(in crate::lint) help: String,
}

/// An exception that holds.
#[derive(Debug)]
pub(super) struct InForce<'l> {
    pub(super) rule: &'static Rule,
    pub(super) object: ObjectRef,
    path: Option<&'l str>,
}

impl InForce<'_> {
    /// Whether a place of the object is covered.
    pub(super) fn covers(&self, route: Option<&Route>) -> bool {
        let Some(path) = self.path else { return true };
        let Some(route) = route.map(ToString::to_string) else {
            return false;
        };
        route
            .strip_prefix(path)
            .is_some_and(|below| below.is_empty() || below.starts_with(['.', '[']))
    }
}

/// The exception, if nothing keeps it from holding.
pub(super) fn in_force<'l>(
    library: &Library,
    document: &'l Document<Exception>,
    today: Date,
) -> Option<InForce<'l>> {
    if !problems(library, document, today).is_empty() {
        return None;
    }
    Some(InForce {
        rule: registry::find(&document.spec.rule).ok()?,
        object: document.spec.object.parse().ok()?,
        path: document.spec.path.as_deref(),
    })
}

/// Everything that keeps an exception from holding.
pub(in crate::lint) fn problems(
    library: &Library,
    document: &Document<Exception>,
    today: Date,
) -> Vec<Problem> {
    let exception = &document.spec;
    let spec = |key: &str| Route::root().key("spec").key(key);
    let mut found = Vec::new();
    let mut add = |route: Route, message: String, help: &str| {
        found.push(Problem {
            route,
            message,
            help: help.to_owned(),
        });
    };
    let blank = |text: &Option<String>| text.as_ref().is_none_or(|text| text.trim().is_empty());
    if document.metadata.owner.is_none() {
        let route = Route::root().key("metadata").key("owner");
        add(
            route,
            "the exception has no owner".to_owned(),
            "name the team that answers for it",
        );
    }
    if blank(&exception.ticket) {
        let message = "the exception names no ticket".to_owned();
        add(
            spec("ticket"),
            message,
            "say where the lasting solution is tracked",
        );
    }
    if blank(&exception.reason) {
        let message = "the exception gives no reason".to_owned();
        add(
            spec("reason"),
            message,
            "say why it is acceptable until then",
        );
    }
    match exception.expires {
        None => add(
            spec("expires"),
            "the exception never expires".to_owned(),
            "name the last day on which it holds",
        ),
        Some(last) if last < today => add(
            spec("expires"),
            format!("the exception expired on {last}"),
            "mend what it excepts and remove it, or have a later day reviewed",
        ),
        Some(_) => {}
    }
    match registry::find(&exception.rule) {
        Err(error) => add(
            spec("rule"),
            error.to_string(),
            "`rbk explain` lists the rules",
        ),
        Ok(rule) if !rule.can_be_excepted() => add(
            spec("rule"),
            format!("the rule {} ({}) cannot be excepted", rule.code, rule.name),
            "mend what it found",
        ),
        Ok(_) => {}
    }
    match exception.object.parse::<ObjectRef>() {
        Ok(object) if library.find(object.kind, &object.id).is_none() => add(
            spec("object"),
            format!("there is no {object}"),
            "name the document that is excepted, or remove the exception",
        ),
        Ok(_) => {}
        Err(error) => add(
            spec("object"),
            error.to_string(),
            "name the document that is excepted",
        ),
    }
    found
}
