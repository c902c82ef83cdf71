//! R007: rows of a decision table nobody gets to, and paths nobody takes.

use std::collections::BTreeSet;

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::condition::Condition;
use crate::lint::possible::{Demand, possible};
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";
const ROW: &str = "    - {when: err_high and recent_deploy, path: undo}\n";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "R007",
    name: "unreachable-row",
    severity: Severity::Error,
    locked: false,
    category: Category::Reference,
    needs: Needs::Repository,
    summary: "Every row of a decision table can be reached, and every path is taken by some row.",
    why: "Rows are tried from above. A row behind one that says the same, or whose condition cannot come true, is a decision \
          somebody believes is made. What is compared is decided exactly: each query is one value, so that `at_least: 5%` \
          and `below: 1%` are never true together.",
    remedy: "Move the narrower row up, correct its condition, or delete what is never used.",
    bad: &[
        Example::edit(
            RUNBOOK,
            ROW,
            "    - {when: err_high and recent_deploy, path: undo}\n    - {when: «err_high and recent_deploy and not migrations», escalate: sre, because: never seen}\n",
        ),
        Example::edit(
            RUNBOOK,
            ROW,
            "    - {when: err_high and recent_deploy, path: undo}\n    - {when: «err_high and err_ok», escalate: sre, because: never seen}\n",
        ),
        Example::edits(&[
            Change::edit(
                RUNBOOK,
                ROW,
                "    - {when: err_high and recent_deploy, escalate: sre, because: a human decides}\n",
            ),
            Change::edit(RUNBOOK, "    undo:\n", "    «undo»:\n"),
            Change::edit(
                "postmortems/2026-03-14-null-currency/signature.yaml",
                "runbook: error-rate-after-deploy, path: undo",
                "runbook: error-rate-after-deploy",
            ),
        ]),
    ],
    good: &[Example::edit(
        RUNBOOK,
        ROW,
        "    - {when: err_high and recent_deploy and migrations, escalate: sre, because: an older release cannot read the data}\n    - {when: err_high and recent_deploy, path: undo}\n",
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(runbook) = scope.runbook().map(|document| &document.spec) else {
        return;
    };
    let spec = Route::root().key("spec");
    let mut before: Vec<(usize, Condition)> = Vec::new();
    for (index, row) in runbook.decide.iter().enumerate() {
        let Some(condition) = row
            .when
            .as_ref()
            .and_then(|text| Condition::parse(text).ok())
        else {
            continue;
        };
        let mut demands: Vec<_> = before.iter().map(|(_, earlier)| (earlier, false)).collect();
        demands.push((&condition, true));
        let can = |demands: &[Demand<'_>]| {
            possible(demands, &runbook.checks, scope.repository) != Some(false)
        };
        if !can(&demands) {
            let place =
                |index: usize| scope.value(spec.clone().key("decide").index(index).key("when"));
            let covering = before
                .iter()
                .find(|(_, earlier)| !can(&[(earlier, false), (&condition, true)]));
            let alone = can(&[(&condition, true)]);
            let draft = findings.report(&RULE, place(index));
            match covering {
                _ if !alone => draft
                    .message("this condition can never hold")
                    .label("never holds")
                    .help("look at the bounds of its checks: those of one query see one value"),
                Some((earlier, _)) => draft
                    .message(format!("row {index} is never reached: row {earlier} is taken whenever its condition holds"))
                    .label("never reached")
                    .related(place(*earlier), "taken first")
                    .help("move the narrower row up, or delete one of them"),
                None => draft
                    .message(format!("row {index} is never reached: the rows above it leave nothing over"))
                    .label("never reached")
                    .help("move it up, or delete it"),
            };
        }
        before.push((index, condition));
    }
    let taken: BTreeSet<_> = runbook
        .decide
        .iter()
        .filter_map(|row| row.path.as_ref())
        .collect();
    // A row that names a path there is none of may mean the one nobody takes.
    if taken.iter().any(|path| !runbook.paths.contains_key(*path)) {
        return;
    }
    for path in runbook.paths.keys().filter(|path| !taken.contains(path)) {
        findings
            .report(
                &RULE,
                scope.key(spec.clone().key("paths").key(path.as_str())),
            )
            .message(format!(
                "no row of the decision table takes the path `{path}`"
            ))
            .label("never taken")
            .help("add a row that takes it, or delete the path");
    }
}
