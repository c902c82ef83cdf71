//! `rbk lint --base`: what a change takes away is found against the commit it started from.

use crate::workbench::Workbench;

const ACTION: &str = "repo/runbooks/catalog/actions/k8s.rollout-undo.yaml";

#[test]
fn a_lowered_tier_is_found_against_the_base_only() {
    let bench = Workbench::new();
    bench.starter("repo");
    bench.replace(ACTION, "  tier: 2\n", "  tier: 1\n");
    bench.rbk(&["lint", "repo"]).expect(0);
    let found = bench.rbk(&["lint", "repo", "--base", "HEAD"]).expect(1);
    assert!(found.stdout.contains("error[T017]"), "{}", found.stdout);
    bench.replace(ACTION, "  tier: 1\n", "  tier: 2\n");
    bench.rbk(&["lint", "repo", "--base", "HEAD"]).expect(0);
}

#[test]
fn a_base_that_is_not_there_is_no_clean_result() {
    let bench = Workbench::new();
    bench.starter("repo");
    let failed = bench.rbk(&["lint", "repo", "--base", "nowhere"]).expect(3);
    assert!(
        failed.stderr.contains("git fetch --unshallow"),
        "{}",
        failed.stderr
    );
}
