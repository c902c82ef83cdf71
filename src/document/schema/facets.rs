//! What is wrong with a single value or name.

use std::collections::BTreeSet;

use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::{JsonType, ValidationError};
use serde_json::Value;

use super::explain::{Explainer, Fault};
use super::violation::ViolationKind;
use super::words;
use crate::document::suggest::nearest;
use crate::document::tree::NodeKind;

impl<'s, 't> Explainer<'s, 't> {
    pub(super) fn wrong_type(&mut self, fault: &Fault<'_, 's, 't>, kind: &TypeKind) {
        let types: Vec<JsonType> = match kind {
            TypeKind::Single(one) => vec![*one],
            TypeKind::Multiple(several) => several.iter().collect(),
        };
        let names: Vec<String> = types
            .iter()
            .map(|one| words::type_name(*one).to_owned())
            .collect();
        let expected = fault
            .chain
            .expected()
            .map_or_else(|| words::alternatives(&names), str::to_owned);
        let quotable = types.contains(&JsonType::String) && matches_as_text(fault);
        let hint = if quotable {
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

    pub(super) fn not_allowed(&mut self, fault: &Fault<'_, 's, 't>, options: &[Value]) {
        let allowed: Vec<String> = options.iter().map(words::literal).collect();
        let text = fault.node.as_str().unwrap_or_else(|| fault.node.raw());
        let is_scalar = !matches!(
            fault.node.kind(),
            NodeKind::Null | NodeKind::Seq | NodeKind::Map
        );
        let suggestion = nearest(text, allowed.iter().map(String::as_str)).map(str::to_owned);
        let quotable = options.iter().any(|option| option == fault.node.raw());
        let hint = if quotable {
            words::quoting_hint(fault.node)
        } else {
            ""
        };
        let listed = allowed.join(", ");
        let shown = words::excerpt(text);
        let message = match (allowed.as_slice(), &suggestion, fault.chain.expected()) {
            ([one], _, _) => mismatch(fault, &format!("`{one}`"), hint),
            (_, Some(near), _) if is_scalar => {
                format!("`{shown}` is not one of {listed}; did you mean `{near}`?")
            }
            (_, _, Some(expected)) => mismatch(fault, expected, hint),
            _ if is_scalar => format!("`{shown}` is not one of {listed}{hint}"),
            _ => mismatch(fault, &format!("one of {listed}"), ""),
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

    pub(super) fn wrong_name(&mut self, fault: &Fault<'_, 's, 't>, error: &ValidationError<'_>) {
        let instance = error.instance();
        let name = instance.as_str().unwrap_or_default();
        let shown = words::excerpt(name);
        let chain = self
            .library
            .chain(self.root, error.evaluation_path().as_str());
        let message = match (chain.message.or(chain.expected()), error.kind()) {
            (Some(expected), _) => format!("expected {expected}, found the key `{shown}`"),
            (None, Kind::Enum { options }) => {
                let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
                let allowed: Vec<String> = options.iter().map(words::literal).collect();
                format!("the key `{shown}` is not one of {}", allowed.join(", "))
            }
            (None, Kind::Pattern { pattern }) => {
                format!("the key `{shown}` does not have the form `{pattern}`")
            }
            (None, _) => format!(
                "`{shown}` cannot be a key here: {}",
                error.masked_with("the key")
            ),
        };
        self.report_key(fault.route.clone().key(name), ViolationKind::Form, message);
    }

    pub(super) fn forbidden(&mut self, fault: &Fault<'_, 's, 't>) {
        let what = words::place(&fault.route);
        self.report_key(
            fault.route.clone(),
            ViolationKind::Other,
            format!("{what} is not allowed here"),
        );
    }

    pub(super) fn repeated(&mut self, fault: &Fault<'_, 's, 't>) {
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
        self.report_value(route, ViolationKind::Other, message);
    }

    // Keywords that need nothing but the value and the limit.
    pub(super) fn simple(&mut self, fault: &Fault<'_, 's, 't>) {
        let found = words::found(fault.node);
        let count = fault.node.len();
        let (kind, message) = match fault.error.kind() {
            Kind::Pattern { pattern } => {
                let form = || format!("text of the form `{pattern}`");
                let expected = fault.chain.expected().map_or_else(form, str::to_owned);
                (ViolationKind::Form, mismatch(fault, &expected, ""))
            }
            Kind::Format { format } => {
                let expected = fault
                    .chain
                    .expected()
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
            Kind::MinLength { limit: 1 } => {
                let expected = fault
                    .chain
                    .expected()
                    .map(|text| format!("; expected {text}"));
                (
                    ViolationKind::Size,
                    format!("the text is empty{}", expected.unwrap_or_default()),
                )
            }
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
                format!(
                    "the list has {}, but needs at least {limit}",
                    words::amount(count, "item")
                ),
            ),
            Kind::MaxItems { limit } => (
                ViolationKind::Size,
                format!(
                    "the list has {}, but at most {limit} are allowed",
                    words::amount(count, "item")
                ),
            ),
            Kind::AdditionalItems { limit } => (
                ViolationKind::Size,
                format!(
                    "the list has {}, but at most {limit} are allowed",
                    words::amount(count, "item")
                ),
            ),
            Kind::MinProperties { limit } => (
                ViolationKind::Size,
                format!(
                    "the mapping has {}, but needs at least {limit}",
                    words::amount(count, "key")
                ),
            ),
            Kind::MaxProperties { limit } => (
                ViolationKind::Size,
                format!(
                    "the mapping has {}, but at most {limit} are allowed",
                    words::amount(count, "key")
                ),
            ),
            _ => match fault.chain.expected() {
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

// Whether a scalar that is not text would do if it were.
fn matches_as_text(fault: &Fault<'_, '_, '_>) -> bool {
    let mut patterns = fault
        .chain
        .places
        .iter()
        .filter_map(|place| place.text("pattern"));
    patterns.all(|pattern| {
        regex::Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(fault.node.raw()))
    })
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
