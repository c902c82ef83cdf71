//! Query texts in the languages of their backends: whether they can be read, and whether they only read.

mod address;
mod bracket;
mod logql;
mod promql;
mod sql;

use crate::document::model::Backend;

/// Longest text, in bytes, that is handed to a parser. No vetted query needs more; parsers recurse.
const LONGEST: usize = 4096;

/// Deepest nesting of brackets that is handed to a parser.
const DEEPEST: usize = 50;

/// Whether a text, its parameters filled in, can be read in the language of its backend.
///
/// # Errors
/// Why not, as a sentence without a full stop.
pub(super) fn parse(backend: Backend, text: &str) -> Result<(), String> {
    bounded(text)?;
    match backend {
        Backend::Promql => promql::parse(text),
        Backend::Logql => logql::parse(text),
        Backend::Sql => sql::parse(text),
        Backend::Traceql => address::spanset(text),
        Backend::Kubernetes => address::object(text),
        Backend::Http => address::resource(text),
        Backend::Builtin => address::name(text),
    }
}

/// What a text does besides reading, if anything. PromQL, LogQL and TraceQL cannot write; the rest of a text that
/// cannot be read is not looked at.
pub(super) fn writes(backend: Backend, text: &str) -> Option<String> {
    bounded(text).ok()?;
    match backend {
        Backend::Sql => sql::writes(text),
        Backend::Http => address::writes(text),
        Backend::Promql
        | Backend::Logql
        | Backend::Traceql
        | Backend::Kubernetes
        | Backend::Builtin => None,
    }
}

/// Whether a PromQL text divides by something that nothing keeps away from zero.
pub(super) fn divides_unguarded(text: &str) -> bool {
    bounded(text).is_ok() && promql::divides_unguarded(text)
}

/// Parsers explain themselves over several lines; the first says what is wrong.
fn first_line(why: &str) -> String {
    let line = why.lines().find(|line| !line.trim().is_empty());
    line.unwrap_or("it cannot be read")
        .trim()
        .chars()
        .take(200)
        .collect()
}

fn bounded(text: &str) -> Result<(), String> {
    if text.len() > LONGEST {
        return Err(format!(
            "it has {} bytes; {LONGEST} are allowed",
            text.len()
        ));
    }
    if bracket::depth(text) > DEEPEST {
        return Err(format!("its brackets are nested more than {DEEPEST} deep"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
