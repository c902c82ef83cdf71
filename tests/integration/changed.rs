//! `rbk lint --changed`: what a change touches and what depends on it, in real repositories.

use crate::workbench::Workbench;

const RUNBOOK: &str = "repo/runbooks/error-rate-after-deploy/runbook.yaml";
const ACTION: &str = "repo/runbooks/catalog/actions/k8s.rollout-undo.yaml";
const UNRELATED: &str = "repo/runbooks/catalog/services/payments-gateway.yaml";

/// A repository with one old finding that is nobody's business here.
fn with_old_finding() -> Workbench {
    let bench = Workbench::new();
    bench.starter("repo");
    bench.replace(UNRELATED, "title: ", "title: TODO ");
    bench.commit("repo");
    bench.rbk(&["lint", "repo"]).expect(1);
    bench
}

#[test]
fn old_findings_elsewhere_are_not_shown() {
    let bench = with_old_finding();
    bench.rbk(&["lint", "repo", "--changed", "HEAD"]).expect(0);
    bench
        .rbk(&["lint", "repo", "--changed", "HEAD~1"])
        .expect(1);
}

#[test]
fn what_is_not_committed_counts_and_so_does_what_git_does_not_know() {
    let bench = with_old_finding();
    bench.replace(RUNBOOK, "because: no trusted pattern", "because: TODO");
    let found = bench.rbk(&["lint", "repo", "--changed", "HEAD"]).expect(1);
    assert!(
        found.stdout.contains("error[H006]") && !found.stdout.contains("payments-gateway"),
        "{}",
        found.stdout
    );
    bench.commit("repo");
    bench.rbk(&["lint", "repo", "--changed", "HEAD"]).expect(0);
    bench.write("repo/runbooks/catalog/services/new.yaml", "kind: [\n");
    bench.rbk(&["lint", "repo", "--changed", "HEAD"]).expect(1);
}

#[test]
fn removing_what_is_still_used_is_found_where_it_is_used() {
    let bench = with_old_finding();
    std::fs::remove_file(bench.path(ACTION)).unwrap();
    bench.commit("repo");
    let found = bench
        .rbk(&["lint", "repo", "--changed", "HEAD~1"])
        .expect(1);
    assert!(
        found.stdout.contains("error[R001]") && found.stdout.contains("runbook.yaml"),
        "{}",
        found.stdout
    );
    assert!(
        !found.stdout.contains("payments-gateway"),
        "{}",
        found.stdout
    );
}

#[test]
fn a_change_of_an_action_is_found_in_the_runbook_that_calls_it() {
    let bench = with_old_finding();
    bench.replace(ACTION, "  tier: 2\n", "  tier: 3\n");
    let found = bench.rbk(&["lint", "repo", "--changed", "HEAD"]).expect(1);
    assert!(
        found
            .stdout
            .contains("[runbooks/error-rate-after-deploy/runbook.yaml"),
        "{}",
        found.stdout
    );
}

#[test]
fn a_change_of_the_policy_reaches_everything() {
    let bench = with_old_finding();
    bench.replace(
        "repo/runbooks/governance.yaml",
        "production: {0: auto, 1: gated, 2: gated,",
        "production: {0: auto, 1: gated, 2: \"off\",",
    );
    let found = bench.rbk(&["lint", "repo", "--changed", "HEAD"]).expect(1);
    assert!(
        found.stdout.contains("payments-gateway")
            && found.stderr.contains("governs every document"),
        "{} {}",
        found.stdout,
        found.stderr
    );
    assert!(found.stdout.contains("runbook.yaml"), "{}", found.stdout);
}

#[test]
fn a_library_in_a_folder_of_the_repository() {
    let bench = Workbench::new();
    bench.rbk(&["init", "repo/ops"]).expect(0);
    bench.write("repo/src/main.c", "int main;\n");
    bench.commit("repo");
    bench.write("repo/src/main.c", "int main(void);\n");
    bench
        .rbk(&["lint", "repo/ops", "--changed", "HEAD"])
        .expect(0);
    bench.replace(
        &RUNBOOK.replace("repo/", "repo/ops/"),
        "because: no trusted pattern",
        "because: TODO",
    );
    bench
        .rbk(&["lint", "repo/ops", "--changed", "HEAD"])
        .expect(1);
}

#[test]
fn a_commit_that_is_not_there_and_no_repository_are_no_clean_result() {
    let bench = Workbench::new();
    bench.starter("repo");
    let failed = bench
        .rbk(&["lint", "repo", "--changed", "nowhere"])
        .expect(3);
    assert!(
        failed.stderr.contains("git fetch --unshallow"),
        "{}",
        failed.stderr
    );
    bench.rbk(&["init", "plain"]).expect(0);
    bench.rbk(&["lint", "plain", "--changed", "HEAD"]).expect(3);
}
