//! Texts that a line must hold for an expression to match in it, so that the expression runs on few lines.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Most texts that together stand for one expression.
const MAX_ALTERNATIVES: usize = 64;

/// Longest text looked for: more tells lines hardly better apart, and costs memory in an automaton of thousands.
const MAX_LENGTH: usize = 24;

/// Shorter texts are in too many lines to tell any apart.
const MIN_LENGTH: usize = 3;

/// Texts of which every match of the expression holds one, in any case of ASCII letters. Nothing when there are none that
/// tell lines apart.
#[must_use]
pub fn required(expression: &str) -> Option<Vec<String>> {
    let hir = regex_syntax::parse(expression).ok()?;
    texts(&hir).filter(|texts| weight(texts) >= MIN_LENGTH)
}

/// The part of a literal text that is looked for.
#[must_use]
pub fn shortened(text: &str) -> String {
    let end = (0..=MAX_LENGTH.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or(0))
        .unwrap_or(text)
        .to_ascii_lowercase()
}

/// The words of a text or an expression that are letters and digits, for names.
#[must_use]
pub fn words(expression: &str) -> String {
    let texts = required(expression).unwrap_or_default();
    let text = texts.first().map_or(expression, String::as_str);
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { ' ' };
    text.chars().map(plain).collect()
}

/// How well texts tell lines apart: the shortest of them decides.
fn weight(texts: &[String]) -> usize {
    texts.iter().map(String::len).min().unwrap_or(0)
}

fn texts(hir: &Hir) -> Option<Vec<String>> {
    if let Some(text) = exact(hir) {
        return (!text.is_empty()).then(|| vec![shortened(&text)]);
    }
    match hir.kind() {
        HirKind::Capture(capture) => texts(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => texts(&repetition.sub),
        HirKind::Alternation(branches) => {
            let mut all = Vec::new();
            for branch in branches {
                all.extend(texts(branch)?);
            }
            all.sort();
            all.dedup();
            (all.len() <= MAX_ALTERNATIVES).then_some(all)
        }
        HirKind::Concat(parts) => best(parts),
        _ => None,
    }
}

/// The longest run of parts that are texts, or the best of what one part needs.
fn best(parts: &[Hir]) -> Option<Vec<String>> {
    let mut found: Option<Vec<String>> = None;
    let mut better = |candidate: Vec<String>| {
        if found
            .as_ref()
            .is_none_or(|found| weight(&candidate) > weight(found))
        {
            found = Some(candidate);
        }
    };
    let mut run = String::new();
    for part in parts {
        match exact(part) {
            Some(text) => run.push_str(&text),
            None => {
                if !run.is_empty() {
                    better(vec![shortened(&std::mem::take(&mut run))]);
                }
                if let Some(texts) = texts(part) {
                    better(texts);
                }
            }
        }
    }
    if !run.is_empty() {
        better(vec![shortened(&run)]);
    }
    found
}

/// The one text that something matches, but for the case of ASCII letters.
fn exact(hir: &Hir) -> Option<String> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(String::new()),
        HirKind::Literal(literal) => String::from_utf8(literal.0.to_vec()).ok(),
        HirKind::Class(class) => letter(class).map(String::from),
        HirKind::Capture(capture) => exact(&capture.sub),
        HirKind::Concat(parts) => parts.iter().map(exact).collect(),
        _ => None,
    }
}

/// The ASCII letter of which a class holds both cases and nothing else. With Unicode `k` and `s` have a third, and so are none.
fn letter(class: &Class) -> Option<char> {
    let ranges: Vec<(char, char)> = match class {
        Class::Unicode(class) => class
            .iter()
            .map(|range| (range.start(), range.end()))
            .collect(),
        Class::Bytes(class) => class
            .iter()
            .map(|range| (char::from(range.start()), char::from(range.end())))
            .collect(),
    };
    let [(upper, upper_end), (lower, lower_end)] = <[_; 2]>::try_from(ranges).ok()?;
    let single = upper == upper_end && lower == lower_end;
    let same = upper.is_ascii_uppercase() && lower == upper.to_ascii_lowercase();
    (single && same).then_some(lower)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_match_holds_one_of_the_texts() {
        for (expression, expected) in [
            ("panic:", Some(vec!["panic:"])),
            ("panic: (.+) goroutine", Some(vec![" goroutine"])),
            (
                "timeout|refused|reset",
                Some(vec!["refused", "reset", "timeout"]),
            ),
            (r"OOM(Killed)+ \d+", Some(vec!["killed"])),
            ("(?i)broken pipe", Some(vec!["en pipe"])),
            ("(?i-u)broken pipe", Some(vec!["broken pipe"])),
            (r"\d+", None),
            ("ab|.*", None),
            ("(refused)?", None),
            ("^x$", None),
            ("ü.*aé", Some(vec!["aé"])),
        ] {
            let expected = expected.map(|texts| texts.into_iter().map(str::to_owned).collect());
            assert_eq!(required(expression), expected, "{expression}");
        }
    }

    proptest! {
        #[test]
        fn no_match_is_overlooked(
            expression in r"(\(\?i\))?(([a-ck]{1,5}|\[a-c\]|\.|(\([a-ck]{3}\|[a-cK]{3,4}\)))(\?|\+|\*)?){1,5}",
            line in "[a-ckK\u{212a}]{0,24}",
        ) {
            let regex = regex::Regex::new(&expression).unwrap();
            if let Some(texts) = required(&expression).filter(|_| regex.is_match(&line)) {
                let line = line.to_ascii_lowercase();
                prop_assert!(texts.iter().any(|text| line.contains(text.as_str())), "{expression} {texts:?}");
            }
        }
    }
}
