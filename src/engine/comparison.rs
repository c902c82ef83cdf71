//! Comparisons with their literals in the base unit of what they are compared with.

use std::fmt;

use serde_json::Value;

use super::check::CheckError;
use super::evidence::Scalar;
use crate::document::model::{Comparison, QueryResult, ResultType};
use crate::document::unit::{Literal, Unit};

/// What a value must satisfy.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Test {
    /// `>`
    Above(f64),
    /// `>=`
    AtLeast(f64),
    /// `<`
    Below(f64),
    /// `<=`
    AtMost(f64),
    /// From the first to the second, both included.
    Between(f64, f64),
    /// One of these; for `equals` and `in`.
    OneOf(Vec<Scalar>),
    /// Not this one.
    Not(Scalar),
    /// There is data.
    Present,
    /// There is none.
    Absent,
    /// The value is `true`.
    IsTrue,
}

impl Test {
    /// The comparison of a query's result. Without one, a truth value has to be true and any other
    /// value has to be there.
    pub(crate) fn of_query(
        comparison: Option<Comparison<'_>>,
        result: QueryResult,
    ) -> Result<Self, CheckError> {
        let number = |literal: &Literal| number(literal, result.unit);
        let scalar = |literal: &Literal| match result.kind {
            ResultType::Number => number(literal).map(Scalar::Number),
            ResultType::Boolean => match literal {
                Literal::Bool(value) => Ok(Scalar::Boolean(*value)),
                other => Err(CheckError(format!("`{other}` is not `true` or `false`"))),
            },
            ResultType::String => Ok(Scalar::Text(literal.to_string())),
        };
        let ordered = |literal: &Literal| match result.kind {
            ResultType::Number => number(literal),
            _ => Err(CheckError(
                "only numbers have an order; use `equals`, `not_equals` or `in`".to_owned(),
            )),
        };
        Self::new(
            comparison,
            ordered,
            scalar,
            match result.kind {
                ResultType::Boolean => Self::IsTrue,
                ResultType::Number | ResultType::String => Self::Present,
            },
        )
    }

    /// The comparison of a fact. Without one, it has to be true.
    pub(crate) fn of_fact(comparison: Option<Comparison<'_>>) -> Result<Self, CheckError> {
        let number = |literal: &Literal| {
            literal
                .quantity()
                .map(|q| q.value)
                .map_err(|error| CheckError(error.to_string()))
        };
        let scalar = |literal: &Literal| {
            Ok(match literal {
                Literal::Bool(value) => Scalar::Boolean(*value),
                Literal::Number(value) => Scalar::Number(*value),
                Literal::Text(text) => Scalar::Text(text.clone()),
            })
        };
        Self::new(comparison, number, scalar, Self::IsTrue)
    }

    fn new(
        comparison: Option<Comparison<'_>>,
        ordered: impl Fn(&Literal) -> Result<f64, CheckError>,
        scalar: impl Fn(&Literal) -> Result<Scalar, CheckError>,
        natural: Self,
    ) -> Result<Self, CheckError> {
        Ok(match comparison {
            None => natural,
            Some(Comparison::Above(x)) => Self::Above(ordered(x)?),
            Some(Comparison::AtLeast(x)) => Self::AtLeast(ordered(x)?),
            Some(Comparison::Below(x)) => Self::Below(ordered(x)?),
            Some(Comparison::AtMost(x)) => Self::AtMost(ordered(x)?),
            Some(Comparison::Between(low, high)) => Self::Between(ordered(low)?, ordered(high)?),
            Some(Comparison::Equals(x)) => Self::OneOf(vec![scalar(x)?]),
            Some(Comparison::NotEquals(x)) => Self::Not(scalar(x)?),
            Some(Comparison::In(values)) => {
                Self::OneOf(values.iter().map(scalar).collect::<Result<_, _>>()?)
            }
            Some(Comparison::Present) => Self::Present,
            Some(Comparison::Absent) => Self::Absent,
        })
    }

    /// Whether `value` satisfies it; `None` when the two cannot be compared.
    pub(crate) fn holds(&self, value: &Scalar) -> Option<bool> {
        let number = || match value {
            Scalar::Number(n) => Some(*n),
            Scalar::Boolean(_) | Scalar::Text(_) => None,
        };
        let same_kind =
            |other: &Scalar| std::mem::discriminant(other) == std::mem::discriminant(value);
        match self {
            Self::Above(x) => number().map(|n| n > *x),
            Self::AtLeast(x) => number().map(|n| n >= *x),
            Self::Below(x) => number().map(|n| n < *x),
            Self::AtMost(x) => number().map(|n| n <= *x),
            Self::Between(low, high) => number().map(|n| *low <= n && n <= *high),
            Self::OneOf(values) => values.iter().all(same_kind).then(|| values.contains(value)),
            Self::Not(other) => same_kind(other).then(|| value != other),
            Self::Present => Some(true),
            Self::Absent => Some(false),
            Self::IsTrue => match value {
                Scalar::Boolean(yes) => Some(*yes),
                Scalar::Number(_) | Scalar::Text(_) => None,
            },
        }
    }

    /// The comparison in words, its numbers written in `unit`.
    pub(crate) fn describe(&self, unit: Unit) -> String {
        let show = |n: f64| super::text::number(n, unit);
        let scalar = |value: &Scalar| super::text::scalar(value, unit);
        match self {
            Self::Above(x) => format!("above {}", show(*x)),
            Self::AtLeast(x) => format!("at least {}", show(*x)),
            Self::Below(x) => format!("below {}", show(*x)),
            Self::AtMost(x) => format!("at most {}", show(*x)),
            Self::Between(low, high) => format!("between {} and {}", show(*low), show(*high)),
            Self::OneOf(values) => {
                let values: Vec<String> = values.iter().map(scalar).collect();
                values.join(" or ")
            }
            Self::Not(value) => format!("not {}", scalar(value)),
            Self::Present => "present".to_owned(),
            Self::Absent => "absent".to_owned(),
            Self::IsTrue => "true".to_owned(),
        }
    }
}

fn number(literal: &Literal, unit: Unit) -> Result<f64, CheckError> {
    let quantity = literal
        .quantity()
        .map_err(|error| CheckError(error.to_string()))?;
    if quantity.unit.agrees_with(unit) {
        Ok(quantity.value)
    } else {
        Err(CheckError(format!(
            "`{literal}` is {}; the source measures {}",
            quantity.unit.describe(),
            unit.describe()
        )))
    }
}

/// A JSON value as a scalar; lists, objects and null have none.
pub(crate) fn scalar_of(value: &Value) -> Option<Scalar> {
    match value {
        Value::Bool(value) => Some(Scalar::Boolean(*value)),
        Value::Number(number) => number.as_f64().map(Scalar::Number),
        Value::String(text) => Some(Scalar::Text(text.clone())),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe(Unit::None))
    }
}
