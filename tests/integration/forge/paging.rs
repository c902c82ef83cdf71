//! Pages of lists with their `Link` headers, by number or by cursor, and entity tags.

use std::fmt::Write as _;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::exchange::{Answer, Asked, Body};

/// Entries of a page when nobody asks for another number, and the most there are.
const USUAL: usize = 30;
const MOST: usize = 100;

/// The part of a list that is asked for. `address` is where it is, without a query.
pub(crate) fn page(
    asked: &Asked,
    address: &str,
    entries: Vec<Value>,
    field: Option<&str>,
    by_cursor: bool,
) -> Answer {
    let number = |name: &str| asked.parameter(name).and_then(|it| it.parse().ok());
    let size = number("per_page").unwrap_or(USUAL).min(MOST);
    let total = entries.len();
    let first = match by_cursor {
        true => after(asked.parameter("after")),
        false => number("page").unwrap_or(1).saturating_sub(1) * size,
    };
    let shown: Vec<Value> = entries.into_iter().skip(first).take(size).collect();
    let link = |relation: &str, start: usize| {
        let (name, value) = match by_cursor {
            true => ("after", cursor(start)),
            false => ("page", (start / size + 1).to_string()),
        };
        let kept = asked.query.iter().filter(|(it, _)| it != name);
        let query: String = kept.fold(String::new(), |mut query, (name, value)| {
            let _ = write!(query, "{name}={value}&");
            query
        });
        format!("<{address}?{query}{name}={value}>; rel=\"{relation}\"")
    };
    let mut links = Vec::new();
    if first > 0 && !by_cursor {
        links.push(link("prev", first - size));
        links.push(link("first", 0));
    }
    if first + size < total {
        links.push(link("next", first + size));
        if !by_cursor {
            links.push(link("last", (total - 1) / size * size));
        }
    }
    let body = match field {
        Some(field) => json!({"total_count": total, field: shown}),
        None => Value::Array(shown),
    };
    let mut answer = Answer::of(200, body);
    if !links.is_empty() {
        answer.headers.push(("link", links.join(", ")));
    }
    answer
}

/// Cursors say nothing to whoever gets them.
fn cursor(start: usize) -> String {
    format!("Y3Vyc29yOnYy{start:08x}")
}

fn after(cursor: Option<&str>) -> usize {
    let digits = cursor.and_then(|it| it.strip_prefix("Y3Vyc29yOnYy"));
    digits.map_or(0, |it| usize::from_str_radix(it, 16).unwrap())
}

/// Gives an answer its tag, and takes its body away if that is the version the client has.
pub(crate) fn tagged(asked: &Asked, mut answer: Answer) -> Answer {
    let (200, Body::Json(body)) = (answer.status, &answer.body) else {
        return answer;
    };
    let mut digest = Sha256::new();
    digest.update(body.to_string());
    // A list that goes on elsewhere than before has changed, even if this page has not.
    let link = answer.headers.iter().find(|(name, _)| *name == "link");
    digest.update(link.map_or("", |(_, value)| value));
    let tag = digest.finalize().iter().fold(String::new(), |mut tag, it| {
        let _ = write!(tag, "{it:02x}");
        tag
    });
    let tag = format!("\"{tag}\"");
    if asked.header("if-none-match") == Some(&tag) {
        answer.status = 304;
        answer.body = Body::Empty;
    }
    answer.headers.push(("etag", tag));
    answer
}
