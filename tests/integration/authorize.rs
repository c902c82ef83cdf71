//! `rbk decide` and `rbk authorize` over this repository's own library, as published, followed and verified.

use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::workbench::{Ran, Workbench, words};

/// An agent that follows the published library; made once.
fn agent() -> &'static Workbench {
    static AGENT: OnceLock<Workbench> = OnceLock::new();
    AGENT.get_or_init(|| {
        let bench = Workbench::kept("authorize");
        bench.own_library("library");
        bench
            .rbk(&words("bundle build library --out bundle"))
            .expect(0);
        bench.make_root();
        bench.publish_with("bundle", "--without-evidence").expect(0);
        let sync = "sync --from public --state agent --root root.json --evidence never";
        bench.rbk(&words(sync)).expect(0);
        bench
    })
}

fn ask(command: &str, input: &Value) -> Ran {
    agent().rbk_with_input(
        &words(&format!(
            "{command} - --state agent --root root.json --evidence never"
        )),
        &input.to_string(),
    )
}

/// The answer to a query from 10:00 on, every 30 s, until 10:10.
fn samples(query: &str, values: impl Fn(u32) -> f64) -> Value {
    let samples: Vec<Value> = (0..=20)
        .map(|step| {
            let (minute, second) = (step / 2, step % 2 * 30);
            json!({"at": format!("2026-11-02T10:{minute:02}:{second:02}Z"), "value": values(step)})
        })
        .collect();
    json!({"query": query, "step": "30s", "samples": samples})
}

/// A release at 10:03, failing requests from 10:05:30 on, the agent called at 10:10.
fn bad_release() -> Value {
    json!({
        "now": "2026-11-02T10:10:00Z",
        "incident": {
            "id": "inc-7", "service": "checkout", "environment": "production", "severity": "sev2",
            "commander_active": false,
            "alerts": [{"name": "HighRequestErrorRate", "since": "2026-11-02T10:10:00Z"}]
        },
        "evidence": {
            "queries": [
                samples("http-error-ratio", |step| if step < 11 { 0.002 } else { 0.08 }),
                samples("upstream-error-ratio", |_| 0.001),
                samples("request-rate-vs-last-week", |_| 1.04),
                samples("pending-migrations", |_| 0.0),
            ],
            "changes": [deploy()],
            "logs": [{"at": "2026-11-02T10:06:00Z", "service": "checkout", "line": "panic: nil currency", "count": 400}],
            "spans": [
                {"at": "2026-11-02T10:07:00Z", "service": "checkout", "kind": "server", "status": "ok", "count": 184},
                {"at": "2026-11-02T10:07:00Z", "service": "checkout", "kind": "server", "status": "error", "count": 16}
            ]
        }
    })
}

fn deploy() -> Value {
    json!({"type": "deploy", "at": "2026-11-02T10:03:00Z", "facts": {"revision": 42, "previous_revision": 41}})
}

#[test]
fn decide_names_what_it_recognised_what_it_would_do_and_who_has_to_agree() {
    let decision = ask("decide --incident", &bad_release()).expect(0).json();
    assert_eq!(decision["version"], 1);
    assert_eq!(decision["next"], "request_approval");
    assert_eq!(decision["signature"]["id"], "bad-deploy-5xx");
    assert_eq!(decision["signature"]["verdict"], "match");
    assert_eq!(decision["signature"]["score"], 1.0);
    assert_eq!(decision["signature"]["ceiling"], 1.0);
    assert_eq!(decision["runbook"], "error-rate-after-deploy");
    assert_eq!(decision["path"], "undo");
    let checks = &decision["checks"];
    for (name, truth, value) in [
        ("err_high", "pass", "8%"),
        ("upstream_bad", "fail", "0.1%"),
        ("surge", "fail", "104%"),
        ("recent_deploy", "pass", "2026-11-02T10:03:00Z"),
    ] {
        assert_eq!(checks[name]["truth"], truth, "{name}: {checks}");
        assert_eq!(checks[name]["value"], value, "{name}: {checks}");
        assert_eq!(checks[name]["observed_at"], "2026-11-02T10:10:00Z");
        assert!(!checks[name]["why"].as_str().unwrap().is_empty());
    }
    assert_eq!(decision["mode"], "gated");
    let approval = &decision["approval"];
    assert_eq!(approval["step"], "undo");
    assert_eq!(approval["demand"]["approvals"], 2);
    assert_eq!(
        approval["demand"]["from"],
        json!(["incident-commanders", "payments-sre"])
    );
    assert_eq!(approval["demand"]["distinct"], true);
    assert_eq!(approval["expires_at"], "2026-11-02T10:20:00Z");
    let arguments = json!([
        ["deployment", "\"checkout\""],
        ["namespace", "\"payments\""],
        ["to_revision", "41"]
    ]);
    assert_eq!(approval["call"]["arguments"], arguments);
    assert!(decision.get("ended").is_none() && decision.get("handoff").is_none());
    let trace = decision["trace"].to_string();
    assert!(
        trace.contains("check err_high: pass (8%, at least 5% for 3m)"),
        "{trace}"
    );
}

#[test]
fn decide_names_the_reason_it_hands_over() {
    let decide = |change: &dyn Fn(&mut Value)| {
        let mut input = bad_release();
        change(&mut input);
        ask("decide --incident", &input).expect(0).json()
    };
    let told = |decision: &Value, next: &str, outcome: &str, reason: &str| {
        assert_eq!(decision["next"], next, "{decision:#}");
        assert_eq!(decision["ended"]["outcome"], outcome, "{decision:#}");
        assert_eq!(decision["ended"]["reason"], reason, "{decision:#}");
        assert!(!decision["ended"]["detail"].as_str().unwrap().is_empty());
        assert!(decision.get("approval").is_none() && decision.get("proposal").is_none());
    };
    let upstream = decide(&|input| {
        input["evidence"]["queries"][1] = samples("upstream-error-ratio", |_| 0.03);
    });
    told(&upstream, "escalate", "escalated", "decided");
    assert_eq!(upstream["ended"]["detail"], "the fault is in a dependency");
    let handoff = &upstream["handoff"];
    assert_eq!(handoff["target"], "owner_of_dependency");
    assert!(handoff["to"].is_string() && handoff["next_step"].is_string());
    let evidence = handoff["evidence"].to_string();
    assert!(evidence.contains("3%, at least 2%"), "{evidence}");

    let unknown = decide(&|input| {
        input["evidence"]["queries"]
            .as_array_mut()
            .unwrap()
            .remove(1);
    });
    assert_eq!(unknown["next"], "escalate");
    let unanswered = unknown["unanswered"].as_array().unwrap();
    let asks = |question: &Value| question["query"]["query"] == "upstream-error-ratio";
    assert!(unanswered.iter().any(asks), "{unknown:#}");

    let blind = decide(&|input| input["evidence"] = json!({}));
    assert_eq!(blind["next"], "escalate");
    assert!(!blind["handoff"]["unknown"].as_array().unwrap().is_empty());

    let halted = decide(&|input| input["halt"] = json!("stop_now"));
    assert_eq!(halted["ended"]["outcome"], "stopped", "{halted:#}");
    assert!(halted.get("proposal").is_none() && halted.get("approval").is_none());

    let commander = decide(&|input| input["incident"]["commander_active"] = json!(true));
    assert_ne!(commander["next"], "request_approval");
    assert_ne!(commander["next"], "execute");
    assert!(commander["ended"]["reason"].is_string(), "{commander:#}");
}

#[test]
fn decide_answers_the_same_each_time() {
    let first = ask("decide --incident", &bad_release()).expect(0);
    let second = ask("decide --incident", &bad_release()).expect(0);
    assert_eq!(first.stdout, second.stdout);
}

/// The step the runbook takes after a bad release, not yet approved.
fn undo() -> Value {
    json!({
        "now": "2026-11-02T10:12:00Z",
        "incident": {"id": "inc-7", "service": "checkout", "environment": "production", "commander_active": false},
        "proposal": {
            "runbook": "error-rate-after-deploy", "step": "undo", "action": "k8s.rollout-undo",
            "arguments": {"namespace": "payments", "deployment": "checkout", "to_revision": 41}
        },
        "evidence": {"changes": [deploy()]}
    })
}

/// A proposal to switch off the flag that was changed last.
fn disable(flag: &str) -> Value {
    json!({
        "now": "2026-11-02T10:12:00Z",
        "incident": {"id": "inc-8", "service": "catalog-api", "environment": "production", "commander_active": false},
        "proposal": {
            "runbook": "latency-from-bad-flag", "action": "flags.disable", "arguments": {"flag": flag}
        },
        "evidence": {"changes": [{"type": "flag", "at": "2026-11-02T10:03:00Z", "facts": {"flag": flag}}]}
    })
}

/// `base` with the value at a JSON pointer replaced, or added to its object.
fn with(mut base: Value, pointer: &str, value: Value) -> Value {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    base.pointer_mut(parent).unwrap()[key] = value;
    base
}

fn codes(verdict: &Value) -> Vec<&str> {
    let reasons = verdict["reasons"].as_array().unwrap();
    reasons
        .iter()
        .map(|reason| reason["code"].as_str().unwrap())
        .collect()
}

/// The answer to a proposal, also after humans approved the very call.
fn judged(mut proposal: Value) -> (Ran, Value) {
    let first = ask("authorize --proposal", &proposal);
    let verdict = first.json();
    if !verdict["digest"].is_string() {
        return (first, verdict);
    }
    proposal["approved"] = verdict["digest"].clone();
    let second = ask("authorize --proposal", &proposal);
    let verdict = second.json();
    (second, verdict)
}

/// Fails unless exactly this is in the way, approved or not, and the answer says so and how to go on.
#[track_caller]
fn assert_refused(proposal: Value, expected: &[&str]) {
    let (ran, verdict) = judged(proposal);
    assert_eq!(ran.code, Some(1), "{ran}");
    assert_eq!(verdict["allowed"], false);
    assert_eq!(codes(&verdict), expected, "{verdict:#}");
    for reason in verdict["reasons"].as_array().unwrap() {
        assert!(!reason["message"].as_str().unwrap().is_empty());
        assert!(!reason["help"].as_str().unwrap().is_empty());
    }
}

#[test]
fn the_steps_own_call_is_allowed_once_it_is_approved() {
    let first = ask("authorize --proposal", &undo()).expect(1).json();
    assert_eq!(codes(&first), ["approval_missing"]);
    assert_eq!(first["mode"]["mode"], "gated");
    assert_eq!(first["approval"]["approvals"], 2);
    assert_eq!(first["call"]["target"], "deployment/payments/checkout");
    assert_eq!(first["call"]["tier"], 2);
    // The digest is the one `decide` asks humans about.
    let asked = ask("decide --incident", &bad_release()).expect(0).json();
    assert_eq!(first["digest"], asked["approval"]["id"]);

    let (ran, verdict) = judged(undo());
    assert_eq!(ran.code, Some(0), "{ran}");
    assert_eq!(verdict["allowed"], true);
    assert_eq!(codes(&verdict), Vec::<&str>::new());
    // The go-ahead for one call is none for another.
    let other = format!("sha256:{}", "0".repeat(64));
    let verdict = ask(
        "authorize --proposal",
        &with(undo(), "/approved", json!(other)),
    );
    assert_eq!(codes(&verdict.expect(1).json()), ["approval_missing"]);
}

#[test]
fn a_call_that_changes_nothing_needs_no_go_ahead() {
    let collect = with(
        undo(),
        "/proposal",
        json!({"runbook": "error-rate-after-deploy", "action": "diag.collect", "arguments": {"service": "checkout"}}),
    );
    let verdict = ask("authorize --proposal", &collect).expect(0).json();
    assert_eq!(verdict["call"]["tier"], 0, "{verdict:#}");
    assert!(verdict.get("approval").is_none(), "{verdict:#}");
}

#[test]
fn outside_the_closure() {
    // In the catalogue, but no step of this runbook.
    for action in ["k8s.rollout-restart", "db.failover", "no-such-action"] {
        let proposal = with(undo(), "/proposal/action", json!(action));
        assert_refused(proposal, &["outside_closure"]);
    }
    let runbook = with(undo(), "/proposal/runbook", json!("no-such-runbook"));
    assert_refused(runbook, &["outside_closure"]);
    let step = with(undo(), "/proposal/step", json!("collect"));
    assert_refused(step, &["outside_closure"]);
}

#[test]
fn above_the_mode() {
    // The kill switch leaves advice.
    let proposal = with(undo(), "/halt", json!("advise_only"));
    assert_refused(proposal, &["mode_advise"]);
    // The policy lets `ledger` take advice only, and this runbook does not cover it.
    let proposal = with(undo(), "/incident/service", json!("ledger"));
    let (_, verdict) = judged(proposal);
    assert_eq!(verdict["mode"]["mode"], "advise");
    assert!(codes(&verdict).contains(&"mode_advise"), "{verdict:#}");
    assert!(codes(&verdict).contains(&"out_of_scope"), "{verdict:#}");
}

#[test]
fn a_target_that_must_not_be_touched() {
    assert_refused(disable("checkout-express-pay"), &["do_not_touch"]);
    // One that its action puts beyond any automation, too.
    let (_, verdict) = judged(disable("accounts-passkeys"));
    assert!(codes(&verdict).contains(&"do_not_touch"), "{verdict:#}");
    assert!(codes(&verdict).contains(&"tier_too_high"), "{verdict:#}");
    let (ran, _) = judged(disable("catalog-api-personal-ranking"));
    ran.expect(0);
}

#[test]
fn free_text() {
    for text in [
        "checkout; kubectl delete ns payments",
        "checkout\n",
        "Checkout",
        "",
    ] {
        let proposal = with(undo(), "/proposal/arguments/deployment", json!(text));
        assert_refused(proposal, &["free_text"]);
    }
    // What the change feed says selects nothing either, unless the catalogue knows it.
    assert_refused(disable("ranking --force"), &["free_text"]);
    // Known values that are not the step's own.
    let other = with(
        undo(),
        "/proposal/arguments/deployment",
        json!("payments-gateway"),
    );
    assert_refused(other, &["argument_invalid"]);
    let extra = with(undo(), "/proposal/arguments/force", json!(true));
    assert_refused(extra, &["argument_unknown"]);
}

#[test]
fn during_a_freeze() {
    let christmas = |proposal: Value, kind: &str, facts: Value| {
        let proposal = with(proposal, "/now", json!("2026-12-24T12:00:00Z"));
        let change = json!({"type": kind, "at": "2026-12-24T11:50:00Z", "facts": facts});
        with(proposal, "/evidence/changes", json!([change]))
    };
    let flag = "catalog-api-personal-ranking";
    let frozen = christmas(disable(flag), "flag", json!({"flag": flag}));
    assert_refused(frozen.clone(), &["frozen"]);
    // The policy freezes production only, and leaves the way back open.
    let (ran, _) = judged(with(frozen, "/incident/environment", json!("staging")));
    ran.expect(0);
    let (ran, _) = judged(christmas(
        undo(),
        "deploy",
        json!({"previous_revision": 41}),
    ));
    ran.expect(0);
    // A freeze that somebody declared covers everything.
    let declared = with(undo(), "/frozen_since", json!("2026-11-02T10:00:00Z"));
    assert_refused(declared, &["frozen"]);
}

#[test]
fn after_a_kill_switch() {
    for level in ["stop_now", "pause_new"] {
        let (ran, verdict) = judged(with(undo(), "/halt", json!(level)));
        assert_eq!(ran.code, Some(1), "{ran}");
        assert_eq!(codes(&verdict)[0], "kill_switch", "{verdict:#}");
    }
}

#[test]
fn under_a_commander_or_nobody_knows() {
    let commander = with(undo(), "/incident/commander_active", json!(true));
    assert_refused(commander, &["commander"]);
    assert_refused(
        with(undo(), "/incident/commander_active", Value::Null),
        &["commander"],
    );
}

#[test]
fn too_often() {
    let before = json!([{
        "action": "k8s.rollout-undo", "target": "deployment/payments/checkout", "tier": 2,
        "at": "2026-11-02T10:05:00Z", "ended": "2026-11-02T10:06:00Z"
    }]);
    assert_refused(with(undo(), "/history", before), &["cooldown"]);
}

#[test]
fn a_misspelt_circumstance_is_not_overlooked() {
    for pointer in ["/hallt", "/incident/commander_activ", "/proposal/argument"] {
        let ran = ask("authorize --proposal", &with(undo(), pointer, json!(true)));
        assert_eq!(ran.code, Some(2), "{pointer}: {ran}");
    }
}
