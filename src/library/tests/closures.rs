use serde_json::{Value, json};

use super::*;
use crate::closure::{Absence, MissingReference};
use crate::closure::{Closure, SignatureClosure};
use crate::document::Digest;
use crate::document::id::{RunbookId, SignatureId};
use crate::document::unit::Duration;

fn closure(library: &Library) -> Result<Closure, Vec<MissingReference>> {
    library.closure(&RunbookId::from("error-rate-after-deploy"))
}

fn starter_closure() -> Closure {
    closure(&Library::from_sources(starter_files())).unwrap()
}

fn names<K: ToString, V>(map: &std::collections::BTreeMap<K, V>) -> Vec<String> {
    map.keys().map(ToString::to_string).collect()
}

#[test]
fn a_closure_holds_what_the_runbook_resolves_to_and_nothing_else() {
    let closure = starter_closure();
    assert_eq!(names(&closure.actions), ["k8s.rollout-undo"]);
    assert_eq!(
        names(&closure.queries),
        [
            "dependency-error-ratio",
            "deployment-revision",
            "http-error-ratio",
            "neighbour-error-ratio",
            "pending-migrations",
        ]
    );
    assert_eq!(names(&closure.signatures), ["bad-deploy-5xx"]);
    assert_eq!(names(&closure.services), ["checkout", "payments-gateway"]);
    assert_eq!(closure.class_id(), &"elevated-error-rate");
    assert!(!closure.severities.is_empty());
}

#[test]
fn a_closure_survives_json_with_its_digest() {
    let closure = starter_closure();
    let text = serde_json::to_string(&closure).unwrap();
    let read: Closure = serde_json::from_str(&text).unwrap();
    assert_eq!(read, closure);
    assert_eq!(read.digest(), closure.digest());
    assert_eq!(read.runbook.spec, closure.runbook.spec);
    for (id, action) in &closure.actions {
        assert_eq!(read.actions[id].spec, action.spec);
    }
    // Anybody can recompute it from the JSON alone.
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(Digest::of_canonical(&value), closure.digest());
}

#[test]
fn any_change_of_meaning_changes_the_digest_and_formatting_does_not() {
    let original = starter_closure().digest().unwrap();
    let digest =
        |changes: &[(&str, &str, &str)]| closure(&starter_with(changes)).unwrap().digest().unwrap();
    assert_eq!(
        digest(&[(RUNBOOK, "spec:\n", "# a comment\nspec:\n\n")]),
        original
    );
    for change in [
        (RUNBOOK, "at_least: 5%, for: 3m", "at_least: 4%, for: 3m"),
        (QUERY, "version: 1.0.0", "version: 1.0.1"),
        (UNDO, "timeout: 5m", "timeout: 6m"),
        (SIGNATURE, "window: 15m", "window: 16m"),
        (CHECKOUT, "rotation: sre-primary", "rotation: sre-second"),
    ] {
        assert_ne!(digest(&[change]), original, "{change:?}");
    }
}

#[test]
fn everything_that_is_missing_is_reported_at_once() {
    let library = starter_with(&[
        (RUNBOOK, "query: pending-migrations", "query: no-such-query"),
        (
            RUNBOOK,
            "action: k8s.rollout-undo",
            "action: no-such-action",
        ),
        (
            CHECKOUT,
            "depends_on: [payments-gateway]",
            "depends_on: [no-such-service]",
        ),
        (TAXONOMY, "elevated-error-rate:", "another-class:"),
    ]);
    let missing = closure(&library).unwrap_err();
    let needed: Vec<_> = missing.iter().map(ToString::to_string).collect();
    assert_eq!(
        needed,
        [
            "Runbook/error-rate-after-deploy needs Action/no-such-action, which does not exist",
            "Runbook/error-rate-after-deploy needs Query/no-such-query, which does not exist",
            "Runbook/error-rate-after-deploy needs the incident class elevated-error-rate, which does not exist",
            "Service/checkout needs Service/no-such-service, which does not exist",
        ]
    );
    let unknown = library.closure(&RunbookId::from("nobody")).unwrap_err();
    assert_eq!(unknown[0].why, Absence::Unknown);
}

#[test]
fn a_document_with_errors_never_becomes_part_of_a_closure() {
    let why = |changes: &[(&str, &str, &str)]| {
        let missing = closure(&starter_with(changes)).unwrap_err();
        assert!(missing.iter().all(|m| m.needed == missing[0].needed));
        (missing[0].needed.clone(), missing[0].why)
    };
    // A misspelt key could be the one that limits the action.
    for (path, old, new, needed) in [
        (UNDO, "limits:", "limit:", "Action/k8s.rollout-undo"),
        (
            QUERY,
            "kind: Query",
            "kind: Query\nkind: Query",
            "Query/http-error-ratio",
        ),
        (
            RUNBOOK,
            "autonomy: {max_tier: 2",
            "autonomy: {max_tier: 7",
            "Runbook/error-rate-after-deploy",
        ),
        (
            GOVERNANCE,
            "apiVersion: rbk/v1",
            "apiVersion: rbk/v1\nunknown: 1",
            "the Governance",
        ),
    ] {
        assert_eq!(
            why(&[(path, old, new)]),
            (needed.to_owned(), Absence::Unsound)
        );
    }
}

#[test]
fn documents_that_share_an_id_are_not_chosen_between() {
    let mut files = starter_files();
    let (_, query) = files
        .iter()
        .find(|(path, _)| path == QUERY)
        .unwrap()
        .clone();
    files.push(("runbooks/catalog/queries/copy.yaml".into(), query));
    let missing = closure(&Library::from_sources(files)).unwrap_err();
    assert!(
        missing.iter().all(|m| m.why == Absence::Ambiguous),
        "{missing:?}"
    );
}

#[test]
fn the_policy_is_tightened_and_never_loosened() {
    let library = starter_with(&[(
        RUNBOOK,
        "  escalate:",
        "  budgets: {wall_clock: 1m, actions: 900}\n  handoff: [screenshot]\n  escalate:",
    )]);
    let (_, governance) = library.governance().unwrap();
    let policy = governance.spec.defaults.clone().unwrap();
    let resolved = closure(&library).unwrap().defaults;
    let budgets = resolved.budgets.unwrap();
    assert_eq!(budgets.wall_clock, Some(Duration::from_secs(60)));
    assert_eq!(budgets.actions, policy.budgets.unwrap().actions);
    assert!(budgets.actions.is_some_and(|actions| actions < 900));
    assert!(resolved.handoff.ends_with(&["screenshot".to_owned()]));
    assert!(resolved.handoff.starts_with(&policy.handoff));
    assert_eq!(resolved.evidence_max_age, policy.evidence_max_age);
}

#[test]
fn json_that_is_not_a_whole_closure_is_refused() {
    let whole = serde_json::to_value(starter_closure()).unwrap();
    let refused = |change: &dyn Fn(&mut Value), message: &str| {
        let mut value = whole.clone();
        change(&mut value);
        assert_ne!(value, whole, "{message}");
        let error = serde_json::from_value::<Closure>(value)
            .unwrap_err()
            .to_string();
        assert!(error.contains(message), "{error}");
    };
    let remove = |map: &'static str, id: &'static str| {
        move |value: &mut Value| {
            value[map].as_object_mut().unwrap().remove(id);
        }
    };
    refused(
        &remove("actions", "k8s.rollout-undo"),
        "Action/k8s.rollout-undo",
    );
    refused(
        &remove("queries", "deployment-revision"),
        "Query/deployment-revision",
    );
    refused(
        &remove("services", "payments-gateway"),
        "Service/payments-gateway",
    );
    refused(
        &|v| {
            let mut extra = v["actions"]["k8s.rollout-undo"].clone();
            extra["metadata"]["id"] = json!("k8s.delete");
            v["actions"]["k8s.delete"] = extra;
        },
        "nothing uses `k8s.delete`",
    );
    refused(
        &|v| v["actions"]["k8s.rollout-undo"]["metadata"]["id"] = json!("k8s.other"),
        "is filed under `k8s.rollout-undo`",
    );
    refused(
        &|v| v["signatures"]["bad-deploy-5xx"]["spec"]["routes"][0]["runbook"] = json!("other"),
        "is not routed to",
    );
    refused(&|v| v["runbook"]["kind"] = json!("Action"), "not a Runbook");
    refused(
        &|v| v["runbook"]["apiVersion"] = json!("rbk/v2"),
        "not a Runbook",
    );
    refused(
        &|v| v["runbook"]["spec"]["autonomy"]["max_tier"] = json!(9),
        "not a tier",
    );
    refused(&|v| v["extra"] = json!(1), "unknown field");
    refused(
        &|v| v["runbook"]["x"] = json!(1_u64 << 60),
        "cannot be signed",
    );
}

#[test]
fn a_signature_has_a_closure_of_its_own() {
    let library = Library::from_sources(starter_files());
    let id = SignatureId::from("bad-deploy-5xx");
    let closure = library.signature_closure(&id).unwrap();
    assert_eq!(
        names(&closure.queries),
        ["dependency-error-ratio", "http-error-ratio"]
    );
    let text = serde_json::to_string(&closure).unwrap();
    let read: SignatureClosure = serde_json::from_str(&text).unwrap();
    assert_eq!(read.digest(), closure.digest());
    let mut value = serde_json::to_value(&closure).unwrap();
    value["queries"].as_object_mut().unwrap().clear();
    assert!(serde_json::from_value::<SignatureClosure>(value).is_err());
}
