//! R006: an observation nobody asks for.

use std::collections::BTreeSet;

use crate::diagnostic::{Applicability, Severity};
use crate::document::condition::Condition;
use crate::lint::site::CheckRole;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "R006",
    name: "unused-check",
    severity: Severity::Warning,
    locked: false,
    category: Category::Reference,
    needs: Needs::File,
    summary: "Every check of a runbook or an action is used by one of its conditions.",
    why: "A check that nothing uses looks as if something were watched over that is not. Often the condition that should name \
          it names another one.",
    remedy: "Use it in a row, a preflight or a verification, or delete it.",
    bad: &[Example::edit(
        RUNBOOK,
        "    migrations: {query",
        "    «slow»: {query: neighbour-error-ratio, at_least: 3%}\n    migrations: {query",
    )],
    good: &[Example::edit(
        RUNBOOK,
        "success: err_ok,",
        "success: err_ok and not upstream_bad,",
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let conditions = scope.conditions();
    // What a condition that cannot be read was meant to name is not known.
    if conditions.iter().any(|site| site.parsed.is_err()) {
        return;
    }
    let used: BTreeSet<&str> = conditions
        .iter()
        .filter_map(|site| site.condition())
        .flat_map(Condition::names)
        .map(|(name, _)| name.as_str())
        .collect();
    for site in scope.checks() {
        let of_conditions = matches!(site.role, CheckRole::Runbook | CheckRole::Action);
        let Some(name) = site.name.filter(|_| of_conditions) else {
            continue;
        };
        if !used.contains(name) {
            findings
                .report(&RULE, scope.key(site.route.clone()))
                .message(format!("no condition uses the check `{name}`"))
                .label("unused")
                .help("use it, or delete it")
                .fix_if(
                    "delete it",
                    Applicability::Unsafe,
                    scope.edits(|editor| editor.remove(&site.route)),
                );
        }
    }
}
