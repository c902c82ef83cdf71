//! Conditions: boolean expressions over check names, evaluated in three-valued logic (DESIGN §3.1).
//!
//! ```text
//! or    = and { "or" and }
//! and   = not { "and" not }
//! not   = "not" not | term
//! term  = "(" or ")" | "at_least" "(" number { "," or } ")" | name [ "(" number ")" ]
//! ```

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::str::FromStr;

use thiserror::Error;

use super::id::CheckName;
use super::logic::Truth;

mod parse;
#[cfg(test)]
mod tests;

pub use parse::{MAX_DEPTH, MAX_TOKENS};

/// Words of the grammar, which no check may be called.
pub const KEYWORDS: [&str; 4] = ["and", "at_least", "not", "or"];

/// A parsed condition.
///
/// Parsing flattens `(a and b) and c` into one conjunction of three. Spans do not take part in
/// comparisons: two conditions are equal when they say the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// A check or a built-in predicate.
    Atom(Atom),
    /// The opposite.
    Not(Box<Condition>),
    /// All hold; two or more.
    And(Vec<Condition>),
    /// One holds; two or more.
    Or(Vec<Condition>),
    /// `count` or more of `of` hold; `1 ≤ count ≤ of.len()`.
    AtLeast {
        /// How many.
        count: usize,
        /// Of which.
        of: Vec<Condition>,
    },
}

/// What a condition is made of, and where it is written.
#[derive(Clone, Debug)]
pub struct Atom {
    /// What is asked.
    pub term: Term,
    /// Bytes of the condition's text it takes up, arguments included.
    pub span: Range<usize>,
}

impl PartialEq for Atom {
    fn eq(&self, other: &Self) -> bool {
        self.term == other.term
    }
}

impl Eq for Atom {}

impl Hash for Atom {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.term.hash(state);
    }
}

/// A question with the answers of [`Truth`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Term {
    /// A check of the document, by name.
    Check(CheckName),
    /// A predicate the engine answers itself.
    Builtin(Builtin),
}

/// Predicates the engine answers itself. Their names are taken: no check may use them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Builtin {
    /// `owner_known`: the service has an owner who can be reached.
    OwnerKnown,
    /// `no_commander`: no human is in control of the incident.
    NoCommander,
    /// `not_frozen`: no freeze of the policy covers the action now.
    NotFrozen,
    /// `rollback_armed`: the undo is prepared, its snapshot captured.
    RollbackArmed,
    /// `changes_known`: recent changes have been looked at.
    ChangesKnown,
    /// `corroborated(n)`: `n` or more different kinds of signal agree.
    Corroborated(usize),
}

impl Builtin {
    /// Predicates that are written as a bare name.
    pub const BARE: [Self; 5] = [
        Self::OwnerKnown,
        Self::NoCommander,
        Self::NotFrozen,
        Self::RollbackArmed,
        Self::ChangesKnown,
    ];

    /// The name as written, without an argument.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OwnerKnown => "owner_known",
            Self::NoCommander => "no_commander",
            Self::NotFrozen => "not_frozen",
            Self::RollbackArmed => "rollback_armed",
            Self::ChangesKnown => "changes_known",
            Self::Corroborated(_) => CORROBORATED,
        }
    }

    fn bare(name: &str) -> Option<Self> {
        Self::BARE
            .into_iter()
            .find(|builtin| builtin.name() == name)
    }
}

const CORROBORATED: &str = "corroborated";

/// Whether `name` belongs to the grammar or to a [`Builtin`], so that no check may be called so.
pub fn is_reserved(name: &str) -> bool {
    KEYWORDS.contains(&name) || name == CORROBORATED || Builtin::bare(name).is_some()
}

/// Whether `name` has the form of a check name, `[a-z][a-z0-9_]*`.
pub fn is_check_name(name: &str) -> bool {
    name.bytes()
        .next()
        .is_some_and(|first| first.is_ascii_lowercase())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// Why a text is not a condition.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct ConditionError {
    /// Bytes of the text that are wrong; empty at the end when something is missing.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
}

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    /// The first place where the text leaves the grammar, or a limit ([`MAX_DEPTH`], [`MAX_TOKENS`]).
    pub fn parse(text: &str) -> Result<Self, ConditionError> {
        parse::parse(text)
    }

    /// The conjunction of `parts`; a single part is itself.
    pub fn all(parts: Vec<Self>) -> Self {
        let flat = flatten(parts, |part| match part {
            Self::And(inner) => Ok(inner),
            other => Err(other),
        });
        single(flat).unwrap_or_else(Self::And)
    }

    /// The disjunction of `parts`; a single part is itself.
    pub fn any(parts: Vec<Self>) -> Self {
        let flat = flatten(parts, |part| match part {
            Self::Or(inner) => Ok(inner),
            other => Err(other),
        });
        single(flat).unwrap_or_else(Self::Or)
    }

    /// Every atom in source order, repetitions included.
    pub fn atoms(&self) -> Vec<&Atom> {
        let mut found = Vec::new();
        self.collect(&mut found);
        found
    }

    fn collect<'c>(&'c self, found: &mut Vec<&'c Atom>) {
        match self {
            Self::Atom(atom) => found.push(atom),
            Self::Not(inner) => inner.collect(found),
            Self::And(parts) | Self::Or(parts) | Self::AtLeast { of: parts, .. } => {
                parts.iter().for_each(|part| part.collect(found));
            }
        }
    }

    /// The check names used, in source order, repetitions included, with their place in the text.
    pub fn names(&self) -> impl Iterator<Item = (&CheckName, Range<usize>)> {
        self.atoms()
            .into_iter()
            .filter_map(|atom| match &atom.term {
                Term::Check(name) => Some((name, atom.span.clone())),
                Term::Builtin(_) => None,
            })
    }

    /// The built-in predicates used, in source order, repetitions included, with their place.
    pub fn calls(&self) -> impl Iterator<Item = (Builtin, Range<usize>)> {
        self.atoms().into_iter().filter_map(|atom| match atom.term {
            Term::Builtin(builtin) => Some((builtin, atom.span.clone())),
            Term::Check(_) => None,
        })
    }

    /// Evaluates the condition. Every atom is asked, in source order, even when the result is
    /// already decided, so that a trace shows the same evidence whatever the answers are.
    pub fn eval(&self, answer: &mut impl FnMut(&Atom) -> Truth) -> Truth {
        match self {
            Self::Atom(atom) => answer(atom),
            Self::Not(inner) => !inner.eval(answer),
            Self::And(parts) => Truth::all(parts.iter().map(|part| part.eval(answer))),
            Self::Or(parts) => Truth::any(parts.iter().map(|part| part.eval(answer))),
            Self::AtLeast { count, of } => {
                Truth::at_least(*count, of.iter().map(|part| part.eval(answer)))
            }
        }
    }

    fn binding(&self) -> u8 {
        match self {
            Self::Or(_) => 0,
            Self::And(_) => 1,
            Self::Not(_) | Self::Atom(_) | Self::AtLeast { .. } => 2,
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, around: u8) -> fmt::Result {
        if self.binding() < around {
            f.write_str("(")?;
            self.write(f, 0)?;
            return f.write_str(")");
        }
        match self {
            Self::Atom(atom) => write!(f, "{atom}"),
            Self::Not(inner) => {
                f.write_str("not ")?;
                inner.write(f, 2)
            }
            Self::And(parts) => separated(f, parts, " and ", 1),
            Self::Or(parts) => separated(f, parts, " or ", 0),
            Self::AtLeast { count, of } => {
                write!(f, "at_least({count}, ")?;
                separated(f, of, ", ", 0)?;
                f.write_str(")")
            }
        }
    }
}

fn flatten(
    parts: Vec<Condition>,
    open: impl Fn(Condition) -> Result<Vec<Condition>, Condition>,
) -> Vec<Condition> {
    let mut flat = Vec::with_capacity(parts.len());
    for part in parts {
        match open(part) {
            Ok(inner) => flat.extend(inner),
            Err(part) => flat.push(part),
        }
    }
    flat
}

fn single(mut parts: Vec<Condition>) -> Result<Condition, Vec<Condition>> {
    match (parts.pop(), parts.is_empty()) {
        (Some(only), true) => Ok(only),
        (last, _) => {
            parts.extend(last);
            Err(parts)
        }
    }
}

fn separated(
    f: &mut fmt::Formatter<'_>,
    parts: &[Condition],
    separator: &str,
    around: u8,
) -> fmt::Result {
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            f.write_str(separator)?;
        }
        part.write(f, around)?;
    }
    Ok(())
}

impl FromStr for Condition {
    type Err = ConditionError;

    fn from_str(text: &str) -> Result<Self, ConditionError> {
        Self::parse(text)
    }
}

impl fmt::Display for Condition {
    /// The canonical form: single blanks, no needless parentheses. It parses to an equal condition.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 0)
    }
}

impl fmt::Display for Atom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.term.fmt(f)
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Check(name) => write!(f, "{name}"),
            Self::Builtin(builtin) => write!(f, "{builtin}"),
        }
    }
}

impl fmt::Display for Builtin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Corroborated(signals) => write!(f, "{}({signals})", self.name()),
            _ => f.write_str(self.name()),
        }
    }
}
