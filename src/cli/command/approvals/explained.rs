//! An evaluation in words: the verdict, what is missing and who can give it, and what did not count.

use std::collections::BTreeSet;

use crate::diagnostic::visible::visible_line;
use crate::governance::{Account, Evaluation, Facts, Reason, UnitEvaluation, Verdict};

/// Names shown of those who could approve.
const MOST_NAMES: usize = 8;

/// The evaluation, for a reader who has to act on it.
pub(in crate::cli::command) fn explain(evaluation: &Evaluation, facts: &Facts) -> String {
    let verdict = match evaluation.verdict {
        Verdict::Allow => "ALLOW",
        Verdict::AllowBreakGlass => "ALLOW until the exception expires",
        Verdict::Deny => "DENY",
        Verdict::Error => "ERROR: neither allowed nor denied",
    };
    let pull = evaluation
        .pull_request
        .map(|number| format!(", pull request {number}"));
    let tip: String = facts.landing.tip.chars().take(12).collect();
    let mut text = format!("{verdict} {tip}{}\n", pull.unwrap_or_default());
    for reason in &evaluation.reasons {
        text.push_str(&line(*reason));
    }
    for detail in &evaluation.details {
        text.push_str(&format!("  {}\n", visible_line(detail)));
    }
    // Without a pull request nothing could be approved, and nobody can mend that by approving.
    let approvable = evaluation
        .units
        .iter()
        .filter(|_| evaluation.pull_request.is_some());
    approvable.for_each(|unit| text.push_str(&about(unit, facts)));
    if !evaluation.rejected.is_empty() {
        text.push_str("not counted:\n");
    }
    for rejected in &evaluation.rejected {
        let review = facts
            .reviews
            .iter()
            .find(|review| review.id == rejected.review);
        let who = review
            .and_then(|review| review.user)
            .map(|id| name(facts, id));
        text.push_str(&format!(
            "  review {} by {}: {} {}\n",
            rejected.review,
            who.unwrap_or_else(|| "nobody".to_owned()),
            rejected.reason,
            rejected.reason.meaning(),
        ));
    }
    text
}

fn line(reason: Reason) -> String {
    format!("  {reason}: {}\n", reason.meaning())
}

fn about(unit: &UnitEvaluation, facts: &Facts) -> String {
    let tier = unit
        .tier
        .map_or_else(|| "no tier".to_owned(), |tier| format!("tier {tier}"));
    let mut environments = vec![tier];
    environments.extend(
        unit.environments
            .iter()
            .map(|environment| visible_line(environment)),
    );
    let mut text = format!(
        "{} ({})\n",
        visible_line(&unit.path),
        environments.join(", ")
    );
    for (team, needed) in &unit.teams {
        let has = names(facts, &needed.has);
        let missing = usize::try_from(needed.needs).unwrap_or(usize::MAX) > needed.has.len()
            || unit.reasons.contains(&Reason::TooFewHumans);
        let could = match missing {
            true => format!("; can give it: {}", names(facts, &needed.could)),
            false => String::new(),
        };
        text.push_str(&format!(
            "  {team}: needs {}, has {has}{could}\n",
            needed.needs
        ));
    }
    if !unit.one_person_many_teams {
        text.push_str("  nobody counts for more than one team\n");
    }
    if unit.min_distinct > 1 {
        text.push_str(&format!("  from at least {} people\n", unit.min_distinct));
    }
    for reason in &unit.reasons {
        text.push_str(&format!("  {reason}\n"));
    }
    text
}

fn names(facts: &Facts, accounts: &BTreeSet<Account>) -> String {
    if accounts.is_empty() {
        return "nobody".to_owned();
    }
    let mut names: Vec<String> = accounts.iter().map(|id| name(facts, *id)).collect();
    let more = names.len().saturating_sub(MOST_NAMES);
    names.truncate(MOST_NAMES);
    if more > 0 {
        names.push(format!("{more} more"));
    }
    names.join(", ")
}

fn name(facts: &Facts, account: Account) -> String {
    let user = facts.users.get(&account);
    user.map_or_else(
        || format!("account {account}"),
        |user| visible_line(&user.login),
    )
}
