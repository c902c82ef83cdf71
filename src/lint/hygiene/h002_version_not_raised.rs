//! H002: a change that its version does not tell of.

use semver::Version;

use crate::diagnostic::{Applicability, Severity};
use crate::document::Route;
use crate::document::edit::NewValue;
use crate::library::difference::{Difference, Weight, differences, weight};
use crate::lint::{
    Category, Change, ChangeScope, Check, DocumentScope, Example, Findings, Needs, Rule,
};

const ACTION: &str = "runbooks/catalog/actions/k8s.rollout-undo.yaml";
const ROLLS_BACK: &str = "runbooks/error-rate-after-deploy/fixtures/rolls-back.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "H002",
    name: "version-not-raised",
    severity: Severity::Error,
    locked: true,
    category: Category::Hygiene,
    needs: Needs::Git,
    summary: "A document that changed carries a version that says how much: major for more reach or less safety, minor for other behaviour, patch for words.",
    why: "Agents and reviewers read the version first. When wider reach arrives as a patch, or under the old number, nobody looks.",
    remedy: "Raise the version as far as the change demands; `--fix` does it.",
    bad: &[
        Example::edit(
            ACTION,
            "title: Return a Deployment to an earlier revision, version: 1.0.0",
            "title: Return a Deployment to another revision, version: «1.0.0»",
        ),
        Example::edits(&[
            Change::edit(ACTION, "version: 1.0.0", "version: «1.1.0»"),
            Change::edit(ACTION, "valid_for: 24h", "valid_for: 12h"),
            Change::edit(ROLLS_BACK, "repeat: 400", "repeat: 401"),
        ]),
    ],
    good: &[
        Example::edits(&[
            Change::edit(ACTION, "version: 1.0.0", "version: 2.0.0"),
            Change::edit(ACTION, "valid_for: 24h", "valid_for: 12h"),
            Change::edit(ROLLS_BACK, "repeat: 400", "repeat: 401"),
        ]),
        Example::edit(
            ACTION,
            "title: Return a Deployment to an earlier revision, version: 1.0.0",
            "title: Return a Deployment to another revision, version: 1.0.1",
        ),
    ],
    check: Check::Change(check),
};

fn check(scope: &ChangeScope<'_>, findings: &mut Findings) {
    for (before, after) in scope.both() {
        let (Some(old), Some(new)) = (version(before), version(after)) else {
            continue;
        };
        let Some(kind) = after.entry.kind() else {
            continue;
        };
        let found = differences(kind, before.entry.value(), after.entry.value());
        let Some(heaviest) = heaviest(&found) else {
            continue;
        };
        let demanded = heaviest.weight.demands(&old);
        if new >= demanded {
            continue;
        }
        let route = Route::root().key("metadata").key("version");
        let what = match heaviest.weight {
            Weight::Text => "words changed",
            Weight::Within => "its behaviour changed",
            Weight::Wider => "it may do more than before, or is less safe",
        };
        findings
            .report(&RULE, after.value(route.clone()))
            .message(if new == old {
                format!("{what}, and the version did not")
            } else {
                format!("{what}, and the version only went from {old} to {new}")
            })
            .label(format!("at least {demanded} ({} change)", heaviest.weight))
            .related(after.value(heaviest.route.clone()), "differs most here")
            .help(format!("write `version: {demanded}`"))
            .fix_if(
                format!("write `version: {demanded}`"),
                Applicability::Unsafe,
                after.edits(|editor| editor.set(&route, &NewValue::text(demanded.to_string()))),
            );
    }
}

fn version(document: DocumentScope<'_>) -> Option<Version> {
    document.entry.outlined()?.metadata().semver()
}

/// The first of the heaviest differences.
fn heaviest(found: &[Difference]) -> Option<&Difference> {
    let most = weight(found)?;
    found.iter().find(|difference| difference.weight == most)
}
