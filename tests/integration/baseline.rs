//! `rbk baseline`: adopting findings, and what `rbk lint` and `rbk check` make of them.

use crate::workbench::Workbench;

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";
const FILE: &str = ".rbk-baseline.json";

fn with_placeholder() -> Workbench {
    let bench = Workbench::new();
    bench.rbk(&["init", "."]).expect(0);
    bench.replace(RUNBOOK, "because: no trusted pattern", "because: TODO");
    bench
}

#[test]
fn what_is_adopted_no_longer_fails_and_what_is_new_does() {
    let bench = with_placeholder();
    bench.rbk(&["lint"]).expect(1);
    let written = bench.rbk(&["baseline", "write"]).expect(0);
    assert_eq!(written.stdout, "1 finding adopted in .rbk-baseline.json\n");
    let known = bench.rbk(&["lint"]).expect(0);
    assert_eq!(known.stdout, "no findings in 31 documents; 1 known\n");
    bench.rbk(&["check"]).expect(0);
    bench.rbk(&["lint", "--no-baseline"]).expect(1);
    bench.replace(RUNBOOK, "because: TODO", "because: FIXME");
    bench.rbk(&["lint"]).expect(1);
}

#[test]
fn an_existing_baseline_grows_only_when_forced() {
    let bench = with_placeholder();
    bench.rbk(&["baseline", "write"]).expect(0);
    let before = bench.read(FILE);
    bench.replace("runbooks/governance.yaml", "title: ", "title: TODO ");
    let refused = bench.rbk(&["baseline", "write"]).expect(1);
    assert!(
        refused.stderr.contains("would grow by 1 finding"),
        "{}",
        refused.stderr
    );
    assert_eq!(bench.read(FILE), before);
    bench.rbk(&["baseline", "write", "--force"]).expect(0);
    bench.rbk(&["lint"]).expect(0);
}

#[test]
fn pruning_forgets_what_is_mended_and_adds_nothing() {
    let bench = with_placeholder();
    bench.rbk(&["baseline", "prune"]).expect(2);
    bench.rbk(&["baseline", "write"]).expect(0);
    bench.replace(RUNBOOK, "because: TODO", "because: no trusted pattern");
    bench.replace("runbooks/governance.yaml", "title: ", "title: TODO ");
    let noted = bench.rbk(&["lint"]).expect(1);
    assert!(
        noted.stderr.contains("`rbk baseline prune`"),
        "{}",
        noted.stderr
    );
    let pruned = bench.rbk(&["baseline", "prune"]).expect(0);
    assert_eq!(
        pruned.stdout,
        "1 finding removed from .rbk-baseline.json, 0 left\n"
    );
    bench.rbk(&["lint"]).expect(1);
}

#[test]
fn locked_rules_are_reported_all_the_same() {
    let bench = with_placeholder();
    bench.replace(RUNBOOK, "    - {otherwise: escalate, because: TODO}\n", "");
    let written = bench.rbk(&["baseline", "write"]).expect(0);
    assert!(written.stdout.contains("not adopted"), "{}", written.stdout);
    let found = bench.rbk(&["lint"]).expect(1);
    assert!(found.stdout.contains("error[E002]"), "{}", found.stdout);
}

#[test]
fn a_baseline_that_cannot_be_used_is_a_usage_error_and_nothing_passes() {
    let bench = with_placeholder();
    bench.rbk(&["baseline", "write"]).expect(0);
    bench.replace(FILE, "H006", "E002");
    for arguments in [
        &["lint"][..],
        &["check"],
        &["baseline", "prune"],
        &["baseline", "write"],
    ] {
        let failed = bench.rbk(arguments).expect(2);
        assert!(failed.stderr.contains("E002"), "{}", failed.stderr);
        assert_eq!(failed.stdout, "");
    }
}
