//! What users see: whole commands with both outputs and the exit code (DESIGN §5).
//!
//! The pictures are in `snapshots/`. After a deliberate change of an output run the tests with `INSTA_UPDATE=always`
//! and read the difference.

use insta::assert_snapshot;

use crate::workbench::{Workbench, words};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";
const ROLLS_BACK: &str = "runbooks/error-rate-after-deploy/fixtures/rolls-back.yaml";

fn starter() -> Workbench {
    let bench = Workbench::new();
    bench.rbk(&["init", "."]).expect(0);
    bench
}

/// A starter whose runbook and one action have mistakes of several sorts.
fn broken() -> Workbench {
    let bench = starter();
    bench.replace(RUNBOOK, "owner: sre,", "owner: sre, ower: sre,");
    bench.replace(RUNBOOK, "below: 2%}", "below: 2 %s}");
    bench.replace(
        RUNBOOK,
        "query: pending-migrations",
        "query: pending-migration",
    );
    bench.replace(
        RUNBOOK,
        "    - {otherwise: escalate, because: no trusted pattern}\n",
        "",
    );
    bench.replace(
        "runbooks/catalog/actions/k8s.scale-in.yaml",
        ", min_healthy: 80%",
        "",
    );
    bench
}

#[test]
fn lint_statistics() {
    assert_snapshot!(broken().rbk(&["lint", "--statistics"]).expect(1));
}

#[test]
fn init_lists_what_it_wrote_and_what_to_do_next() {
    let bench = Workbench::new();
    assert_snapshot!("init", bench.rbk(&["init", "shop"]).expect(0));
}

#[test]
fn init_writes_nothing_over_existing_documents() {
    let bench = Workbench::new();
    bench.write("shop/rbk.yaml", "mine");
    bench.write("shop/notes.txt", "mine too");
    assert_snapshot!("init_non_empty", bench.rbk(&["init", "shop"]).expect(2));
    assert_eq!(bench.read("shop/rbk.yaml"), "mine");
    assert_eq!(std::fs::read_dir(bench.path("shop")).unwrap().count(), 2);
}

#[test]
fn init_does_not_mind_other_files() {
    let bench = Workbench::new();
    bench.write("README.md", "mine");
    bench.rbk(&["init", "."]).expect(0);
    bench.rbk(&["check"]).expect(0);
    assert_eq!(bench.read("README.md"), "mine");
}

#[test]
fn lint_of_a_clean_repository() {
    let bench = starter();
    assert_snapshot!("lint_clean", bench.rbk(&["lint"]).expect(0));
    assert_snapshot!(
        "lint_clean_json",
        bench.rbk(&words("lint --format json")).expect(0)
    );
    assert_snapshot!(
        "lint_clean_github",
        bench.rbk(&words("lint --format github")).expect(0)
    );
}

#[test]
fn lint_of_a_broken_repository() {
    let bench = broken();
    assert_snapshot!("lint_broken", bench.rbk(&["lint"]).expect(1));
    assert_snapshot!(
        "lint_broken_json",
        bench.rbk(&words("lint --format json")).expect(1)
    );
    assert_snapshot!(
        "lint_broken_github",
        bench.rbk(&words("lint --format github")).expect(1)
    );
}

#[test]
fn lint_reads_a_repository_from_any_folder_of_it() {
    let bench = broken();
    let here = bench.rbk(&["lint"]).expect(1);
    let below = bench.rbk(&["lint", "runbooks/catalog"]).expect(1);
    assert_eq!(here.stdout, below.stdout);
}

#[test]
fn lint_of_something_that_is_not_yaml() {
    let bench = starter();
    bench.write(
        RUNBOOK,
        "apiVersion: rbk/v1\nkind: Runbook\n\tmetadata: {id: x\n",
    );
    assert_snapshot!("lint_unreadable", bench.rbk(&["lint"]).expect(1));
}

#[test]
fn lint_narrowed_to_a_rule() {
    let bench = broken();
    assert_snapshot!(
        "lint_select",
        bench.rbk(&words("lint --select B005")).expect(1)
    );
    assert_snapshot!(
        "lint_select_unknown",
        bench.rbk(&words("lint --select B0O5")).expect(2)
    );
    assert_snapshot!(
        "lint_ignore_locked",
        bench.rbk(&words("lint --ignore B005")).expect(2)
    );
    assert_snapshot!(
        "lint_format_unknown",
        bench.rbk(&words("lint --format xml")).expect(2)
    );
}

#[test]
fn lint_says_that_it_did_not_look_at_everything() {
    let ran = starter().rbk(&words("lint --select B005")).expect(0);
    assert!(ran.stderr.contains("not every rule was asked"), "{ran}");
}

#[test]
fn new_documents_are_clean_and_say_what_comes_next() {
    let bench = starter();
    assert_snapshot!(
        "new_runbook",
        bench.rbk(&words("new runbook checkout-slow")).expect(0)
    );
    assert_snapshot!(
        "new_again",
        bench.rbk(&words("new runbook checkout-slow")).expect(2)
    );
    assert_snapshot!(
        "new_kind",
        bench.rbk(&words("new runbok checkout-slow")).expect(2)
    );
    assert_snapshot!(
        "new_id",
        bench.rbk(&words("new runbook Checkout_Slow!")).expect(2)
    );
    bench.rbk(&["check"]).expect(0);
}

#[test]
fn places_without_documents_could_not_be_evaluated() {
    let bench = Workbench::new();
    bench.write("empty/readme.txt", "");
    assert_snapshot!(
        "lint_missing_folder",
        bench.rbk(&["lint", "nowhere"]).expect(2)
    );
    assert_snapshot!("lint_empty_folder", bench.rbk(&["lint", "empty"]).expect(3));
    assert_snapshot!("test_empty_folder", bench.rbk(&["test", "empty"]).expect(3));
    assert_snapshot!(
        "check_empty_folder",
        bench.rbk(&["check", "empty"]).expect(3)
    );
}

#[test]
fn test_of_a_sound_repository() {
    let bench = starter();
    assert_snapshot!("test_clean", bench.rbk(&["test"]).expect(0));
    assert_snapshot!(
        "test_clean_junit",
        bench
            .rbk(&words("test --filter upstream --format junit"))
            .expect(0)
    );
    assert_snapshot!(
        "test_clean_json",
        bench
            .rbk(&words("test --filter upstream --format json"))
            .expect(0)
    );
}

/// A starter whose first fixture expects another path and outcome.
fn failing() -> Workbench {
    let bench = starter();
    bench.replace(ROLLS_BACK, "path: undo", "path: restart");
    bench.replace(ROLLS_BACK, "outcome: mitigated", "outcome: escalated");
    bench
}

#[test]
fn test_shows_what_was_expected_and_what_happened() {
    let bench = failing();
    assert_snapshot!("test_failed", bench.rbk(&["test"]).expect(1));
    for (format, name) in [("json", "test_failed_json"), ("junit", "test_failed_junit")] {
        let line = format!("test --filter rolls-back --format {format}");
        assert_snapshot!(name, bench.rbk(&words(&line)).expect(1));
    }
    bench.rbk(&words("test --filter upstream")).expect(0);
}

#[test]
fn test_with_a_filter_that_selects_nothing() {
    let bench = starter();
    assert_snapshot!(
        "test_nothing_selected",
        bench.rbk(&words("test --filter no-such-thing")).expect(3)
    );
}

#[test]
fn test_of_a_runbook_that_cannot_be_resolved_says_so_once() {
    let bench = starter();
    bench.replace(
        RUNBOOK,
        "action: k8s.rollout-undo",
        "action: k8s.rollout-und",
    );
    assert_snapshot!(
        "test_broken",
        bench.rbk(&words("test --filter Runbook/")).expect(1)
    );
}

#[test]
fn test_names_a_fixture_that_tests_nothing() {
    let bench = starter();
    let fixture = bench.read(ROLLS_BACK);
    let (before, _) = fixture.split_once("  expect:").unwrap();
    bench.write(ROLLS_BACK, format!("{before}  expect:\n    forbidden: [k8s.scale-in]\n    actions: [{{step: undo, action: k8s.rollout-undo}}]\n"));
    bench.rbk(&words("test --filter rolls-back")).expect(0);
    bench.write(ROLLS_BACK, "apiVersion: rbk/v1\nkind: Fixture\nmetadata: {id: rolls-back, title: Nothing is the matter}\nspec:\n  kind: benign\n  provenance: {origin: written}\n  clock: {start: 2026-11-02T10:00:00Z, step: 30s, end: 2026-11-02T10:40:00Z, begin: 2026-11-02T10:10:00Z}\n  subject: {service: checkout, environment: production, severity: sev2}\n  expect:\n    forbidden: [k8s.rollout-undo]\n    outcome: escalated\n");
    assert_snapshot!(
        "test_vacuous",
        bench.rbk(&words("test --filter rolls-back")).expect(1)
    );
}

#[test]
fn check_is_lint_and_test() {
    let bench = starter();
    assert_snapshot!("check_clean", bench.rbk(&["check"]).expect(0));
    assert_snapshot!("check_failing_test", failing().rbk(&["check"]).expect(1));
    broken().rbk(&["check"]).expect(1);
}

#[test]
fn continuous_integration_hears_which_day_it_is() {
    let bench = starter();
    let output = bench
        .command(&["lint"])
        .env_remove("RBK_TODAY")
        .env("CI", "true")
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("pass --today"), "{told}");
}

#[test]
fn explain_a_rule() {
    let bench = Workbench::new();
    assert_snapshot!("explain_rule", bench.rbk(&["explain", "B005"]).expect(0));
    let by_code = bench.rbk(&["explain", "B005"]);
    let by_name = bench.rbk(&["explain", "capacity-without-floor"]).expect(0);
    let by_lint = bench.rbk(&words("lint --explain b005")).expect(0);
    assert_eq!(by_code.stdout, by_name.stdout);
    assert_eq!(by_code.stdout, by_lint.stdout);
}

#[test]
fn explain_an_unknown_rule() {
    let bench = Workbench::new();
    assert_snapshot!(
        "explain_unknown",
        bench.rbk(&["explain", "T0001"]).expect(2)
    );
    assert_snapshot!(
        "explain_misspelt",
        bench.rbk(&["explain", "capacity-without-flor"]).expect(2)
    );
}

#[test]
fn explain_lists_every_rule_once() {
    let bench = Workbench::new();
    let listed = bench.rbk(&["explain"]).expect(0).stdout;
    let codes: Vec<&str> = listed
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    let mut unique = codes.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(codes.len(), unique.len());
    for code in codes {
        bench.rbk(&["explain", code]).expect(0);
    }
}

#[test]
fn usage_errors() {
    let bench = Workbench::new();
    let help = bench.rbk(&["--help"]).stdout;
    assert_eq!(bench.rbk(&[]).expect(2).stderr, help);
    assert_snapshot!("unknown_command", bench.rbk(&["lnit"]).expect(2));
    assert_snapshot!("unknown_flag", bench.rbk(&["lint", "--formt"]).expect(2));
    assert_snapshot!(
        "decide_without_state",
        bench.rbk(&words("decide --incident -")).expect(2)
    );
}

#[test]
fn help_of_every_command_ends_clean() {
    let bench = Workbench::new();
    assert_snapshot!("help", bench.rbk(&["--help"]).expect(0));
    for command in [
        "demo",
        "new",
        "schema",
        "init",
        "lint",
        "explain",
        "check",
        "test",
        "keys",
        "bundle",
        "publish",
        "sync",
        "status",
        "decide",
        "authorize",
        "completions",
    ] {
        let help = bench.rbk(&[command, "--help"]).expect(0);
        assert!(help.stdout.contains("Usage: rbk"), "{help}");
        assert!(help.stderr.is_empty(), "{help}");
    }
}
