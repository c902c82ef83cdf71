//! Backends that are asked for one thing by its address.

use super::bracket;

/// HTTP methods that are not meant to only read (RFC 9110, section 9.2.1).
const UNSAFE_METHODS: [&str; 6] = ["CONNECT", "DELETE", "PATCH", "POST", "PUT", "TRACE"];

/// TraceQL: one or more sets of spans in braces.
pub(super) fn spanset(text: &str) -> Result<(), String> {
    bracket::paired(text)?;
    let text = text.trim_start_matches(|c: char| c == '(' || c.is_whitespace());
    if text.starts_with('{') {
        Ok(())
    } else {
        Err("it selects no spans: `{ … }` is missing".to_owned())
    }
}

/// The Kubernetes API: `kind/namespace/name:jsonpath`, or `kind/name:jsonpath` of what belongs to no namespace.
pub(super) fn object(text: &str) -> Result<(), String> {
    let shape = "it has the form `kind/namespace/name:jsonpath`";
    let (object, path) = text
        .trim()
        .split_once(':')
        .ok_or_else(|| format!("{shape}, but there is no `:`"))?;
    let parts: Vec<&str> = object.split('/').collect();
    let is_name = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'))
    };
    if !(2..=3).contains(&parts.len()) || !parts.iter().all(|part| is_name(part)) {
        return Err(format!("{shape}, but it names `{object}`"));
    }
    if path.is_empty() || path.contains(char::is_whitespace) {
        return Err(format!("{shape}, but the path is `{path}`"));
    }
    bracket::paired(path)
}

/// HTTP: the path, and perhaps the query, of a resource of the service that the agent was given.
pub(super) fn resource(text: &str) -> Result<(), String> {
    let text = text.trim();
    if method(text).is_some() {
        return Ok(());
    }
    let allowed = |c: char| {
        c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}')
    };
    if !text.starts_with('/') || text.starts_with("//") {
        return Err("it is a path that begins with one `/`; which host answers is the agent's configuration".to_owned());
    }
    if let Some(c) = text.chars().find(|c| !allowed(*c)) {
        return Err(format!("`{}` cannot stand in a path", c.escape_default()));
    }
    if text
        .split(['/', '?', '#'])
        .any(|part| matches!(part, "." | ".."))
    {
        return Err("it leaves the place it names with `.` or `..`".to_owned());
    }
    Ok(())
}

/// A name the agent knows.
pub(super) fn name(text: &str) -> Result<(), String> {
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':');
    match text.trim().chars().find(|c| !known(*c)) {
        Some(c) => Err(format!("`{}` cannot stand in a name", c.escape_default())),
        None => Ok(()),
    }
}

/// What an HTTP request does besides reading.
pub(super) fn writes(text: &str) -> Option<String> {
    let method = method(text.trim())?;
    UNSAFE_METHODS
        .contains(&method)
        .then(|| format!("`{method}` changes something"))
}

/// The method written before the path, where `GET` needs none.
fn method(text: &str) -> Option<&str> {
    let (method, path) = text.split_once(char::is_whitespace)?;
    let upper = !method.is_empty() && method.bytes().all(|b| b.is_ascii_uppercase());
    (upper && path.trim_start().starts_with('/')).then_some(method)
}
