//! Fixes of what the schema does not allow.

use crate::diagnostic::{Applicability, Edit, Fix};
use crate::document::edit::NewValue;
use crate::document::id::RunbookId;
use crate::document::scalar::{self, Resolved};
use crate::document::schema::{Belongs, Description, Violation, ViolationKind};
use crate::document::{NodeKind, NodeRef, Problem, ProblemKind, Route, Segment, Style, Target};
use crate::library::Entry;
use crate::lint::correction::{Spelled, edits, respelled};
use crate::lint::rule::Rule;
use crate::lint::schema::{ID, INVALID_LITERAL, VERSION, corrected};

/// The fix of a violation that was found to break a rule, where there is one obvious one.
pub(super) fn of_violation(
    entry: &Entry,
    violation: &Violation,
    rule: &Rule,
    description: Option<&Description>,
) -> Option<Fix> {
    let route = &violation.route;
    match &violation.kind {
        ViolationKind::UnknownKey {
            belongs: Some(belongs),
            ..
        } => moved(entry, route, belongs),
        ViolationKind::UnknownKey {
            suggestion: Some(near),
            ..
        } => spelled(entry, &Spelled::Key(route.clone()), near),
        _ if violation.target == Target::Key => None,
        // A document of another version of the format does not become one of this by saying so.
        ViolationKind::NotAllowed { .. } if is_version_of_format(route) => None,
        ViolationKind::NotAllowed {
            suggestion: Some(near),
            ..
        } => spelled(entry, &Spelled::Value(route.clone()), near),
        _ if rule.code == VERSION.code => version(entry, route),
        _ if rule.code == ID.code => id(entry, route),
        _ if rule.code == INVALID_LITERAL.code => literal(entry, route, description?),
        ViolationKind::WrongType => retyped(entry, route, description?),
        _ => None,
    }
}

/// The fix of a character that must not be there: to take it away.
pub(super) fn of_problem(entry: &Entry, problem: &Problem) -> Option<Fix> {
    let ProblemKind::ForbiddenCharacter { escaped: false, .. } = problem.kind else {
        return None;
    };
    Some(Fix {
        title: "remove the character".to_owned(),
        applicability: Applicability::Unsafe,
        edits: vec![Edit {
            path: entry.path().to_owned(),
            span: problem.span,
            replacement: String::new(),
        }],
    })
}

fn fix(title: String, applicability: Applicability, edits: Option<Vec<Edit>>) -> Option<Fix> {
    Some(Fix {
        title,
        applicability,
        edits: edits?,
    })
}

fn spelled(entry: &Entry, place: &Spelled, name: &str) -> Option<Fix> {
    let edits = respelled(entry, place, name);
    fix(format!("write `{name}`"), Applicability::Unsafe, edits)
}

fn moved(entry: &Entry, route: &Route, belongs: &Belongs) -> Option<Fix> {
    let holder = route.parent()?;
    let (into, title) = match belongs {
        Belongs::Up => (holder.parent()?, "move it one level up".to_owned()),
        Belongs::Down { into } => (holder.key(into), format!("move it into `{into}`")),
        Belongs::Beside { into } => (holder.parent()?.key(into), format!("move it into `{into}`")),
    };
    let edits = edits(entry, |editor| editor.relocate(route, &into));
    fix(title, Applicability::Unsafe, edits)
}

/// Writes the same value in another way.
fn rewritten(entry: &Entry, route: &Route, value: &NewValue, shown: &str) -> Option<Fix> {
    let edits = edits(entry, |editor| editor.replace(route, value));
    fix(format!("write `{shown}`"), Applicability::Safe, edits)
}

/// `1.2`, `v1.2.0` and `1` are versions with something left out or added.
fn version(entry: &Entry, route: &Route) -> Option<Fix> {
    let node = entry.root().resolve(route)?;
    let text = node.as_str().unwrap_or_else(|| node.raw());
    let numbers = text.trim().trim_start_matches(['v', 'V']);
    let parts: Vec<&str> = numbers.split('.').collect();
    let is_number = |part: &&str| part.parse::<u64>().is_ok_and(|n| n.to_string() == **part);
    if parts.len() > 3 || !parts.iter().all(is_number) {
        return None;
    }
    let padded: Vec<&str> = parts.into_iter().chain(["0", "0"]).take(3).collect();
    let version = padded.join(".");
    rewritten(entry, route, &NewValue::text(&version), &version)
}

/// `Rollback Checkout` as `rollback-checkout`. Whoever refers to the document has to do the same.
fn id(entry: &Entry, route: &Route) -> Option<Fix> {
    let text = entry.root().resolve(route)?.as_str()?;
    if text.len() > 100 {
        return None;
    }
    let lower = text.trim().to_lowercase();
    let id = lower.replace(
        |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')),
        "-",
    );
    let is_new = RunbookId::from(id.as_str()).is_well_formed() && id != text;
    is_new
        .then(|| spelled(entry, &Spelled::Value(route.clone()), &id))
        .flatten()
}

fn literal(entry: &Entry, route: &Route, description: &Description) -> Option<Fix> {
    let node = entry.root().resolve(route)?;
    let text = node.as_str().unwrap_or_else(|| node.raw());
    let correct = corrected(description.literal.as_deref()?, text)?;
    rewritten(entry, route, &NewValue::text(&correct), &correct)
}

/// A number or truth value in quotes, and text that is read as one of them for want of quotes.
fn retyped(entry: &Entry, route: &Route, description: &Description) -> Option<Fix> {
    let node = entry.root().resolve(route)?;
    let is_expected = |name: &str| description.types.iter().any(|one| one == name);
    match node.style() {
        Style::SingleQuoted | Style::DoubleQuoted => {
            let text = node.as_str()?;
            let is_fitting = match scalar::resolve(text) {
                Resolved::Bool(_) => is_expected("boolean"),
                Resolved::Int(_) => is_expected("integer") || is_expected("number"),
                Resolved::Float(_) => is_expected("number"),
                _ => false,
            };
            let value = NewValue::Literal(text.to_owned());
            is_fitting
                .then(|| rewritten(entry, route, &value, text))
                .flatten()
        }
        Style::Plain if is_scalar(node) && description.types == ["string"] => {
            // What text with a form of its own would have to look like is not known here.
            description.expected.is_none().then_some(())?;
            let quoted = format!("\"{}\"", node.raw());
            rewritten(entry, route, &NewValue::text(node.raw()), &quoted)
        }
        Style::Plain if is_scalar(node) && description.types == ["array"] => {
            let item = NewValue::Literal(node.raw().to_owned());
            let item = node.as_str().map_or(item, NewValue::text);
            let edits = edits(entry, |editor| {
                editor.replace(route, &NewValue::List(vec![item]))
            });
            fix(
                "make it a list of one".to_owned(),
                Applicability::Unsafe,
                edits,
            )
        }
        _ => None,
    }
}

fn is_scalar(node: NodeRef<'_>) -> bool {
    !matches!(node.kind(), NodeKind::Map | NodeKind::Seq | NodeKind::Null)
}

/// The document says nothing about which version of the format it is written in.
pub(super) fn of_missing_version(
    entry: &Entry,
    violation: &Violation,
    version: &str,
) -> Option<Fix> {
    let is_missing = matches!(violation.kind, ViolationKind::MissingKey { .. });
    if !is_missing || !is_version_of_format(&violation.route) {
        return None;
    }
    let edits = edits(entry, |editor| {
        editor.set(&violation.route, &NewValue::text(version))
    });
    let title = format!("add `apiVersion: {version}`");
    fix(title, Applicability::Unsafe, edits)
}

fn is_version_of_format(route: &Route) -> bool {
    route.segments() == [Segment::from("apiVersion")]
}
