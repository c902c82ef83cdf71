//! LogQL: stream selectors and pipelines, around which the grammar is PromQL's.

use promql_parser::parser::{self, Expr};

use super::{bracket, promql};

/// Functions LogQL has and PromQL has not, all of which take a range.
const OWN_FUNCTIONS: [&str; 5] = [
    "bytes_over_time",
    "bytes_rate",
    "first_over_time",
    "last_over_time",
    "rate_counter",
];

/// Whether each stream selector can be read and selects something, and what is computed from the lines is well formed.
/// Pipelines are looked at for pairing quotes and brackets only.
pub(super) fn parse(text: &str) -> Result<(), String> {
    bracket::paired(text)?;
    let (metric, selectors) = without_streams(text);
    if selectors.is_empty() {
        return Err("it selects no log streams: `{name=\"value\"}` is missing".to_owned());
    }
    for selector in &selectors {
        stream(selector)?;
    }
    promql::parse(&OWN_FUNCTIONS.iter().fold(metric, |text, name| {
        text.replace(&format!("{name}("), "rate(")
    }))
}

fn stream(selector: &str) -> Result<(), String> {
    match parser::parse(selector) {
        Ok(Expr::VectorSelector(_)) => Ok(()),
        Ok(_) => Err(format!("`{selector}` is no stream selector")),
        Err(why) => Err(format!("`{selector}`: {}", super::first_line(&why))),
    }
}

/// The text with each stream and its pipeline replaced by the name of a metric, and the stream selectors.
fn without_streams(text: &str) -> (String, Vec<String>) {
    let mut metric = String::new();
    let mut selectors = Vec::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '"' | '`' => {
                let inner = bracket::quoted(&mut rest, c).unwrap_or_default();
                metric.push_str(&format!("{c}{inner}{c}"));
            }
            '{' => {
                metric.push('m');
                selectors.push(selector(&mut rest));
                pipeline(&mut rest);
            }
            _ => metric.push(c),
        }
    }
    (metric, selectors)
}

fn selector(rest: &mut std::str::Chars<'_>) -> String {
    let mut selector = "{".to_owned();
    while let Some(c) = rest.next() {
        selector.push(c);
        match c {
            '}' => break,
            '"' | '`' => {
                selector.push_str(&bracket::quoted(rest, c).unwrap_or_default());
                selector.push(c);
            }
            _ => {}
        }
    }
    selector
}

/// Skips a pipeline: up to the range it is read over, the bracket that closes the call, or the end.
fn pipeline(rest: &mut std::str::Chars<'_>) {
    let mut depth = 0_usize;
    loop {
        match rest.as_str().chars().next() {
            None | Some('[') => return,
            Some(')' | ',') if depth == 0 => return,
            Some('(') => depth += 1,
            Some(')') => depth -= 1,
            Some(_) => {}
        }
        if let Some(quote @ ('"' | '`')) = rest.next() {
            bracket::quoted(rest, quote);
        }
    }
}
