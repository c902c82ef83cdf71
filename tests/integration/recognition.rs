//! Incidents become memory: logs, rules of other tools, payloads and postmortems, as a user meets them.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use flate2::read::GzDecoder;
use insta::assert_snapshot;
use serde_json::Value;

use crate::workbench::{TODAY, Workbench};

const SIGNATURE: &str = "apiVersion: rbk/v1
kind: Signature
metadata: {id: lost-quorum, title: The cluster lost its quorum, version: 1.0.0, owner: sre, status: shadow}
spec:
  incident_class: elevated-error-rate
  correlate: [service]
  window: 30s
  require:
    election: {log: {regex: 'election timeout after \\d+ms'}, count: {at_least: 2, within: 30s}}
    lost: {log: {contains: lost quorum}, count: {at_least: 1, within: 30s}}
  exclude:
    planned: {log: {contains: maintenance begins}, count: {at_least: 1, within: 1m}}
  sequence: [election, lost]
  score: {match_at: 1, ambiguous_at: 0.5}
";

const LOG: &str = "\
2026-11-02T10:00:00Z service=ledger election timeout after 150ms
2026-11-02T10:00:02Z service=search election timeout after 150ms
2026-11-02T10:00:04Z service=ledger election timeout after 300ms
2026-11-02T10:00:05Z service=ledger lost quorum
2026-11-02T10:00:06Z service=search lost quorum
";

fn bench() -> Workbench {
    let bench = Workbench::new();
    bench.rbk(&["init", "."]).expect(0);
    bench.write("runbooks/signatures/lost-quorum/signature.yaml", SIGNATURE);
    bench.write("app.log", LOG);
    bench
}

/// Unpacks an archive of `tests/data/rules`.
fn rules(bench: &Workbench, name: &str) -> String {
    let archive =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/rules/{name}.tar.gz"));
    let folder = bench.path(name);
    tar::Archive::new(GzDecoder::new(File::open(archive).unwrap()))
        .unpack(&folder)
        .unwrap();
    folder.to_str().unwrap().to_owned()
}

#[test]
fn a_match_shows_the_lines_that_prove_it() {
    assert_snapshot!(bench().rbk(&["match", "--logs", "app.log"]).expect(0));
}

#[test]
fn a_match_for_programs() {
    let ran = bench()
        .rbk(&["match", "--logs", "app.log", "--format", "json"])
        .expect(0);
    let found = ran.json();
    assert_eq!(found["signatures"][0]["signature"], "lost-quorum");
    assert_eq!(found["signatures"][0]["conclusion"], "match");
    assert_eq!(
        found["signatures"][0]["occurrences"][0]["subject"],
        serde_json::json!([["service", "ledger"]])
    );
    let lines = found["signatures"][0]["occurrences"][0]["proof"]
        .as_array()
        .unwrap();
    let lines: Vec<u64> = lines
        .iter()
        .map(|proof| proof["line"].as_u64().unwrap())
        .collect();
    assert_eq!(lines, [1, 3, 4]);
}

#[test]
fn logs_are_read_as_they_are_kept() {
    let bench = bench();
    fs::create_dir_all(bench.path("logs/old")).unwrap();
    // The incident is told by two logs, one of them compressed.
    let (first, second) = LOG.split_at(LOG.find("2026-11-02T10:00:04Z").unwrap());
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(first.as_bytes()).unwrap();
    bench.write("logs/old/app.log.1", gzip.finish().unwrap());
    bench.write("logs/app.log", second);
    let found = bench
        .rbk(&["match", "--logs", "logs", "--format", "json"])
        .expect(0)
        .json();
    assert_eq!(found["signatures"][0]["times"], 1);
    bench.write("logs/old/app.log.1", [0x1f, 0x8b, 8, 0, 1]);
    let ran = bench.rbk(&["match", "--logs", "logs"]).expect(3);
    assert!(ran.to_string().contains("app.log.1"), "{ran}");
}

#[test]
fn what_is_excluded_or_untimed_is_no_match() {
    let bench = bench();
    let planned = format!("2026-11-02T09:59:30Z service=ledger maintenance begins\n{LOG}");
    bench.write("app.log", planned);
    let found = bench
        .rbk(&["match", "--logs", "app.log", "--format", "json"])
        .expect(0)
        .json();
    assert_eq!(found["signatures"], Value::Array(Vec::new()));
    let untimed: String = LOG
        .lines()
        .map(|line| format!("{}\n", line.split_once(' ').unwrap().1))
        .collect();
    bench.write("app.log", untimed);
    assert_snapshot!(
        "match_untimed",
        bench.rbk(&["match", "--logs", "app.log"]).expect(0)
    );
}

#[test]
fn a_stream_is_followed_to_its_end() {
    let bench = bench();
    let ran = bench
        .rbk_with_input(
            &["match", "--logs", "-", "--follow", "--format", "json"],
            LOG,
        )
        .expect(0);
    let told: Value = serde_json::from_str(ran.stdout.trim()).unwrap();
    assert_eq!(told["signature"], "lost-quorum");
    assert_eq!(told["proof"].as_array().unwrap().len(), 3);
}

#[test]
fn a_match_that_cannot_be_made_says_why() {
    let bench = bench();
    for (arguments, code, said) in [
        (
            ["--logs", "nowhere.log"].as_slice(),
            3,
            "nowhere.log cannot be read",
        ),
        (
            &["--logs", "app.log", "--only", "lost-quorun"],
            2,
            "did you mean `lost-quorum`?",
        ),
        (
            &["--logs", "app.log", "-", "--follow"],
            2,
            "standard input is read alone",
        ),
        (
            &["--logs", "app.log", "--only", "bad-deploy-5xx"],
            3,
            "no signature requires a log line",
        ),
    ] {
        let ran = bench.rbk(&[&["match"], arguments].concat()).expect(code);
        assert!(ran.to_string().contains(said), "{ran}");
    }
}

#[test]
fn rules_of_the_common_reliability_enumeration_are_imported_or_refused() {
    let bench = Workbench::new();
    bench.rbk(&["init", "."]).expect(0);
    let folder = rules(&bench, "cre");
    let arguments = [
        "import",
        "cre",
        &folder,
        "--out",
        "runbooks/imported",
        "--class",
        "elevated-error-rate",
        "--owner",
        "sre",
        "--service",
        "checkout",
        "--licence",
        "Apache-2.0",
    ];
    let ran = bench.rbk(&arguments).expect(0);
    // The folder is another at every run.
    assert_snapshot!("import_cre", ran.to_string().replace(&folder, "RULES"));
    // What is there already with the same content stays; what was changed is not overwritten.
    bench.rbk(&arguments).expect(0);
    let one = "runbooks/imported/cre-2024-0007/signature.yaml";
    bench.replace(one, "version: 0.1.0", "version: 0.2.0");
    let refused = bench.rbk(&arguments).expect(2);
    assert!(
        refused.to_string().contains("nothing was written"),
        "{refused}"
    );
    // The engine agrees with the search through logs.
    bench.rbk(&["test", "--filter", "cre-2024"]).expect(0);
    let lint = bench
        .rbk(&["lint", "--statistics", "--today", TODAY])
        .expect(1);
    assert_snapshot!("import_cre_lint", lint);
}

#[test]
fn alert_rules_of_prometheus_become_drafts() {
    let bench = Workbench::new();
    bench.rbk(&["init", "."]).expect(0);
    let folder = rules(&bench, "prometheus");
    let mut files = crate::workbench::files(Path::new(&folder));
    files.retain(|file| file.extension().is_some_and(|extension| extension == "yml"));
    assert_eq!(files.len(), 56);
    let mut arguments = vec![
        "import",
        "prometheus",
        "--out",
        "runbooks/imported",
        "--class",
        "elevated-error-rate",
        "--owner",
        "sre",
    ];
    let names: Vec<String> = files
        .iter()
        .map(|file| Path::new(&folder).join(file).to_str().unwrap().to_owned())
        .collect();
    arguments.extend(names.iter().map(String::as_str));
    assert_snapshot!("import_prometheus", bench.rbk(&arguments).expect(0));
    assert_snapshot!(
        "import_prometheus_draft",
        bench.read("runbooks/imported/apache-down/runbook.yaml")
    );
    assert_snapshot!(
        "import_prometheus_lint",
        bench
            .rbk(&["lint", "--statistics", "--today", TODAY])
            .expect(1)
    );
}

#[test]
fn payloads_become_what_decide_reads() {
    let bench = Workbench::new();
    bench.rbk(&["init", "."]).expect(0);
    bench.write(
        "alert.json",
        r#"{"version":"4","groupKey":"g","alerts":[{"status":"firing","labels":{"alertname":"HighRequestErrorRate","service":"checkout"},
           "startsAt":"2026-11-02T10:10:00Z","endsAt":"0001-01-01T00:00:00Z"}]}"#,
    );
    let ran = bench
        .rbk(&["import", "alertmanager", "alert.json"])
        .expect(2);
    assert!(ran.to_string().contains("--environment"), "{ran}");
    let told = [
        "import",
        "alertmanager",
        "alert.json",
        "--environment",
        "production",
    ];
    assert_snapshot!("import_alertmanager", bench.rbk(&told).expect(0));
    let fixture = [
        told.as_slice(),
        &["--as-fixture", "told", "--severity", "sev2"],
    ]
    .concat();
    assert_snapshot!("import_alertmanager_fixture", bench.rbk(&fixture).expect(0));
}

#[test]
fn a_postmortem_becomes_a_signature() {
    let bench = Workbench::new();
    bench.rbk(&["init", "."]).expect(0);
    bench.rbk(&["postmortem", "check"]).expect(0);
    let derive = ["signature", "derive", "2026-03-14-null-currency"];
    let ran = bench.rbk(&derive);
    assert_snapshot!(
        "signature_derive",
        ran.to_string()
            .replace(bench.path("").to_str().unwrap(), "HERE/")
    );
    let folder = "postmortems/2026-03-14-null-currency/signatures/null-currency";
    assert_snapshot!(
        "signature_derived",
        bench.read(&format!("{folder}/signature.yaml"))
    );
    bench.rbk(&["test", "--filter", "null-currency"]).expect(0);
    let again = bench.rbk(&derive).expect(2);
    assert!(again.to_string().contains("--id"), "{again}");
    let unknown = bench
        .rbk(&["signature", "derive", "2026-03-14-null-curency"])
        .expect(2);
    assert!(
        unknown
            .to_string()
            .contains("did you mean `2026-03-14-null-currency`?"),
        "{unknown}"
    );
}

#[test]
fn a_postmortem_is_begun_and_checked() {
    let bench = Workbench::new();
    bench.rbk(&["init", "."]).expect(0);
    bench
        .rbk(&[
            "postmortem",
            "new",
            "2026-11-01-slow-mail",
            "--today",
            TODAY,
        ])
        .expect(0);
    let ran = bench.rbk(&[
        "postmortem",
        "check",
        "2026-11-01-slow-mail",
        "--today",
        TODAY,
    ]);
    assert_snapshot!("postmortem_check", ran);
}
