//! S012: conditions and templates outside their grammars.

use std::ops::Range;

use crate::diagnostic::{Applicability, Severity};
use crate::document::condition::{Condition, ConditionError};
use crate::document::edit::NewValue;
use crate::document::schema::SchemaSet;
use crate::document::template::{FilterKind, Template, TemplateError};
use crate::document::{NodeRef, Route, suggest};
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "S012",
    name: "malformed-expression",
    severity: Severity::Error,
    locked: true,
    category: Category::Schema,
    needs: Needs::File,
    summary: "Conditions and templates keep to their grammars and use only the filters there are.",
    why: "Conditions decide whether production is changed and templates what is changed. Both are small languages on \
          purpose, so that they can be checked completely; whatever lies outside is refused, not guessed.",
    remedy: "A condition is made of check names, `not`, `and`, `or`, parentheses and `at_least(n, …)`. A template is \
             `{{ name.of.a.value }}` with the filters lower, upper, trim, int, string and replace.",
    bad: &[
        Example::edit(
            RUNBOOK,
            "when: err_high and recent_deploy",
            "when: err_high «&&» recent_deploy",
        ),
        Example::edit(
            RUNBOOK,
            "preflight: [not migrations,",
            "preflight: [not migrations and«»,",
        ),
        Example::edit(
            RUNBOOK,
            "deployment: \"{{ incident.service }}\"",
            "deployment: \"{{ incident.service | «shell» }}\"",
        ),
        Example::edit(
            RUNBOOK,
            "deployment: \"{{ incident.service }}\"",
            "deployment: \"{{ incident.service | «lowr» }}\"",
        ),
    ],
    good: &[
        Example::edit(
            RUNBOOK,
            "when: err_high and recent_deploy",
            "when: err_high and (recent_deploy and not upstream_bad)",
        ),
        Example::edit(
            RUNBOOK,
            "deployment: \"{{ incident.service }}\"",
            "deployment: \"{{ incident.service | lower }}\"",
        ),
    ],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    if scope.typed().is_none() {
        // Too much is wrong to know what the document means, but its expressions can be read by themselves.
        return visit(scope, scope.root(), &Route::root(), findings);
    }
    for site in scope.conditions() {
        report(
            scope,
            &site.route,
            site.parsed.as_ref().err().map(Mistake::from),
            findings,
        );
    }
    for site in scope.templates() {
        report(
            scope,
            &site.route,
            site.parsed.as_ref().err().map(Mistake::from),
            findings,
        );
    }
}

/// What is wrong with a text.
struct Mistake {
    range: Range<usize>,
    message: String,
    help: Option<String>,
    language: Language,
}

/// Which of the small languages a text is written in.
enum Language {
    Condition,
    Template,
}

impl From<&ConditionError> for Mistake {
    fn from(error: &ConditionError) -> Self {
        Self {
            range: error.span.clone(),
            message: error.message.clone(),
            help: error.help.clone(),
            language: Language::Condition,
        }
    }
}

impl From<&TemplateError> for Mistake {
    fn from(error: &TemplateError) -> Self {
        Self {
            range: error.span.clone(),
            message: error.message.clone(),
            help: error.help.clone(),
            language: Language::Template,
        }
    }
}

// As deep as the tree, which is bounded.
fn visit(scope: &DocumentScope<'_>, node: NodeRef<'_>, route: &Route, findings: &mut Findings) {
    for entry in node.entries() {
        visit(scope, entry.value, &route.clone().key(entry.name), findings);
    }
    for (index, item) in node.items().enumerate() {
        visit(scope, item, &route.clone().index(index), findings);
    }
    let Some(text) = node.as_str() else { return };
    let mistake = match literal(scope, route).as_deref() {
        Some("condition") => Condition::parse(text).err().as_ref().map(Mistake::from),
        Some("template") => Template::parse(text).err().as_ref().map(Mistake::from),
        _ => None,
    };
    report(scope, route, mistake, findings);
}

fn literal(scope: &DocumentScope<'_>, route: &Route) -> Option<String> {
    let kind = scope.entry.kind()?;
    let schemas = SchemaSet::shipped().ok()?;
    schemas.describe(kind.name(), route)?.literal
}

fn report(
    scope: &DocumentScope<'_>,
    route: &Route,
    mistake: Option<Mistake>,
    findings: &mut Findings,
) {
    let Some(mistake) = mistake else { return };
    let place = scope.text(route.clone(), mistake.range.clone());
    let mut draft = findings.report(&RULE, place).message(mistake.message);
    if let Some(help) = mistake.help {
        draft = draft.help(help);
    }
    let text = scope
        .node(route)
        .and_then(NodeRef::as_str)
        .unwrap_or_default();
    let meant = match mistake.language {
        Language::Condition => in_words(text),
        Language::Template => with_known_filter(text, mistake.range),
    };
    if let Some(meant) = meant {
        draft.fix_if(
            format!("write `{meant}`"),
            Applicability::Unsafe,
            scope.edits(|editor| editor.replace(route, &NewValue::text(&meant))),
        );
    }
}

/// A condition in the words of the format, where it is written in the signs of programming languages.
fn in_words(text: &str) -> Option<String> {
    if text.len() > 1000 {
        return None;
    }
    let words = text
        .replace("&&", " and ")
        .replace("||", " or ")
        .replace('!', " not ");
    let words: Vec<String> = words
        .split_whitespace()
        .map(|word| match word {
            "AND" | "OR" | "NOT" | "And" | "Or" | "Not" => word.to_lowercase(),
            _ => word.to_owned(),
        })
        .collect();
    let condition = words.join(" ");
    Condition::parse(&condition).ok().map(|_| condition)
}

/// A template with the nearest filter in place of one that does not exist.
fn with_known_filter(text: &str, range: Range<usize>) -> Option<String> {
    let known = FilterKind::ALL.map(FilterKind::name);
    let filter = suggest::nearest(text.get(range.clone())?, known)?;
    let mut template = text.to_owned();
    template.replace_range(range, filter);
    Template::parse(&template).ok().map(|_| template)
}
