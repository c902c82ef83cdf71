//! From records of landings to a bundle that says who approved it: the gate, the evidence, and what can be asked of it.

mod agents;
mod history;

use std::collections::BTreeMap;
use std::fs;

use insta::assert_snapshot;
use regex::Regex;
use serde_json::{Value, json};

use crate::workbench::{Ran, Workbench, files, words};
use history::History;

const BUILD: &str = "bundle build shop --records records.jsonl --out";

/// Output without ids of commits that were cut short.
fn shown(ran: &Ran) -> String {
    let short = Regex::new(r"\b[0-9a-f]{12}\b").unwrap();
    short.replace_all(&ran.to_string(), "[commit]").into_owned()
}

fn build(history: &History, out: &str) -> Ran {
    history.write("records.jsonl");
    history.bench.rbk(&words(&format!("{BUILD} {out}")))
}

/// Two landings after the adoption, both approved by bob and carol.
fn approved() -> History {
    let mut history = History::adopted();
    history.runbook_changes("1.0.1", &[102, 103]);
    history.runbook_changes("1.0.2", &[102, 103]);
    history
}

fn built() -> History {
    let history = approved();
    build(&history, "bundle").expect(0);
    history
}

/// A bundle with evidence of three landings, in `bundle`.
pub(crate) fn with_evidence() -> Workbench {
    built().bench
}

fn bytes(history: &History, folder: &str) -> BTreeMap<String, Vec<u8>> {
    let folder = history.bench.path(folder);
    let names = files(&folder).into_iter();
    names
        .map(|name| {
            (
                name.to_str().unwrap().to_owned(),
                fs::read(folder.join(&name)).unwrap(),
            )
        })
        .collect()
}

#[test]
fn an_unapproved_commit_is_not_published_and_an_approved_one_is_with_the_same_bytes_each_time() {
    let mut history = History::adopted();
    history.runbook_changes("1.0.1", &[102, 103]);
    history.runbook_changes("1.0.2", &[102]);
    let denied = build(&history, "bundle").expect(1);
    assert_snapshot!("history_build_denied", shown(&denied));
    assert!(denied.stdout.contains(&history.tip()[..12]), "{denied}");
    assert!(denied.stdout.contains("INSUFFICIENT_APPROVALS"), "{denied}");
    assert!(denied.stdout.contains("can give it: carol"), "{denied}");
    assert!(!history.bench.path("bundle").exists());

    history.approve(103);
    build(&history, "bundle").expect(0);
    build(&history, "again").expect(0);
    assert_eq!(bytes(&history, "bundle"), bytes(&history, "again"));

    history.bench.make_root();
    history.bench.publish("bundle").expect(0);
    history.bench.publish("again").expect(0);
    history.bench.sync("public").expect(0);
    let shown = history
        .bench
        .rbk(&words("bundle show agent/current/targets"));
    assert!(shown.stdout.contains("evidence of 3 statements"), "{shown}");
}

#[test]
fn evidence_goes_on_from_the_bundle_before() {
    let mut history = History::adopted();
    history.runbook_changes("1.0.1", &[102, 103]);
    build(&history, "first").expect(0);
    history.runbook_changes("1.0.2", &[102, 103]);
    build(&history, "whole").expect(0);
    // Facts gathered later about what was published say nothing new.
    for record in &mut history.records {
        record["facts"]["now"] = json!("2026-11-21T00:00:00Z");
    }
    let newest = history.records.len() - 1;
    history.records[newest]["facts"]["now"] = json!("2026-11-10T12:05:00Z");
    history.write("records.jsonl");
    let on = format!("{BUILD} second --previous-evidence first");
    history.bench.rbk(&words(&on)).expect(0);
    assert_eq!(bytes(&history, "second"), bytes(&history, "whole"));

    // Only what is new has to be gathered.
    history.records.drain(..2);
    history.write("records.jsonl");
    let on = format!("{BUILD} third --previous-evidence first/evidence-00.jsonl");
    history.bench.rbk(&words(&on)).expect(0);
    assert_eq!(bytes(&history, "third"), bytes(&history, "whole"));
    let alone = build(&history, "fourth").expect(1);
    assert!(alone.stderr.contains("CHAIN_ORDER"), "{alone}");
}

#[test]
fn what_cannot_be_judged_or_does_not_fit_is_not_built() {
    let mut history = approved();
    let tip = json!(history.tip());
    let good = history.records.clone();
    history.records[2]["facts"]["reviews"][0]["state"] = json!("BLESSED");
    assert_snapshot!(
        "history_build_unreadable",
        shown(&build(&history, "bundle").expect(3))
    );
    history.records.clone_from(&good);
    history.records[2]["facts"]["landing"]["tip_parents"] = json!([]);
    assert_snapshot!(
        "history_build_unclear",
        shown(&build(&history, "bundle").expect(3))
    );
    history.records.clone_from(&good);
    history.records.remove(1);
    assert_snapshot!(
        "history_build_gap",
        shown(&build(&history, "bundle").expect(1))
    );
    history.records.clone_from(&good);
    history.records[2]["subjects"] = json!([]);
    assert_snapshot!(
        "history_build_other_bytes",
        shown(&build(&history, "bundle").expect(1))
    );
    history.records.clone_from(&good);
    history.records.pop();
    assert_snapshot!(
        "history_build_other_commit",
        shown(&build(&history, "bundle").expect(1))
    );
    history.records.clear();
    assert_snapshot!(
        "history_build_nothing",
        shown(&build(&history, "bundle").expect(3))
    );
    assert!(tip.is_string() && !history.bench.path("bundle").exists());
}

#[test]
fn what_is_reverted_is_not_held_against_what_follows() {
    let mut history = History::adopted();
    history.runbook_changes("1.0.1", &[]);
    build(&history, "denied").expect(1);
    history.runbook_changes("1.0.0", &[102, 103]);
    build(&history, "reverted").expect(0);
    history.runbook_changes("1.0.1", &[102, 103]);
    build(&history, "again").expect(0);
}

#[test]
fn log_lists_landings() {
    let mut history = approved();
    history.runbook_changes("1.0.3", &[101]);
    history.write("records.jsonl");
    let log = |arguments: &str| {
        history
            .bench
            .rbk(&words(&format!("approvals log {arguments}")))
    };
    assert_snapshot!(
        "history_log_records",
        shown(&log("--records records.jsonl").expect(0))
    );
    assert_snapshot!(
        "history_log_json",
        shown(&log("--records records.jsonl --format json").expect(0))
    );
    let history = built();
    let log = |arguments: &str| {
        history
            .bench
            .rbk(&words(&format!("approvals log {arguments}")))
    };
    assert_snapshot!(
        "history_log_bundle",
        shown(&log("--bundle bundle").expect(0))
    );
    log("").expect(2);
}

#[test]
fn show_says_who_approved_which_bytes() {
    let mut history = approved();
    history.refuse_by(101);
    build(&history, "bundle").expect(0);
    // Nothing but the bundle is needed.
    fs::remove_dir_all(history.bench.path("shop")).unwrap();
    let show = |arguments: &str| {
        let line = format!("approvals show {arguments} --bundle bundle");
        history.bench.rbk(&words(&line))
    };
    let named = show("error-rate-after-deploy@1.0.2").expect(0);
    assert_snapshot!("history_show", shown(&named));
    let plain = show("Runbook/error-rate-after-deploy").expect(0);
    assert_eq!(plain.stdout, named.stdout);
    assert_snapshot!(
        "history_show_earlier",
        shown(&show("error-rate-after-deploy@1.0.1").expect(0))
    );
    assert_snapshot!(
        "history_show_policy",
        shown(&show("Governance/starter").expect(0))
    );
    assert_snapshot!(
        "history_show_unknown_version",
        shown(&show("error-rate-after-deploy@9.0.0").expect(2))
    );
    assert_snapshot!(
        "history_show_unknown",
        shown(&show("Runbook/nothing").expect(2))
    );
    let answer = show("error-rate-after-deploy --format json")
        .expect(0)
        .json();
    assert_eq!(answer["document"]["version"], "1.0.2");
    assert_eq!(answer["review"]["evaluation"]["verdict"], "ALLOW");
    assert_eq!(
        answer["review"]["approvals"]["refused"][0]["reason"],
        "SELF_APPROVAL"
    );
}

#[test]
fn verify_sees_it_again() {
    let mut history = built();
    let verify = |history: &History, arguments: &str| {
        let line = format!("approvals verify --bundle {arguments}");
        history.bench.rbk(&words(&line))
    };
    assert_snapshot!("history_verify", verify(&history, "bundle").expect(0));
    let with = "bundle --records records.jsonl";
    assert_snapshot!("history_verify_records", verify(&history, with).expect(0));
    assert_snapshot!(
        "history_verify_json",
        verify(&history, "bundle --records records.jsonl --format json").expect(0)
    );
    let good = history.records.clone();
    history.records[2]["facts"]["reviews"] = json!([]);
    history.write("records.jsonl");
    assert_snapshot!(
        "history_verify_differs",
        shown(&verify(&history, with).expect(1))
    );
    history.records.clone_from(&good);
    history.records.pop();
    history.write("records.jsonl");
    assert_snapshot!(
        "history_verify_no_record",
        shown(&verify(&history, with).expect(3))
    );

    history
        .bench
        .rbk(&words("bundle build shop --out bare"))
        .expect(0);
    assert_snapshot!(
        "history_verify_no_evidence",
        verify(&history, "bare").expect(3)
    );
    let name = "bundle/evidence-00.jsonl";
    history
        .bench
        .write(name, history.bench.read(name).replace("carol", "caro1"));
    verify(&history, "bundle").expect(3);
}

#[test]
fn a_bundle_that_was_made_up_is_refused() {
    let history = built();
    history.bench.make_root();
    let evidence = history.bench.read("bundle/evidence-00.jsonl");
    let index: Value = serde_json::from_str(&history.bench.read("bundle/index.json")).unwrap();

    // Whoever builds the bundle may write down approvals that are not enough, with every digest right.
    let forged = evidence.replace("\"counted\":[2001,2002]", "\"counted\":[2001]");
    assert_ne!(forged, evidence);
    let (forged, index) = history::made_up(&forged, &index);
    history.bench.write("bundle/evidence-00.jsonl", forged);
    history.bench.write("bundle/index.json", index);
    let verify = history
        .bench
        .rbk(&words("approvals verify --bundle bundle"));
    assert_snapshot!("history_verify_made_up", shown(&verify.expect(1)));
    assert_snapshot!(
        "history_publish_made_up",
        shown(&history.bench.publish("bundle").expect(1))
    );
    assert!(
        !history
            .bench
            .path("public/metadata/timestamp.json")
            .exists()
    );
}

#[test]
fn publishing_without_evidence_has_to_be_asked_for_and_shows() {
    let history = approved();
    let bench = &history.bench;
    bench.make_root();
    bench.rbk(&words("bundle build shop --out bare")).expect(0);
    assert_snapshot!("history_publish_bare", bench.publish("bare").expect(1));
    assert!(!bench.path("public/metadata/timestamp.json").exists());
    assert_snapshot!(
        "history_publish_without_evidence",
        bench
            .publish_with("bare", "--without-evidence")
            .expect(0)
            .without_times()
    );
    let refused = bench.sync("public").expect(1);
    assert!(refused.stderr.contains("NO_EVIDENCE"), "{refused}");
    let sync = "sync --from public --state agent --root root.json --evidence never";
    bench.rbk(&words(sync)).expect(0);
    // Whoever wants to see approvals sees at every use that there are none.
    bench.agent("status").expect(1);
    let shown = bench
        .rbk(&words("bundle show agent/current/targets"))
        .expect(0);
    assert!(
        shown.stdout.contains("published without evidence"),
        "{shown}"
    );
    let verify = "approvals verify --bundle agent/current/targets";
    bench.rbk(&words(verify)).expect(3);

    build(&history, "bundle").expect(0);
    assert_snapshot!(
        "history_publish_needless",
        bench.publish_with("bundle", "--without-evidence").expect(2)
    );
}

#[test]
fn what_an_exception_let_through_is_published_until_it_ends() {
    let mut history = History::adopted();
    history.runbook_changes("1.0.1", &[]);
    history.emergency("2026-11-10T20:00:00Z");
    build(&history, "bundle").expect(0);
    let verify = |at: &str| {
        let line = format!("approvals verify --bundle bundle --at {at}");
        history.bench.rbk(&words(&line))
    };
    verify("2026-11-10T19:59:59Z").expect(0);
    assert_snapshot!(
        "history_verify_expired",
        shown(&verify("2026-11-10T20:00:00Z").expect(1))
    );
    history.bench.make_root();
    history.bench.publish("bundle").expect(1);
}
