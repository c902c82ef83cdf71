//! Q009: a query whose answer no fixture has ever used.

use std::collections::BTreeSet;

use crate::diagnostic::Severity;
use crate::document::id::QueryId;
use crate::document::model::{Kind, Query};
use crate::library::{DocId, Entry, Library};
use crate::lint::{Category, Change, Check, Example, Findings, Needs, Rule, RunScope};

const ACTION: &str = "runbooks/catalog/actions/k8s.rollout-undo.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "Q009",
    name: "unanswered-query",
    severity: Severity::Warning,
    locked: false,
    category: Category::Query,
    needs: Needs::Fixtures,
    summary: "Every query that documents use is asked and answered with data in a fixture that passes.",
    why: "A query that no fixture answers is only ever seen as missing. Its unit, its type and the check around it are untried until production answers.",
    remedy: "Answer it in a fixture under `answers`.",
    bad: &[Example::edits(&[
        Change::file(
            "runbooks/catalog/queries/queue-depth.yaml",
            "apiVersion: rbk/v1\nkind: Query\nmetadata: {id: «queue-depth», title: Waiting jobs, version: 1.0.0, owner: sre, status: stable}\nspec:\n  backend: promql\n  template: 'max(queue_depth{service=\"{{ service }}\", environment=\"{{ environment }}\"})'\n  params:\n    service: {type: string, lookup: services}\n    environment: {type: string, lookup: environments}\n  result: {type: number, unit: none}\n  signal: metric\n  caps: {timeout: 10s, range: 1h, series: 10}\n",
        ),
        Change::edit(
            ACTION,
            "  preflight: [owner_known,",
            "  checks:\n    backlog: {query: queue-depth, with: {service: \"{{ params.deployment }}\", environment: \"{{ incident.environment }}\"}, above: 100}\n  preflight: [not backlog or owner_known, owner_known,",
        ),
    ])],
    good: &[Example::base()],
    check: Check::Runs(check),
};

fn check(scope: &RunScope<'_>, findings: &mut Findings) {
    let answered: BTreeSet<&str> = scope
        .passed()
        .flat_map(|run| run.answered.iter().map(QueryId::as_str))
        .collect();
    let library = scope.head.library();
    for query in scope.head.all::<Query>() {
        if is_used(library, query.scope.id)
            && !answered.contains(query.document.metadata.id.as_str())
        {
            findings
                .report(&RULE, query.scope.identity())
                .message("no passing fixture asks this query and answers it with data")
                .label("never answered")
                .help("answer it in a fixture that needs it");
        }
    }
}

/// Whether a runbook or a signature asks the query, or an action that some runbook calls. What nothing uses is the
/// business of H003, and what only actions ask that are on offer cannot be asked yet.
fn is_used(library: &Library, query: DocId) -> bool {
    let users = |id: DocId| library.references_to(id).map(|reference| reference.from);
    let kind = |id: DocId| library.entry(id).and_then(Entry::kind);
    users(query).any(|user| match kind(user) {
        Some(Kind::Runbook | Kind::Signature) => true,
        Some(Kind::Action) => users(user).any(|caller| kind(caller) == Some(Kind::Runbook)),
        _ => false,
    })
}
