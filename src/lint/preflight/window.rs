//! How much of the past a query's answer is made of.

use crate::document::model::{Backend, Query};
use crate::document::unit::Duration;

/// The longest range in brackets of a PromQL or LogQL query: a sample says something about this much time before it.
/// Ranges that are filled in by a parameter are not known.
pub(in crate::lint) fn longest_range(query: &Query) -> Option<Duration> {
    ranges_of(query).into_iter().max()
}

/// The shortest range in brackets.
pub(in crate::lint) fn shortest_range(query: &Query) -> Option<Duration> {
    ranges_of(query).into_iter().min()
}

fn ranges_of(query: &Query) -> Vec<Duration> {
    match query.backend {
        Backend::Promql | Backend::Logql => ranges(&query.template),
        Backend::Traceql
        | Backend::Sql
        | Backend::Kubernetes
        | Backend::Http
        | Backend::Builtin => Vec::new(),
    }
}

/// The ranges `[5m]` and, of subqueries, `[1h:1m]`, outside of quoted text and comments.
fn ranges(text: &str) -> Vec<Duration> {
    let mut found = Vec::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '"' | '\'' | '`' => skip_quoted(&mut rest, c),
            '#' => {
                rest.by_ref().find(|c| *c == '\n');
            }
            '[' => {
                let inner = rest.as_str().split([']', ':']).next().unwrap_or_default();
                found.extend(inner.trim().parse::<Duration>().ok());
            }
            _ => {}
        }
    }
    found
}

fn skip_quoted(rest: &mut std::str::Chars<'_>, quote: char) {
    while let Some(c) = rest.next() {
        if c == quote {
            return;
        }
        // Backquoted text knows no escapes.
        if c == '\\' && quote != '`' {
            rest.next();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_outside_of_quotes_and_comments() {
        let minutes = |text: &str| -> Vec<u64> {
            ranges(text)
                .iter()
                .map(|range| range.as_millis() / 60_000)
                .collect()
        };
        assert_eq!(
            minutes(r#"rate(a{b="[9m]", c=~"x\"[8m]"}[2m]) / rate(d[5m] offset 1w)"#),
            [2, 5]
        );
        assert_eq!(minutes("max_over_time(rate(a[2m])[1h:1m])"), [2, 60]);
        assert_eq!(
            minutes("rate({a=\"b\"} |~ `\\[7m]` [ 3m ]) # [6m]\n+ rate(c[4m])"),
            [3, 4]
        );
        assert!(minutes("rate(a[{{ window }}]) + b[x] + c[").is_empty());
    }
}
