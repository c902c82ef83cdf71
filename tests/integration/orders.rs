//! `rbk halt` and `rbk recall`, end to end: from a commander's key to what an agent is told.

use serde_json::Value;

use crate::workbench::{Ran, Workbench, words};

const AGENT: &str = "--state agent --root root.json --evidence never";
const RUNBOOK: &str = "Runbook/error-rate-after-deploy";

/// An agent that follows this repository's own library, and a commander who may give orders.
fn agent() -> Workbench {
    let bench = Workbench::new();
    bench.own_library("library");
    bench
        .rbk(&words("bundle build library --out bundle"))
        .expect(0);
    bench.make_root();
    bench.rbk(&words("keys new commander --out keys")).expect(0);
    let more =
        "--without-evidence --emergency-key keys/commander.pub --key file:keys/commander.pem";
    bench.publish_with("bundle", more).expect(0);
    sync(&bench).expect(0);
    bench
}

fn sync(bench: &Workbench) -> Ran {
    bench.rbk(&words(&format!("sync --from public {AGENT}")))
}

fn order(bench: &Workbench, order: &str, key: &str) -> Ran {
    let mut arguments = words(order);
    let keys = format!("file:keys/{key}.pem");
    arguments.extend(words(
        "--to public --root root.json --by dave --reason drained",
    ));
    arguments.extend(["--key", &keys]);
    arguments.extend(words(
        "--key file:keys/snapshot.pem --key file:keys/timestamp.pem",
    ));
    bench.rbk(&arguments)
}

/// What the agent decides about an incident after a bad release.
fn decision(bench: &Workbench) -> Value {
    let incident = include_str!("../../benches/incident.json");
    bench.write("incident.json", incident);
    let ran = bench.rbk_with_input(&words(&format!("decide --incident - {AGENT}")), incident);
    ran.expect(0).json()
}

#[test]
fn a_halt_stops_agents_at_their_next_poll_and_is_lifted_again() {
    let bench = agent();
    assert_eq!(decision(&bench)["next"], "request_approval");
    order(&bench, "halt --level stop_now", "commander").expect(0);
    assert_eq!(decision(&bench)["next"], "request_approval");
    sync(&bench).expect(0);
    let told = decision(&bench);
    assert_ne!(told["next"], "request_approval");
    assert_ne!(told["next"], "execute");
    let status = bench.rbk(&words(&format!("status {AGENT}"))).expect(0);
    assert!(
        status.stdout.contains("halt stop_now by dave since "),
        "{status}"
    );
    assert!(status.stdout.contains(": drained"), "{status}");

    order(&bench, "halt --lift", "commander").expect(0);
    sync(&bench).expect(0);
    assert_eq!(decision(&bench)["next"], "request_approval");
}

#[test]
fn a_halt_reaches_as_far_as_it_says() {
    let bench = agent();
    for elsewhere in [
        "halt --level stop_now --environment staging",
        "halt --level stop_now --service ledger",
    ] {
        order(&bench, elsewhere, "commander").expect(0);
        sync(&bench).expect(0);
        assert_eq!(decision(&bench)["next"], "request_approval", "{elsewhere}");
    }
    order(
        &bench,
        "halt --level pause_new --environment production",
        "commander",
    )
    .expect(0);
    sync(&bench).expect(0);
    assert_ne!(decision(&bench)["next"], "request_approval");
}

/// The file and the variable that the policy names work without a network, and without a synchronisation.
#[test]
fn this_machine_can_be_stopped_by_itself() {
    let bench = Workbench::new();
    bench.own_library("library");
    let halt = bench.path("halt");
    let from = "\"file:/etc/rbk/halt\"";
    let to = format!("\"file:{}\", \"env:RBK_TEST_HALT\"", halt.display());
    bench.replace("library/runbooks/governance.yaml", from, &to);
    bench.commit("library");
    bench
        .rbk(&words("bundle build library --out bundle"))
        .expect(0);
    bench.make_root();
    bench.publish_with("bundle", "--without-evidence").expect(0);
    sync(&bench).expect(0);
    assert_eq!(decision(&bench)["next"], "request_approval");
    for text in ["", "pause_new\n", "what now?"] {
        std::fs::write(&halt, text).unwrap();
        assert_ne!(decision(&bench)["next"], "request_approval", "{text:?}");
    }
    std::fs::remove_file(&halt).unwrap();
    assert_eq!(decision(&bench)["next"], "request_approval");
    let set = |command: &mut std::process::Command| {
        command.env("RBK_TEST_HALT", "stop_now");
    };
    let ran = bench.rbk_with(
        &words(&format!("decide --incident incident.json {AGENT}")),
        set,
    );
    assert_ne!(ran.expect(0).json()["next"], "request_approval");
}

#[test]
fn what_is_withdrawn_is_followed_by_no_agent() {
    let bench = agent();
    for document in [
        RUNBOOK.to_owned(),
        // What the runbook would run, and what leads to it.
        "Action/k8s.rollout-undo".to_owned(),
        "Signature/bad-deploy-5xx".to_owned(),
    ] {
        order(&bench, &format!("recall {document}"), "commander").expect(0);
        sync(&bench).expect(0);
        let told = decision(&bench);
        // A human gets it.
        assert_eq!(told["next"], "escalate", "{document}: {told}");
        let status = bench.rbk(&words(&format!("status {AGENT}"))).expect(0);
        assert!(
            status
                .stdout
                .contains(&format!("{document} is withdrawn by dave")),
            "{status}"
        );
        order(&bench, &format!("recall {document} --lift"), "commander").expect(0);
        sync(&bench).expect(0);
        assert_eq!(decision(&bench)["next"], "request_approval", "{document}");
    }
    // Another version is another matter.
    order(&bench, &format!("recall {RUNBOOK}@0.0.1"), "commander").expect(0);
    sync(&bench).expect(0);
    assert_eq!(decision(&bench)["next"], "request_approval");
}

#[test]
fn orders_that_are_no_orders_are_not_published() {
    let bench = agent();
    for (what, key, says) in [
        ("halt --level stop_now", "targets", "emergency"),
        (
            "halt --level stop_now --until 2020-01-01T00:00:00Z",
            "commander",
            "over already",
        ),
        ("recall error-rate-after-deploy", "commander", "KIND/ID"),
        ("recall Runbook/x --lift", "commander", "is not withdrawn"),
    ] {
        let ran = order(&bench, what, key).expect(2);
        assert!(ran.stderr.contains(says), "{what}: {ran}");
    }
    assert!(!bench.path("public/metadata/2.emergency.json").exists());
    let plain = Workbench::new();
    plain.starter("plain");
    plain
        .rbk(&words("bundle build plain --out bundle"))
        .expect(0);
    plain.make_root();
    plain.publish("bundle").expect(0);
    let ran = order(&plain, "halt --level stop_now", "targets").expect(3);
    assert!(ran.stderr.contains("nobody may give orders"), "{ran}");
}
