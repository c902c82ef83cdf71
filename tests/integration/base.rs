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

#[test]
fn what_landed_on_the_other_branch_since_is_not_part_of_the_change() {
    let bench = Workbench::new();
    bench.starter("repo");
    bench.git("repo", &["branch", "work"]);
    bench.replace(ACTION, "  tier: 2\n", "  tier: 3\n");
    bench.git("repo", &["commit", "-qam", "raise the tier"]);
    bench.git("repo", &["checkout", "-q", "work"]);
    // Compared with the tip of main, the tier would have been lowered from 3 to 2.
    bench.rbk(&["lint", "repo", "--base", "main"]).expect(0);
}

#[test]
fn the_base_of_a_pull_request_is_read_from_its_event() {
    let bench = Workbench::new();
    bench.starter("repo");
    let base = bench.git("repo", &["rev-parse", "HEAD"]);
    bench.replace(ACTION, "  tier: 2\n", "  tier: 1\n");
    bench.git("repo", &["commit", "-qam", "lower the tier"]);
    let event = |text: String| {
        bench.write("event.json", text);
        let mut command = bench.command(&["lint", "repo", "--base", "auto"]);
        let output = command
            .env("GITHUB_EVENT_PATH", bench.path("event.json"))
            .output()
            .unwrap();
        let both = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
        (output.status.code(), both.concat())
    };
    let (code, said) = event(format!(
        r#"{{"pull_request":{{"base":{{"sha":"{}"}}}}}}"#,
        base.trim()
    ));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("error[T017]"), "{said}");
    for (bad, why) in [
        (
            r#"{"pull_request":{"base":{"sha":"--upload-pack=x"}}}"#,
            "is not a commit id",
        ),
        ("{", "cannot be read"),
    ] {
        let (code, said) = event(bad.to_owned());
        assert_eq!(code, Some(3), "{said}");
        assert!(said.contains(why), "{said}");
    }
}

#[test]
fn a_shallow_clone_is_named_with_its_remedy() {
    let bench = Workbench::new();
    bench.starter("repo");
    bench.git("repo", &["branch", "work"]);
    for text in ["one", "two"] {
        bench.write("repo/note.txt", text);
        bench.git("repo", &["add", "."]);
        bench.git("repo", &["commit", "-qm", text]);
    }
    let origin = format!("file://{}", bench.path("repo").display());
    bench.git(
        ".",
        &[
            "clone",
            "-q",
            "--depth=1",
            "--no-single-branch",
            &origin,
            "shallow",
        ],
    );
    let failed = bench
        .rbk(&["lint", "shallow", "--base", "origin/work"])
        .expect(3);
    assert!(
        failed.stderr.contains("fetch-depth: 0"),
        "{}",
        failed.stderr
    );
}

/// Those who show the whole repository name files from its root, wherever the library lies in it.
#[test]
fn a_library_in_a_folder_of_its_repository_is_named_from_the_root() {
    let bench = Workbench::new();
    bench.rbk(&["init", "mono/ops"]).expect(0);
    bench.commit("mono");
    bench.replace(
        "mono/ops/runbooks/catalog/actions/k8s.rollout-undo.yaml",
        "  tier: 2\n",
        "  tier: two\n",
    );
    let file = "runbooks/catalog/actions/k8s.rollout-undo.yaml";
    for (format, shown) in [
        ("github", format!("file=ops/{file},")),
        ("sarif", format!("\"uri\": \"ops/{file}\"")),
        ("rdjson", format!("\"path\": \"ops/{file}\"")),
        ("human", format!("[{file}:")),
        ("junit", file.to_owned()),
    ] {
        let found = bench.rbk(&["lint", "mono/ops", "--format", format]);
        let stdout = found.expect(1).stdout;
        assert!(stdout.contains(&shown), "{format}: {stdout}");
        assert_eq!(
            stdout.contains(&format!("ops/{file}")),
            shown.contains("ops/"),
            "{format}: {stdout}"
        );
    }
    let sarif = ["lint", "mono/ops", "--report", "sarif=found.sarif"];
    bench.rbk(&sarif).expect(1);
    assert!(bench.read("found.sarif").contains(&format!("ops/{file}")));
    bench.replace(
        "mono/ops/runbooks/error-rate-after-deploy/fixtures/quiet.yaml",
        "outcome: ",
        "outcome: not-",
    );
    let check = bench.rbk(&["check", "mono/ops", "--format", "github"]);
    let fixture = "file=ops/runbooks/error-rate-after-deploy/fixtures/quiet.yaml";
    assert!(check.stdout.contains(fixture), "{check}");
}
