//! Values as they are shown: short, and with what is not the same in front.

use serde_json::Value;

/// Longest value that is shown, in characters.
const LONGEST: usize = 240;

/// Most items of a list that are shown in full.
const MOST_ITEMS: usize = 12;

/// Both values of a difference as text. Of long lists only what was gained and lost is shown.
pub(super) fn both(
    before: Option<&Value>,
    after: Option<&Value>,
) -> (Option<String>, Option<String>) {
    if let (Some(Value::Array(old)), Some(Value::Array(new))) = (before, after)
        && old.len().max(new.len()) > MOST_ITEMS
    {
        let only = |these: &[Value], others: &[Value]| {
            let own = these.iter().filter(|item| !others.contains(item));
            let own: Vec<Value> = own.take(MOST_ITEMS).cloned().collect();
            let shown = one(&Value::Array(own));
            cut(format!(
                "{} items, among them only here: {shown}",
                these.len()
            ))
        };
        return (Some(only(old, new)), Some(only(new, old)));
    }
    (before.map(|it| cut(one(it))), after.map(|it| cut(one(it))))
}

fn one(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) if items.iter().all(|item| !item.is_object()) => {
            items.iter().map(one).collect::<Vec<_>>().join(", ")
        }
        other => flow(other),
    }
}

/// As flow YAML, without quotes: it is for reading.
fn flow(value: &Value) -> String {
    match value {
        Value::Object(entries) => {
            let entries = entries
                .iter()
                .map(|(key, value)| format!("{key}: {}", flow(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => {
            format!(
                "[{}]",
                items.iter().map(flow).collect::<Vec<_>>().join(", ")
            )
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn cut(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
