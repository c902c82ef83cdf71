//! R003: a name that leads nowhere.

use crate::diagnostic::Severity;
use crate::document::model::{Kind, Runbook, Target};
use crate::document::{Route, suggest};
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule, Spelled};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";
const SIGNATURE: &str = "postmortems/2026-03-14-null-currency/signature.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "R003",
    name: "unknown-document",
    severity: Severity::Error,
    locked: true,
    category: Category::Reference,
    needs: Needs::Repository,
    summary: "Every signature, runbook, path and postmortem that is named exists.",
    why: "A route to a runbook that does not exist is found when the signature fires, which is the worst moment to find it.",
    remedy: "Correct the name, or write what is missing.",
    bad: &[
        Example::edit(SIGNATURE, "path: undo", "path: «redo»"),
        Example::edit(
            RUNBOOK,
            "when: err_high and recent_deploy, path: undo",
            "when: err_high and recent_deploy, path: «undone»",
        ),
    ],
    good: &[Example::base()],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let spec = Route::root().key("spec");
    if let Some(runbook) = scope.runbook() {
        for (index, row) in runbook.spec.decide.iter().enumerate() {
            let unknown = row
                .path
                .as_ref()
                .filter(|path| !runbook.spec.paths.contains_key(*path));
            if let Some(path) = unknown {
                let names = runbook.spec.paths.keys().map(|id| id.as_str());
                let nearest = suggest::nearest(path.as_str(), names);
                report(
                    scope,
                    Spelled::Value(spec.clone().key("decide").index(index).key("path")),
                    "path",
                    path.as_str(),
                    nearest,
                    findings,
                );
            }
        }
    }
    if let Some(signature) = scope.signature() {
        for (index, route) in signature.spec.routes.iter().enumerate() {
            let place = spec.clone().key("routes").index(index);
            named(
                scope,
                Kind::Runbook,
                place.clone().key("runbook"),
                route.runbook.as_str(),
                findings,
            );
            let runbook = scope.repository.find::<Runbook>(route.runbook.as_str());
            let unknown = runbook
                .zip(route.path.as_ref())
                .filter(|(runbook, path)| !runbook.document.spec.paths.contains_key(*path));
            if let Some((runbook, path)) = unknown {
                let names = runbook.document.spec.paths.keys().map(|id| id.as_str());
                report(
                    scope,
                    Spelled::Value(place.key("path")),
                    "path",
                    path.as_str(),
                    suggest::nearest(path.as_str(), names),
                    findings,
                );
            }
        }
        for (index, id) in signature.spec.derived_from.iter().enumerate() {
            named(
                scope,
                Kind::Postmortem,
                spec.clone().key("derived_from").index(index),
                id.as_str(),
                findings,
            );
        }
        for id in signature.spec.distinguish_from.keys() {
            let place = spec.clone().key("distinguish_from").key(id.as_str());
            if scope
                .repository
                .library()
                .find(Kind::Signature, id.as_str())
                .is_none()
            {
                let nearest = suggest::nearest(
                    id.as_str(),
                    scope.repository.library().names(Kind::Signature),
                );
                report(
                    scope,
                    Spelled::Key(place),
                    "signature",
                    id.as_str(),
                    nearest,
                    findings,
                );
            }
        }
    }
    if let Some(postmortem) = scope.postmortem() {
        for (index, id) in postmortem.spec.signatures.iter().enumerate() {
            named(
                scope,
                Kind::Signature,
                spec.clone().key("signatures").index(index),
                id.as_str(),
                findings,
            );
        }
    }
    if let Some(fixture) = scope.fixture() {
        match &fixture.spec.target {
            Some(Target::Runbook(id)) => named(
                scope,
                Kind::Runbook,
                spec.clone().key("target").key("runbook"),
                id.as_str(),
                findings,
            ),
            Some(Target::Signature(id)) => named(
                scope,
                Kind::Signature,
                spec.clone().key("target").key("signature"),
                id.as_str(),
                findings,
            ),
            None => {}
        }
    }
}

fn named(scope: &DocumentScope<'_>, kind: Kind, route: Route, id: &str, findings: &mut Findings) {
    let library = scope.repository.library();
    if library.find(kind, id).is_none() {
        let word = kind.name().to_lowercase();
        report(
            scope,
            Spelled::Value(route),
            &word,
            id,
            suggest::nearest(id, library.names(kind)),
            findings,
        );
    }
}

fn report(
    scope: &DocumentScope<'_>,
    spelled: Spelled,
    what: &str,
    id: &str,
    nearest: Option<&str>,
    findings: &mut Findings,
) {
    let place = match &spelled {
        Spelled::Key(route) => scope.key(route.clone()),
        Spelled::Value(route) | Spelled::Text(route, _) => scope.value(route.clone()),
    };
    findings
        .report(&RULE, place)
        .message(format!("there is no {what} `{id}`"))
        .label("unknown")
        .did_you_mean(scope, &spelled, nearest, "correct the name");
}
