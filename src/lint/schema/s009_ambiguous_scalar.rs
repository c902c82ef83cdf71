//! S009: a plain scalar that programs read differently.

use crate::diagnostic::{Applicability, Edit, Location, Severity};
use crate::document::NodeRef;
use crate::document::scalar::Ambiguity;
use crate::document::schema::SchemaSet;
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
    let mut open = vec![scope.root()];
    while let Some(node) = open.pop() {
        if let Some(ambiguity) = node.ambiguity() {
            let route = scope.route_to(node);
            if !is_word_of_the_format(scope, |schemas, kind| {
                schemas.lists_value(kind, &route, node.raw())
            }) {
                report(scope, node, ambiguity, scope.value(route), findings);
            }
        }
        for entry in node.entries() {
            if let Some(ambiguity) = entry.key.ambiguity() {
                let route = scope.route_to(node);
                if !is_word_of_the_format(scope, |schemas, kind| {
                    schemas.lists_key(kind, &route, entry.name)
                }) {
                    let place = scope.key(route.key(entry.name));
                    report(scope, entry.key, ambiguity, place, findings);
                }
            }
            open.push(entry.value);
        }
        open.extend(node.items());
    }
}

/// Whether the schema itself lists the text at its place, so that every reader of the format knows it.
fn is_word_of_the_format(
    scope: &DocumentScope<'_>,
    lists: impl Fn(&SchemaSet, &str) -> bool,
) -> bool {
    let schemas = SchemaSet::shipped().ok();
    let kind = scope.entry.kind();
    let known = schemas.zip(kind);
    known.is_some_and(|(schemas, kind)| lists(schemas, kind.name()))
}

fn report(
    scope: &DocumentScope<'_>,
    node: NodeRef<'_>,
    ambiguity: Ambiguity,
    place: Location,
    findings: &mut Findings,
) {
    let mut problems = scope.entry.problems().iter();
    if problems.any(|problem| problem.span == node.span()) {
        return;
    }
    let plain = match node.to_number() {
        Some(number) => number.to_string(),
        None => format!("\"{}\"", node.raw()),
    };
    let edit = Edit {
        path: scope.entry.path().to_owned(),
        span: node.span(),
        replacement: plain.clone(),
    };
    findings
        .report(&RULE, place)
        .message(format!("`{}` {ambiguity}", node.raw()))
        .fix(format!("write {plain}"), Applicability::Safe, vec![edit]);
}
