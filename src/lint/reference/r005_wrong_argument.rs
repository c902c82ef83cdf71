//! R005: arguments that do not fit.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::diagnostic::{Applicability, Severity};
use crate::document::Route;
use crate::document::id::ServiceId;
use crate::document::model::{Action, Kind, Params, Query, Service};
use crate::document::suggest;
use crate::engine::arguments::{PreparedParams, Vocabulary, validate};
use crate::engine::refusal::Refusal;
use crate::lint::Spelled;
use crate::lint::correction::respelled;
use crate::lint::{
    Category, Check, DocumentScope, Example, Findings, Needs, RepositoryScope, Rule,
};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "R005",
    name: "wrong-argument",
    severity: Severity::Error,
    locked: true,
    category: Category::Reference,
    needs: Needs::Repository,
    summary: "A call passes the parameters its action or query has: all that are required, none that are unknown, each of the right type and value.",
    why: "The engine validates arguments before it acts and refuses what does not fit, so a wrong argument is a step that never runs.",
    remedy: "Look the parameters up in the catalogue, and pass exactly those.",
    bad: &[
        Example::edit(
            RUNBOOK,
            "with: {namespace: shop,",
            "with: {«name_space»: shop, namespace: shop,",
        ),
        Example::edit(
            RUNBOOK,
            "with: {namespace: shop,",
            "with: {namespace: «warehouse»,",
        ),
    ],
    good: &[Example::edit(
        RUNBOOK,
        "deployment: \"{{ incident.service }}\"",
        "deployment: checkout",
    )],
    check: Check::Repository(check),
};

/// Filled from the incident when a check does not name them.
const IMPLICIT: [&str; 2] = ["service", "environment"];

fn check(repository: &RepositoryScope<'_>, findings: &mut Findings) {
    let Some(policy) = repository.policy() else {
        return;
    };
    let services: Vec<_> = repository
        .all::<Service>()
        .map(|found| {
            (
                ServiceId::from(found.document.metadata.id.as_str()),
                found.document,
            )
        })
        .collect();
    // What an unreadable service names is not known, so nothing can be said about values looked up there.
    if services.len() != repository.library().of_kind(Kind::Service).len() {
        return;
    }
    let vocabulary = Vocabulary::new(
        &policy.document.spec,
        services.iter().map(|(id, service)| (id, *service)),
    );
    for scope in repository.documents() {
        for call in scope.calls() {
            if let Some(action) = repository.find::<Action>(call.action.as_str()) {
                let what = format!("action `{}`", call.action);
                judge(
                    &scope,
                    &what,
                    &call.route,
                    call.with,
                    &action.document.spec.params,
                    &[],
                    &vocabulary,
                    findings,
                );
            }
        }
        for site in scope.checks() {
            let query = site
                .check
                .query
                .as_ref()
                .and_then(|id| repository.find::<Query>(id.as_str()));
            if let Some(query) = query {
                let what = format!("query `{}`", query.document.metadata.id);
                judge(
                    &scope,
                    &what,
                    &site.route,
                    &site.check.with,
                    &query.document.spec.params,
                    &IMPLICIT,
                    &vocabulary,
                    findings,
                );
            }
        }
    }
}

/// Judges the arguments that are literal; those that are filled in are judged when their values are known.
#[expect(
    clippy::too_many_arguments,
    reason = "one call and everything it is held against"
)]
fn judge(
    scope: &DocumentScope<'_>,
    what: &str,
    route: &Route,
    with: &BTreeMap<String, Value>,
    params: &Params,
    implicit: &[&str],
    vocabulary: &Vocabulary,
    findings: &mut Findings,
) {
    let is_filled = |name: &str| {
        with.get(name)
            .and_then(Value::as_str)
            .is_some_and(|text| text.contains("{{"))
    };
    let is_given =
        |name: &str| is_filled(name) || (implicit.contains(&name) && !with.contains_key(name));
    let open: Params = params
        .iter()
        .filter(|(name, _)| !is_given(name))
        .map(|(name, spec)| (name.clone(), spec.clone()))
        .collect();
    let literal = with
        .iter()
        .filter(|(name, _)| !is_filled(name) || !params.contains_key(*name));
    let literal = literal
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    // A pattern that does not compile is found where it is written.
    let Ok(prepared) = PreparedParams::new(&open) else {
        return;
    };
    let Err(problems) = validate(literal, &prepared, vocabulary, false) else {
        return;
    };
    for problem in problems {
        let argument = route.clone().key("with").key(problem.argument.as_str());
        let place = match problem.code {
            Refusal::ArgumentMissing => scope.value(route.clone().key("with")),
            Refusal::ArgumentUnknown => scope.key(argument.clone()),
            _ => scope.value(argument.clone()),
        };
        let names: Vec<_> = params.keys().map(String::as_str).collect();
        let draft = findings
            .report(&RULE, place)
            .message(format!("{what}: {}", problem.message))
            .label("does not fit")
            .help(format!("its parameters are {}", names.join(", ")));
        if problem.code != Refusal::ArgumentUnknown {
            continue;
        }
        let free = names
            .iter()
            .copied()
            .filter(|name| !with.contains_key(*name));
        match suggest::nearest(&problem.argument, free) {
            Some(name) => draft.fix_if(
                format!("write `{name}`"),
                Applicability::Unsafe,
                respelled(scope.entry, &Spelled::Key(argument), name),
            ),
            None => draft.fix_if(
                format!("leave `{}` out", problem.argument),
                Applicability::Unsafe,
                scope.edits(|editor| editor.remove(&argument)),
            ),
        };
    }
}
