//! Which grade each kind of change gets.

use super::*;
use crate::change::diff::{Aspect, Verdict};
use crate::document::model::Kind;

#[test]
fn nothing_differs_from_itself() {
    let diff = compare(&base(), &base());
    assert_eq!(diff, Diff::default());
    assert_eq!(diff.verdict, Verdict::Nothing);
}

#[test]
fn tier_guard_and_scope_come_first_in_this_order() {
    let diff = diff(&[
        (ACTION, "  tier: 2\n", "  tier: 3\n"),
        (ACTION, "not_frozen, ", ""),
        (
            RUNBOOK,
            "services: [checkout]",
            "services: [checkout, payments-gateway]",
        ),
        (RUNBOOK, "settle: 2m", "settle: 1m"),
        (POLICY, "actions_per_hour: 2", "actions_per_hour: 9"),
    ]);
    assert_eq!(diff.verdict, Verdict::RiskUp);
    let first: Vec<Aspect> = diff
        .differences
        .iter()
        .map(|it| it.aspect)
        .take(2)
        .collect();
    assert_eq!(first, [Aspect::Tier, Aspect::Guard]);
    let lines = lines(&diff);
    assert_eq!(lines[0], "more reach: tier: 2 -> 3");
    assert_eq!(
        lines[1],
        "less safety: preflight `not_frozen`: required -> none"
    );
    let scope = lines
        .iter()
        .position(|it| it.contains("services in scope"))
        .unwrap();
    let guards = |line: &String| line.contains("time before");
    assert!(lines[2..scope].iter().all(guards), "{lines:#?}");
    assert_eq!(diff.differences[0].place.line, 5);
    assert_eq!(diff.differences[0].place.path, ACTION);
}

#[test]
fn one_change_gets_the_grade_it_deserves_and_the_opposite_when_it_is_undone() {
    use Grade::{LessSafety, MoreReach};
    let cases: &[(&str, &str, &str, Grade, &str)] = &[
        (
            RUNBOOK,
            "mode: gated",
            "mode: auto",
            MoreReach,
            "mode of the runbook: gated -> auto",
        ),
        (
            RUNBOOK,
            ", \"*/kube-system/**\"",
            "",
            MoreReach,
            "targets never touched: statefulset/**, */kube-system/** -> statefulset/**",
        ),
        (
            RUNBOOK,
            "not migrations, ",
            "",
            LessSafety,
            "preflight `not migrations`: required -> none",
        ),
        (
            RUNBOOK,
            ", guard: neighbours_ok",
            "",
            LessSafety,
            "verified by `guard`: neighbours_ok -> none",
        ),
        (
            RUNBOOK,
            "settle: 2m",
            "settle: 90s",
            LessSafety,
            "time before the first look: 2m -> 1m30s",
        ),
        (
            RUNBOOK,
            "          on_failure: rollback\n",
            "",
            LessSafety,
            "rollback on failure: yes -> none",
        ),
        (
            RUNBOOK,
            "namespace: shop",
            "namespace: \"{{ incident.x }}\"",
            MoreReach,
            "parameter `namespace`: shop -> any value it takes, known in the run only",
        ),
        (
            RUNBOOK,
            "below: 1%, for: 2m",
            "below: 9%, for: 2m",
            LessSafety,
            "check `err_ok`: {below: 1%, for: 2m, query: http-error-ratio} -> {below: 9%, for: 2m, query: http-error-ratio}",
        ),
        (
            RUNBOOK,
            "then: incident-commanders, ",
            "",
            Grade::LessSafety,
            "who is told next: incident-commanders -> none",
        ),
        (
            ACTION,
            "valid_for: 24h",
            "valid_for: 1h",
            LessSafety,
            "how long the undo works: 24h -> 1h",
        ),
        (
            ACTION,
            "rate: 2 per 1h, ",
            "",
            LessSafety,
            "rate: 2 per 1h -> none",
        ),
        (
            ACTION,
            "min_healthy: 60%",
            "min_healthy: 40%",
            LessSafety,
            "share that stays healthy: 60% -> 40%",
        ),
        (
            ACTION,
            "\"apps/deployments:patch\"",
            "\"apps/deployments:patch\", \"secrets:get\"",
            MoreReach,
            "permissions: apps/deployments:get, apps/deployments:patch -> apps/deployments:get, apps/deployments:patch, secrets:get",
        ),
        (
            ACTION,
            "raise_tier: [{param: namespace, in: [kube-system], to: 3}]",
            "raise_tier: []",
            LessSafety,
            "values that raise the tier: [{in: [kube-system], param: namespace, to: 3}] -> none",
        ),
        (
            POLICY,
            "staging: {0: auto, 1: auto, 2: gated",
            "staging: {0: auto, 1: auto, 2: auto",
            MoreReach,
            "mode of tier 2 in staging: gated -> auto",
        ),
        (
            POLICY,
            "2: {approvals: 2",
            "2: {approvals: 1",
            LessSafety,
            "go-aheads at tier 2: 2 -> 1",
        ),
        (
            POLICY,
            "checkout: gated",
            "checkout: auto",
            MoreReach,
            "rollout of checkout: gated -> auto",
        ),
        (
            POLICY,
            "payments-gateway: shadow",
            "payments-gateway: advise",
            MoreReach,
            "rollout of payments-gateway: none -> advise",
        ),
        (
            POLICY,
            "advise_only, pause_new, stop_now",
            "advise_only, stop_now",
            LessSafety,
            "what the kill switch can order: advise_only, pause_new, stop_now -> advise_only, stop_now",
        ),
        (
            POLICY,
            "[2], environments: [\"*\"], require: {sre: 2}",
            "[2], environments: [\"*\"], require: {sre: 1}",
            LessSafety,
            "approvals of sre for changes of tier 2 in production: 2 -> 1",
        ),
        (
            POLICY,
            "{login: carol, id: 103}",
            "{login: carol, id: 103}, {login: eve, id: 6}",
            LessSafety,
            "members of team sre, by id: 101, 102, 103 -> 101, 102, 103, 6",
        ),
        (
            SIGNATURE,
            "at_least: 5%, for: 3m",
            "at_least: 1%, for: 3m",
            MoreReach,
            "required condition `err`: {at_least: 5%, for: 3m, query: http-error-ratio} -> {at_least: 1%, for: 3m, query: http-error-ratio}",
        ),
        (
            SIGNATURE,
            "  exclude:\n    upstream: {query: dependency-error-ratio, at_least: 5%}\n",
            "",
            MoreReach,
            "exclusion `upstream`: {at_least: 5%, query: dependency-error-ratio} -> none",
        ),
        (
            SIGNATURE,
            "match_at: 0.6",
            "match_at: 0.5",
            MoreReach,
            "score from which it matches: 0.6 -> 0.5",
        ),
    ];
    for (path, old, new, grade, line) in cases {
        let edits = [(*path, *old, *new)];
        let found = diff(&edits);
        let expected = format!("{}: {line}", grade.words());
        assert!(
            lines(&found).contains(&expected),
            "{expected}\n{:#?}",
            lines(&found)
        );
        assert_eq!(found.verdict, Verdict::RiskUp, "{line}");
        let back = undone(&edits);
        assert_eq!(
            back.verdict,
            Verdict::SameOrLower,
            "{line}: {:#?}",
            lines(&back)
        );
    }
}

#[test]
fn the_same_action_rated_lower_is_no_improvement() {
    let found = diff(&[(ACTION, "  tier: 2\n", "  tier: 1\n")]);
    assert!(
        lines(&found).contains(&"less safety: tier: 2 -> 1".to_owned()),
        "{:#?}",
        lines(&found)
    );
    let milder = diff(&[(ACTION, "class: reversible", "class: ephemeral")]);
    assert!(
        lines(&milder).contains(&"less safety: reversibility: reversible -> ephemeral".to_owned())
    );
}

#[test]
fn words_are_words() {
    let found = diff(&[
        (RUNBOOK, "title: Roll back", "title: Return from"),
        (
            RUNBOOK,
            "because: no trusted pattern",
            "because: nothing fits",
        ),
    ]);
    assert_eq!(found.verdict, Verdict::TextOnly);
    assert_eq!(grades(&found), [Grade::Text, Grade::Text]);
}

#[test]
fn behaviour_of_which_nobody_can_tell_is_neither_safe_nor_risky() {
    let query = "runbooks/catalog/queries/http-error-ratio.yaml";
    let found = diff(&[(query, "template: ", "template: 1 * ")]);
    assert_eq!(found.verdict, Verdict::Changed, "{:#?}", lines(&found));
    // It names the runbook whose evidence it is.
    let at = &found.differences[0].at;
    assert_eq!(at.len(), 1);
    assert_eq!(at[0].document.kind, Kind::Runbook);
}

#[test]
fn a_document_that_cannot_be_read_is_no_clean_result_on_either_side() {
    let broken = [(RUNBOOK, "kind: Runbook", "kind: Runbok")];
    for found in [diff(&broken), undone(&broken)] {
        assert_eq!(found.verdict, Verdict::CouldNotEvaluate);
        assert_eq!(found.unevaluated[0].path.as_deref(), Some(RUNBOOK.into()));
        assert!(found.differences.is_empty(), "{:#?}", lines(&found));
    }
    let missing = [(RUNBOOK, "action: k8s.rollout-undo", "action: k8s.nothing")];
    let found = diff(&missing);
    assert_eq!(found.verdict, Verdict::CouldNotEvaluate);
    assert!(
        found.unevaluated[0].why.contains("Action/k8s.nothing"),
        "{:?}",
        found.unevaluated
    );
}

#[test]
fn a_moved_document_is_compared_with_what_it_was() {
    let (_, entry) = base()
        .entries_at(RUNBOOK.into())
        .next()
        .map(|(id, it)| (id, it.source().text().to_owned()))
        .unwrap();
    let moved = |id: &str, mode: &str| {
        let text = entry
            .replace("id: error-rate-after-deploy", &format!("id: {id}"))
            .replace("mode: gated", mode);
        let files = starter::FILES.iter().filter(|(path, _)| *path != RUNBOOK);
        let files = files.map(|(path, text)| {
            (
                Utf8PathBuf::from(*path),
                text.replace(
                    "runbook: error-rate-after-deploy",
                    &format!("runbook: {id}"),
                )
                .into_bytes(),
            )
        });
        let new = (
            Utf8PathBuf::from("runbooks/elsewhere/runbook.yaml"),
            text.into_bytes(),
        );
        Library::from_sources(files.chain([new]))
    };
    let same = compare(&base(), &moved("error-rate-after-deploy", "mode: gated"));
    assert_eq!(same.moves.len(), 1);
    assert!(same.differences.is_empty(), "{:#?}", lines(&same));
    let renamed = compare(&base(), &moved("roll-back", "mode: auto"));
    assert_eq!(renamed.moves[0].after.id, "roll-back");
    assert!(renamed.moves[0].similarity.is_some_and(|it| it > 90));
    let lines = lines(&renamed);
    assert!(
        lines.contains(&"more reach: mode of the runbook: gated -> auto".to_owned()),
        "{lines:#?}"
    );
    assert!(
        !lines.iter().any(|it| it.contains("new runbook")),
        "{lines:#?}"
    );
}
