//! The expression of an alert, taken apart into a query and a check.

use promql_parser::parser::token::{T_EQLC, T_GTE, T_GTR, T_LSS, T_LTE, T_NEQ};
use promql_parser::parser::{self, Expr};

use crate::document::model::Check;
use crate::document::unit::Literal;

/// What an expression asks, and what of the answer counts.
pub(super) struct Asked {
    pub(super) template: String,
    pub(super) comparison: Check,
}

impl Asked {
    /// A comparison with a number is taken apart, so that the number stands in the check; of anything else it counts that there is an
    /// answer, as Prometheus does.
    pub(super) fn of(text: &str) -> Result<Self, String> {
        if text.contains("{{") {
            return Err("its expression holds `{{`, which a template would fill in".to_owned());
        }
        let expression =
            parser::parse(text).map_err(|why| format!("its expression is no PromQL: {why}"))?;
        let whole = || Self {
            template: text.trim().to_owned(),
            comparison: Check {
                present: Some(true),
                ..Check::default()
            },
        };
        let asked = compared(&expression).unwrap_or_else(whole);
        let again = parser::parse(&asked.expression())
            .map_err(|why| format!("its expression is written as no PromQL: {why}"))?;
        if again.to_string() != expression.to_string() {
            return Err("its expression, taken apart, would be another one".to_owned());
        }
        Ok(asked)
    }

    /// The expression it is from.
    fn expression(&self) -> String {
        let check = &self.comparison;
        let parts = [
            (&check.above, ">"),
            (&check.at_least, ">="),
            (&check.below, "<"),
            (&check.at_most, "<="),
            (&check.equals, "=="),
            (&check.not_equals, "!="),
        ];
        let found = parts.into_iter().find_map(|(value, sign)| match value {
            Some(Literal::Number(number)) => Some(format!("{} {sign} {number}", self.template)),
            _ => None,
        });
        found.unwrap_or_else(|| self.template.clone())
    }
}

fn compared(expression: &Expr) -> Option<Asked> {
    let Expr::Binary(binary) = expression else {
        return None;
    };
    let Expr::NumberLiteral(number) = binary.rhs.as_ref() else {
        return None;
    };
    if binary.modifier.is_some()
        || !number.val.is_finite()
        || matches!(binary.lhs.as_ref(), Expr::NumberLiteral(_))
    {
        return None;
    }
    let mut comparison = Check::default();
    let place = match binary.op.id() {
        T_GTR => &mut comparison.above,
        T_GTE => &mut comparison.at_least,
        T_LSS => &mut comparison.below,
        T_LTE => &mut comparison.at_most,
        T_EQLC => &mut comparison.equals,
        T_NEQ => &mut comparison.not_equals,
        _ => return None,
    };
    *place = Some(Literal::Number(number.val));
    Some(Asked {
        template: binary.lhs.to_string(),
        comparison,
    })
}
