//! What came of a review, in one word.

use serde::Serialize;

use super::Review;
use crate::governance::{Reason, Verdict};

/// What came of a review. Only the last three let a change be merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Conclusion {
    /// It cannot be told: neither approved nor denied, neither clean nor dangerous.
    CouldNotEvaluate,
    /// Something else than approvals is in the way; more of them mend nothing.
    Denied,
    /// Nothing is missing but approvals.
    Waiting,
    /// An exception covers it until it expires.
    BreakGlass,
    /// The right people approved exactly these bytes.
    Approved,
    /// No governed file changes, so nobody has to approve.
    NothingGoverned,
}

impl Review {
    /// What came of it.
    pub fn conclusion(&self) -> Conclusion {
        if !self.obstacles().is_empty() {
            return Conclusion::CouldNotEvaluate;
        }
        let reasons = &self.evaluation.reasons;
        let curable = |reason: &Reason| {
            matches!(reason, Reason::InsufficientApprovals | Reason::TooFewHumans)
        };
        match self.evaluation.verdict {
            Verdict::Error => Conclusion::CouldNotEvaluate,
            Verdict::Deny if !reasons.is_empty() && reasons.iter().all(curable) => {
                Conclusion::Waiting
            }
            Verdict::Deny => Conclusion::Denied,
            Verdict::AllowBreakGlass => Conclusion::BreakGlass,
            Verdict::Allow if reasons.contains(&Reason::NoGovernedChange) => {
                Conclusion::NothingGoverned
            }
            Verdict::Allow => Conclusion::Approved,
        }
    }

    /// Why nothing can be said about the whole; empty when everything could be evaluated.
    pub fn obstacles(&self) -> Vec<String> {
        let mut obstacles = Vec::new();
        if self.evaluation.verdict == Verdict::Error {
            let reasons = self.evaluation.reasons.iter();
            obstacles.extend(reasons.map(|reason| format!("{reason}: {}", reason.meaning())));
            obstacles.extend(self.evaluation.details.iter().cloned());
            if obstacles.is_empty() {
                obstacles.push("the approvals could not be evaluated".to_owned());
            }
        }
        match &self.diff {
            Err(why) => obstacles.push(format!("the change could not be compared: {why}")),
            Ok(diff) => obstacles.extend(diff.unevaluated.iter().map(|it| {
                let place = it.path.as_ref().filter(|path| path.as_str() != it.what);
                let place = place.map(|path| format!(" ({path})")).unwrap_or_default();
                format!("{}{place}, {}: {}", it.what, it.side.words(), it.why)
            })),
        }
        if let Err(why) = &self.findings {
            obstacles.push(format!("the documents could not be checked: {why}"));
        }
        obstacles
    }
}
