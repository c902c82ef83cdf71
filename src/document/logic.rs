//! Three-valued logic (Kleene's strong logic of indeterminacy): unknown never becomes a yes or a no
//! unless the known values decide the result alone.

use std::fmt;
use std::ops::Not;

use serde::{Deserialize, Serialize};

/// The result of a check or a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Truth {
    /// It holds.
    Pass,
    /// It does not hold.
    Fail,
    /// The evidence does not say.
    Inconclusive,
}

impl Truth {
    /// Every value.
    pub const ALL: [Self; 3] = [Self::Pass, Self::Fail, Self::Inconclusive];

    /// Whether it holds. `Inconclusive` does not.
    pub const fn is_pass(self) -> bool {
        matches!(self, Self::Pass)
    }

    /// Whether it certainly does not hold.
    pub const fn is_fail(self) -> bool {
        matches!(self, Self::Fail)
    }

    /// Whether the evidence does not say.
    pub const fn is_inconclusive(self) -> bool {
        matches!(self, Self::Inconclusive)
    }

    /// Both hold.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Fail, _) | (_, Self::Fail) => Self::Fail,
            (Self::Pass, Self::Pass) => Self::Pass,
            _ => Self::Inconclusive,
        }
    }

    /// One of both holds.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Pass, _) | (_, Self::Pass) => Self::Pass,
            (Self::Fail, Self::Fail) => Self::Fail,
            _ => Self::Inconclusive,
        }
    }

    /// All hold; `Pass` for none.
    pub fn all(values: impl IntoIterator<Item = Self>) -> Self {
        values.into_iter().fold(Self::Pass, Self::and)
    }

    /// One holds; `Fail` for none.
    pub fn any(values: impl IntoIterator<Item = Self>) -> Self {
        values.into_iter().fold(Self::Fail, Self::or)
    }

    /// `count` or more of the values hold: the disjunction of the conjunctions of every `count` of
    /// them, computed by counting.
    pub fn at_least(count: usize, values: impl IntoIterator<Item = Self>) -> Self {
        let (mut pass, mut unknown) = (0_usize, 0_usize);
        for value in values {
            match value {
                Self::Pass => pass += 1,
                Self::Inconclusive => unknown += 1,
                Self::Fail => {}
            }
        }
        if pass >= count {
            Self::Pass
        } else if pass + unknown < count {
            Self::Fail
        } else {
            Self::Inconclusive
        }
    }
}

impl Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::Pass => Self::Fail,
            Self::Fail => Self::Pass,
            Self::Inconclusive => Self::Inconclusive,
        }
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::Pass } else { Self::Fail }
    }
}

impl fmt::Display for Truth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Inconclusive => "inconclusive",
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // There are only 27 triples: the laws are checked on all of them.
    fn triples() -> impl Iterator<Item = (Truth, Truth, Truth)> {
        Truth::ALL.into_iter().flat_map(|a| {
            Truth::ALL
                .into_iter()
                .flat_map(move |b| Truth::ALL.into_iter().map(move |c| (a, b, c)))
        })
    }

    #[test]
    fn the_laws_of_a_kleene_algebra_hold() {
        for (a, b, c) in triples() {
            assert_eq!(a.and(b), b.and(a));
            assert_eq!(a.or(b), b.or(a));
            assert_eq!(a.and(b).and(c), a.and(b.and(c)));
            assert_eq!(a.or(b).or(c), a.or(b.or(c)));
            assert_eq!(a.and(b.or(c)), a.and(b).or(a.and(c)));
            assert_eq!(a.or(b.and(c)), a.or(b).and(a.or(c)));
            assert_eq!(a.and(a.or(b)), a);
            assert_eq!(a.or(a.and(b)), a);
            assert_eq!(!a.and(b), (!a).or(!b));
            assert_eq!(!!a, a);
            assert_eq!(a.and(Truth::Pass), a);
            assert_eq!(a.or(Truth::Fail), a);
            // Kleene's own law: a contradiction is never above a tautology.
            assert_eq!(a.and(!a).and(b.or(!b)), a.and(!a));
        }
        assert_eq!(
            Truth::Inconclusive.or(!Truth::Inconclusive),
            Truth::Inconclusive,
            "the excluded middle does not hold"
        );
    }

    #[test]
    fn definite_values_follow_two_valued_logic() {
        for a in [true, false] {
            for b in [true, false] {
                assert_eq!(Truth::from(a).and(b.into()), (a && b).into());
                assert_eq!(Truth::from(a).or(b.into()), (a || b).into());
            }
            assert_eq!(!Truth::from(a), (!a).into());
        }
    }

    fn expansion(count: usize, values: &[Truth]) -> Truth {
        let subsets = 0_u32..1 << values.len();
        Truth::any(
            subsets
                .filter(|subset| subset.count_ones() as usize == count)
                .map(|subset| {
                    Truth::all(
                        (0..values.len())
                            .filter(|at| subset & (1 << at) != 0)
                            .map(|at| values[at]),
                    )
                }),
        )
    }

    proptest! {
        #[test]
        fn at_least_equals_its_expansion(
            values in prop::collection::vec(prop::sample::select(&Truth::ALL[..]), 0..8),
            count in 0_usize..9,
        ) {
            prop_assert_eq!(
                Truth::at_least(count, values.iter().copied()),
                expansion(count, &values)
            );
        }
    }

    #[test]
    fn results_are_written_in_snake_case() {
        assert_eq!(
            serde_json::to_string(&Truth::ALL).unwrap(),
            r#"["pass","fail","inconclusive"]"#
        );
    }
}
