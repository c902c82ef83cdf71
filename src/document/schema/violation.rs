//! What a schema check finds.

use crate::document::route::{Route, Target};
use crate::document::source::Span;

/// One mistake against a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The node, or the key that is missing or unknown; relative to the node that was checked.
    pub route: Route,
    /// Whether the key or the value is wrong.
    pub target: Target,
    /// Where to point. For a missing key: the key of the mapping it is missing from.
    pub span: Span,
    /// What kind of mistake it is.
    pub kind: ViolationKind,
    /// What is wrong and what is expected, in one sentence without a full stop.
    pub message: String,
}

/// The kinds of mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ViolationKind {
    /// A required key is not there.
    MissingKey {
        /// The key.
        key: String,
    },
    /// A key that the schema does not know at this place.
    UnknownKey {
        /// The keys known there, in the order of the alphabet.
        known: Vec<String>,
        /// The one that looks most like it.
        suggestion: Option<String>,
        /// Where the key is known instead.
        belongs: Option<Belongs>,
    },
    /// A value of another type than expected.
    WrongType,
    /// A value that is not among those allowed.
    NotAllowed {
        /// The allowed values.
        allowed: Vec<String>,
        /// The one that looks most like it.
        suggestion: Option<String>,
    },
    /// Text of the wrong form.
    Form,
    /// A number outside its range.
    Range,
    /// Too few or too many characters, items or entries.
    Size,
    /// Keys that exclude or need each other.
    KeyChoice {
        /// The keys.
        keys: Vec<String>,
        /// Those that are present.
        present: Vec<String>,
        /// Whether exactly one of them decides what the mapping is.
        decisive: bool,
    },
    /// Anything else.
    Other,
}

/// Where a key that is unknown at its place is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Belongs {
    /// One level up, beside the mapping it was written in.
    Up,
    /// One level down.
    Down {
        /// Into the mapping at this key.
        into: String,
    },
    /// In a neighbour of the mapping it was written in.
    Beside {
        /// Into the mapping at this key.
        into: String,
    },
}
