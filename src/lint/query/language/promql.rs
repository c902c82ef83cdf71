//! PromQL, with Prometheus' grammar.

use promql_parser::parser;
use promql_parser::parser::value::ValueType;

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
