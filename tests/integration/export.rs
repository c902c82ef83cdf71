//! `rbk bundle export`: what other tools make of it.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::approvals_history::with_evidence;
use crate::workbench::{Workbench, words};

/// Python with securesystemslib; nothing when it is not installed and need not be.
fn python() -> Option<PathBuf> {
    let venv = std::env::var_os("RBK_TEST_VENV");
    let required = std::env::var_os("RBK_REQUIRE_FOREIGN").is_some();
    assert!(venv.is_some() || !required, "RBK_TEST_VENV is not set");
    venv.map(|venv| PathBuf::from(venv).join("bin/python"))
}

/// A P-256 key pair in files, as OpenSSL makes it.
fn p256(bench: &Workbench) {
    for line in [
        "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out p256.pem",
        "pkey -in p256.pem -pubout -out p256.pub",
    ] {
        let ran = Command::new("openssl")
            .args(words(line))
            .current_dir(bench.path(""))
            .output();
        assert!(ran.unwrap().status.success(), "{line}");
    }
}

#[test]
fn evidence_and_a_summary_are_in_toto_statements_that_others_verify() {
    let Some(python) = python() else { return };
    let bench = with_evidence();
    p256(&bench);
    bench.rbk(&words("keys new reviewer --out keys")).expect(0);
    for (key, public) in [
        ("keys/reviewer.pem", "keys/reviewer.pub"),
        ("p256.pem", "p256.pub"),
    ] {
        bench
            .rbk(&words(&format!(
                "bundle export bundle --out exported --key file:{key}"
            )))
            .expect(0);
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/verify_dsse.py");
        let ran = Command::new(&python)
            .arg(script)
            .arg(bench.path(public))
            .args([
                bench.path("exported/evidence.dsse.jsonl"),
                bench.path("exported/summary.dsse.json"),
            ])
            .output()
            .unwrap();
        assert!(
            ran.status.success(),
            "{}",
            String::from_utf8_lossy(&ran.stderr)
        );
        let statements: Vec<Value> = serde_json::from_slice(&ran.stdout).unwrap();
        // Those of the bundle, byte for byte, and one that sums them up.
        let held = bench.read("bundle/evidence-00.jsonl");
        let held: Vec<Value> = held
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let (summary, evidence) = statements.split_last().unwrap();
        assert_eq!(evidence, held);
        assert_eq!(summary["predicate"]["verificationResult"], "PASSED");
        assert_eq!(summary["subject"][0]["name"], "index.json");
        let index: Value = serde_json::from_str(&bench.read("bundle/index.json")).unwrap();
        let head = index["evidence"]["head"]
            .as_str()
            .unwrap()
            .trim_start_matches("sha256:");
        assert_eq!(
            summary["predicate"]["inputAttestations"][0]["digest"]["sha256"],
            head
        );
    }
}

#[test]
fn nothing_is_summed_up_that_was_not_approved_and_cosign_needs_its_kind_of_key() {
    let bench = Workbench::new();
    bench.starter("library");
    bench
        .rbk(&words("bundle build library --out bundle"))
        .expect(0);
    p256(&bench);
    let export = "bundle export bundle --out exported --key file:p256.pem";
    let ran = bench.rbk(&words(export)).expect(1);
    assert!(ran.stdout.contains("NO_EVIDENCE"), "{ran}");
    assert!(!bench.path("exported").exists());

    bench.rbk(&words(&format!("{export} --cosign"))).expect(0);
    let file: Value =
        serde_json::from_str(&bench.read("exported/index.json.sigstore.json")).unwrap();
    assert_eq!(
        file["mediaType"],
        "application/vnd.dev.sigstore.bundle.v0.3+json"
    );
    // What cosign checks, by OpenSSL: the signature of the bytes by the key.
    bench.write(
        "signature",
        file["messageSignature"]["signature"].as_str().unwrap(),
    );
    let decode = "base64 -d signature > raw && openssl dgst -sha256 -verify p256.pub -signature raw bundle/index.json";
    let ran = Command::new("sh")
        .args(["-c", decode])
        .current_dir(bench.path(""))
        .output()
        .unwrap();
    assert!(ran.status.success(), "{ran:?}");
    bench.rbk(&words("keys new other --out keys")).expect(0);
    let ran = bench
        .rbk(&words(
            &format!("{export} --cosign").replace("p256.pem", "keys/other.pem"),
        ))
        .expect(2);
    assert!(ran.stderr.contains("ECDSA P-256"), "{ran}");
}
