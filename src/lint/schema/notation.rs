//! What an author meant by a literal that is not written as the format defines it, where only one reading is possible.

use crate::document::unit::{Duration, Quantity, RateLimit, Unit};

/// Words for units of time and how the format writes them. A lone `M` may be a month or a million, and is not listed.
const TIMES: [(&str, &[&str]); 6] = [
    (
        "ms",
        &["ms", "msec", "msecs", "millisecond", "milliseconds"],
    ),
    ("s", &["s", "sec", "secs", "second", "seconds"]),
    ("m", &["m", "min", "mins", "minute", "minutes"]),
    ("h", &["h", "hr", "hrs", "hour", "hours"]),
    ("d", &["d", "day", "days"]),
    ("w", &["w", "week", "weeks"]),
];

const SHARES: [&str; 5] = ["%", "percent", "pct", "per cent", "percentage"];

const PER_SECOND: [&str; 7] = [
    "/s",
    "/sec",
    "/second",
    "per second",
    "per sec",
    "per s",
    "rps",
];

const DATA: [(&str, &[&str]); 9] = [
    ("KiB", &["kib", "ki"]),
    ("MiB", &["mib", "mi"]),
    ("GiB", &["gib", "gi"]),
    ("TiB", &["tib", "ti"]),
    ("kB", &["kb"]),
    ("MB", &["mb"]),
    ("GB", &["gb"]),
    ("TB", &["tb"]),
    ("B", &["b", "byte", "bytes"]),
];

/// The literal as the format writes it; none when it has no unit or could mean several things. `grammar` is what the
/// schema calls it, such as `duration`.
pub(in crate::lint) fn corrected(grammar: &str, text: &str) -> Option<String> {
    // A correction is a correction of something short.
    let text = text.trim();
    if text.is_empty() || text.len() > 60 {
        return None;
    }
    let correct = match grammar {
        "duration" => duration(text),
        "percent" => percent(text),
        "quantity" => percent(text)
            .or_else(|| per_second(text))
            .or_else(|| data(text))
            .or_else(|| duration(text)),
        "rate" => rate(text),
        "date" => date(text),
        "timestamp" => timestamp(text),
        _ => None,
    }?;
    let is_valid = match grammar {
        "duration" => correct.parse::<Duration>().is_ok(),
        "percent" => correct
            .parse::<Quantity>()
            .is_ok_and(|it| it.unit == Unit::Ratio),
        "quantity" => correct.parse::<Quantity>().is_ok(),
        "rate" => correct.parse::<RateLimit>().is_ok(),
        "date" => correct.parse::<jiff::civil::Date>().is_ok(),
        _ => correct.parse::<jiff::Timestamp>().is_ok(),
    };
    (is_valid && correct != text).then_some(correct)
}

/// `5 minutes`, `1 hour 30 min`.
fn duration(text: &str) -> Option<String> {
    let mut rest = text;
    let mut correct = String::new();
    while !rest.is_empty() {
        let (number, tail) = number(rest)?;
        let letters = tail.len()
            - tail
                .trim_start_matches(|c: char| c.is_ascii_alphabetic())
                .len();
        let (word, tail) = (tail.get(..letters)?, tail.get(letters..)?);
        let word = word_of(word)?;
        let (unit, _) = TIMES
            .iter()
            .find(|(_, words)| words.contains(&word.as_str()))?;
        correct.push_str(number);
        correct.push_str(unit);
        let tail = tail.trim_start();
        rest = tail
            .strip_prefix("and ")
            .or(tail.strip_prefix(','))
            .unwrap_or(tail)
            .trim_start();
    }
    Some(correct)
}

// `Minutes` is a word, `M` is not one.
fn word_of(word: &str) -> Option<String> {
    let is_abbreviation = word.len() < 3 && word.chars().any(char::is_uppercase);
    (!is_abbreviation).then(|| word.to_lowercase())
}

fn number(text: &str) -> Option<(&str, &str)> {
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    (!number.is_empty()).then_some((number, rest.trim_start()))
}

fn percent(text: &str) -> Option<String> {
    let (number, unit) = number(text)?;
    SHARES
        .contains(&unit.to_lowercase().as_str())
        .then(|| format!("{number}%"))
}

fn per_second(text: &str) -> Option<String> {
    let (number, unit) = number(text)?;
    let unit = unit.to_lowercase().replace("/ ", "/");
    PER_SECOND
        .contains(&unit.as_str())
        .then(|| format!("{number}/s"))
}

fn data(text: &str) -> Option<String> {
    let (number, unit) = number(text)?;
    // A small `b` after a prefix may be a bit.
    if unit.len() == 2 && unit.ends_with('b') {
        return None;
    }
    let unit = unit.to_lowercase();
    let (correct, _) = DATA
        .iter()
        .find(|(_, words)| words.contains(&unit.as_str()))?;
    Some(format!("{number}{correct}"))
}

/// `2/1h`, `2 per hour`, `2 in 10 minutes`.
fn rate(text: &str) -> Option<String> {
    let (count, rest) = number(text)?;
    let rest = rest.strip_prefix("times ").unwrap_or(rest);
    let per = ["per ", "in ", "every ", "/"]
        .iter()
        .find_map(|word| rest.strip_prefix(word))?
        .trim();
    let per = if per.starts_with(|c: char| c.is_ascii_digit()) {
        duration(per)?
    } else {
        duration(&format!("1 {per}"))?
    };
    Some(format!("{count} per {per}"))
}

/// `2026/11/01`: from the year to the day there is only one reading.
fn date(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(['/', '.']).collect();
    match parts.as_slice() {
        [year, month, day] if year.len() == 4 && month.len() <= 2 && day.len() <= 2 => {
            Some(format!("{year}-{month:0>2}-{day:0>2}"))
        }
        _ => None,
    }
}

/// `2026-11-01 02:00:00 UTC`; a moment without a zone stays one.
fn timestamp(text: &str) -> Option<String> {
    let (day, time) = text.split_once([' ', 'T', 't'])?;
    let time = time.trim();
    let utc = time
        .strip_suffix("UTC")
        .or(time.strip_suffix(['z', 'Z']))
        .map(str::trim_end);
    match utc {
        Some(time) => Some(format!("{day}T{time}Z")),
        None => Some(format!("{day}T{time}")),
    }
}

#[cfg(test)]
mod tests {
    use super::corrected;

    #[test]
    fn literals_with_one_reading_are_corrected() {
        for (grammar, text, expected) in [
            ("duration", "5 minutes", Some("5m")),
            ("duration", "1 hour and 30 min", Some("1h30m")),
            ("duration", "1h 30m", Some("1h30m")),
            ("duration", "90 Seconds", Some("90s")),
            ("duration", "300", None),
            ("duration", "5M", None),
            ("duration", "5 lightyears", None),
            ("duration", "30m 1h", None),
            ("duration", "1.5h", None),
            ("percent", "5 percent", Some("5%")),
            ("percent", "0.5 %", Some("0.5%")),
            ("percent", "0.05", None),
            ("quantity", "2 Gi", Some("2GiB")),
            ("quantity", "2 GB", Some("2GB")),
            ("quantity", "2 Gb", None),
            ("quantity", "40 per second", Some("40/s")),
            ("quantity", "300 millis", None),
            ("quantity", "300 ms", Some("300ms")),
            ("rate", "2/1h", Some("2 per 1h")),
            ("rate", "2 per hour", Some("2 per 1h")),
            ("rate", "3 times in 10 minutes", Some("3 per 10m")),
            ("rate", "often", None),
            ("date", "2026/1/5", Some("2026-01-05")),
            ("date", "05/01/2026", None),
            ("date", "2027-02-30", None),
            (
                "timestamp",
                "2026-11-01 02:00:00 UTC",
                Some("2026-11-01T02:00:00Z"),
            ),
            ("timestamp", "2026-11-01 02:00:00", None),
            ("condition", "5 minutes", None),
        ] {
            assert_eq!(
                corrected(grammar, text).as_deref(),
                expected,
                "{grammar}: {text}"
            );
        }
    }
}
