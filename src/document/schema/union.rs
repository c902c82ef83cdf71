//! Alternatives (`oneOf`, `anyOf`): says what is wrong with the one the author most likely meant.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;

use super::explain::{Explainer, Fault};
use super::facets::mismatch;
use super::library::Place;
use super::violation::ViolationKind;
use super::words;
use crate::document::suggest::nearest;
use crate::document::tree::NodeKind;

type Branches = [Vec<ValidationError<'static>>];

/// No alternative fits.
pub(super) fn explain<'s, 't>(
    explainer: &mut Explainer<'s, 't>,
    fault: &Fault<'_, 's, 't>,
    context: &Branches,
) {
    let fitting: Vec<usize> = (0..context.len())
        .filter(|at| type_fits(fault, context, *at))
        .collect();
    let is_scalar = !matches!(fault.node.kind(), NodeKind::Seq | NodeKind::Map);
    let own_words = fault
        .chain
        .places
        .last()
        .and_then(|place| place.text("x-expected"));
    let chosen = match fitting.as_slice() {
        [only] if !(is_scalar && own_words.is_some()) => Some(*only),
        [_, ..] if !is_scalar => best(explainer, fault, context, &fitting),
        _ => None,
    };
    if let Some(errors) = chosen.and_then(|at| context.get(at)) {
        for error in errors {
            explainer.explain(error);
        }
        return;
    }
    let expected = fault
        .chain
        .expected()
        .map(str::to_owned)
        .unwrap_or_else(|| {
            let every: Vec<usize> = (0..context.len()).collect();
            let named = if fitting.is_empty() { &every } else { &fitting };
            let mut phrases: Vec<String> = named
                .iter()
                .filter_map(|at| phrase(explainer, branch(explainer, fault, *at)?))
                .collect();
            phrases.dedup();
            words::alternatives(&phrases)
        });
    let kind = if fitting.is_empty() {
        ViolationKind::WrongType
    } else {
        ViolationKind::Form
    };
    let message = match expected.is_empty() {
        true => format!(
            "{} fits none of the allowed forms",
            words::place(&fault.route)
        ),
        false => mismatch(fault, &expected, ""),
    };
    explainer.report(fault, kind, message);
}

/// More than one alternative fits.
pub(super) fn several<'s, 't>(
    explainer: &mut Explainer<'s, 't>,
    fault: &Fault<'_, 's, 't>,
    context: &Branches,
) {
    let fitting = context
        .iter()
        .enumerate()
        .filter(|(_, errors)| errors.is_empty());
    let places = fitting.filter_map(|(at, _)| branch(explainer, fault, at));
    let phrases: Vec<String> = places
        .filter_map(|place| phrase(explainer, place))
        .collect();
    let which = if phrases.len() > 1 {
        format!(": {}", phrases.join(" and "))
    } else {
        String::new()
    };
    let message = format!(
        "{} fits several forms of which only one is allowed{which}",
        words::place(&fault.route)
    );
    explainer.report(fault, ViolationKind::Other, message);
}

fn branch<'s>(
    explainer: &Explainer<'s, '_>,
    fault: &Fault<'_, 's, '_>,
    at: usize,
) -> Option<Place<'s>> {
    let path = format!("{}/{at}", fault.error.evaluation_path().as_str());
    explainer
        .library
        .chain(explainer.root, &path)
        .places
        .last()
        .copied()
}

fn type_fits(fault: &Fault<'_, '_, '_>, context: &Branches, at: usize) -> bool {
    let here = fault.error.instance_path();
    let errors = context.get(at).map(Vec::as_slice).unwrap_or_default();
    !errors
        .iter()
        .any(|error| error.instance_path() == here && is_type_error(error, fault.node.kind()))
}

// An alternative that is itself a choice among other types.
fn is_type_error(error: &ValidationError<'_>, found: NodeKind) -> bool {
    match error.kind() {
        Kind::Type { .. } => true,
        Kind::Enum { options } => options
            .as_array()
            .is_some_and(|options| options.iter().all(|option| !same_type(option, found))),
        Kind::Constant { expected_value } => !same_type(expected_value, found),
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            let here = error.instance_path();
            context.iter().all(|errors| {
                errors
                    .iter()
                    .any(|inner| inner.instance_path() == here && is_type_error(inner, found))
            })
        }
        _ => false,
    }
}

fn same_type(value: &Value, found: NodeKind) -> bool {
    match value {
        Value::Null => found == NodeKind::Null,
        Value::Bool(_) => found == NodeKind::Bool,
        Value::Number(_) => matches!(found, NodeKind::Int | NodeKind::Float),
        Value::String(_) => found == NodeKind::Str,
        Value::Array(_) => found == NodeKind::Seq,
        Value::Object(_) => found == NodeKind::Map,
    }
}

// Most keys in common, misspelt ones counting half; then fewest errors; then the first.
fn best<'s>(
    explainer: &Explainer<'s, '_>,
    fault: &Fault<'_, 's, '_>,
    context: &Branches,
    fitting: &[usize],
) -> Option<usize> {
    let rank = |at: &usize| {
        let errors = context.get(*at).map(Vec::as_slice).unwrap_or_default();
        let known = branch(explainer, fault, *at)
            .map(|place| explainer.library.keys(&[place]))
            .unwrap_or_default();
        let score: usize = fault
            .node
            .entries()
            .map(|entry| match known.contains(entry.name) {
                true if wrong_constant(fault, errors, entry.name) => 0,
                true => 2,
                false => usize::from(nearest(entry.name, known.iter().copied()).is_some()),
            })
            .sum();
        (std::cmp::Reverse(score), errors.len(), *at)
    };
    fitting.iter().copied().min_by_key(|at| rank(at))
}

// `type: a` where the alternative needs `type: b` speaks against it.
fn wrong_constant(
    fault: &Fault<'_, '_, '_>,
    errors: &[ValidationError<'static>],
    name: &str,
) -> bool {
    let path = format!(
        "{}/{}",
        fault.error.instance_path().as_str(),
        name.replace('~', "~0").replace('/', "~1")
    );
    errors.iter().any(|error| {
        matches!(error.kind(), Kind::Constant { .. }) && error.instance_path().as_str() == path
    })
}

// What an alternative asks for, in a few words.
fn phrase<'s>(explainer: &Explainer<'s, '_>, place: Place<'s>) -> Option<String> {
    let expanded = explainer.library.expand(place);
    if let Some(text) = expanded.iter().find_map(|place| place.text("x-expected")) {
        return Some(text.to_owned());
    }
    expanded.iter().find_map(|place| {
        if let Some(options) = place.schema.get("enum").and_then(Value::as_array) {
            let options: Vec<String> = options.iter().map(words::literal).collect();
            return Some(words::alternatives(&options));
        }
        if let Some(constant) = place.schema.get("const") {
            return Some(format!("`{}`", words::literal(constant)));
        }
        if let Some(title) = place.text("title") {
            return Some(title.to_owned());
        }
        let name = place.text("type")?;
        name.parse()
            .ok()
            .map(|json_type| words::type_name(json_type).to_owned())
    })
}
