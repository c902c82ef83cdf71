//! P004: a preflight that asks what was asked already.

use std::collections::BTreeSet;

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::condition::Condition;
use crate::document::id::CheckName;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "P004",
    name: "preflight-repeats-trigger",
    severity: Severity::Warning,
    locked: false,
    category: Category::Preflight,
    needs: Needs::File,
    summary: "The preflight of a path asks something its trigger has not asked.",
    why: "The second answer of the same question corroborates nothing: a broken exporter says the same thing twice. It reads like a safeguard and is none.",
    remedy: "Ask for another kind of signal, or leave it out.",
    bad: &[Example::edit(
        RUNBOOK,
        "preflight: [not migrations, corroborated(2)]",
        "preflight: [not migrations, «err_high», corroborated(2)]",
    )],
    good: &[Example::edit(
        RUNBOOK,
        "preflight: [not migrations, corroborated(2)]",
        "preflight: [not migrations, neighbours_ok, corroborated(2)]",
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(runbook) = scope.runbook().map(|document| &document.spec) else {
        return;
    };
    for (id, path) in &runbook.paths {
        let rows = runbook
            .decide
            .iter()
            .filter(|row| row.path.as_ref() == Some(id));
        let asked: BTreeSet<CheckName> = rows
            .filter_map(|row| Condition::parse(row.when.as_ref()?).ok())
            .flat_map(|condition| {
                condition
                    .names()
                    .map(|(name, _)| name.clone())
                    .collect::<Vec<_>>()
            })
            .collect();
        let route = Route::root()
            .key("spec")
            .key("paths")
            .key(id.as_str())
            .key("preflight");
        for (index, text) in path.preflight.iter().enumerate() {
            let Ok(condition) = Condition::parse(text) else {
                continue;
            };
            let mut names = condition.names().peekable();
            let repeats = names.peek().is_some() && names.all(|(name, _)| asked.contains(name));
            if repeats && condition.calls().next().is_none() {
                findings
                    .report(&RULE, scope.value(route.clone().index(index)))
                    .message(format!(
                        "`{condition}` was asked before this path was taken"
                    ))
                    .label("asked already")
                    .help("ask for another kind of signal, or leave it out");
            }
        }
    }
}
