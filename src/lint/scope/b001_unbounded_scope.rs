//! B001: a runbook that is for everything, or for nothing.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "B001",
    name: "unbounded-scope",
    severity: Severity::Error,
    locked: true,
    category: Category::Scope,
    needs: Needs::File,
    summary: "A runbook names the services and environments it is for.",
    why: "A runbook for everything is a runbook for systems its author has never seen. Services and environments are listed, so that adding one is a change somebody reviews.",
    remedy: "List the services and environments by name.",
    bad: &[Example::edit(
        RUNBOOK,
        "    services: [checkout]",
        "    services: «[]»",
    )],
    good: &[Example::base()],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(runbook) = scope.runbook() else {
        return;
    };
    let services: Vec<_> = runbook
        .spec
        .scope
        .services
        .iter()
        .map(|id| id.as_str())
        .collect();
    let environments: Vec<_> = runbook
        .spec
        .scope
        .environments
        .iter()
        .map(|id| id.as_str())
        .collect();
    for (key, names) in [("services", services), ("environments", environments)] {
        let route = Route::root().key("spec").key("scope").key(key);
        let wildcard = names.iter().position(|name| name.contains('*'));
        if let Some(index) = wildcard {
            findings
                .report(&RULE, scope.value(route.index(index)))
                .message("a wildcard stands for whatever is added later, production included")
                .label("anything")
                .help("list them by name");
        } else if names.is_empty() {
            findings
                .report(&RULE, scope.value(route))
                .message(format!("the runbook is for no {key}"))
                .label("empty")
                .help("list them by name");
        }
    }
}
