//! Sets and sequences of events.

use jiff::SignedDuration;

/// Most events that one pattern may ask for, counts included.
pub const MAX_EVENTS: u32 = 10_000;

/// Most conditions and negations of one pattern.
pub const MAX_CONDITIONS: usize = 64;

/// In which order the events of a pattern come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// In any; one line may be an event of several conditions.
    Set,
    /// In that of the conditions; every event is another line.
    Sequence,
}

/// Events that together mean something: so many of each condition, within a window, and none of the negations around them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    pub(super) order: Order,
    pub(super) counts: Vec<u32>,
    pub(super) within: Vec<Option<SignedDuration>>,
    pub(super) window: Option<SignedDuration>,
    pub(super) negations: Vec<Negation>,
}

/// An event that must not have happened around those of a pattern.
///
/// Let `a` be the moment of the first event of the condition `anchor`, and `span` the time from the first event of the
/// pattern to the last. Then it must not have happened from `a + slide` to `a + slide + span + window`, or, when the window
/// is absolute, to `a + slide + window`; both ends are included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Negation {
    /// The condition whose first event the time is counted from.
    pub anchor: usize,
    /// How long after the events it still counts; not negative.
    pub window: SignedDuration,
    /// Shift of the time, to earlier when negative.
    pub slide: SignedDuration,
    /// The window alone counts, not the time the events took.
    pub absolute: bool,
}

impl Negation {
    /// Nowhere between the first event and the last.
    pub const WITHIN: Self = Self {
        anchor: 0,
        window: SignedDuration::ZERO,
        slide: SignedDuration::ZERO,
        absolute: false,
    };
}

/// Why something is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// There is nothing to look for.
    #[error("there is nothing to look for: a pattern needs a condition that must occur")]
    Empty,
    /// A sequence of one.
    #[error("a sequence needs two events at least; one alone is a set")]
    Single,
    /// Several events without a time within which they belong together.
    #[error("several events need a window, or they could lie years apart")]
    NoWindow,
    /// A window or count that cannot be meant.
    #[error("{0} must not be {1}")]
    Bound(&'static str, &'static str),
    /// An anchor that no condition has.
    #[error("the anchor {anchor} names no condition: there are 0 to {last}")]
    Anchor {
        /// What was written.
        anchor: usize,
        /// The last condition there is.
        last: usize,
    },
    /// Too much for one pattern.
    #[error("{what} are more than {limit}")]
    TooMany {
        /// What.
        what: &'static str,
        /// How many there may be.
        limit: u32,
    },
}

impl Pattern {
    /// So many events of each condition within a window.
    ///
    /// # Errors
    /// When nothing could be found by it, or nothing that belongs together.
    pub fn new(
        order: Order,
        counts: Vec<u32>,
        window: Option<SignedDuration>,
        negations: Vec<Negation>,
    ) -> Result<Self, PatternError> {
        let last = counts.len().checked_sub(1).ok_or(PatternError::Empty)?;
        let conditions = counts.len() + negations.len();
        if conditions > MAX_CONDITIONS {
            let limit = 64;
            return Err(PatternError::TooMany {
                what: "conditions and negations",
                limit,
            });
        }
        if counts.contains(&0) {
            return Err(PatternError::Bound("a count", "zero"));
        }
        let events = counts
            .iter()
            .fold(0_u32, |sum, count| sum.saturating_add(*count));
        if events > MAX_EVENTS {
            return Err(PatternError::TooMany {
                what: "events",
                limit: MAX_EVENTS,
            });
        }
        if order == Order::Sequence && events < 2 {
            return Err(PatternError::Single);
        }
        if events > 1 && window.is_none() {
            return Err(PatternError::NoWindow);
        }
        if window.is_some_and(|window| window.is_negative()) {
            return Err(PatternError::Bound("a window", "negative"));
        }
        for negation in &negations {
            if negation.anchor > last {
                let anchor = negation.anchor;
                return Err(PatternError::Anchor { anchor, last });
            }
            if negation.window.is_negative() {
                return Err(PatternError::Bound("the window of a negation", "negative"));
            }
        }
        Ok(Self {
            order,
            within: Vec::new(),
            counts,
            window,
            negations,
        })
    }

    /// In which order its events come.
    #[must_use]
    pub fn order(&self) -> Order {
        self.order
    }

    /// How many events of each condition.
    #[must_use]
    pub fn counts(&self) -> &[u32] {
        &self.counts
    }

    /// Within how long, when there are several.
    #[must_use]
    pub fn window(&self) -> Option<SignedDuration> {
        self.window
    }

    /// What must not happen around them.
    #[must_use]
    pub fn negations(&self) -> &[Negation] {
        &self.negations
    }

    /// The same, with all events of each condition within a time of their own, where there is one.
    #[must_use]
    pub fn with_counts_within(self, within: Vec<Option<SignedDuration>>) -> Self {
        Self { within, ..self }
    }

    pub(super) fn within(&self, condition: usize) -> Option<SignedDuration> {
        self.within.get(condition).copied().flatten()
    }

    /// Whether it is a matter of time at all: of single events without negations it is not.
    #[must_use]
    pub fn needs_time(&self) -> bool {
        self.counts.len() > 1
            || self.counts.iter().any(|count| *count > 1)
            || !self.negations.is_empty()
    }

    /// How long a negated event is remembered: one that is older than this cannot concern a pattern that ends now.
    pub(super) fn memory(&self) -> SignedDuration {
        let window = self.window.unwrap_or(SignedDuration::ZERO);
        let earliest =
            |negation: &Negation| window.saturating_sub(negation.slide.min(SignedDuration::ZERO));
        self.negations.iter().map(earliest).max().unwrap_or(window)
    }
}
