//! What users see when they build, sign, publish and follow a release, and what an agent is told.

use insta::assert_snapshot;

use crate::workbench::{Workbench, words};

/// The starter repository, committed, with its bundle in `bundle`.
fn built() -> Workbench {
    let bench = Workbench::new();
    bench.starter("shop");
    bench
        .rbk(&words("bundle build shop --out bundle"))
        .expect(0);
    bench
}

/// A published release.
fn published() -> Workbench {
    let bench = built();
    bench.make_root();
    bench.publish("bundle").expect(0);
    bench
}

#[test]
fn bundle_build_and_show() {
    let bench = Workbench::new();
    bench.starter("shop");
    let build = words("bundle build shop --out bundle");
    assert_snapshot!("bundle_build", bench.rbk(&build).expect(0));
    assert_snapshot!("bundle_build_again", bench.rbk(&build).expect(2));
    assert_snapshot!(
        "bundle_show",
        bench.rbk(&words("bundle show bundle")).expect(0)
    );
    assert_snapshot!(
        "bundle_show_json",
        bench
            .rbk(&words("bundle show bundle --format json"))
            .expect(0)
    );
}

#[test]
fn bundle_build_takes_what_is_committed() {
    let bench = Workbench::new();
    bench.rbk(&["init", "shop"]).expect(0);
    let build = words("bundle build shop --out bundle");
    assert_snapshot!("bundle_build_no_git", bench.rbk(&build).expect(3));
    bench.git("shop", &["init", "-q", "-b", "main"]);
    assert_snapshot!("bundle_build_no_commit", bench.rbk(&build).expect(3));
    bench.commit("shop");
    assert_snapshot!(
        "bundle_build_unknown_commit",
        bench
            .rbk(&words("bundle build shop --out bundle --commit v9"))
            .expect(3)
    );
    // What is not committed is not looked at.
    bench.write("shop/runbooks/governance.yaml", "nonsense");
    assert_snapshot!("bundle_build_uncommitted", bench.rbk(&build).expect(0));
}

#[test]
fn bundle_build_refuses_what_does_not_lint_or_test() {
    let bench = Workbench::new();
    bench.rbk(&["init", "shop"]).expect(0);
    let fixture = "shop/runbooks/error-rate-after-deploy/fixtures/rolls-back.yaml";
    bench.replace(fixture, "outcome: mitigated", "outcome: escalated");
    bench.commit("shop");
    let build = words("bundle build shop --out bundle");
    let refused = bench.rbk(&build).expect(1);
    assert!(
        refused
            .stdout
            .contains("FAILED Runbook/error-rate-after-deploy/rolls-back"),
        "{refused}"
    );
    bench.replace(
        "shop/runbooks/catalog/actions/k8s.scale-in.yaml",
        ", min_healthy: 80%",
        "",
    );
    bench.commit("shop");
    let refused = bench.rbk(&build).expect(1);
    assert!(refused.stdout.contains("error[B005]"), "{refused}");
    assert!(!bench.path("bundle").exists());
}

#[test]
fn bundle_show_of_something_else() {
    let bench = built();
    bench.write("other/index.json", "{}");
    assert_snapshot!(
        "bundle_show_other",
        bench.rbk(&words("bundle show other")).expect(3)
    );
    assert_snapshot!(
        "bundle_show_missing",
        bench.rbk(&words("bundle show nowhere")).expect(3)
    );
    let pack = bench.path("bundle/pack-00.tar.gz");
    let mut bytes = std::fs::read(&pack).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&pack, bytes).unwrap();
    assert_snapshot!(
        "bundle_show_damaged",
        bench.rbk(&words("bundle show bundle")).expect(3)
    );
}

#[test]
fn keys_and_the_root() {
    let bench = Workbench::new();
    assert_snapshot!(
        "keys_new",
        bench.rbk(&words("keys new root --out keys")).expect(0)
    );
    assert_snapshot!(
        "keys_new_again",
        bench.rbk(&words("keys new root --out keys")).expect(2)
    );
    assert_snapshot!(
        "keys_new_name",
        bench.rbk(&words("keys new ../root")).expect(2)
    );
    for role in ["targets", "snapshot", "timestamp"] {
        bench.rbk(&["keys", "new", role, "--out", "keys"]).expect(0);
    }
    let draft = "root draft --root-key keys/root.pub --targets-key keys/targets.pub --snapshot-key keys/snapshot.pub";
    assert_snapshot!(
        "keys_root_incomplete",
        bench
            .rbk(&words(&format!("{draft} --out root.json")))
            .expect(2)
    );
    let draft = format!("{draft} --timestamp-key keys/timestamp.pub --out root.json");
    assert_snapshot!("keys_root", bench.rbk(&words(&draft)).expect(0));
    assert_snapshot!(
        "keys_root_threshold",
        bench
            .rbk(&words(&format!("{draft} --root-threshold 2")))
            .expect(2)
    );
    assert_snapshot!(
        "keys_show_unsigned",
        bench.rbk(&words("root show root.json")).expect(1)
    );
    let sign = |key: &str| bench.rbk(&["root", "sign", "root.json", "--key", key]);
    assert_snapshot!("keys_sign_other", sign("file:keys/targets.pem").expect(2));
    assert_snapshot!("keys_sign_missing", sign("file:keys/nobody.pem").expect(2));
    assert_snapshot!("keys_sign_env", sign("env:NO_SUCH_KEY").expect(2));
    assert_snapshot!("keys_sign", sign("file:keys/root.pem").expect(0));
    assert_snapshot!(
        "keys_show",
        bench.rbk(&words("root show root.json")).expect(0)
    );
}

#[test]
fn private_keys_are_for_their_owner_and_never_printed() {
    use std::os::unix::fs::PermissionsExt as _;
    let bench = Workbench::new();
    let ran = bench.rbk(&words("keys new root --out keys")).expect(0);
    let mode = bench
        .path("keys/root.pem")
        .metadata()
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let pem = bench.read("keys/root.pem");
    let secret = pem.lines().nth(1).unwrap();
    assert!(!ran.stdout.contains(secret) && !ran.stderr.contains(secret));
}

#[test]
fn publish_needs_a_bundle_a_complete_root_and_every_key() {
    let bench = built();
    bench.make_root();
    assert_snapshot!("publish_no_bundle", bench.publish("keys").expect(2));
    assert_snapshot!("publish_missing_bundle", bench.publish("nowhere").expect(3));
    let with = |root: &str, keys: &[&str]| {
        let mut line = vec!["publish", "bundle", "--to", "public", "--root", root];
        for key in keys {
            line.extend(["--key", key]);
        }
        bench.rbk(&line)
    };
    assert_snapshot!(
        "publish_without_a_key",
        with("root.json", &["file:keys/targets.pem"]).expect(3)
    );
    let draft = "root draft --root-key keys/root.pub --targets-key keys/targets.pub --snapshot-key keys/snapshot.pub \
                 --timestamp-key keys/timestamp.pub --out draft.json";
    bench.rbk(&words(draft)).expect(0);
    assert_snapshot!(
        "publish_unsigned_root",
        with("draft.json", &["file:keys/targets.pem"]).expect(3)
    );
    assert!(!bench.path("public/metadata/timestamp.json").exists());
    assert_snapshot!("publish", bench.publish("bundle").expect(0).without_times());
    assert_snapshot!(
        "publish_again",
        bench.publish("bundle").expect(0).without_times()
    );
}

#[test]
fn sync_and_status() {
    let bench = published();
    assert_snapshot!("status_before", bench.agent("status").expect(1));
    assert_snapshot!(
        "decide_before",
        bench
            .rbk_with_input(
                &words("decide --incident - --state agent --root root.json"),
                INCIDENT
            )
            .expect(3)
    );
    assert_snapshot!("sync_missing_folder", bench.sync("nowhere").expect(2));
    assert_snapshot!(
        "sync_nobody_listens",
        bench.sync("http://127.0.0.1:9/").expect(3)
    );
    assert_snapshot!("sync", bench.sync("public").expect(0));
    assert_snapshot!("sync_again", bench.sync("public").expect(0));
    assert_snapshot!("status", bench.agent("status").expect(0).without_times());
    assert_snapshot!(
        "status_json",
        bench
            .agent("status --format json")
            .expect(0)
            .without_times()
    );
    bench.publish("bundle").expect(0);
    assert_snapshot!(
        "sync_json",
        bench
            .agent("sync --from public --format json")
            .expect(0)
            .without_times()
    );
    assert_snapshot!("sync_damaged", {
        bench.publish("bundle").expect(0);
        let path = "public/metadata/timestamp.json";
        let text = bench.read(path);
        bench.write(path, text.replace("\"version\":3", "\"version\":4"));
        bench.sync("public").expect(1)
    });
    assert_snapshot!(
        "status_after_damage",
        bench.agent("status").expect(0).without_times()
    );
}

#[test]
fn another_root_than_the_installed_one() {
    let bench = published();
    bench.sync("public").expect(0);
    let other = Workbench::new();
    other.make_root();
    bench.write("root.json", other.read("root.json"));
    let refused = bench.sync("public");
    assert_ne!(refused.code, Some(0), "{refused}");
    assert_snapshot!("sync_other_root", refused);
    bench.write("root.json", "{}");
    assert_snapshot!("sync_no_root", bench.sync("public").expect(3));
}

const INCIDENT: &str = r#"{
  "now": "2026-11-02T10:10:00Z",
  "incident": {
    "id": "inc-7", "service": "checkout", "environment": "production", "severity": "sev2", "commander_active": false,
    "alerts": [{"name": "HighRequestErrorRate", "since": "2026-11-02T10:10:00Z"}]
  },
  "evidence": {"changes": []}
}"#;

#[test]
fn decide_says_what_it_needs_to_know() {
    let bench = published();
    bench.sync("public").expect(0);
    let decide = |input: &str| {
        bench.rbk_with_input(
            &words("decide --incident - --state agent --root root.json"),
            input,
        )
    };
    assert_snapshot!("decide", decide(INCIDENT).expect(0));
    assert_snapshot!("decide_not_json", decide("{").expect(2));
    assert_snapshot!(
        "decide_unknown_key",
        decide(&INCIDENT.replace("\"evidence\"", "\"evidenc\"")).expect(2)
    );
    assert_snapshot!(
        "decide_missing_file",
        bench.agent("decide --incident nowhere.json").expect(3)
    );
}

#[test]
fn authorize_says_what_is_in_the_way() {
    let bench = published();
    bench.sync("public").expect(0);
    let proposal = r#"{
      "now": "2026-11-02T10:12:00Z",
      "incident": {"id": "inc-7", "service": "checkout", "environment": "production", "commander_active": false},
      "proposal": {
        "runbook": "error-rate-after-deploy", "action": "k8s.rollout-undo",
        "arguments": {"namespace": "shop", "deployment": "checkout", "to_revision": 41}
      },
      "evidence": {"changes": [{"type": "deploy", "at": "2026-11-02T10:04:00Z", "facts": {"previous_revision": 41}}]}
    }"#;
    let authorize = |input: &str| {
        bench.rbk_with_input(
            &words("authorize --proposal - --state agent --root root.json"),
            input,
        )
    };
    assert_snapshot!("authorize", authorize(proposal).expect(1));
    assert_snapshot!("authorize_incident", authorize(INCIDENT).expect(2));
}
