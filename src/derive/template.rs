//! Log lines without their volatile parts: ids, addresses, times, hashes, numbers.

use std::sync::LazyLock;

use regex::Regex;

use crate::document::model::LogMatch;

/// Longest text of a pattern, in bytes; the rest of a line tells no more apart.
const MAX_TEXT: usize = 120;

/// What is volatile, the longer notations first.
static VOLATILE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let uuid = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}";
    let address = r"\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?";
    let word = "[0-9A-Za-z]*[0-9][0-9A-Za-z]*";
    Regex::new(&format!(
        "(?P<uuid>{uuid})|(?P<address>{address})|(?P<word>{word})"
    ))
    .ok()
});

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Part {
    Text(String),
    Volatile(&'static str),
}

/// What lines of one sort have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Template(Vec<Part>);

impl Template {
    /// Of a line: from its first word on, so without the time it begins with. None when it says nothing but numbers.
    pub(super) fn of(line: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut end = 0;
        for found in VOLATILE.as_ref()?.captures_iter(line) {
            let whole = found.get(0)?;
            push_text(&mut parts, line.get(end..whole.start())?);
            let is_number = whole.as_str().bytes().all(|byte| byte.is_ascii_digit());
            let volatile = match found.name("word") {
                Some(_) if is_number => r"\d+",
                Some(_) => "[0-9A-Za-z]+",
                None if found.name("address").is_some() => r"[\d.:]+",
                None => "[0-9a-fA-F-]+",
            };
            parts.push(Part::Volatile(volatile));
            end = whole.end();
        }
        push_text(&mut parts, line.get(end..)?);
        let first = parts
            .iter()
            .position(|part| matches!(part, Part::Text(text) if is_words(text)))?;
        parts.drain(..first);
        if let Some(Part::Text(text)) = parts.first_mut() {
            // The end of a timestamp, and what stands between it and the message.
            let rest = text
                .strip_prefix(['Z', 'T'])
                .filter(|rest| rest.starts_with([' ', ']', '\t']))
                .unwrap_or(text);
            *text = rest
                .trim_start_matches([' ', '\t', ']', ')', '|', ':', '-', ','])
                .to_owned();
        }
        shorten(&mut parts);
        (!parts.is_empty()).then_some(Self(parts))
    }

    /// What finds such lines.
    pub(super) fn pattern(&self) -> LogMatch {
        match self.0.as_slice() {
            [Part::Text(text)] => LogMatch {
                contains: Some(text.clone()),
                ..LogMatch::default()
            },
            parts => {
                let parts = parts.iter().map(|part| match part {
                    Part::Text(text) => regex::escape(text),
                    Part::Volatile(volatile) => (*volatile).to_owned(),
                });
                LogMatch {
                    regex: Some(parts.collect()),
                    ..LogMatch::default()
                }
            }
        }
    }
}

fn push_text(parts: &mut Vec<Part>, text: &str) {
    if !text.is_empty() {
        parts.push(Part::Text(text.to_owned()));
    }
}

/// Three letters in a row.
fn is_words(text: &str) -> bool {
    let mut letters = 0;
    text.chars().any(|c| {
        letters = if c.is_alphabetic() { letters + 1 } else { 0 };
        letters >= 3
    })
}

/// Ends with a text, and is no longer than a pattern is read.
fn shorten(parts: &mut Vec<Part>) {
    let mut length = 0;
    let mut kept = 0;
    for part in parts.iter_mut() {
        kept += 1;
        if let Part::Text(text) = part {
            if length + text.len() > MAX_TEXT {
                let room = MAX_TEXT - length;
                let end = text
                    .char_indices()
                    .map(|(at, _)| at)
                    .take_while(|at| *at <= room)
                    .last()
                    .unwrap_or(0);
                let end = text
                    .get(..end)
                    .and_then(|cut| cut.rfind(' '))
                    .filter(|end| *end > 0)
                    .unwrap_or(end);
                text.truncate(end);
                break;
            }
            length += text.len();
        }
    }
    parts.truncate(kept);
    while let Some(last) = parts.last_mut() {
        match last {
            Part::Text(text) if !text.trim_end().is_empty() => {
                text.truncate(text.trim_end().len());
                break;
            }
            _ => drop(parts.pop()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::condition::Condition;

    #[test]
    fn what_changes_from_line_to_line_is_general() {
        for (line, contains, regex) in [
            (
                "request queue is full, client waits",
                Some("request queue is full, client waits"),
                None,
            ),
            (
                "2026-03-14T10:04:30.120Z java.lang.NullPointerException: cart is null",
                Some("java.lang.NullPointerException: cart is null"),
                None,
            ),
            (
                "cache miss, reading from origin key=price:emea:44810",
                Some("cache miss, reading from origin key=price:emea:"),
                None,
            ),
            (
                "retrying call, attempt 2 of 3",
                None,
                Some(r"retrying call, attempt \d+ of"),
            ),
            (
                "cannot reach 10.0.3.17:8080: refused",
                None,
                Some(r"cannot reach [\d.:]+: refused"),
            ),
            (
                "trace 0b6c2f9e-4a51-4a3f-9a5e-1f2d3c4b5a69 dropped",
                None,
                Some("trace [0-9a-fA-F-]+ dropped"),
            ),
        ] {
            let pattern = Template::of(line).unwrap().pattern();
            assert_eq!(
                (pattern.contains.as_deref(), pattern.regex.as_deref()),
                (contains, regex),
                "{line}"
            );
        }
        let pattern = Template::of("nil currency in cart 8f2 of u81 too")
            .unwrap()
            .pattern();
        let expected = "nil currency in cart [0-9A-Za-z]+ of [0-9A-Za-z]+ too";
        assert_eq!(pattern.regex.as_deref(), Some(expected));
        assert_eq!(Template::of("12:00:01 17 - 4"), None);
    }

    #[test]
    fn a_template_finds_the_line_it_is_of() {
        for line in [
            "10.0.0.1 GET /a/7f3a9c2d1e took 12.5ms (id=ab12-44)",
            "x509: certificate has expired at 2026-01-01T00:00:00Z for host a.b.c and a very long rest of words that go on and on and on until it is cut",
            "[DEBUG] merge postings term=sofa",
        ] {
            let pattern = Template::of(line).unwrap().pattern();
            let condition = match (&pattern.contains, &pattern.regex) {
                (Some(text), _) => Condition::contains(text).unwrap(),
                (None, regex) => Condition::regex(regex.as_deref().unwrap()).unwrap(),
            };
            assert!(condition.is_in(line.as_bytes()), "{pattern:?} in {line}");
        }
    }
}
