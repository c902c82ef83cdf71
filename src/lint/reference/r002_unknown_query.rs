//! R002: a question that is not in the catalogue.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::model::Kind;
use crate::lint::{
    Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule, Spelled,
};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "R002",
    name: "unknown-query",
    severity: Severity::Error,
    locked: true,
    category: Category::Reference,
    needs: Needs::Repository,
    summary: "Every query that is asked is in the catalogue.",
    why: "Agents run vetted queries only. A check over a query that does not exist is inconclusive for ever, and nothing it guards ever happens.",
    remedy: "Correct the name, or add the query to the catalogue.",
    bad: &[Example::edits(&[Change::edit(
        RUNBOOK,
        "err_ok: {query: http-error-ratio,",
        "err_ok: {query: «http-error-rato»,",
    )])],
    good: &[Example::base()],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let library = scope.repository.library();
    let unknown = |id: &str| library.find(Kind::Query, id).is_none();
    for site in scope.checks() {
        if let Some(query) = site
            .check
            .query
            .as_ref()
            .filter(|query| unknown(query.as_str()))
        {
            report(
                scope,
                site.route.clone().key("query"),
                query.as_str(),
                findings,
            );
        }
    }
    let Some(fixture) = scope.fixture() else {
        return;
    };
    let spec = Route::root().key("spec");
    for id in fixture
        .spec
        .answers
        .keys()
        .filter(|id| unknown(id.as_str()))
    {
        report(
            scope,
            spec.clone().key("answers").key(id.as_str()),
            id.as_str(),
            findings,
        );
    }
    for (index, entry) in fixture.spec.world.iter().enumerate() {
        for id in entry.then.keys().filter(|id| unknown(id.as_str())) {
            report(
                scope,
                spec.clone()
                    .key("world")
                    .index(index)
                    .key("then")
                    .key(id.as_str()),
                id.as_str(),
                findings,
            );
        }
    }
}

fn report(scope: &DocumentScope<'_>, route: Route, id: &str, findings: &mut Findings) {
    let nearest = scope.repository.library().queries().nearest(id);
    let (place, spelled) = if scope.fixture().is_some() {
        (scope.key(route.clone()), Spelled::Key(route))
    } else {
        (scope.value(route.clone()), Spelled::Value(route))
    };
    findings
        .report(&RULE, place)
        .message(format!("there is no query `{id}` in the catalogue"))
        .label("unknown")
        .did_you_mean(scope, &spelled, nearest, "add it to the catalogue");
}
