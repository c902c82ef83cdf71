//! The part of jq that is a condition on fields: `.a.b == "c"`, several joined by `and`, alone or in `select(…)`.

use crate::logs::condition::{Condition, Field, FieldTest};

/// The condition that a program states.
///
/// # Errors
/// When it does anything else.
pub(super) fn condition(program: &str) -> Result<Condition, String> {
    let program = program.trim();
    let inner = program
        .strip_prefix("select(")
        .and_then(|rest| rest.strip_suffix(')'));
    let fields = inner.unwrap_or(program).split(" and ").map(field);
    let fields: Option<Vec<Field>> = fields.collect();
    fields.map(Condition::Fields).ok_or_else(|| {
        format!(
            "the jq program {program:?} does more than compare fields with values by `==` and `and`"
        )
    })
}

fn field(text: &str) -> Option<Field> {
    let text = text.trim();
    let text = text
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'))
        .unwrap_or(text);
    let (path, value) = text.split_once("==")?;
    let path = path.trim().strip_prefix('.')?;
    let is_name = |name: &&str| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let names: Vec<&str> = path.split('.').collect();
    let value = serde_json::from_str(value.trim()).ok()?;
    names.iter().all(is_name).then(|| Field {
        path: names.into_iter().map(str::to_owned).collect(),
        is: FieldTest::Equals(value),
    })
}
