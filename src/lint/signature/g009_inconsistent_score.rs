//! G009: thresholds that say something else than they seem to.

use crate::diagnostic::{Applicability, Severity};
use crate::document::Route;
use crate::document::edit::NewValue;
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const SIGNATURE: &str = "postmortems/2026-03-14-null-currency/signature.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "G009",
    name: "inconsistent-score",
    severity: Severity::Error,
    locked: true,
    category: Category::Signature,
    needs: Needs::File,
    summary: "`0 < ambiguous_at <= match_at <= 1`, and supporting conditions alone do not reach `match_at`.",
    why: "The score is (required + matched support) / (required + all support). A threshold of zero is met by nothing at all, \
          and weights so large that support alone reaches `match_at` make the required conditions decoration.",
    remedy: "Set the thresholds in order, and weigh support in units of one required condition.",
    bad: &[
        Example::edit(SIGNATURE, "ambiguous_at: 0.4", "ambiguous_at: «0.8»"),
        Example::edit(SIGNATURE, "ambiguous_at: 0.4", "ambiguous_at: «0»"),
        Example::edits(&[
            Change::edit(SIGNATURE, "weight: 1}", "weight: 4}"),
            Change::edit(SIGNATURE, "match_at: 0.6", "match_at: «0.6»"),
        ]),
    ],
    good: &[Example::edits(&[
        Change::edit(SIGNATURE, "weight: 1}", "weight: 4}"),
        Change::edit(SIGNATURE, "match_at: 0.6", "match_at: 0.7"),
    ])],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(signature) = scope.signature().map(|document| &document.spec) else {
        return;
    };
    let score = Route::root().key("spec").key("score");
    let (match_at, ambiguous_at) = (signature.score.match_at, signature.score.ambiguous_at);
    if ambiguous_at > match_at {
        findings
            .report(&RULE, scope.value(score.clone().key("ambiguous_at")))
            .message(format!("the verdict is ambiguous from {ambiguous_at} on, but a match from {match_at} on already"))
            .label("above `match_at`")
            .related(scope.value(score.clone().key("match_at")), "a match from here on")
            .help("let `ambiguous_at` be at most `match_at`")
            .fix_if(
                format!("let both be {match_at}"),
                Applicability::Unsafe,
                scope.edits(|editor| {
                    let both = NewValue::Literal(match_at.to_string());
                    editor.replace(&score.key("ambiguous_at"), &both)
                }),
            );
        return;
    }
    for (key, threshold) in [("ambiguous_at", ambiguous_at), ("match_at", match_at)] {
        if threshold <= 0.0 {
            findings
                .report(&RULE, scope.value(score.clone().key(key)))
                .message(format!(
                    "`{key}: {threshold}` is reached by no evidence at all"
                ))
                .label("always reached")
                .help("set it above 0");
        }
    }
    let support: f64 = signature.support.values().map(|one| one.weight).sum();
    let alone = support / (signature.require.len() as f64 + support);
    if match_at > 0.0 && !signature.require.is_empty() && alone >= match_at {
        findings
            .report(&RULE, scope.value(score.key("match_at")))
            .message(format!(
                "supporting conditions alone score {alone:.2}, which reaches `match_at: {match_at}`"
            ))
            .label("reached without what is required")
            .help("lower the weights or raise `match_at`");
    }
}
