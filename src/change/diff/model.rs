//! What a comparison finds.

use std::fmt;

use camino::Utf8PathBuf;
use serde::Serialize;

use super::fixtures::Fixtures;

use crate::document::model::ObjectRef;
use crate::library::difference::Weight;

/// The difference between two states of a library, as far as it says what an agent may do.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Diff {
    /// What came of it as a whole.
    pub verdict: Verdict,
    /// What differs, the gravest first.
    pub differences: Vec<Difference>,
    /// What could not be compared; then nothing can be said about the whole.
    pub unevaluated: Vec<Unevaluated>,
    /// Runbooks whose closure changed, be it in words only, in alphabetical order.
    pub affected: Vec<ObjectRef>,
    /// Documents that changed, with the versions they carry and demand.
    pub versions: Vec<VersionBump>,
    /// Documents whose file moved or whose id changed. Approvals never follow them.
    pub moves: Vec<Move>,
    /// Fixtures that end differently; none when they were not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixtures: Option<Fixtures>,
}

/// What came of a comparison as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing differs.
    #[default]
    Nothing,
    /// Words for humans only.
    TextOnly,
    /// Nothing can be done that could not be done before, as safely as before.
    SameOrLower,
    /// Behaviour differs, and no rule tells in which direction.
    Changed,
    /// More may be done, or less safely.
    RiskUp,
    /// Not everything could be compared.
    CouldNotEvaluate,
}

impl Verdict {
    /// The verdict in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Nothing => "no difference",
            Self::TextOnly => "text only",
            Self::SameOrLower => "same or lower",
            Self::Changed => "changed",
            Self::RiskUp => "risk up",
            Self::CouldNotEvaluate => "could not evaluate",
        }
    }

    /// What it means for a reviewer, as a sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Nothing => "No document differs.",
            Self::TextOnly => {
                "Only words for humans differ: an agent may do exactly what it could."
            }
            Self::SameOrLower => {
                "Nothing can be done after this change that could not be done before, as safely as before."
            }
            Self::Changed => {
                "Behaviour differs, and no rule tells whether that is riskier: read each line."
            }
            Self::RiskUp => "After this change more may be done, or less safely.",
            Self::CouldNotEvaluate => {
                "Not everything could be compared, so nothing is said about the whole; this is no clean result."
            }
        }
    }
}

/// What a difference means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// Something may be done that could not be done before.
    MoreReach,
    /// The same may be done with less protection: a guard, an undo, a verification or a cap is gone or weaker.
    LessSafety,
    /// Behaviour differs, and no rule tells in which direction.
    Changed,
    /// Less may be done, or with more protection.
    Safer,
    /// Words for humans.
    Text,
}

impl Grade {
    /// The grade in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::MoreReach => "more reach",
            Self::LessSafety => "less safety",
            Self::Changed => "changed",
            Self::Safer => "narrower or safer",
            Self::Text => "text only",
        }
    }

    /// Whether the risk goes up.
    pub fn is_risk(self) -> bool {
        matches!(self, Self::MoreReach | Self::LessSafety)
    }

    fn verdict(self) -> Verdict {
        match self {
            Self::MoreReach | Self::LessSafety => Verdict::RiskUp,
            Self::Changed => Verdict::Changed,
            Self::Safer => Verdict::SameOrLower,
            Self::Text => Verdict::TextOnly,
        }
    }
}

/// What a difference is about, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// The tier of a step.
    Tier,
    /// How far automation may go.
    Mode,
    /// What an action does to the world.
    Effect,
    /// A condition that has to hold first.
    Guard,
    /// Whether and how something is undone.
    Rollback,
    /// How an effect is observed.
    Verification,
    /// What a check observes.
    Check,
    /// Where a runbook applies.
    Scope,
    /// What an action acts on.
    Target,
    /// What the executor's identity may do.
    Permission,
    /// What a parameter may be.
    Parameter,
    /// How much and how often.
    Cap,
    /// Who gives a go-ahead at run time.
    GoAhead,
    /// A document, path or step that came or went.
    Part,
    /// When a signature recognises an incident.
    Signature,
    /// When a path is taken.
    Decision,
    /// What a query asks and how its answer is read.
    Query,
    /// Who has to approve a change.
    Approval,
    /// Any other part of the policy.
    Policy,
    /// When a run stops, and to whom it is handed.
    Handover,
    /// Anything else.
    Other,
}

impl Aspect {
    /// The aspect in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Tier => "tier",
            Self::Mode => "mode",
            Self::Effect => "effect",
            Self::Guard => "guard",
            Self::Rollback => "rollback",
            Self::Verification => "verification",
            Self::Check => "check",
            Self::Scope => "scope",
            Self::Target => "target",
            Self::Permission => "permission",
            Self::Parameter => "parameter",
            Self::Cap => "cap",
            Self::GoAhead => "go-ahead",
            Self::Part => "part",
            Self::Signature => "signature",
            Self::Decision => "decision",
            Self::Query => "query",
            Self::Approval => "approval",
            Self::Policy => "policy",
            Self::Handover => "handover",
            Self::Other => "other",
        }
    }
}

/// One thing that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// What it means.
    pub grade: Grade,
    /// What it is about.
    pub aspect: Aspect,
    /// What exactly, in our words and the names of the documents.
    pub what: String,
    /// The resolved value before; none when there was none.
    pub before: Option<String>,
    /// The resolved value after; none when there is none.
    pub after: Option<String>,
    /// The document that says so.
    pub document: ObjectRef,
    /// Where it says so.
    pub place: Place,
    /// Which runbooks it changes, and where in them.
    pub at: Vec<Spot>,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The file, relative to the root of the library.
    pub path: Utf8PathBuf,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// In which of the two states.
    pub side: Side,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.path, self.line, self.column)?;
        match self.side {
            Side::Base => f.write_str(" (before)"),
            Side::Head => Ok(()),
        }
    }
}

/// One of the two states that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// As it was.
    Base,
    /// As it is.
    Head,
}

impl Side {
    /// The side in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Base => "before",
            Self::Head => "after",
        }
    }
}

/// Where a difference takes effect.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Spot {
    /// The runbook, signature or policy.
    pub document: ObjectRef,
    /// The path of a runbook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The step of the path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// Whether what undoes the step is meant, and not the step itself.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub undo: bool,
}

impl Spot {
    /// A document as a whole.
    pub(super) fn document(document: ObjectRef) -> Self {
        Self {
            document,
            path: None,
            step: None,
            undo: false,
        }
    }
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.document)?;
        if let Some(path) = &self.path {
            write!(f, ", path {path}")?;
        }
        match (&self.step, self.undo) {
            (Some(step), false) => write!(f, ", step {step}"),
            (Some(step), true) => write!(f, ", undo of step {step}"),
            (None, _) => Ok(()),
        }
    }
}

/// Something that could not be compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unevaluated {
    /// In which state.
    pub side: Side,
    /// What: a document, else a file.
    pub what: String,
    /// Its file, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<Utf8PathBuf>,
    /// Why not.
    pub why: String,
}

/// The version of a document that changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VersionBump {
    /// The document.
    pub document: ObjectRef,
    /// Where its version is written.
    pub place: Place,
    /// The version before.
    pub before: String,
    /// The version after.
    pub after: String,
    /// What the change demands: `patch`, `minor` or `major`.
    #[serde(serialize_with = "as_text")]
    pub weight: Weight,
    /// The lowest version it may carry.
    pub demanded: String,
    /// Whether the version after is at least that.
    pub sufficient: bool,
}

fn as_text<S: serde::Serializer>(weight: &Weight, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(weight)
}

/// A document whose file or id is another one than before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Move {
    /// The document before.
    pub before: ObjectRef,
    /// The document after.
    pub after: ObjectRef,
    /// Its file before.
    pub from: Utf8PathBuf,
    /// Its file after.
    pub to: Utf8PathBuf,
    /// How alike the two are, in percent, when the id is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub similarity: Option<u8>,
}

impl Diff {
    /// The gravest of everything that was found.
    pub(super) fn judge(&mut self) {
        let gravest = self.differences.iter().map(|it| it.grade.verdict()).max();
        self.verdict = match self.unevaluated.is_empty() {
            false => Verdict::CouldNotEvaluate,
            true => gravest.unwrap_or_default(),
        };
    }

    /// How many differences have this grade.
    pub fn count(&self, grade: Grade) -> usize {
        self.differences
            .iter()
            .filter(|it| it.grade == grade)
            .count()
    }
}
