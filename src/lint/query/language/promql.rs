//! PromQL, with Prometheus' grammar.

use promql_parser::parser::token::T_DIV;
use promql_parser::parser::value::ValueType;
use promql_parser::parser::{self, Expr};

/// Whether it is PromQL that answers samples.
pub(super) fn parse(text: &str) -> Result<(), String> {
    let expression = parser::parse(text).map_err(|why| super::first_line(&why))?;
    match expression.value_type() {
        ValueType::Vector | ValueType::Scalar => Ok(()),
        ValueType::Matrix => {
            Err("it answers a range of samples for each series, not one sample: apply `rate` or `…_over_time`".to_owned())
        }
        ValueType::String => Err("it answers a text, not a sample".to_owned()),
    }
}

/// Whether it divides by something that nothing keeps away from zero. False when it cannot be read.
pub(super) fn divides_unguarded(text: &str) -> bool {
    parser::parse(text).is_ok_and(|expression| divides(&expression))
}

fn divides(expression: &Expr) -> bool {
    match expression {
        Expr::Binary(binary) => {
            let here = binary.op.id() == T_DIV && !guarded(&binary.rhs);
            here || divides(&binary.lhs) || divides(&binary.rhs)
        }
        Expr::Aggregate(aggregate) => divides(&aggregate.expr),
        Expr::Unary(unary) => divides(&unary.expr),
        Expr::Paren(paren) => divides(&paren.expr),
        Expr::Subquery(subquery) => divides(&subquery.expr),
        Expr::Call(call) => call.args.args.iter().any(|argument| divides(argument)),
        Expr::NumberLiteral(_)
        | Expr::StringLiteral(_)
        | Expr::VectorSelector(_)
        | Expr::MatrixSelector(_)
        | Expr::Extension(_) => false,
    }
}

/// Whether a denominator is a number, or what a comparison leaves of it.
fn guarded(denominator: &Expr) -> bool {
    match denominator {
        Expr::NumberLiteral(_) => true,
        Expr::Paren(paren) => guarded(&paren.expr),
        Expr::Aggregate(aggregate) => guarded(&aggregate.expr),
        Expr::Binary(binary) => binary.op.is_comparison_operator(),
        _ => false,
    }
}
