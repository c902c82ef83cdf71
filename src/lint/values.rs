//! What comparisons let through, decided exactly.
//!
//! Between two neighbouring literals of a comparison nothing changes, so that a comparison, or several together, are
//! known everywhere once they are known at each literal, between neighbours, and beyond the ends.

use crate::document::model::{QueryResult, ResultType};
use crate::document::unit::Unit;
use crate::engine::comparison::Test;
use crate::engine::evidence::Scalar;

/// Values at which comparisons with each other have to be looked at; `None` stands for no data.
pub(super) fn cases(tests: &[&Test], result: QueryResult) -> Vec<Option<Scalar>> {
    let mut cases = vec![None];
    cases.extend(values(tests, result).into_iter().map(Some));
    cases
}

/// The same, of data only.
pub(super) fn values(tests: &[&Test], result: QueryResult) -> Vec<Scalar> {
    let literals = tests.iter().flat_map(|test| literals(test));
    match result.kind {
        ResultType::Boolean => vec![Scalar::Boolean(false), Scalar::Boolean(true)],
        ResultType::Number => numbers(literals, result.unit)
            .into_iter()
            .map(Scalar::Number)
            .collect(),
        ResultType::String => {
            let mut texts: Vec<Scalar> = literals
                .filter(|literal| matches!(literal, Scalar::Text(_)))
                .collect();
            texts.push(Scalar::Text("\u{fffd} any other text".to_owned()));
            texts
        }
    }
}

/// The type of value that comparisons of a fact ask for, as their literals say; a truth value without any.
pub(super) fn kind(tests: &[&Test]) -> ResultType {
    let literals: Vec<Scalar> = tests.iter().flat_map(|test| literals(test)).collect();
    let has = |is: fn(&Scalar) -> bool| literals.iter().any(is);
    if has(|literal| matches!(literal, Scalar::Number(_))) {
        ResultType::Number
    } else if has(|literal| matches!(literal, Scalar::Text(_))) {
        ResultType::String
    } else {
        ResultType::Boolean
    }
}

/// Whether a comparison lets a value, or the lack of one, through.
pub(super) fn admits(test: &Test, case: &Option<Scalar>) -> bool {
    match case {
        Some(value) => test.holds(value).unwrap_or(false),
        None => matches!(test, Test::Absent),
    }
}

fn numbers(literals: impl Iterator<Item = Scalar>, unit: Unit) -> Vec<f64> {
    // Shares, counts and amounts of data are never negative; times until something can be.
    let least = match unit {
        Unit::Ratio | Unit::Count | Unit::Bytes => 0.0,
        Unit::Seconds | Unit::PerSecond | Unit::None => f64::NEG_INFINITY,
    };
    let mut edges: Vec<f64> = literals
        .filter_map(|literal| match literal {
            Scalar::Number(n) => Some(n),
            Scalar::Boolean(_) | Scalar::Text(_) => None,
        })
        .chain([0.0])
        .collect();
    edges.sort_by(f64::total_cmp);
    edges.dedup();
    let between: Vec<f64> = edges
        .windows(2)
        .filter_map(|pair| Some(f64::midpoint(*pair.first()?, *pair.last()?)))
        .collect();
    let beyond = [
        edges.first().map(|first| first - first.abs() - 1.0),
        edges.last().map(|last| last + last.abs() + 1.0),
    ];
    let mut all: Vec<f64> = edges
        .into_iter()
        .chain(between)
        .chain(beyond.into_iter().flatten())
        .collect();
    all.retain(|n| *n >= least);
    all
}

fn literals(test: &Test) -> Vec<Scalar> {
    match test {
        Test::Above(n) | Test::AtLeast(n) | Test::Below(n) | Test::AtMost(n) => {
            vec![Scalar::Number(*n)]
        }
        Test::Between(low, high) => vec![Scalar::Number(*low), Scalar::Number(*high)],
        Test::OneOf(values) => values.clone(),
        Test::Not(value) => vec![value.clone()],
        Test::Present | Test::Absent | Test::IsTrue => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATIO: QueryResult = QueryResult {
        kind: ResultType::Number,
        unit: Unit::Ratio,
    };

    fn together(a: &Test, b: &Test, result: QueryResult) -> bool {
        cases(&[a, b], result)
            .iter()
            .any(|case| admits(a, case) && admits(b, case))
    }

    #[test]
    fn touching_and_parted_intervals_are_told_apart() {
        let (low, high) = (Test::AtMost(0.05), Test::AtLeast(0.05));
        assert!(together(&low, &high, RATIO));
        assert!(!together(&low, &Test::Above(0.05), RATIO));
        assert!(!together(&Test::Below(0.05), &high, RATIO));
        assert!(together(&Test::Above(0.05), &Test::Below(0.050_001), RATIO));
        assert!(!together(&Test::Absent, &high, RATIO));
        assert!(!together(&Test::Absent, &Test::Present, RATIO));
    }

    #[test]
    fn domains_end_where_their_unit_says() {
        let never = |test: &Test, result| {
            !values(&[test], result)
                .iter()
                .any(|v| test.holds(v) == Some(true))
        };
        let seconds = QueryResult {
            unit: Unit::Seconds,
            ..RATIO
        };
        assert!(never(&Test::Below(0.0), RATIO) && !never(&Test::Below(0.0), seconds));
        assert!(!never(&Test::AtMost(0.0), RATIO));
        assert!(never(&Test::Between(0.2, 0.1), RATIO));
        assert!(!never(&Test::Above(2.0), RATIO));
    }

    #[test]
    fn texts_are_those_named_and_any_other() {
        let text = QueryResult {
            kind: ResultType::String,
            unit: Unit::None,
        };
        let named = |name: &str| Test::OneOf(vec![Scalar::Text(name.to_owned())]);
        assert!(!together(&named("a"), &named("b"), text));
        assert!(together(
            &named("a"),
            &Test::Not(Scalar::Text("b".to_owned())),
            text
        ));
    }
}
