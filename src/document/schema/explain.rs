//! From the validator's errors to violations an author understands.

use std::collections::BTreeSet;

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;

use super::echo;
use super::library::{Chain, Library, Place};
use super::union;
use super::violation::{Violation, ViolationKind};
use super::words;
use crate::document::route::{Route, Target};
use crate::document::tree::NodeRef;

/// Most violations reported for one document.
pub(super) const MAX_VIOLATIONS: usize = 500;

pub(super) struct Explainer<'s, 't> {
    pub(super) library: &'s Library,
    pub(super) root: Place<'s>,
    pub(super) node: NodeRef<'t>,
    found: Vec<Violation>,
    /// Known keys the validator did not evaluate: only wrong if nothing else about their mapping is.
    doubtful: Vec<Violation>,
}

/// An error with what its explanation needs at hand.
pub(super) struct Fault<'e, 's, 't> {
    pub(super) error: &'e ValidationError<'e>,
    pub(super) route: Route,
    pub(super) node: NodeRef<'t>,
    pub(super) chain: Chain<'s>,
}

impl<'s, 't> Explainer<'s, 't> {
    pub(super) fn new(library: &'s Library, root: Place<'s>, node: NodeRef<'t>) -> Self {
        Self {
            library,
            root,
            node,
            found: Vec::new(),
            doubtful: Vec::new(),
        }
    }

    /// The violations in source order, one per mistake.
    pub(super) fn finish(mut self) -> Vec<Violation> {
        let doubtful = std::mem::take(&mut self.doubtful);
        let sound = |object: &Route| !self.found.iter().any(|other| object.contains(&other.route));
        let wrong: Vec<Violation> = doubtful
            .into_iter()
            .filter(|key| key.route.parent().is_some_and(|object| sound(&object)))
            .collect();
        self.found.extend(wrong);
        echo::drop_echoes(&mut self.found);
        self.found
            .sort_by(|a, b| (a.span, &a.route, &a.message).cmp(&(b.span, &b.route, &b.message)));
        self.found.dedup();
        if self.found.is_empty() {
            // Invalid must never look valid, whatever could not be explained.
            let message = "the document does not keep to its schema".to_owned();
            self.report_key(Route::root(), ViolationKind::Other, message);
        }
        self.found
    }

    pub(super) fn is_full(&self) -> bool {
        self.found.len() >= MAX_VIOLATIONS
    }

    pub(super) fn explain(&mut self, error: &ValidationError<'_>) {
        if self.is_full() {
            return;
        }
        let route = self
            .node
            .route_of_pointer(error.instance_path().as_str())
            .unwrap_or_default();
        let Some(node) = self.node.resolve(&route) else {
            return;
        };
        let chain = self
            .library
            .chain(self.root, error.evaluation_path().as_str());
        self.explain_fault(&Fault {
            error,
            route,
            node,
            chain,
        });
    }

    fn explain_fault(&mut self, fault: &Fault<'_, 's, 't>) {
        if is_combination(fault.error.kind()) && self.key_choice(fault) {
            return;
        }
        if let Some(message) = fault.chain.message {
            return self.explain_with(fault, message);
        }
        match fault.error.kind() {
            Kind::Required { property } => {
                self.missing(fault, property.as_str().unwrap_or_default())
            }
            Kind::AdditionalProperties { unexpected } => {
                self.unknown(fault, unexpected, &own_keys(fault))
            }
            Kind::UnevaluatedProperties { unexpected } => {
                let known = fault
                    .chain
                    .places
                    .last()
                    .map(|place| self.library.keys(&[*place]))
                    .unwrap_or_default();
                // Where a schema fails, none of its keys counts as evaluated.
                let (doubtful, unknown): (Vec<_>, Vec<_>) = unexpected
                    .iter()
                    .cloned()
                    .partition(|name| known.contains(name.as_str()));
                self.doubt(fault, &doubtful);
                self.unknown(fault, &unknown, &known);
            }
            Kind::Type { kind } => self.wrong_type(fault, kind),
            Kind::Enum { options } => {
                let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
                self.not_allowed(fault, options);
            }
            Kind::Constant { expected_value } => {
                self.not_allowed(fault, std::slice::from_ref(&**expected_value))
            }
            Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
                union::explain(self, fault, context)
            }
            Kind::OneOfMultipleValid { context } => union::several(self, fault, context),
            Kind::PropertyNames { error } => self.wrong_name(fault, error),
            Kind::FalseSchema => self.forbidden(fault),
            Kind::UniqueItems => self.repeated(fault),
            _ => self.simple(fault),
        }
    }

    // The schema's authors said it all.
    fn explain_with(&mut self, fault: &Fault<'_, 's, 't>, message: &str) {
        match fault.error.kind() {
            Kind::Required { property } => {
                let key = property.as_str().unwrap_or_default().to_owned();
                self.report_key(
                    fault.route.clone().key(&key),
                    ViolationKind::MissingKey { key },
                    message.to_owned(),
                );
            }
            _ => self.report(fault, ViolationKind::Other, message.to_owned()),
        }
    }

    pub(super) fn report(
        &mut self,
        fault: &Fault<'_, 's, 't>,
        kind: ViolationKind,
        message: String,
    ) {
        self.report_at(fault.route.clone(), Target::Value, kind, message);
    }

    fn report_at(&mut self, route: Route, target: Target, kind: ViolationKind, message: String) {
        if !self.is_full() {
            let span = self.node.span_at(&route, target);
            self.found.push(Violation {
                route,
                target,
                span,
                kind,
                message,
            });
        }
    }

    pub(super) fn report_value(&mut self, route: Route, kind: ViolationKind, message: String) {
        self.report_at(route, Target::Value, kind, message);
    }

    pub(super) fn report_key(&mut self, route: Route, kind: ViolationKind, message: String) {
        self.report_at(route, Target::Key, kind, message);
    }

    fn doubt(&mut self, fault: &Fault<'_, 's, 't>, keys: &[String]) {
        for name in keys.iter().take(MAX_VIOLATIONS) {
            let route = fault.route.clone().key(name);
            let message = format!(
                "`{}` does not go with the other keys of {}",
                words::excerpt(name),
                words::place(&fault.route)
            );
            let span = self.node.span_at(&route, Target::Key);
            self.doubtful.push(Violation {
                route,
                target: Target::Key,
                span,
                kind: ViolationKind::Other,
                message,
            });
        }
    }

    fn missing(&mut self, fault: &Fault<'_, 's, 't>, key: &str) {
        let message = format!("`{key}` is missing from {}", words::place(&fault.route));
        let kind = ViolationKind::MissingKey {
            key: key.to_owned(),
        };
        self.report_at(fault.route.clone().key(key), Target::Key, kind, message);
    }

    fn unknown(
        &mut self,
        fault: &Fault<'_, 's, 't>,
        unexpected: &[String],
        known: &BTreeSet<&'s str>,
    ) {
        for name in unexpected {
            let (kind, message) = self.unknown_key(fault, name, known);
            self.report_at(fault.route.clone().key(name), Target::Key, kind, message);
            if self.is_full() {
                return;
            }
        }
    }
}

fn is_combination(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::AnyOf { .. }
            | Kind::OneOfNotValid { .. }
            | Kind::OneOfMultipleValid { .. }
            | Kind::Not { .. }
    )
}

fn own_keys<'s>(fault: &Fault<'_, 's, '_>) -> BTreeSet<&'s str> {
    let properties = fault
        .chain
        .places
        .last()
        .and_then(|place| place.schema.get("properties"))
        .and_then(Value::as_object);
    properties
        .into_iter()
        .flatten()
        .map(|(name, _)| name.as_str())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Source, parse};

    #[test]
    fn invalid_never_looks_valid() {
        let mut library = Library::default();
        library.insert("a".to_owned(), Value::Bool(true));
        let documents = parse(&Source::from_text("a.yaml", "a: 1").unwrap());
        let node = documents[0].tree.root();
        let found = Explainer::new(&library, library.root("a").unwrap(), node).finish();
        assert_eq!(found.len(), 1);
    }
}
