//! How two checks bear on each other: whether they can hold at the same time, and whether one implies the other.

use crate::document::model::{Check, CheckSource, Count, Query, QueryResult};
use crate::document::unit::{Duration, Unit};
use crate::engine::comparison::Test;
use crate::lint::{RepositoryScope, values};

/// Whether two checks can never hold at the same time. False when that is not known.
pub(super) fn contradict(a: &Check, b: &Check, repository: &RepositoryScope<'_>) -> bool {
    match pair(a, b, repository) {
        Some((a, b, result)) => !values::cases(&[&a, &b], result)
            .iter()
            .any(|case| values::admits(&a, case) && values::admits(&b, case)),
        None => match (is_absence(a), is_absence(b)) {
            (false, true) => occurs_whenever(a, b),
            (true, false) => occurs_whenever(b, a),
            (true, true) => false,
            (false, false) => {
                let same_lines = a.log.is_some() && a.log == b.log;
                let counts = a.count.zip(b.count).filter(|_| same_lines);
                counts.is_some_and(|(a, b)| more_than(a, b) || more_than(b, a))
            }
        },
    }
}

/// Whether `b` holds whenever `a` does. False when that is not known.
pub(super) fn implies(a: &Check, b: &Check, repository: &RepositoryScope<'_>) -> bool {
    match pair(a, b, repository) {
        Some((x, y, result)) => {
            a.hold.unwrap_or_default() >= b.hold.unwrap_or_default()
                && values::cases(&[&x, &y], result)
                    .iter()
                    .all(|case| !values::admits(&x, case) || values::admits(&y, case))
        }
        None => !is_absence(a) && !is_absence(b) && occurs_whenever(a, b),
    }
}

/// Of sources that are looked through for something: whether what `a` looks for is what `b` looks for.
fn occurs_whenever(a: &Check, b: &Check) -> bool {
    match (a.source(), b.source()) {
        (Some(CheckSource::Change(x)), Some(CheckSource::Change(y))) => {
            x == y && within(a) <= within(b)
        }
        (Some(CheckSource::Alert(x)), Some(CheckSource::Alert(y))) => x == y,
        (Some(CheckSource::Trace(x)), Some(CheckSource::Trace(y))) => {
            x == y && a.share == b.share && within(a) == within(b)
        }
        (Some(CheckSource::Log(x)), Some(CheckSource::Log(y))) => {
            x == y && at_least_as_many(a.count, b.count)
        }
        _ => false,
    }
}

fn is_absence(check: &Check) -> bool {
    check.absent == Some(true)
}

/// The comparisons of two checks that look at the same value.
fn pair(
    a: &Check,
    b: &Check,
    repository: &RepositoryScope<'_>,
) -> Option<(Test, Test, QueryResult)> {
    match (a.source()?, b.source()?) {
        (CheckSource::Query(x), CheckSource::Query(y)) if x == y && a.with == b.with => {
            let result = repository.find::<Query>(x.as_str())?.document.spec.result;
            let test = |check: &Check| Test::of_query(check.comparison(), result).ok();
            Some((test(a)?, test(b)?, result))
        }
        (CheckSource::Fact(x), CheckSource::Fact(y)) if x == y => {
            let test = |check: &Check| Test::of_fact(check.comparison()).ok();
            let (a, b) = (test(a)?, test(b)?);
            let result = QueryResult {
                kind: values::kind(&[&a, &b]),
                unit: Unit::None,
            };
            Some((a, b, result))
        }
        _ => None,
    }
}

fn within(check: &Check) -> Duration {
    check.within.unwrap_or(Duration::MAX)
}

/// Whether one count needs more lines, in less time, than the other allows.
fn more_than(a: Count, b: Count) -> bool {
    let (Some(least), Some(most)) = (a.at_least, b.at_most) else {
        return false;
    };
    least > most && a.within <= b.within
}

fn at_least_as_many(a: Option<Count>, b: Option<Count>) -> bool {
    match (a, b) {
        (a, b) if a == b => true,
        (Some(a), Some(b)) => {
            a.at_most.is_none()
                && b.at_most.is_none()
                && a.at_least >= b.at_least
                && a.within <= b.within
        }
        _ => false,
    }
}
