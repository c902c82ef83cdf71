//! What a line is about: the service, host or other key that events must share to belong together.

use serde_json::Value;

/// Names that logs give what a signature calls by the first one.
const ALIASES: [&[&str]; 6] = [
    &[
        "service",
        "service.name",
        "service_name",
        "svc",
        "app",
        "application",
        "app_name",
        "kubernetes.labels.app",
    ],
    &["environment", "env", "deployment.environment", "stage"],
    &[
        "host",
        "hostname",
        "host.name",
        "node",
        "kubernetes.host",
        "k8s.node.name",
    ],
    &["pod", "pod_name", "kubernetes.pod_name", "k8s.pod.name"],
    &[
        "namespace",
        "kubernetes.namespace_name",
        "k8s.namespace.name",
    ],
    &[
        "container",
        "container_name",
        "kubernetes.container_name",
        "k8s.container.name",
    ],
];

/// What a line says of each key: nothing where it is silent. Lines that are silent about a key belong together, and to no line
/// that is not.
#[must_use]
pub fn subject_of(line: &str, keys: &[String]) -> Vec<Option<String>> {
    let object = line.find('{').and_then(|start| line.get(start..));
    let object: Option<Value> = object.and_then(|text| serde_json::from_str(text.trim_end()).ok());
    let said = |name: &str| match &object {
        Some(object) => field(object, name),
        None => assigned(line, name),
    };
    keys.iter().map(|key| names(key).find_map(said)).collect()
}

fn names(key: &str) -> impl Iterator<Item = &str> {
    let aliases = ALIASES.iter().find(|names| names.contains(&key));
    std::iter::once(key).chain(aliases.into_iter().flat_map(|names| names.iter().copied()))
}

/// A field by its whole name, or by the names that lead to it.
fn field(object: &Value, name: &str) -> Option<String> {
    let nested = || {
        name.split('.')
            .try_fold(object, |value, part| value.get(part))
    };
    match object.get(name).or_else(nested)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// `name=value` or `name="value"`.
fn assigned(line: &str, name: &str) -> Option<String> {
    let mut rest = line;
    loop {
        let (before, after) = rest.split_once(name)?;
        let begins = before.is_empty() || before.ends_with([' ', '\t', ',', '[', '(', '{']);
        match after.strip_prefix('=').filter(|_| begins) {
            Some(value) => return Some(value_of(value)).filter(|value| !value.is_empty()),
            None => rest = after,
        }
    }
}

fn value_of(text: &str) -> String {
    let end = |text: &str, ends: &[char]| text.find(ends).unwrap_or(text.len());
    let value = match text.strip_prefix('"') {
        Some(quoted) => quoted.get(..end(quoted, &['"'])),
        None => text.get(..end(text, &[' ', '\t', ',', ']', ')', '}', ';'])),
    };
    value.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_go_by_several_names_and_notations() {
        let keys = ["service".to_owned(), "host".to_owned(), "tenant".to_owned()];
        for (line, expected) in [
            ("plain text", [None, None, None]),
            (
                r#"{"service":"cart","host":{"name":"n1"},"tenant":7}"#,
                [Some("cart"), Some("n1"), Some("7")],
            ),
            (
                r#"12:00:00 {"service.name":"cart","hostname":"n1"}"#,
                [Some("cart"), Some("n1"), None],
            ),
            (
                r#"level=warn app="my cart" node=n1, tenant=7"#,
                [Some("my cart"), Some("n1"), Some("7")],
            ),
            ("myservice=x service= rehost=y", [None, None, None]),
            (r#"{"service":["a"]"#, [None, None, None]),
        ] {
            let expected: Vec<Option<String>> = expected
                .iter()
                .map(|said| said.map(str::to_owned))
                .collect();
            assert_eq!(subject_of(line, &keys), expected, "{line}");
        }
    }
}
