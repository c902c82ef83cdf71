//! Which runbook and path a run takes.

use super::lab::{Lab, POLICY, RUNBOOK, SIGNATURE, WELL, actions, end, refused};
use crate::document::model::Outcome;
use crate::engine::command::Command;
use crate::engine::reason::Reason;
use crate::engine::signature::Verdict;
use crate::engine::trace::Trace;

const SECOND: &str = "postmortems/2026-03-14-null-currency/second/signature.yaml";

/// The starter's signature under another id with other routes, and what tells it apart.
fn second(routes: &str, distinguish: &str) -> String {
    Lab::new()
        .edit(SIGNATURE, "id: bad-deploy-5xx", "id: second")
        .edit(
            SIGNATURE,
            "routes: [{runbook: error-rate-after-deploy, path: undo}]",
            &format!("routes: {routes}\n{distinguish}"),
        )
        .text(SIGNATURE)
}

fn verdict(trace: &Trace, id: &str) -> Verdict {
    let found = trace.candidates().iter().find(|c| c.id == id);
    found.unwrap().verdict
}

#[test]
fn a_draft_runbook_is_not_there() {
    refused(
        &Lab::new()
            .edit(RUNBOOK, "status: stable", "status: draft")
            .run(),
        Reason::NoRunbook,
    );
}

#[test]
fn a_runbook_with_a_broken_condition_is_never_used() {
    let lab = Lab::new().edit(RUNBOOK, "not migrations", "not migration");
    assert_eq!(lab.prepared().unusable().len(), 1);
    refused(&lab.run(), Reason::NoRunbook);
}

#[test]
fn a_comparison_in_another_unit_makes_a_runbook_unusable() {
    let lab = Lab::new().edit(RUNBOOK, "below: 1%, for: 2m", "below: 1, for: 2m");
    refused(&lab.run(), Reason::NoRunbook);
}

#[test]
fn a_runbook_is_not_used_beyond_its_scope() {
    let lab = Lab::new().edit(
        RUNBOOK,
        "services: [checkout]",
        "services: [payments-gateway]",
    );
    refused(&lab.run(), Reason::OutOfScope);
}

#[test]
fn equal_signatures_with_other_routes_tie() {
    let other = second("[{runbook: elsewhere}]", "");
    let trace = Lab::new().add(SECOND, &other).run();
    // A route that leads nowhere makes the signature unusable; it must not break the tie silently.
    assert_ne!(end(&trace).0, Outcome::Resolved);
    let other = second("[{runbook: error-rate-after-deploy}]", "");
    refused(&Lab::new().add(SECOND, &other).run(), Reason::SignaturesTie);
}

#[test]
fn a_condition_that_tells_two_signatures_apart_settles_a_tie() {
    let apart = "  distinguish_from: {bad-deploy-5xx: upstream}";
    let other = second("[{runbook: error-rate-after-deploy}]", apart);
    let trace = Lab::new().add(SECOND, &other).run();
    assert_eq!(end(&trace), (Outcome::Mitigated, None));
}

#[test]
fn a_shadow_signature_neither_acts_nor_stands_in_the_way() {
    let other = second("[{runbook: error-rate-after-deploy}]", "").replace("stable", "shadow");
    let trace = Lab::new().add(SECOND, &other).run();
    assert_eq!(verdict(&trace, "second"), Verdict::Match);
    assert_eq!(end(&trace), (Outcome::Mitigated, None));
    let alone = Lab::new().edit(SIGNATURE, "status: stable", "status: shadow");
    let trace = alone.run();
    refused(&trace, Reason::ModeShadow);
    assert_eq!(trace.proposed().count(), 1);
}

#[test]
fn in_shadow_nobody_is_told() {
    let fixture = Lab::new().fixture(WELL);
    for (stage, told) in [("shadow", false), ("off", false), ("advise", true)] {
        let lab = Lab::new().edit(POLICY, "checkout: gated", &format!("checkout: {stage}"));
        let world = super::world::World::new(&fixture);
        let input = world.input();
        let (trace, commands) = world.play_recording(&lab.prepared(), input);
        let escalated = commands.iter().any(|c| matches!(c, Command::Escalate(_)));
        assert_eq!(escalated, told, "{stage}");
        assert_eq!(end(&trace).0, Outcome::Escalated);
        assert!(trace.handoff().is_some());
    }
}

#[test]
fn table_and_route_must_agree_before_a_write() {
    let other = "    other:\n      steps:\n        - id: other\n          action: k8s.rollout-undo\n          with: {namespace: shop, deployment: checkout, to_revision: 7}\n          verify: {success: err_ok}\n      outcome: mitigated\n  escalate:";
    let lab = Lab::new()
        .edit(RUNBOOK, "  escalate: {to", &format!("{other} {{to"))
        .edit(RUNBOOK, "path: undo}\n", "path: other}\n");
    refused(&lab.run(), Reason::RouteDisagrees);
}

#[test]
fn a_row_that_cannot_be_decided_ends_the_search() {
    let lab = Lab::new()
        .edit(
            SIGNATURE,
            "  exclude:\n    upstream: {query: dependency-error-ratio, at_least: 5%}\n",
            "",
        )
        .edit(
            WELL,
            "dependency-error-ratio: {value: 0.1%}",
            "dependency-error-ratio: {unavailable: true}",
        );
    refused(&lab.run(), Reason::Inconclusive);
}

#[test]
fn without_a_signature_an_alert_starts_tier_0_only() {
    let lab = Lab::new().edit(SIGNATURE, "status: stable", "status: draft");
    let trace = lab.run();
    refused(&trace, Reason::TierTooHigh);
    assert_eq!(
        trace.proposed().count(),
        0,
        "nothing above tier 0 is even proposed"
    );
    let silent = lab.edit(WELL, "name: HighRequestErrorRate", "name: Other");
    refused(&silent.run(), Reason::NoSignature);
}

#[test]
fn the_sequence_and_the_window_of_a_signature_count() {
    for (from, to) in [
        // The error came before the release.
        ("at: 2026-11-02T10:04:00Z", "at: 2026-11-02T10:08:00Z"),
        // The release was long before the error.
        ("at: 2026-11-02T10:04:00Z", "at: 2026-11-02T09:50:10Z"),
    ] {
        let trace = Lab::new().edit(WELL, from, to).run();
        assert_eq!(verdict(&trace, "bad-deploy-5xx"), Verdict::Ambiguous);
        refused(&trace, Reason::SignatureAmbiguous);
    }
}

#[test]
fn a_negated_event_rules_a_signature_out() {
    let negate =
        "  negate: [{check: {change: config, within: 1h}, anchor: deploy, window: 5m}]\n  score:";
    let lab = Lab::new().edit(SIGNATURE, "  score:", negate);
    assert_eq!(end(&lab.run()), (Outcome::Mitigated, None));
    let config = "changes: [{type: config, at: 2026-11-02T10:05:00Z}, {type: deploy";
    let trace = lab
        .clone()
        .edit(WELL, "changes: [{type: deploy", config)
        .run();
    assert_eq!(verdict(&trace, "bad-deploy-5xx"), Verdict::NoMatch);
    let before = "changes: [{type: config, at: 2026-11-02T10:03:59Z}, {type: deploy";
    let trace = lab
        .clone()
        .edit(WELL, "changes: [{type: deploy", before)
        .run();
    assert_eq!(verdict(&trace, "bad-deploy-5xx"), Verdict::Match);
    let longer = lab.edit(SIGNATURE, "window: 5m}]", "window: 10m}]");
    let trace = longer.run();
    assert_eq!(
        verdict(&trace, "bad-deploy-5xx"),
        Verdict::Ambiguous,
        "the window is not over: the event may still come"
    );
}

#[test]
fn a_negation_reaches_back_and_covers_the_time_in_between() {
    let says = |more: &str, config: &str| {
        let negate = format!(
            "  negate: [{{check: {{change: config, within: 1h}}, anchor: deploy, {more}}}]\n  score:"
        );
        let changes =
            format!("changes: [{{type: config, at: 2026-11-02T{config}Z}}, {{type: deploy");
        let trace = Lab::new()
            .edit(SIGNATURE, "  score:", &negate)
            .edit(WELL, "changes: [{type: deploy", &changes)
            .run();
        verdict(&trace, "bad-deploy-5xx")
    };
    // The release is at 10:04, the errors began at 10:05:30 at the latest.
    assert_eq!(says("window: 1m", "10:03:30"), Verdict::Match);
    assert_eq!(says("window: 1m, before: 1m", "10:03:30"), Verdict::NoMatch);
    assert_eq!(says("window: 1m, before: 1m", "10:05:10"), Verdict::Match);
    assert_eq!(says("window: 10s", "10:04:40"), Verdict::Match);
    assert_eq!(
        says("window: 10s, span: true", "10:04:40"),
        Verdict::NoMatch
    );
    assert_eq!(says("window: 10s, span: true", "10:09:00"), Verdict::Match);
}

#[test]
fn a_step_of_tier_0_needs_neither_signature_nor_approval() {
    let look = "apiVersion: rbk/v1\nkind: Action\nmetadata: {id: look, title: Look, version: 1.0.0, owner: sre, status: stable}\nspec:\n  tier: 0\n  effect: read\n  adapter: {system: kubernetes, operation: describe}\n  reversibility: {class: none_needed}\n  timeout: 1m\n";
    let lab = Lab::new()
        .add("runbooks/catalog/actions/look.yaml", look)
        .edit(SIGNATURE, "status: stable", "status: draft")
        .edit(
            RUNBOOK,
            "      steps:\n",
            "      steps:\n        - {id: look, action: look}\n",
        );
    let trace = lab.run();
    assert_eq!(actions(&trace), ["look null"]);
    assert_eq!(
        end(&trace).1,
        Some(Reason::TierTooHigh),
        "the write that follows is refused"
    );
}

/// The starter's runbook and signature once more, for another service.
fn with_a_copy_for(service: &str) -> Lab {
    let copied = |text: String| {
        text.replace("bad-deploy-5xx", "copy")
            .replace("error-rate-after-deploy", "error-rate-copy")
    };
    let lab = Lab::new();
    let runbook = copied(lab.text(RUNBOOK))
        .replace("services: [checkout]", &format!("services: [{service}]"));
    let signature = copied(lab.text(SIGNATURE));
    lab.add("runbooks/error-rate-copy/runbook.yaml", &runbook)
        .add("postmortems/copy/signature.yaml", &signature)
}

#[test]
fn signatures_of_another_scope_do_not_stand_in_the_way() {
    assert_eq!(
        end(&with_a_copy_for("payments-gateway").run()),
        (Outcome::Mitigated, None)
    );
    refused(&with_a_copy_for("checkout").run(), Reason::SignaturesTie);
}

#[test]
fn signatures_of_another_scope_are_looked_at_when_none_of_its_own_fits() {
    let lab = with_a_copy_for("payments-gateway").edit(
        "null-currency/signature.yaml",
        "    panic: {log",
        "    other: {fact: incident.dependency, weight: 9}\n    panic: {log",
    );
    let trace = lab.run();
    assert_eq!(
        verdict(&trace, "bad-deploy-5xx"),
        Verdict::Ambiguous,
        "its own comes first"
    );
    refused(&trace, Reason::SignatureAmbiguous);
    let lab = with_a_copy_for("payments-gateway").edit(
        "null-currency/signature.yaml",
        "at_least: 5%, for: 3m",
        "at_least: 50%, for: 3m",
    );
    let trace = lab.run();
    assert_eq!(verdict(&trace, "copy"), Verdict::Match);
    refused(&trace, Reason::OutOfScope);
    let neither = lab.edit(
        "copy/signature.yaml",
        "at_least: 5%, for: 3m",
        "at_least: 50%, for: 3m",
    );
    let trace = neither.run();
    assert_eq!(verdict(&trace, "copy"), Verdict::NoMatch);
    assert_eq!(
        end(&trace).1,
        Some(Reason::TierTooHigh),
        "started by its alert"
    );
}
