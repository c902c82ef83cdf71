//! What was met while documents were read, as findings of the rules about text and schema.

mod mend;

use super::correction::{Spelled, respelled};
use super::findings::Findings;
use super::query::{RAW_QUERY, is_query_text};
use super::rule::Rule;
use super::schema::{
    HIDDEN_CHARACTERS, ID, INDIRECTION, INVALID_LITERAL, SCHEMA_VIOLATION, UNKNOWN_KEY,
    UNKNOWN_KIND, UNREADABLE, VERSION,
};
use crate::diagnostic::{Applicability, Location, Part};
use crate::document::model::{API_VERSION, Kind};
use crate::document::schema::{Description, SchemaSet, Violation, ViolationKind};
use crate::document::{
    DeError, NodeKind, NodeRef, Problem, ProblemKind, Route, Segment, Span, Target, suggest,
};
use crate::library::{Entry, Failure, LoadError};

/// Literals with a grammar of their own, as the schemas' `x-literal` calls them.
const LITERALS: [&str; 6] = [
    "duration",
    "quantity",
    "percent",
    "rate",
    "date",
    "timestamp",
];

/// A file that holds no text to look at. Other failures are no fault of an author's.
pub(super) fn failure(failure: &Failure, findings: &mut Findings) {
    if let LoadError::Source(error) = &failure.error {
        findings
            .report(&UNREADABLE, Location::file(failure.path.clone()))
            .message(error.to_string());
    }
}

/// Everything that was met in one document.
pub(super) fn document(entry: &Entry, findings: &mut Findings) {
    let reader = Reader { entry };
    let before = findings.len();
    if let Some(error) = entry.markdown_error() {
        findings
            .report(&UNREADABLE, reader.span(error.span()))
            .message(error.to_string());
        return;
    }
    for problem in entry.problems() {
        reader.problem(problem, findings);
    }
    if entry.kind().is_none() && entry.is_complete() {
        reader.unknown_kind(findings);
    }
    for violation in entry.violations() {
        if !reader.is_echo(violation) {
            reader.violation(violation, findings);
        }
    }
    for error in entry.type_errors() {
        reader.type_error(error, findings);
    }
    // Whatever else keeps a document from being acted upon may not go unsaid.
    if findings.len() == before && !entry.is_sound() {
        findings
            .report(
                &SCHEMA_VIOLATION,
                reader.span(Span::empty(entry.tree().span().start)),
            )
            .message("the document cannot be read as what it says it is");
    }
}

struct Reader<'e> {
    entry: &'e Entry,
}

impl Reader<'_> {
    fn span(&self, span: Span) -> Location {
        Location::span(self.entry.path(), self.entry.position(), span)
    }

    fn node(&self, route: Route, part: Part) -> Location {
        Location::node(self.entry.path(), self.entry.position(), route, part)
    }

    fn problem(&self, problem: &Problem, findings: &mut Findings) {
        let rule: &'static Rule = match problem.kind {
            ProblemKind::Anchor { .. }
            | ProblemKind::Alias { .. }
            | ProblemKind::MergeKey
            | ProblemKind::Tag { .. }
            | ProblemKind::Directive => &INDIRECTION,
            ProblemKind::ForbiddenCharacter { .. } => &HIDDEN_CHARACTERS,
            ProblemKind::NumberOutOfRange { .. } => &INVALID_LITERAL,
            _ => &UNREADABLE,
        };
        let draft = findings
            .report(rule, self.span(problem.span))
            .message(problem.message())
            .help(problem.help())
            .mended_by(mend::of_problem(self.entry, problem));
        if let Some(first) = problem.related {
            draft.related(self.span(first), "first here");
        }
    }

    fn unknown_kind(&self, findings: &mut Findings) {
        let root = self.entry.root();
        if root.kind() != NodeKind::Map {
            let start = Span::empty(self.entry.tree().span().start);
            let span = if root.is_null() { start } else { root.span() };
            findings
                .report(&UNKNOWN_KIND, self.span(span))
                .message(format!(
                    "a document is a mapping with `apiVersion`, `kind`, `metadata` and `spec`, but this is {}",
                    root.kind().described()
                ));
            return;
        }
        let route = Route::root().key("kind");
        let Some(kind) = root.get("kind") else {
            findings
                .report(&UNKNOWN_KIND, self.node(Route::root(), Part::Key))
                .message("the document does not say what it is: `kind` is missing")
                .help(format!(
                    "begin it with `apiVersion: {API_VERSION}` and `kind:`"
                ));
            return;
        };
        let names = Kind::ALL.map(Kind::name);
        let written = kind.as_str().unwrap_or_else(|| kind.raw());
        let draft = findings
            .report(&UNKNOWN_KIND, self.node(route, Part::Value))
            .message(format!("`{}` is not a kind of document", short(written)));
        match suggest::nearest(written, names) {
            Some(near) => draft.help(format!("did you mean `{near}`?")).fix_if(
                format!("write `{near}`"),
                Applicability::Unsafe,
                respelled(self.entry, &Spelled::Value(Route::root().key("kind")), near),
            ),
            None => draft.help(format!("use one of {}", names.join(", "))),
        };
    }

    fn violation(&self, violation: &Violation, findings: &mut Findings) {
        let part = match violation.target {
            Target::Key => Part::Key,
            Target::Value => Part::Value,
        };
        let rule = self.rule_of(violation);
        let location = self.node(violation.route.clone(), part);
        let draft = findings
            .report(rule, location)
            .message(violation.message.clone());
        if rule.code == RAW_QUERY.code {
            draft
                .message("a check names a query of the catalogue; this is the text of one")
                .label("raw query")
                .help("add the query to the catalogue, with unit and caps, and name it here");
            return;
        }
        let description = self.description(&violation.route);
        let fix = mend::of_violation(self.entry, violation, rule, description.as_ref())
            .or_else(|| mend::of_missing_version(self.entry, violation, API_VERSION));
        draft.mended_by(fix);
    }

    fn rule_of(&self, violation: &Violation) -> &'static Rule {
        if matches!(violation.kind, ViolationKind::UnknownKey { .. }) {
            return &UNKNOWN_KEY;
        }
        let keys: Vec<&str> = violation.route.segments().iter().map(key).collect();
        let missing = matches!(violation.kind, ViolationKind::MissingKey { .. });
        match keys.as_slice() {
            ["apiVersion" | "kind"] => &UNKNOWN_KIND,
            ["metadata", "id"] if !missing => &ID,
            ["metadata", "version"] if !missing => &VERSION,
            ["spec", .., "query"] if !missing && self.is_query_text(&violation.route) => &RAW_QUERY,
            _ if violation.target == Target::Value && self.is_literal(&violation.route) => {
                &INVALID_LITERAL
            }
            _ => &SCHEMA_VIOLATION,
        }
    }

    fn is_query_text(&self, route: &Route) -> bool {
        let text = self.entry.root().resolve(route).and_then(NodeRef::as_str);
        text.is_some_and(is_query_text)
    }

    // Bounds no pattern can express, such as a day that does not exist, are only met when the value is read.
    fn type_error(&self, error: &DeError, findings: &mut Findings) {
        let known = |violation: &Violation| {
            violation.route.contains(&error.route) || error.route.contains(&violation.route)
        };
        if self.entry.violations().iter().any(known) {
            return;
        }
        let (rule, message): (&'static Rule, _) = match self.description(&error.route) {
            Some(Description {
                expected: Some(expected),
                ..
            }) if self.is_literal(&error.route) => {
                let node = self.entry.root().resolve(&error.route);
                let found = node.map(|node| short(node.raw())).unwrap_or_default();
                (
                    &INVALID_LITERAL,
                    format!("expected {expected}, found `{found}`"),
                )
            }
            _ => (&SCHEMA_VIOLATION, error.message.clone()),
        };
        findings
            .report(rule, self.node(error.route.clone(), Part::Value))
            .message(message);
    }

    fn description(&self, route: &Route) -> Option<Description> {
        let kind = self.entry.kind()?;
        SchemaSet::shipped().ok()?.describe(kind.name(), route)
    }

    fn is_literal(&self, route: &Route) -> bool {
        let is_scalar = self.entry.root().resolve(route).is_some_and(|node| {
            !matches!(node.kind(), NodeKind::Map | NodeKind::Seq | NodeKind::Null)
        });
        let literal = self
            .description(route)
            .and_then(|description| description.literal);
        is_scalar && literal.is_some_and(|literal| LITERALS.contains(&literal.as_str()))
    }

    /// Whether a violation only repeats what is wrong with the text: what was refused there is read as nothing.
    fn is_echo(&self, violation: &Violation) -> bool {
        let root = self.entry.root();
        let problems = self.entry.problems();
        let missing = matches!(violation.kind, ViolationKind::MissingKey { .. });
        let holder = violation.route.parent().unwrap_or_default();
        let (holder, _) = root.nearest(if missing { &holder } else { &violation.route });
        if !self.entry.is_complete() && (missing || holder.is_null()) {
            return true;
        }
        let concerns = |problem: &Problem| match problem.kind {
            ProblemKind::MergeKey | ProblemKind::NonStringKey { .. } => {
                missing && encloses(holder.span(), problem.span)
            }
            _ => !missing && is_scalar(holder) && touch(holder.span(), problem.span),
        };
        problems.iter().any(concerns)
    }
}

fn key(segment: &Segment) -> &str {
    match segment {
        Segment::Key(name) => name,
        Segment::Index(_) => "[]",
    }
}

fn is_scalar(node: NodeRef<'_>) -> bool {
    !matches!(node.kind(), NodeKind::Map | NodeKind::Seq)
}

fn encloses(outer: Span, inner: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

// A tag or anchor stands directly before its value.
fn touch(a: Span, b: Span) -> bool {
    a.start <= b.end.saturating_add(1) && b.start <= a.end
}

fn short(text: &str) -> String {
    text.chars().take(60).collect()
}
