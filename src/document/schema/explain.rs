//! From the validator's errors to violations an author understands.

use std::collections::BTreeSet;

use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::{JsonType, ValidationError};
use serde_json::Value;

use super::keyword;
use super::library::{Library, Place};
use super::union;
use super::violation::{Violation, ViolationKind};
use super::words;
use crate::document::route::{Route, Target};
use crate::document::tree::{NodeKind, NodeRef};

/// Most violations reported for one document.
pub(super) const MAX_VIOLATIONS: usize = 500;

pub(super) struct Explainer<'s, 't> {
    pub(super) library: &'s Library,
    pub(super) root: Place<'s>,
    pub(super) node: NodeRef<'t>,
    found: Vec<Violation>,
}

/// An error with what its explanation needs at hand.
pub(super) struct Fault<'e, 's, 't> {
    pub(super) error: &'e ValidationError<'e>,
    pub(super) route: Route,
    pub(super) node: NodeRef<'t>,
    /// The schemas that apply to the value, outermost first.
    pub(super) chain: Vec<Place<'s>>,
}

impl<'s, 't> Explainer<'s, 't> {
    pub(super) fn new(library: &'s Library, root: Place<'s>, node: NodeRef<'t>) -> Self {
        Self {
            library,
            root,
            node,
            found: Vec::new(),
        }
    }

    /// The violations in source order, one per mistake.
    pub(super) fn finish(mut self) -> Vec<Violation> {
        drop_echoes(&mut self.found);
        self.found
            .sort_by(|a, b| (a.span, &a.route, &a.message).cmp(&(b.span, &b.route, &b.message)));
        self.found.dedup();
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
                    .last()
                    .map(|place| self.library.keys(&[*place]))
                    .unwrap_or_default();
                // A key whose value is wrong counts as not evaluated; it has its own violation.
                let unknown: Vec<String> = unexpected
                    .iter()
                    .filter(|name| !known.contains(name.as_str()))
                    .cloned()
                    .collect();
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
            Kind::Custom { keyword, .. } => self.key_choice(fault, keyword),
            Kind::FalseSchema => self.forbidden(fault),
            Kind::UniqueItems => self.repeated(fault),
            _ => self.simple(fault),
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

    /// What the schema says is expected, in the words of its authors.
    pub(super) fn expected(&self, fault: &Fault<'_, 's, 't>) -> Option<&'s str> {
        fault
            .chain
            .iter()
            .find_map(|place| place.text("x-expected"))
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

    fn wrong_type(&mut self, fault: &Fault<'_, 's, 't>, kind: &TypeKind) {
        let types: Vec<JsonType> = match kind {
            TypeKind::Single(one) => vec![*one],
            TypeKind::Multiple(several) => several.iter().collect(),
        };
        let names: Vec<String> = types
            .iter()
            .map(|one| words::type_name(*one).to_owned())
            .collect();
        let expected = self
            .expected(fault)
            .map_or_else(|| words::alternatives(&names), str::to_owned);
        let hint = if types.contains(&JsonType::String) {
            words::quoting_hint(fault.node)
        } else {
            ""
        };
        self.report(
            fault,
            ViolationKind::WrongType,
            mismatch(fault, &expected, hint),
        );
    }

    fn not_allowed(&mut self, fault: &Fault<'_, 's, 't>, options: &[Value]) {
        let allowed: Vec<String> = options.iter().map(words::literal).collect();
        let text = fault.node.as_str().unwrap_or_else(|| fault.node.raw());
        let is_scalar = !matches!(
            fault.node.kind(),
            NodeKind::Null | NodeKind::Seq | NodeKind::Map
        );
        let suggestion =
            crate::document::suggest::nearest(text, allowed.iter().map(String::as_str))
                .map(str::to_owned);
        let message = match (allowed.as_slice(), &suggestion) {
            ([one], _) => mismatch(fault, &format!("`{one}`"), words::quoting_hint(fault.node)),
            (_, Some(near)) if is_scalar => {
                format!(
                    "`{}` is not one of {}; did you mean `{near}`?",
                    words::excerpt(text),
                    allowed.join(", ")
                )
            }
            _ if is_scalar => {
                let hint = words::quoting_hint(fault.node);
                format!(
                    "`{}` is not one of {}{hint}",
                    words::excerpt(text),
                    allowed.join(", ")
                )
            }
            _ => mismatch(fault, &format!("one of {}", allowed.join(", ")), ""),
        };
        self.report(
            fault,
            ViolationKind::NotAllowed {
                allowed,
                suggestion,
            },
            message,
        );
    }

    fn wrong_name(&mut self, fault: &Fault<'_, 's, 't>, error: &ValidationError<'_>) {
        let instance = error.instance();
        let name = instance.as_str().unwrap_or_default();
        let chain = self
            .library
            .chain(self.root, error.evaluation_path().as_str());
        let located = error
            .absolute_keyword_location()
            .and_then(|location| self.library.locate_keyword(location.as_str()));
        let expected = chain
            .iter()
            .copied()
            .chain(located)
            .find_map(|place| place.text("x-expected"));
        let message = match (expected, error.kind()) {
            (Some(expected), _) => format!(
                "expected {expected} as the name, found `{}`",
                words::excerpt(name)
            ),
            (None, Kind::Enum { options }) => {
                let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
                let allowed: Vec<String> = options.iter().map(words::literal).collect();
                format!(
                    "`{}` is not one of {}",
                    words::excerpt(name),
                    allowed.join(", ")
                )
            }
            (None, Kind::Pattern { pattern }) => {
                format!(
                    "the name `{}` does not have the form `{pattern}`",
                    words::excerpt(name)
                )
            }
            (None, _) => format!("`{}` cannot be a name here: {error}", words::excerpt(name)),
        };
        self.report_at(
            fault.route.clone().key(name),
            Target::Key,
            ViolationKind::Form,
            message,
        );
    }

    fn key_choice(&mut self, fault: &Fault<'_, 's, 't>, keyword: &str) {
        let location = fault
            .error
            .absolute_keyword_location()
            .map(|location| location.as_str().to_owned());
        let annotation = location
            .and_then(|location| self.library.locate(&location))
            .map(|place| place.schema);
        let groups = annotation.and_then(keyword::groups).unwrap_or_default();
        let needs_one = keyword == keyword::ONE_OF_KEYS;
        for group in groups {
            let present = keyword::present(fault.node, &group);
            let place = words::place(&fault.route);
            let (route, message) = match present.as_slice() {
                [] if needs_one => (
                    fault.route.clone(),
                    format!("{place} needs one of the keys {}", group.join(", ")),
                ),
                [_, second, ..] => {
                    let which = words::list(&present);
                    let rule = if needs_one {
                        "exactly one"
                    } else {
                        "at most one"
                    };
                    let message = format!(
                        "{place} has {which}, but {rule} of {} is allowed",
                        group.join(", ")
                    );
                    (fault.route.clone().key(*second), message)
                }
                _ => continue,
            };
            let kind = ViolationKind::KeyChoice {
                present: present.iter().map(|name| (*name).to_owned()).collect(),
                keys: group.clone(),
            };
            self.report_at(route, Target::Key, kind, message);
        }
    }

    fn forbidden(&mut self, fault: &Fault<'_, 's, 't>) {
        let what = words::place(&fault.route);
        self.report_at(
            fault.route.clone(),
            Target::Key,
            ViolationKind::Other,
            format!("{what} is not allowed here"),
        );
    }

    fn repeated(&mut self, fault: &Fault<'_, 's, 't>) {
        let mut seen = BTreeSet::new();
        let again = fault
            .node
            .items()
            .enumerate()
            .find(|(_, item)| !seen.insert(item.to_value().to_string()));
        let (route, message) = match again {
            Some((at, item)) => (
                fault.route.clone().index(at),
                format!("{} is already in this list", words::found(item)),
            ),
            None => (
                fault.route.clone(),
                "the list holds an item twice".to_owned(),
            ),
        };
        self.report_at(route, Target::Value, ViolationKind::Other, message);
    }

    // Keywords that need nothing but the value and the limit.
    fn simple(&mut self, fault: &Fault<'_, 's, 't>) {
        let found = words::found(fault.node);
        let count = fault.node.len();
        let (kind, message) = match fault.error.kind() {
            Kind::Pattern { pattern } => {
                let form = || format!("text of the form `{pattern}`");
                let expected = self.expected(fault).map_or_else(form, str::to_owned);
                (ViolationKind::Form, mismatch(fault, &expected, ""))
            }
            Kind::Format { format } => {
                let expected = self
                    .expected(fault)
                    .map_or_else(|| format!("a {format}"), str::to_owned);
                (ViolationKind::Form, mismatch(fault, &expected, ""))
            }
            Kind::Minimum { limit } => (
                ViolationKind::Range,
                format!("{found} is below the smallest value allowed, {limit}"),
            ),
            Kind::Maximum { limit } => (
                ViolationKind::Range,
                format!("{found} is above the largest value allowed, {limit}"),
            ),
            Kind::ExclusiveMinimum { limit } => (
                ViolationKind::Range,
                format!("{found} is not above {limit}"),
            ),
            Kind::ExclusiveMaximum { limit } => (
                ViolationKind::Range,
                format!("{found} is not below {limit}"),
            ),
            Kind::MultipleOf { multiple_of } => (
                ViolationKind::Range,
                format!("{found} is not a multiple of {multiple_of}"),
            ),
            Kind::MinLength { limit: 1 } => (ViolationKind::Size, "the text is empty".to_owned()),
            Kind::MinLength { limit } => (
                ViolationKind::Size,
                format!("the text is shorter than {limit} characters"),
            ),
            Kind::MaxLength { limit } => (
                ViolationKind::Size,
                format!("the text is longer than {limit} characters"),
            ),
            Kind::MinItems { limit } => (
                ViolationKind::Size,
                format!("the list has {count} items, but needs at least {limit}"),
            ),
            Kind::MaxItems { limit } => (
                ViolationKind::Size,
                format!("the list has {count} items, but at most {limit} are allowed"),
            ),
            Kind::AdditionalItems { limit } => (
                ViolationKind::Size,
                format!("the list has {count} items, but at most {limit} are allowed"),
            ),
            Kind::MinProperties { limit } => (
                ViolationKind::Size,
                format!("the mapping has {count} entries, but needs at least {limit}"),
            ),
            Kind::MaxProperties { limit } => (
                ViolationKind::Size,
                format!("the mapping has {count} entries, but at most {limit} are allowed"),
            ),
            _ => match self.expected(fault) {
                Some(expected) => (ViolationKind::Other, mismatch(fault, expected, "")),
                None => (
                    ViolationKind::Other,
                    format!(
                        "{} is not valid: {}",
                        words::place(&fault.route),
                        fault.error.masked_with("the value")
                    ),
                ),
            },
        };
        self.report(fault, kind, message);
    }
}

/// `expected …, found …`
pub(super) fn mismatch(fault: &Fault<'_, '_, '_>, expected: &str, hint: &str) -> String {
    if fault.node.is_null() && fault.node.span().is_empty() {
        return format!(
            "{} has no value; expected {expected}",
            words::place(&fault.route)
        );
    }
    format!(
        "expected {expected}, found {}{hint}",
        words::found(fault.node)
    )
}

fn own_keys<'s>(fault: &Fault<'_, 's, '_>) -> BTreeSet<&'s str> {
    let properties = fault
        .chain
        .last()
        .and_then(|place| place.schema.get("properties"))
        .and_then(Value::as_object);
    properties
        .into_iter()
        .flatten()
        .map(|(name, _)| name.as_str())
        .collect()
}

// A misspelt key that is required would be reported twice, as unknown and as missing.
fn drop_echoes(found: &mut Vec<Violation>) {
    let meant: BTreeSet<Route> = found
        .iter()
        .filter_map(|violation| match &violation.kind {
            ViolationKind::UnknownKey {
                suggestion: Some(meant),
                belongs: None,
                ..
            } => violation.route.parent().map(|parent| parent.key(meant)),
            _ => None,
        })
        .collect();
    found.retain(|violation| {
        !(matches!(violation.kind, ViolationKind::MissingKey { .. })
            && meant.contains(&violation.route))
    });
}
