//! `rbk diff`: what an agent may do after a change, in real repositories.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::workbench::{Workbench, words};

const RUNBOOK: &str = "repo/runbooks/error-rate-after-deploy/runbook.yaml";
const ACTION: &str = "repo/runbooks/catalog/actions/k8s.rollout-undo.yaml";
const POLICY: &str = "repo/runbooks/governance.yaml";

fn starter() -> Workbench {
    let bench = Workbench::new();
    bench.starter("repo");
    bench
}

/// A tier is raised, a guard dropped and a scope widened; words change too.
fn risky() -> Workbench {
    let bench = starter();
    bench.replace(RUNBOOK, "title: Roll back", "title: Return from");
    bench.replace(
        RUNBOOK,
        "services: [checkout]",
        "services: [checkout, payments-gateway]",
    );
    bench.replace(ACTION, "no_commander, ", "");
    bench.replace(ACTION, "  tier: 2\n", "  tier: 3\n");
    bench
}

fn diff(bench: &Workbench, arguments: &str) -> Value {
    let line = format!("diff {arguments} --path repo --format json");
    bench.rbk(&words(&line)).expect(0).json()
}

fn lines(diff: &Value) -> Vec<String> {
    let differences = diff["differences"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap_or("none").to_owned();
    differences
        .iter()
        .map(|it| {
            format!(
                "{} {}: {} -> {}",
                text(&it["grade"]),
                text(&it["what"]),
                text(&it["before"]),
                text(&it["after"])
            )
        })
        .collect()
}

#[test]
fn a_raised_tier_a_dropped_guard_and_a_wider_scope_come_first() {
    let bench = risky();
    assert_snapshot!(
        "diff_risk_up",
        bench.rbk(&words("diff HEAD --path repo")).expect(0)
    );
    assert_snapshot!(
        "diff_risk_up_markdown",
        bench
            .rbk(&words("diff HEAD --path repo --format markdown"))
            .expect(0)
    );
    let lines = lines(&diff(&bench, "HEAD"));
    assert_eq!(
        lines[..3],
        [
            "more_reach tier: 2 -> 3",
            "less_safety preflight `no_commander`: required -> none",
            "more_reach services in scope: checkout -> checkout, payments-gateway",
        ]
    );
}

#[test]
fn the_approvals_that_the_policy_of_the_base_demands_are_listed() {
    let bench = risky();
    // What the change itself would like to need is not asked.
    bench.replace(
        POLICY,
        "require: {sre: 2, incident-commanders: 1}",
        "require: {sre: 1}",
    );
    let diff = diff(&bench, "HEAD");
    let approvals = diff["approvals"].as_array().unwrap();
    let of = |path: &str| approvals.iter().find(|it| it["path"] == path).unwrap();
    let action = of("runbooks/catalog/actions/k8s.rollout-undo.yaml");
    assert_eq!(
        (&action["tier"], &action["teams"], &action["min_distinct"]),
        (
            &json!(3),
            &json!({"incident-commanders": 1, "sre": 2}),
            &json!(3)
        )
    );
    let policy = of("runbooks/governance.yaml");
    assert_eq!(policy["teams"], json!({"sre": 2}));
}

#[test]
fn words_say_so_and_what_cannot_be_read_looks_like_neither() {
    let bench = starter();
    assert_snapshot!(
        "diff_nothing",
        bench.rbk(&words("diff HEAD --path repo")).expect(0)
    );
    bench.replace(RUNBOOK, "title: Roll back", "title: Return from");
    assert_snapshot!(
        "diff_text_only",
        bench.rbk(&words("diff HEAD --path repo")).expect(0)
    );
    bench.replace(RUNBOOK, "  autonomy: {max_tier: 2, mode: gated}\n", "");
    assert_snapshot!(
        "diff_could_not",
        bench.rbk(&words("diff HEAD --path repo")).expect(3)
    );
    bench.commit("repo");
    // What was cannot be told either, once it is mended.
    bench.replace(
        RUNBOOK,
        "  checks:\n",
        "  autonomy: {max_tier: 2, mode: gated}\n  checks:\n",
    );
    let base = bench
        .rbk(&words("diff HEAD --path repo --format json"))
        .expect(3)
        .json();
    assert_eq!(base["verdict"], "could_not_evaluate");
    assert_eq!(base["unevaluated"][0]["side"], "base");
    assert_eq!(
        base["unevaluated"][0]["what"],
        "Runbook/error-rate-after-deploy"
    );
}

#[test]
fn exit_codes() {
    let bench = risky();
    bench
        .rbk(&words("diff HEAD --path repo --fail-on risk-up"))
        .expect(1);
    bench.git("repo", &["checkout", "-q", "."]);
    bench
        .rbk(&words("diff HEAD --path repo --fail-on risk-up"))
        .expect(0);
    bench
        .rbk(&words("diff HEAD --path repo --fail-on never-heard"))
        .expect(2);
    bench.rbk(&words("diff --path repo")).expect(2);
    bench.rbk(&words("diff nowhere --path repo")).expect(3);
    bench.rbk(&words("diff HEAD --path missing")).expect(2);
    bench.rbk(&words("init plain")).expect(0);
    std::fs::create_dir(bench.path("empty")).unwrap();
    bench.rbk(&words("diff HEAD --path empty")).expect(3);
}

#[test]
fn two_commits_are_compared_as_they_are_and_from_where_the_branch_left() {
    let bench = starter();
    bench.git("repo", &["branch", "work"]);
    bench.replace(POLICY, "checkout: gated", "checkout: auto");
    bench.commit("repo");
    bench.git("repo", &["checkout", "-q", "work"]);
    bench.replace(RUNBOOK, "settle: 2m", "settle: 3m");
    bench.commit("repo");
    // What is not committed is no part of it, and neither is what landed on main since.
    bench.replace(RUNBOOK, "mode: gated", "mode: auto");
    let found = diff(&bench, "main work");
    assert_eq!(
        lines(&found),
        ["safer time before the first look: 2m -> 3m"]
    );
    assert_eq!(found["verdict"], "same_or_lower");
    let on_disk = lines(&diff(&bench, "auto"));
    assert!(
        on_disk.contains(&"more_reach mode of the runbook: gated -> auto".to_owned()),
        "{on_disk:?}"
    );
}

#[test]
fn a_change_of_the_policy_names_the_runbooks_it_reaches() {
    let bench = starter();
    bench.replace(
        POLICY,
        "staging: {0: auto, 1: auto, 2: gated",
        "staging: {0: auto, 1: auto, 2: \"off\"",
    );
    bench.replace(POLICY, "2: {approvals: 2", "2: {approvals: 1");
    let found = diff(&bench, "HEAD");
    assert_eq!(
        lines(&found),
        [
            "less_safety go-aheads at tier 2: 2 -> 1",
            "safer mode of tier 2 in staging: gated -> none",
        ]
    );
    for it in found["differences"].as_array().unwrap() {
        assert_eq!(it["document"], "Governance/starter");
        assert_eq!(
            it["at"][0]["document"], "Runbook/error-rate-after-deploy",
            "{it}"
        );
    }
}

#[test]
fn a_change_of_the_catalogue_is_told_once_with_all_runbooks() {
    let bench = Workbench::new();
    bench.own_library("repo");
    let catalogue = "repo/runbooks/catalog/queries/http.yaml";
    let text = bench
        .read(catalogue)
        .replace("min_samples: ", "min_samples: 1");
    bench.write(catalogue, text);
    let found = diff(&bench, "HEAD");
    let samples = found["differences"].as_array().unwrap();
    let most = samples
        .iter()
        .map(|it| it["at"].as_array().unwrap().len())
        .max();
    assert!(most > Some(3), "{samples:#?}");
    let mut told: Vec<_> = samples
        .iter()
        .map(|it| (it["document"].to_string(), it["what"].to_string()))
        .collect();
    let all = told.len();
    told.sort();
    told.dedup();
    assert_eq!(told.len(), all);
}

#[test]
fn a_move_is_read_through_and_said() {
    let bench = starter();
    bench.git(
        "repo",
        &[
            "mv",
            "runbooks/error-rate-after-deploy",
            "runbooks/undo-release",
        ],
    );
    let found = bench.rbk(&words("diff HEAD --path repo")).expect(0);
    assert!(
        found.stdout.contains(
            "runbooks/error-rate-after-deploy/runbook.yaml → runbooks/undo-release/runbook.yaml"
        ),
        "{}",
        found.stdout
    );
    assert!(
        found.stdout.contains("approvals never follow one"),
        "{}",
        found.stdout
    );
    assert!(!found.stdout.contains("new runbook"), "{}", found.stdout);
}

#[test]
fn hostile_titles_do_nothing() {
    let bench = starter();
    bench.replace(
        RUNBOOK,
        "title: Roll back a release that raised the error rate",
        r#"title: "@octocat </details> <!-- rbk:comment --> ``` | [x](https://x.org) ::error::x www.x.org""#,
    );
    bench.replace(
        RUNBOOK,
        "because: no trusted pattern",
        "because: \"@octo/team # ~~~ <script>\"",
    );
    let page = bench
        .rbk(&words("diff HEAD --path repo --format markdown"))
        .expect(0)
        .stdout;
    for bad in [
        "@", "<!--", "```", "~~~", "<script", "](", "https:", "\u{202E}", "\u{1b}",
    ] {
        assert!(!page.contains(bad), "{bad:?} in {page}");
    }
    assert_eq!(
        page.matches("<details>").count(),
        page.matches("</details>").count()
    );
    let text = bench.rbk(&words("diff HEAD --path repo")).expect(0).stdout;
    assert!(
        !text.contains('\u{202E}') && !text.contains('\u{1b}'),
        "{text}"
    );
}
