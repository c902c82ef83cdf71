//! `rbk lint --fix` and `--diff`, through the binary and on real files.

use std::fs;

use insta::assert_snapshot;

use crate::workbench::{Workbench, words};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";
const QUERY: &str = "runbooks/catalog/queries/http-error-ratio.yaml";

/// A starter with mistakes that can be mended safely, with a look, and not at all.
fn broken() -> Workbench {
    let bench = Workbench::new();
    bench.rbk(&["init", "."]).expect(0);
    bench.replace(RUNBOOK, "ack_within: 5m", "ack_within: 5 minutes");
    bench.replace(
        RUNBOOK,
        "query: pending-migrations",
        "query: pending-migration",
    );
    bench.replace(QUERY, "range: 1h", "range: an hour");
    bench
}

fn all(bench: &Workbench) -> [String; 2] {
    [RUNBOOK, QUERY].map(|path| bench.read(path))
}

#[test]
fn fix_mends_what_is_safe_and_says_what_is_left() {
    let bench = broken();
    assert_snapshot!("fix_safe", bench.rbk(&words("lint --fix")).expect(1));
    assert!(bench.read(RUNBOOK).contains("ack_within: 5m,"));
    let mended = all(&bench);
    bench.rbk(&words("lint --fix")).expect(1);
    assert_eq!(all(&bench), mended, "a second run changes nothing");
}

#[test]
fn fix_unsafe_mends_more() {
    let bench = broken();
    assert_snapshot!(
        "fix_unsafe",
        bench.rbk(&words("lint --fix=unsafe")).expect(1)
    );
    bench.replace(QUERY, "range: an hour", "range: 1h");
    bench.rbk(&["lint"]).expect(0);
}

#[test]
fn diff_shows_and_writes_nothing() {
    let bench = broken();
    let before = all(&bench);
    assert_snapshot!(
        "fix_diff",
        bench.rbk(&words("lint --fix=unsafe --diff")).expect(1)
    );
    assert_eq!(all(&bench), before);
    bench.rbk(&words("lint --fix=unsafe")).expect(1);
    assert_eq!(bench.rbk(&words("lint --diff")).expect(0).stdout, "");
}

#[test]
fn output_for_programs_stays_output_for_programs() {
    let ran = broken().rbk(&words("lint --fix --format json")).expect(1);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["summary"]["errors"], 2);
    assert!(ran.stderr.contains("fixed runbooks/"), "{}", ran.stderr);
}

#[test]
fn bytes_outside_the_fix_stay() {
    let bench = broken();
    let text = format!("\u{FEFF}{}", bench.read(RUNBOOK).replace('\n', "\r\n"));
    bench.write(RUNBOOK, &text);
    bench.rbk(&words("lint --fix --select S008")).expect(1);
    assert_eq!(bench.read(RUNBOOK), text.replace("5 minutes", "5m"));
}

#[cfg(unix)]
#[test]
fn permissions_stay() {
    use std::os::unix::fs::PermissionsExt;
    let bench = broken();
    let path = bench.path(RUNBOOK);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    bench.rbk(&words("lint --fix")).expect(1);
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
}
