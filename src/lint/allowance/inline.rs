//! `# rbk: allow(H006) until=2027-01-01 reason="…"`, read from comments.

use std::ops::Range;

use jiff::civil::Date;

use crate::document::Span;
use crate::lint::registry;
use crate::lint::rule::Rule;

/// What starts a comment that is meant for this program.
const PREFIX: &str = "rbk:";

/// What has to be written.
pub(super) const FORM: &str = "write `# rbk: allow(H006) until=2027-01-01 reason=\"why\"`";

/// Rules that are allowed in place.
#[derive(Debug)]
pub(super) struct Allow {
    /// The comment.
    pub(super) span: Span,
    /// The line it speaks about, from 1.
    pub(super) line: u32,
    /// The rules, and where each is named.
    pub(super) rules: Vec<(&'static Rule, Span)>,
    /// The last day it holds.
    pub(super) until: Date,
}

/// A comment that is meant for this program and cannot be read.
#[derive(Debug)]
pub(super) struct Malformed {
    /// What cannot be read.
    pub(super) span: Span,
    /// Why.
    pub(super) message: String,
}

/// Reads a comment, given with its `#`; none if it is not meant for this program. `line` is the line it speaks about.
pub(super) fn read(comment: &str, span: Span, line: u32) -> Option<Result<Allow, Malformed>> {
    let inner = comment.strip_prefix('#')?;
    let text = inner.trim_start();
    let blanks = inner.len() - text.len();
    let text = text.trim_end();
    text.strip_prefix(PREFIX)?;
    let reader = Reader {
        text,
        offset: span.start as usize + 1 + blanks,
        whole: span,
    };
    Some(reader.read(PREFIX.len()..text.len(), line))
}

struct Reader<'c> {
    text: &'c str,
    offset: usize,
    whole: Span,
}

impl Reader<'_> {
    fn read(&self, range: Range<usize>, line: u32) -> Result<Allow, Malformed> {
        let directive = self.slice(range.clone());
        let at = range.start + (directive.len() - directive.trim_start().len());
        let rest = directive.trim_start();
        let Some(list) = rest.strip_prefix("allow(") else {
            return Err(self.malformed(at..range.end, "only `allow(…)` is understood after `rbk:`"));
        };
        let Some((codes, tail)) = list.split_once(')') else {
            return Err(self.malformed(at..range.end, "the `(` of `allow(` is never closed"));
        };
        let codes_at = at + "allow(".len();
        let rules = self.rules(codes, codes_at)?;
        let tail_at = codes_at + codes.len() + 1;
        let until = self.details(tail, tail_at)?;
        Ok(Allow {
            span: self.whole,
            line,
            rules,
            until,
        })
    }

    fn rules(&self, codes: &str, at: usize) -> Result<Vec<(&'static Rule, Span)>, Malformed> {
        let mut rules = Vec::new();
        let mut start = at;
        for part in codes.split(',') {
            let code = part.trim();
            let from = start + (part.len() - part.trim_start().len());
            let range = from..from + code.len();
            start += part.len() + 1;
            match registry::find(code) {
                Ok(rule) => rules.push((rule, self.span(range))),
                Err(_) if code.is_empty() => {
                    return Err(self.malformed(range, "the code of a rule is missing"));
                }
                Err(error) => return Err(self.malformed(range, error.to_string())),
            }
        }
        Ok(rules)
    }

    /// `until=DATE` and `reason="…"`, in any order.
    fn details(&self, tail: &str, at: usize) -> Result<Date, Malformed> {
        let mut until = None;
        let mut has_reason = false;
        let mut rest = tail;
        loop {
            let from = at + (tail.len() - rest.trim_start().len());
            rest = rest.trim_start();
            if rest.is_empty() {
                break;
            }
            if let Some(value) = rest.strip_prefix("until=") {
                let end = value.find(char::is_whitespace).unwrap_or(value.len());
                let (date, after) = value.split_at(end);
                let range = from + "until=".len()..from + "until=".len() + date.len();
                let parsed = date.parse::<Date>();
                until = Some(parsed.map_err(|_| {
                    self.malformed(range, "`until` needs a day such as 2027-01-01")
                })?);
                rest = after;
            } else if let Some((reason, after)) = rest
                .strip_prefix("reason=\"")
                .and_then(|value| value.split_once('"'))
            {
                has_reason = !reason.trim().is_empty();
                rest = after;
            } else {
                let range = from..from + rest.len();
                return Err(
                    self.malformed(range, "only `until=DATE` and `reason=\"…\"` may follow")
                );
            }
        }
        match until {
            Some(until) if has_reason => Ok(until),
            None => Err(self.malformed(
                0..self.text.len(),
                "it says nothing about until when it holds",
            )),
            Some(_) => Err(self.malformed(0..self.text.len(), "it gives no reason")),
        }
    }

    fn slice(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or_default()
    }

    fn span(&self, range: Range<usize>) -> Span {
        Span::from_usize(self.offset + range.start, self.offset + range.end)
    }

    fn malformed(&self, range: Range<usize>, message: impl Into<String>) -> Malformed {
        Malformed {
            span: self.span(range),
            message: message.into(),
        }
    }
}
