//! What is wrong with a chain of statements: stable codes, and what to do about each.

use std::fmt;

use serde::{Serialize, Serializer};
use thiserror::Error;

use crate::governance::facts::Sha;

/// A chain that is not to be relied on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Error)]
#[error("statement {statement}{}: {code}: {message} {}", of(.tip), .code.remedy())]
pub struct ChainFault {
    /// What kind of fault it is.
    pub code: FaultCode,
    /// Which statement, counted from 1.
    pub statement: usize,
    /// The landing it is about, where that is known.
    pub tip: Option<Sha>,
    /// What is wrong.
    pub message: String,
}

fn of(tip: &Option<Sha>) -> String {
    tip.as_ref().map_or_else(String::new, |tip| {
        format!(" (commit {})", tip.chars().take(12).collect::<String>())
    })
}

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultCode {
    /// A statement cannot be read.
    Malformed,
    /// There are more statements, or more bytes of them, than are read.
    TooMany,
    /// A statement does not name the one before it.
    Link,
    /// The chain ends otherwise than was said.
    Head,
    /// A landing does not begin where the one before it ended.
    Order,
    /// Two statements are about one landing.
    Repeated,
    /// A statement is about another repository or branch.
    Repository,
    /// A landing was judged by another policy than the one in force at its parent.
    Policy,
    /// A landing could not be judged, so nothing can be said of it.
    NotEvaluated,
    /// What a statement says does not follow from the facts.
    Differs,
    /// The approvals in a statement are not enough for what it allows.
    Unsatisfied,
    /// There is no record of a landing.
    NoRecord,
}

impl FaultCode {
    /// Every code with what to do about it.
    const TABLE: [(Self, &'static str, &'static str); 12] = [
        (
            Self::Malformed,
            "STATEMENT_MALFORMED",
            "Take the evidence from its source again.",
        ),
        (
            Self::TooMany,
            "CHAIN_TOO_LONG",
            "Begin a new chain: set a new baseline in the policy.",
        ),
        (
            Self::Link,
            "CHAIN_LINK",
            "A statement was changed, left out or added: take the evidence from its source again.",
        ),
        (
            Self::Head,
            "CHAIN_HEAD",
            "The evidence is cut short or belongs to another bundle: take it from its source again.",
        ),
        (
            Self::Order,
            "CHAIN_ORDER",
            "A landing is missing or out of place: gather the records again, oldest first and none left out.",
        ),
        (
            Self::Repeated,
            "CHAIN_REPEATED",
            "Gather the records again: one for each landing.",
        ),
        (
            Self::Repository,
            "CHAIN_REPOSITORY",
            "Begin a new chain for the other repository or branch.",
        ),
        (
            Self::Policy,
            "CHAIN_POLICY",
            "Gather the records again: the policy that judges a landing is the one at its parent.",
        ),
        (
            Self::NotEvaluated,
            "NOT_EVALUATED",
            "Gather the facts again.",
        ),
        (
            Self::Differs,
            "EVALUATION_DIFFERS",
            "The statement is not what the records give: find out who wrote it, and build the evidence again.",
        ),
        (
            Self::Unsatisfied,
            "APPROVALS_UNSATISFIED",
            "Do not use what it names: find out who wrote it, and build the evidence again.",
        ),
        (
            Self::NoRecord,
            "RECORD_MISSING",
            "Gather the records of the whole history.",
        ),
    ];

    fn row(self) -> (&'static str, &'static str) {
        Self::TABLE
            .iter()
            .find(|(code, ..)| *code == self)
            .map_or(("", ""), |(_, name, remedy)| (name, remedy))
    }

    /// The stable code.
    pub fn code(self) -> &'static str {
        self.row().0
    }

    /// What to do about it.
    pub fn remedy(self) -> &'static str {
        self.row().1
    }

    /// Whether it only says that something could not be looked at.
    pub fn is_unknown(self) -> bool {
        matches!(self, Self::NotEvaluated | Self::NoRecord)
    }
}

impl fmt::Display for FaultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for FaultCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}
