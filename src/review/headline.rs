//! The line that is read first: what happens to the risk, and what is missing.

use super::text::{quoted, several};
use super::{Conclusion, Review, missing};
use crate::change::diff::Verdict;
use crate::change::diff::render::words::{counted, counts};

/// Teams named in the line.
const MOST_TEAMS: usize = 4;

/// The first line, as a heading.
pub(super) fn headline(review: &Review) -> String {
    let conclusion = review.conclusion();
    if conclusion == Conclusion::CouldNotEvaluate {
        return "### ⚠️ Could not evaluate · neither approved nor denied".to_owned();
    }
    let verdict = review
        .diff
        .as_ref()
        .map_or(Verdict::CouldNotEvaluate, |it| it.verdict);
    let (mark, words) = match verdict {
        Verdict::CouldNotEvaluate => ("⚠️", "Could not evaluate"),
        Verdict::RiskUp => ("🔺", "Risk up"),
        Verdict::Changed => ("🔶", "Changed"),
        Verdict::SameOrLower => ("🔽", "Same or lower"),
        Verdict::TextOnly => ("▫️", "Text only"),
        Verdict::Nothing => ("▫️", "No document differs"),
    };
    format!("### {mark} {words} · {}", outcome(review, conclusion))
}

fn outcome(review: &Review, conclusion: Conclusion) -> String {
    match conclusion {
        Conclusion::CouldNotEvaluate => "neither approved nor denied".to_owned(),
        Conclusion::NothingGoverned => "no governed file changes".to_owned(),
        Conclusion::Approved => "approved".to_owned(),
        Conclusion::BreakGlass => match &review.evaluation.exception {
            Some(id) => format!("allowed by exception {} until it expires", quoted(id)),
            None => "allowed by an exception until it expires".to_owned(),
        },
        Conclusion::Denied => {
            let reasons = review.evaluation.reasons.iter();
            let codes: Vec<String> = reasons.map(|reason| format!("`{reason}`")).collect();
            format!("denied: {}", codes.join(", "))
        }
        Conclusion::Waiting => format!("approvals missing: {}", still_missing(review)),
    }
}

fn still_missing(review: &Review) -> String {
    let teams = missing::by_team(&review.evaluation);
    if teams.is_empty() {
        return missing::MORE_PEOPLE.to_owned();
    }
    let shown = teams.iter().take(MOST_TEAMS);
    let mut shown: Vec<String> = shown
        .map(|(team, missing)| format!("{} more of {}", missing.count, quoted(team)))
        .collect();
    let more = teams.len().saturating_sub(MOST_TEAMS);
    if more > 0 {
        shown.push(format!("and of {}", counted(more, "other team")));
    }
    shown.join(", ")
}

/// What the first line means, in a sentence or two.
pub(super) fn explanation(review: &Review) -> String {
    let Ok(diff) = &review.diff else {
        return COULD_NOT.to_owned();
    };
    if review.conclusion() == Conclusion::CouldNotEvaluate {
        return COULD_NOT.to_owned();
    }
    let mut text = diff.verdict.sentence().to_owned();
    if !diff.differences.is_empty() {
        text.push_str(&format!(" {}.", counts(diff)));
    }
    if let Some(fixtures) = &diff.fixtures {
        let differing = match fixtures.differing.len() {
            0 => "none ends differently".to_owned(),
            1 => "1 ends differently".to_owned(),
            more => format!("{more} end differently"),
        };
        let run = counted(fixtures.compared, "fixture");
        text.push_str(&format!(" Of {run} run before and after, {differing}."));
    }
    if !diff.affected.is_empty() {
        let names: Vec<String> = diff.affected.iter().map(ToString::to_string).collect();
        let names = several(names.iter().map(String::as_str), MOST_TEAMS);
        text.push_str(&format!(
            " Runbooks that do not resolve to the same any more: {names}."
        ));
    }
    text
}

const COULD_NOT: &str = "Not everything could be evaluated, so nothing is said about the whole: this is neither a clean \
                         result nor a dangerous one, and it approves nothing.";
