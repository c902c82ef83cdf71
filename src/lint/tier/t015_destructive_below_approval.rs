//! T015: a destructive operation that needs nobody's go-ahead.

use super::destructive::destructive_word;
use crate::diagnostic::{Applicability, Location, Severity};
use crate::document::Route;
use crate::document::edit::NewValue;
use crate::document::model::Tier;
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const ACTION: &str = "runbooks/catalog/actions/k8s.rollout-undo.yaml";
const TIER: Change = Change::edit(ACTION, "  tier: 2\n", "  tier: 1\n");

pub(in crate::lint) static RULE: Rule = Rule {
    code: "T015",
    name: "destructive-below-approval",
    severity: Severity::Error,
    locked: true,
    category: Category::Tier,
    needs: Needs::File,
    summary: "What deletes, drops, drains, purges, forces, kills, stops, limits or scales to zero is at least tier 2.",
    why: "An effect and a class are what the author believes; the operation and the permissions are what the executor gets. \
          With a permission to delete, a mistake in an argument deletes; with one to limit or to pause, it turns users away.",
    remedy: "Raise the tier to 2, or use an operation and permissions that take nothing away (e.g. `patch` for a restart).",
    bad: &[
        Example::edits(&[
            TIER,
            Change::edit(
                ACTION,
                "operation: rollout-undo",
                "operation: «delete-replica-set»",
            ),
        ]),
        Example::edits(&[
            TIER,
            Change::edit(
                ACTION,
                "\"apps/deployments:patch\"",
                "«\"apps/replicasets:delete\"»",
            ),
        ]),
    ],
    good: &[Example::edit(
        ACTION,
        "\"apps/deployments:patch\"",
        "\"apps/replicasets:delete\"",
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(action) = scope.action() else { return };
    let spec = &action.spec;
    // A write of tier 0 is T003's finding: its tier says nothing yet.
    let unrated = spec.tier == Tier::READ_ONLY && spec.effect.changes_the_world();
    if spec.tier >= Tier::NEEDS_APPROVAL || unrated {
        return;
    }
    let route = Route::root().key("spec");
    let rated = route.clone().key("tier");
    let tier = scope.value(rated.clone());
    let mut report = |place: Location, what: &str, name: &str| {
        let verb = name.rsplit(':').next().unwrap_or(name);
        if let Some(word) = destructive_word(verb) {
            findings
                .report(&RULE, place)
                .message(format!(
                    "{what} `{name}` is of a destructive kind ({word}), but the action is only tier {}",
                    spec.tier
                ))
                .label("takes something away")
                .related(tier.clone(), format!("tier {}", spec.tier))
                .help("raise the tier to 2 or more, or use something milder")
                .fix_if(
                    "raise the tier to 2",
                    Applicability::Safe,
                    scope.edits(|editor| editor.replace(&rated, &NewValue::number(2))),
                );
        }
    };
    let operation = route.clone().key("adapter").key("operation");
    report(scope.value(operation), "operation", &spec.adapter.operation);
    for (index, permission) in spec.permissions.iter().enumerate() {
        let place = scope.value(route.clone().key("permissions").index(index));
        report(place, "permission", permission);
    }
}
