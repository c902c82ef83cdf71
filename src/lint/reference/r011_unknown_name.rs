//! R011: a name nobody declared.

use std::collections::BTreeSet;

use crate::diagnostic::Severity;
use crate::document::model::Kind;
use crate::document::{Route, suggest};
use crate::lint::{
    Category, Check, DocumentScope, Example, Findings, Needs, RepositoryScope, Rule, Spelled,
};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";
const SERVICE: &str = "runbooks/catalog/services/checkout.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "R011",
    name: "unknown-name",
    severity: Severity::Error,
    locked: true,
    category: Category::Reference,
    needs: Needs::Repository,
    summary: "Services, teams, incident classes and environments are those of the catalogue, the taxonomy and the policy.",
    why: "A runbook for a service nobody declared has no owner to escalate to, and one for a class that does not exist is never chosen.",
    remedy: "Correct the name, or declare it where it belongs.",
    bad: &[
        Example::edit(
            RUNBOOK,
            "incident_class: elevated-error-rate",
            "incident_class: «elevated-errors»",
        ),
        Example::edit(SERVICE, "owner: sre,", "owner: «srr»,"),
    ],
    good: &[Example::base()],
    check: Check::Repository(check),
};

fn check(repository: &RepositoryScope<'_>, findings: &mut Findings) {
    let library = repository.library();
    let Some(policy) = repository.policy() else {
        return;
    };
    let policy = &policy.document.spec;
    let names = Names {
        services: library.names(Kind::Service).collect(),
        teams: policy.teams.keys().map(|id| id.as_str()).collect(),
        classes: library.classes().map(|id| id.as_str()).collect(),
        environments: policy.environments.iter().map(|id| id.as_str()).collect(),
    };
    for scope in repository.documents() {
        document(&scope, &names, findings);
    }
}

/// Everything that is declared.
struct Names<'a> {
    services: BTreeSet<&'a str>,
    teams: BTreeSet<&'a str>,
    classes: BTreeSet<&'a str>,
    environments: BTreeSet<&'a str>,
}

fn document(scope: &DocumentScope<'_>, names: &Names<'_>, findings: &mut Findings) {
    let spec = Route::root().key("spec");
    let mut look = |what: &str, known: &BTreeSet<&str>, route: Route, name: &str| {
        if !known.contains(name) && name != "*" {
            let nearest = suggest::nearest(name, known.iter().copied());
            findings
                .report(&RULE, scope.value(route.clone()))
                .message(format!("there is no {what} `{name}`"))
                .label("not declared")
                .did_you_mean(
                    scope,
                    &Spelled::Value(route),
                    nearest,
                    &format!("declare the {what}, or correct the name"),
                );
        }
    };
    if let Some(owner) = scope
        .typed()
        .and_then(|typed| typed.metadata().owner.as_ref())
    {
        look(
            "team",
            &names.teams,
            Route::root().key("metadata").key("owner"),
            owner.as_str(),
        );
    }
    if let Some(runbook) = scope.runbook().map(|document| &document.spec) {
        look(
            "incident class",
            &names.classes,
            spec.clone().key("incident_class"),
            runbook.incident_class.as_str(),
        );
        for (index, service) in runbook.scope.services.iter().enumerate() {
            look(
                "service",
                &names.services,
                spec.clone().key("scope").key("services").index(index),
                service.as_str(),
            );
        }
        for (index, environment) in runbook.scope.environments.iter().enumerate() {
            look(
                "environment",
                &names.environments,
                spec.clone().key("scope").key("environments").index(index),
                environment.as_str(),
            );
        }
    }
    if let Some(signature) = scope.signature() {
        look(
            "incident class",
            &names.classes,
            spec.clone().key("incident_class"),
            signature.spec.incident_class.as_str(),
        );
    }
    if let Some(service) = scope.service().map(|document| &document.spec) {
        look(
            "team",
            &names.teams,
            spec.clone().key("oncall").key("team"),
            service.oncall.team.as_str(),
        );
        for (index, environment) in service.environments.iter().enumerate() {
            look(
                "environment",
                &names.environments,
                spec.clone().key("environments").index(index),
                environment.as_str(),
            );
        }
        for (index, other) in service.depends_on.iter().enumerate() {
            look(
                "service",
                &names.services,
                spec.clone().key("depends_on").index(index),
                other.as_str(),
            );
        }
    }
    if let Some(postmortem) = scope.postmortem().map(|document| &document.spec) {
        look(
            "incident class",
            &names.classes,
            spec.clone().key("incident_class"),
            postmortem.incident_class.as_str(),
        );
        look(
            "environment",
            &names.environments,
            spec.clone().key("environment"),
            postmortem.environment.as_str(),
        );
        for (index, service) in postmortem.services.iter().enumerate() {
            look(
                "service",
                &names.services,
                spec.clone().key("services").index(index),
                service.as_str(),
            );
        }
    }
    if let Some(fixture) = scope.fixture().map(|document| &document.spec) {
        look(
            "service",
            &names.services,
            spec.clone().key("subject").key("service"),
            fixture.subject.service.as_str(),
        );
        look(
            "environment",
            &names.environments,
            spec.key("subject").key("environment"),
            fixture.subject.environment.as_str(),
        );
    }
}
