//! Annotations of the run: findings and missing approvals as workflow commands.
//!
//! GitHub shows ten errors and ten warnings of a step and drops the rest without a word. Errors that stand for the whole
//! come first, then findings, tests and approvals; a notice counts what is not shown.

use super::missing::{lacking, needs_more_people};
use super::{Conclusion, Review};
use crate::diagnostic::render::github::{MOST_SHOWN, annotation, data};
use crate::diagnostic::{Finding, Located, Location, Severity};
use crate::governance::{Reason, UnitEvaluation, Weight};
use crate::lint::MISSING_APPROVAL;

/// Approvals that are missing for what the change does: a finding of rule A001 at the beginning of every file that is not
/// accepted, for the reports that tell findings.
pub fn findings(review: &Review) -> Vec<Located> {
    let is_judged = matches!(
        review.conclusion(),
        Conclusion::Waiting | Conclusion::Denied
    );
    let units = review.evaluation.units.iter().filter(|unit| {
        let mut reasons = unit.reasons.iter();
        is_judged && reasons.any(|reason| reason.weight() >= Weight::Deny)
    });
    units.map(|unit| finding(review, unit)).collect()
}

/// The annotations, as lines that begin with a workflow command and hold nothing else.
pub fn annotations(review: &Review) -> String {
    let missing = findings(review);
    let lint = review.findings.iter().flat_map(|report| &report.findings);
    let of = |severity| {
        let all = lint.clone().chain(&missing);
        all.filter(move |located| located.finding.severity == severity)
    };
    let failed = review.tests.iter().flat_map(|report| report.failures());
    let errors: Vec<String> = whole(review)
        .into_iter()
        .chain(
            lint.clone()
                .filter(|it| it.finding.severity == Severity::Error)
                .map(annotation),
        )
        .chain(failed)
        .chain(missing.iter().map(annotation))
        .collect();
    let warnings: Vec<String> = of(Severity::Warning).map(annotation).collect();
    let notes: Vec<String> = of(Severity::Info).map(annotation).collect();

    let mut text = String::new();
    let mut left_out = Vec::new();
    // One notice is kept for what is said at the end.
    let kinds = [
        (errors, MOST_SHOWN, "error"),
        (warnings, MOST_SHOWN, "warning"),
        (notes, MOST_SHOWN - 1, "note"),
    ];
    for (lines, most, word) in kinds {
        text.extend(lines.iter().take(most).map(String::as_str));
        match lines.len().saturating_sub(most) {
            0 => {}
            1 => left_out.push(format!("1 more {word}")),
            more => left_out.push(format!("{more} more {word}s")),
        }
    }
    let mut notice = super::status(review).description;
    if !left_out.is_empty() {
        notice = format!("{notice}; not shown here: {}", left_out.join(", "));
    }
    text.push_str(&format!("::notice title=rbk review::{}\n", data(&notice)));
    text
}

/// What is wrong with the change as a whole, which no file can be blamed for.
fn whole(review: &Review) -> Vec<String> {
    let error = |text: &str| format!("::error title=rbk review::{}\n", data(text));
    match review.conclusion() {
        Conclusion::CouldNotEvaluate => {
            let why = review.obstacles();
            vec![error(&format!("could not evaluate: {}", why.join("\n")))]
        }
        Conclusion::Denied => {
            let reasons = review.evaluation.reasons.iter();
            let of_files = |reason: &Reason| {
                let mut units = review.evaluation.units.iter();
                units.any(|unit| unit.reasons.contains(reason))
            };
            reasons
                .filter(|reason| reason.weight() == Weight::Deny && !of_files(reason))
                .map(|reason| error(&format!("{reason}: {}", reason.meaning())))
                .collect()
        }
        _ => Vec::new(),
    }
}

fn finding(review: &Review, unit: &UnitEvaluation) -> Located {
    let teams = unit.teams.iter().filter_map(|(name, team)| {
        let could = || review.plain_names(&team.could);
        match lacking(unit, name) {
            0 if needs_more_people(unit) => Some(format!("other people of {name} ({})", could())),
            0 => None,
            count => Some(format!("{count} more of {name} ({})", could())),
        }
    });
    let teams: Vec<String> = teams.collect();
    let denying = unit.reasons.iter();
    let denying = denying.filter(|reason| reason.weight() >= Weight::Deny);
    let codes: Vec<&str> = denying.clone().map(|reason| reason.code()).collect();
    let meanings: Vec<&str> = denying.map(|reason| reason.meaning()).collect();
    let needs = match teams.is_empty() {
        true => String::new(),
        false => format!("; missing: {}", teams.join(", ")),
    };
    let finding = Finding {
        code: MISSING_APPROVAL.code,
        name: MISSING_APPROVAL.name,
        severity: MISSING_APPROVAL.severity,
        message: format!("the change is not approved: {}{needs}", codes.join(", ")),
        primary: Location::file(unit.path.as_str()),
        related: Vec::new(),
        help: Some(meanings.join(" ")),
        fix: None,
    };
    Located::new(finding, |location| location.locate(None, None))
}
