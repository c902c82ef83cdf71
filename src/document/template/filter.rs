//! The allow-listed filters, applied by minijinja.

use std::ops::Range;
use std::sync::LazyLock;

use minijinja::value::{Value as Filtered, ValueKind};
use minijinja::{Environment, Error, ErrorKind, filters};
use serde_json::{Number, Value};

use super::{MAX_RENDERED_BYTES, Reference, TemplateError};

/// What can be done with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FilterKind {
    /// Text to a whole number.
    Int,
    /// Text in lower case.
    Lower,
    /// Text with every occurrence of one text replaced by another.
    Replace,
    /// Any scalar to text.
    String,
    /// Text without blanks around it.
    Trim,
    /// Text in upper case.
    Upper,
}

impl FilterKind {
    /// Every filter, in alphabetical order.
    pub const ALL: [Self; 6] = [
        Self::Int,
        Self::Lower,
        Self::Replace,
        Self::String,
        Self::Trim,
        Self::Upper,
    ];

    /// The name as written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Lower => "lower",
            Self::Replace => "replace",
            Self::String => "string",
            Self::Trim => "trim",
            Self::Upper => "upper",
        }
    }

    /// Number of arguments, which are texts.
    pub const fn arity(self) -> usize {
        match self {
            Self::Replace => 2,
            _ => 0,
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    const fn needs_text(self) -> bool {
        matches!(self, Self::Lower | Self::Replace | Self::Trim | Self::Upper)
    }
}

/// A filter with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// Which one.
    pub kind: FilterKind,
    /// Its arguments.
    pub args: Vec<String>,
    /// Bytes of the template's text it takes up.
    pub span: Range<usize>,
}

// Nothing but the allow-list exists in this environment: no tests, no functions, no globals.
static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::empty();
    environment.add_filter(FilterKind::Lower.name(), filters::lower);
    environment.add_filter(FilterKind::Replace.name(), filters::replace);
    environment.add_filter(FilterKind::String.name(), filters::string);
    environment.add_filter(FilterKind::Trim.name(), filters::trim);
    environment.add_filter(FilterKind::Upper.name(), filters::upper);
    environment.add_filter(FilterKind::Int.name(), exact_int);
    environment
});

// minijinja's own `int` cuts `1.9` to 1 and reads nothing as 0; a parameter must never be guessed.
fn exact_int(value: &Filtered) -> Result<i64, Error> {
    let refuse = |why: String| Error::new(ErrorKind::InvalidOperation, why);
    match value.kind() {
        ValueKind::String => {
            let text = value.as_str().unwrap_or_default();
            text.parse()
                .map_err(|_| refuse("the text is not a whole number".to_owned()))
        }
        ValueKind::Number if value.is_integer() => i64::try_from(value.clone()),
        kind => Err(refuse(format!("{kind} is not a whole number"))),
    }
}

pub(super) fn apply_all(
    filters: &[Filter],
    value: &Value,
    reference: &Reference,
) -> Result<Value, TemplateError> {
    let mut value = to_filtered(value).ok_or_else(|| {
        reference.error(
            "is a list or an object and cannot be filtered",
            "name one of its members",
        )
    })?;
    let mut state = ENVIRONMENT.empty_state();
    for filter in filters {
        let name = filter.kind.name();
        let refuse = |why: String| TemplateError {
            span: filter.span.clone(),
            message: format!("`{name}` cannot be applied to `{reference}`: {why}"),
            help: None,
        };
        if filter.kind.needs_text() && value.kind() != ValueKind::String {
            let mut error = refuse(format!("the value is a {}", value.kind()));
            error.help = Some("turn it into text with `string` first".to_owned());
            return Err(error);
        }
        let mut args = vec![value];
        args.extend(filter.args.iter().map(|arg| Filtered::from(arg.as_str())));
        value = state
            .apply_filter(name, &args)
            .map_err(|error| refuse(error.detail().unwrap_or("unusable value").to_owned()))?;
        if value.as_str().is_some_and(|t| t.len() > MAX_RENDERED_BYTES) {
            return Err(refuse(format!(
                "the result is longer than {MAX_RENDERED_BYTES} bytes"
            )));
        }
    }
    from_filtered(&value).ok_or_else(|| reference.error("has no JSON form", "remove the filters"))
}

fn to_filtered(value: &Value) -> Option<Filtered> {
    match value {
        Value::String(text) => Some(Filtered::from(text.as_str())),
        Value::Bool(value) => Some(Filtered::from(*value)),
        Value::Number(number) => None
            .or(number.as_i64().map(Filtered::from))
            .or(number.as_u64().map(Filtered::from))
            .or(number.as_f64().map(Filtered::from)),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn from_filtered(value: &Filtered) -> Option<Value> {
    match value.kind() {
        ValueKind::String => value.as_str().map(Value::from),
        ValueKind::Number => i64::try_from(value.clone())
            .map(|number| Value::Number(Number::from(number)))
            .ok(),
        _ => None,
    }
}
