//! H003: something in the catalogue that nobody uses.

use crate::diagnostic::Severity;
use crate::document::model::{Status, Typed};
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

pub(in crate::lint) static RULE: Rule = Rule {
    code: "H003",
    name: "unused-entry",
    severity: Severity::Warning,
    locked: false,
    category: Category::Hygiene,
    needs: Needs::Repository,
    summary: "Every stable action and query of the catalogue is used by some document.",
    why: "What nobody uses nobody tests, and it may be run all the same. It is also what the next author copies.",
    remedy: "Use it, set its status to `draft`, or delete it.",
    bad: &[Example::file(
        "runbooks/catalog/queries/nobody-asks.yaml",
        "apiVersion: rbk/v1\nkind: Query\nmetadata: {id: «nobody-asks», title: Up, version: 1.0.0, owner: sre, status: stable}\nspec:\n  backend: promql\n  template: sum(up{service=\"{{ service }}\"})\n  params:\n    service: {type: string, lookup: services}\n  result: {type: number, unit: count}\n  signal: metric\n  caps: {timeout: 10s, range: 1h, series: 10}\n  sensitivity: internal\n",
    )],
    good: &[Example::file(
        "runbooks/catalog/queries/nobody-asks.yaml",
        "apiVersion: rbk/v1\nkind: Query\nmetadata: {id: nobody-asks, title: Up, version: 1.0.0, owner: sre, status: draft}\nspec:\n  backend: promql\n  template: sum(up{service=\"{{ service }}\"})\n  params:\n    service: {type: string, lookup: services}\n  result: {type: number, unit: count}\n  signal: metric\n  caps: {timeout: 10s, range: 1h, series: 10}\n  sensitivity: internal\n",
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let what = match scope.typed() {
        Some(Typed::Action(_)) => "action",
        Some(Typed::Query(_)) => "query",
        _ => return,
    };
    let status = scope.typed().and_then(|typed| typed.metadata().status);
    let library = scope.repository.library();
    let used = library
        .references_to(scope.id)
        .any(|reference| reference.from != scope.id);
    if status == Some(Status::Stable) && !used {
        findings
            .report(&RULE, scope.identity())
            .message(format!("no document uses this {what}"))
            .label("unused")
            .help("use it, set its status to `draft`, or delete it");
    }
}
