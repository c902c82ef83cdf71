//! S009: a plain scalar that programs read differently.

use crate::diagnostic::{Applicability, Edit, Severity};
use crate::document::schema::SchemaSet;
use crate::document::{NodeRef, Route};
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "S009",
    name: "ambiguous-scalar",
    severity: Severity::Warning,
    locked: false,
    category: Category::Schema,
    needs: Needs::File,
    summary: "A scalar that YAML 1.1 and YAML 1.2 read differently is put into quotes, unless the schema lists it as a word.",
    why: "Half of the programs that touch a repository follow YAML 1.1, where `no` is false, `22:30` is 1350 and `1e3` is \
          text. An author who looks at the document with one of them sees something else than what is signed.",
    remedy: "Put text into quotes, and write numbers in plain decimal digits.",
    bad: &[
        Example::edit(
            RUNBOOK,
            "review_by: 2027-06-01}",
            "review_by: 2027-06-01, labels: {country: «no»}}",
        ),
        Example::edit(
            "runbooks/catalog/actions/k8s.scale-in.yaml",
            "maximum: 50}",
            "maximum: «0x32»}",
        ),
    ],
    good: &[Example::edit(
        RUNBOOK,
        "review_by: 2027-06-01}",
        "review_by: 2027-06-01, labels: {country: \"no\", at: \"22:30\"}}",
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    // Most documents have none, and the routes are only needed where there is one.
    if scope
        .root()
        .descendants()
        .any(|node| node.ambiguity().is_some())
    {
        visit(scope, scope.root(), &Route::root(), findings);
    }
}

// As deep as the tree, which is bounded.
fn visit(scope: &DocumentScope<'_>, node: NodeRef<'_>, route: &Route, findings: &mut Findings) {
    for entry in node.entries() {
        let below = route.clone().key(entry.name);
        if !is_word_of_the_format(scope, route, entry.name, |place| &place.keys) {
            report(scope, entry.key, scope.key(below.clone()), findings);
        }
        visit(scope, entry.value, &below, findings);
    }
    for (index, item) in node.items().enumerate() {
        visit(scope, item, &route.clone().index(index), findings);
    }
    let listed = |text| is_word_of_the_format(scope, route, text, |place| &place.values);
    if node.ambiguity().is_some() && !listed(node.raw()) {
        report(scope, node, scope.value(route.clone()), findings);
    }
}

/// Whether the schema itself lists the text at this place, so that every reader of the format knows it.
fn is_word_of_the_format(
    scope: &DocumentScope<'_>,
    route: &Route,
    text: &str,
    words: impl Fn(&crate::document::schema::Description) -> &Vec<String>,
) -> bool {
    let schemas = SchemaSet::shipped().ok();
    let kind = scope.entry.kind();
    let place = schemas
        .zip(kind)
        .and_then(|(schemas, kind)| schemas.describe(kind.name(), route));
    place.is_some_and(|place| words(&place).iter().any(|word| word == text))
}

fn report(
    scope: &DocumentScope<'_>,
    node: NodeRef<'_>,
    place: crate::diagnostic::Location,
    findings: &mut Findings,
) {
    let Some(ambiguity) = node.ambiguity() else {
        return;
    };
    let problems = scope.entry.problems().iter();
    if problems
        .map(|problem| problem.span)
        .any(|span| span == node.span())
    {
        return;
    }
    let plain = match node.to_number() {
        Some(number) => number.to_string(),
        None => format!("\"{}\"", node.raw()),
    };
    findings
        .report(&RULE, place)
        .message(format!("`{}` {ambiguity}", node.raw()))
        .fix(
            format!("write {plain}"),
            Applicability::Safe,
            vec![Edit {
                path: scope.entry.path().to_owned(),
                span: node.span(),
                replacement: plain.clone(),
            }],
        );
}
