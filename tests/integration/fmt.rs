//! `rbk fmt`: what is written, what is left alone, and how it says so.

use crate::workbench::Workbench;

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

fn untidy() -> (Workbench, String) {
    let bench = Workbench::new();
    bench.rbk(&["init", "."]).expect(0);
    let tidy = bench.read(RUNBOOK);
    let text = tidy.replace("  incident_class: ", "  incident_class:    ");
    assert_ne!(text, tidy);
    bench.write(RUNBOOK, text.replace('\n', "\r\n"));
    (bench, tidy)
}

#[test]
fn a_new_repository_is_formatted_already() {
    let bench = Workbench::new();
    bench.rbk(&["init", "."]).expect(0);
    for kind in [
        "runbook",
        "action",
        "query",
        "service",
        "signature",
        "postmortem",
    ] {
        bench.rbk(&["new", kind, &format!("new-{kind}")]).expect(0);
    }
    bench.rbk(&["fmt", "--check"]).expect(0);
}

#[test]
fn check_and_diff_write_nothing_and_fail() {
    let (bench, _) = untidy();
    let before = bench.read(RUNBOOK);
    let checked = bench.rbk(&["fmt", "--check"]).expect(1);
    assert!(
        checked
            .stdout
            .starts_with(&format!("would format {RUNBOOK}\n")),
        "{}",
        checked.stdout
    );
    let diff = bench.rbk(&["fmt", "--diff", RUNBOOK]).expect(1);
    assert!(
        diff.stdout
            .contains("+  incident_class: elevated-error-rate\n"),
        "{}",
        diff.stdout
    );
    assert_eq!(bench.read(RUNBOOK), before);
}

#[test]
fn formatting_restores_the_canonical_text_and_then_has_nothing_to_do() {
    let (bench, tidy) = untidy();
    bench.rbk(&["fmt"]).expect(0);
    assert_eq!(bench.read(RUNBOOK), tidy);
    let again = bench.rbk(&["fmt"]).expect(0);
    assert!(
        again.stdout.starts_with("0 files formatted"),
        "{}",
        again.stdout
    );
}

#[test]
fn a_file_that_cannot_be_read_is_named_and_left_alone_while_others_are_formatted() {
    let (bench, tidy) = untidy();
    let broken = "runbooks/catalog/services/checkout.yaml";
    bench.write(broken, "a:   [1\n");
    let failed = bench.rbk(&["fmt"]).expect(3);
    assert!(
        failed.stderr.contains(broken) && failed.stderr.contains("`rbk lint`"),
        "{}",
        failed.stderr
    );
    assert_eq!(bench.read(broken), "a:   [1\n");
    assert_eq!(bench.read(RUNBOOK), tidy);
}

#[test]
fn editors_format_standard_input() {
    let bench = Workbench::new();
    let done = bench
        .rbk_with_input(&["fmt", "-"], "a:   1 # x\nb: [1,2]\n")
        .expect(0);
    assert_eq!(done.stdout, "a: 1 # x\nb: [1, 2]\n");
    let failed = bench.rbk_with_input(&["fmt", "-"], "a: [\n").expect(3);
    assert_eq!(failed.stdout, "");
    bench
        .rbk_with_input(&["fmt", "-", "--check"], "a:   1\n")
        .expect(1);
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let bench = Workbench::new();
    bench.write("outside.yaml", "a:   1\n");
    std::os::unix::fs::symlink(bench.path("outside.yaml"), bench.path("link.yaml")).unwrap();
    bench.rbk(&["fmt", "link.yaml"]).expect(3);
    assert_eq!(bench.read("outside.yaml"), "a:   1\n");
}
