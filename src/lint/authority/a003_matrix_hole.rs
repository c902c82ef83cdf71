//! A003: an execution matrix with a hole.

use crate::diagnostic::{Applicability, Severity};
use crate::document::Route;
use crate::document::edit::NewValue;
use crate::document::model::{Mode, Tier};
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const GOVERNANCE: &str = "runbooks/governance.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "A003",
    name: "matrix-hole",
    severity: Severity::Error,
    locked: true,
    category: Category::Authority,
    needs: Needs::File,
    summary: "The execution matrix has a cell for every environment and tier, and tier 3 never runs.",
    why: "A hole in the matrix is a question answered by accident. Tier 3 is for humans only; a cell that lets it run undoes what the tiers are for.",
    remedy: "Give every environment a row with cells 0 to 3, the last one `off`.",
    bad: &[
        Example::edit(
            GOVERNANCE,
            "production: {0: auto, 1: gated, 2: gated, 3: off}",
            "«production»: {0: auto, 2: gated, 3: off}",
        ),
        Example::edit(
            GOVERNANCE,
            "production: {0: auto, 1: gated, 2: gated, 3: off}",
            "production: {0: auto, 1: gated, 2: gated, 3: «gated»}",
        ),
    ],
    good: &[Example::edit(
        GOVERNANCE,
        "staging: {0: auto, 1: auto,",
        "staging: {0: advise, 1: auto,",
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(governance) = scope.governance() else {
        return;
    };
    let execute = &governance.spec.execute;
    let route = Route::root().key("spec").key("execute");
    for environment in &governance.spec.environments {
        let row = route.clone().key(environment.as_str());
        let Some(cells) = execute.get(environment) else {
            findings
                .report(&RULE, scope.key(route.clone()))
                .message(format!("the matrix has no row for `{environment}`"))
                .label("incomplete")
                .help(format!("add `{environment}: {{0: advise, 1: off, 2: off, 3: off}}`, and raise it when you are ready"));
            continue;
        };
        let missing: Vec<_> = Tier::ALL
            .iter()
            .filter(|tier| !cells.contains_key(tier))
            .map(Tier::to_string)
            .collect();
        if !missing.is_empty() {
            findings
                .report(&RULE, scope.key(row.clone()))
                .message(format!(
                    "nothing is said about tier {} in `{environment}`",
                    missing.join(" and tier ")
                ))
                .label("has a hole")
                .help("add a cell for each tier from 0 to 3")
                .fix_if(
                    "switch off what nothing is said about",
                    Applicability::Safe,
                    missing.first().and_then(|tier| {
                        let place = row.clone().key(tier.as_str());
                        scope.edits(|editor| editor.set(&place, &NewValue::text("off")))
                    }),
                );
        }
        if cells
            .get(&Tier::HUMAN_ONLY)
            .is_some_and(|mode| *mode > Mode::Off)
        {
            findings
                .report(&RULE, scope.value(row.clone().key("3")))
                .message("tier 3 is for humans only")
                .label("lets it run")
                .help("set it to `off`")
                .fix_if(
                    "set it to `off`",
                    Applicability::Safe,
                    scope.edits(|editor| editor.set(&row.key("3"), &NewValue::text("off"))),
                );
        }
    }
}
