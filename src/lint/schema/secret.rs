//! What secrets look like. Shapes are taken from what their issuers document; everything else needs a telling name
//! and a value that no human would choose.

use std::sync::{LazyLock, OnceLock};

use aho_corasick::AhoCorasick;
use regex::Regex;

use crate::document::Span;

/// Text that looks like a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Secret {
    /// What it looks like, with its article.
    pub(super) what: &'static str,
    /// Where it is in the text.
    pub(super) span: Span,
}

/// A shape; its first group, or all of it, is the secret.
struct Shape {
    what: &'static str,
    /// Texts of which every match holds one, whatever the case of its letters.
    marks: &'static [&'static str],
    pattern: &'static str,
    /// What else the secret has to satisfy.
    accept: fn(&str) -> bool,
}

/// How many shapes there are.
const COUNT: usize = 17;

#[rustfmt::skip]
static SHAPES: [Shape; COUNT] = [
    Shape { what: "a private key", marks: &["PRIVATE KEY"], pattern: r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----", accept: any },
    Shape { what: "an AWS access key", marks: &["AKIA", "ASIA"], pattern: r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b", accept: any },
    Shape { what: "a GitHub token", marks: &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], pattern: r"\bgh[pousr]_[0-9A-Za-z]{36,255}\b", accept: any },
    Shape { what: "a GitHub token", marks: &["github_pat_"], pattern: r"\bgithub_pat_[0-9A-Za-z_]{22,255}\b", accept: any },
    Shape { what: "a GitLab token", marks: &["glpat-", "glptt-", "gldt-", "glrt-", "glsoat-"], pattern: r"\bgl(?:pat|ptt|dt|rt|soat)-[0-9A-Za-z_-]{20,255}", accept: any },
    Shape { what: "a Slack token", marks: &["xoxa-", "xoxb-", "xoxe-", "xoxo-", "xoxp-", "xoxr-", "xoxs-"], pattern: r"\bxox[abeoprs]-[0-9A-Za-z-]{10,255}", accept: varied },
    Shape { what: "a Slack webhook", marks: &["hooks.slack.com"], pattern: r"https://hooks\.slack\.com/services/T[0-9A-Z]{5,20}/B[0-9A-Z]{5,20}/[0-9A-Za-z]{20,60}", accept: any },
    Shape { what: "a Google API key", marks: &["AIza"], pattern: r"\bAIza[0-9A-Za-z_-]{35}\b", accept: any },
    Shape { what: "a Stripe key", marks: &["k_live_"], pattern: r"\b[rs]k_live_[0-9A-Za-z]{20,255}\b", accept: any },
    Shape { what: "an npm token", marks: &["npm_"], pattern: r"\bnpm_[0-9A-Za-z]{36}\b", accept: any },
    Shape { what: "a PyPI token", marks: &["pypi-AgEIcHlwaS5vcmc"], pattern: r"\bpypi-AgEIcHlwaS5vcmc[0-9A-Za-z_-]{50,255}", accept: any },
    Shape { what: "a SendGrid key", marks: &["SG."], pattern: r"\bSG\.[0-9A-Za-z_-]{22}\.[0-9A-Za-z_-]{43}\b", accept: any },
    Shape { what: "a Vault token", marks: &["hvs.", "hvb.", "hvr."], pattern: r"\bhv[sbr]\.[0-9A-Za-z_-]{24,255}", accept: any },
    Shape { what: "a model provider's key", marks: &["sk-"], pattern: r"\bsk-(?:ant-|proj-)?[0-9A-Za-z_-]{32,255}", accept: varied },
    Shape { what: "a JSON Web Token", marks: &[".eyJ"], pattern: r"\beyJ[0-9A-Za-z_-]{10,2000}\.eyJ[0-9A-Za-z_-]{10,4000}\.[0-9A-Za-z_-]{10,1000}", accept: any },
    Shape { what: "a password in an address", marks: &["://"], pattern: r#"\b[a-z][a-z0-9+.-]{1,20}://[^\s:/@"'<>]{1,80}:([^\s:/@"'<>]{4,200})@"#, accept: random },
    Shape {
        what: "a secret in plain text",
        marks: &[
            "password", "passwd", "secret", "token", "credential", "api_key", "api-key", "apikey", "access_key", "access-key", "accesskey",
            "private_key", "private-key", "privatekey",
        ],
        pattern: r#"(?i)(?:password|passwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?)["']?\s{0,4}[:=]\s{0,4}["']?([0-9A-Za-z+/=_.~!@#$%^&*-]{12,400})"#,
        accept: random,
    },
];

fn any(_: &str) -> bool {
    true
}

// Placeholders such as `xoxb-your-token-here` have no digits.
fn varied(text: &str) -> bool {
    text.chars().filter(char::is_ascii_digit).count() >= 3 && entropy(text) > 3.0
}

/// Whether no human would choose this text as a word, a name or a placeholder.
fn random(text: &str) -> bool {
    let has = |class: fn(&char) -> bool| text.chars().any(|c| class(&c));
    let (upper, lower, digit) = (
        has(char::is_ascii_uppercase),
        has(char::is_ascii_lowercase),
        has(char::is_ascii_digit),
    );
    let refers = text.starts_with(['$', '%', '*', '&', '<']) || text.contains("{{");
    let hex = text.len() >= 24 && text.chars().all(|c| c.is_ascii_hexdigit());
    let words = text
        .split(['-', '_', '.', '/'])
        .all(|part| part.len() <= 12 && is_wordlike(part));
    let mixed = digit && lower && (upper || text.len() >= 20);
    !refers && (mixed || (hex && digit)) && (hex || !words) && entropy(text) > 3.0
}

// `checkout`, `v2`, `2026`, `Sev1`: letters and then digits, or only one of both.
fn is_wordlike(part: &str) -> bool {
    let rest = part.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let letters = part.len() - rest.len();
    let capitals = part
        .chars()
        .skip(1)
        .filter(char::is_ascii_uppercase)
        .count();
    rest.chars().all(|c| c.is_ascii_digit()) && (capitals <= 1 || capitals + 1 >= letters)
}

/// Shannon entropy in bits per character.
fn entropy(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in text.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let total = f64::from(u32::try_from(text.len()).unwrap_or(u32::MAX).max(1));
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| f64::from(*count) / total)
        .map(|share| -share * share.log2())
        .sum()
}

/// The marks of all shapes, and the shape of each: one look at a text rules out nearly every shape, and a pattern that is never
/// needed is never compiled.
struct Marks {
    all: Option<AhoCorasick>,
    shapes: Vec<usize>,
}

static MARKS: LazyLock<Marks> = LazyLock::new(|| {
    let of_shapes = || {
        let shapes = SHAPES.iter().enumerate();
        shapes.flat_map(|(at, shape)| shape.marks.iter().map(move |mark| (at, *mark)))
    };
    let all = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(of_shapes().map(|(_, mark)| mark));
    Marks {
        all: all.ok(),
        shapes: of_shapes().map(|(at, _)| at).collect(),
    }
});

/// Which shapes a text may hold.
fn candidates(text: &str) -> [bool; COUNT] {
    let mut candidates = [false; COUNT];
    let Some(marks) = &MARKS.all else {
        // A shape that is not looked for would be missing in silence.
        return [true; COUNT];
    };
    for found in marks.find_overlapping_iter(text) {
        let shape = MARKS.shapes.get(found.pattern().as_usize());
        if let Some(candidate) = shape.and_then(|at| candidates.get_mut(*at)) {
            *candidate = true;
        }
    }
    candidates
}

// A shape that does not compile would be missing in silence; a test compiles them all.
fn compiled(shape: usize) -> Option<&'static Regex> {
    static COMPILED: [OnceLock<Option<Regex>>; COUNT] = [const { OnceLock::new() }; COUNT];
    let pattern = SHAPES.get(shape)?.pattern;
    let compiled = COMPILED.get(shape)?;
    compiled.get_or_init(|| Regex::new(pattern).ok()).as_ref()
}

/// Everything in a text that looks like a secret, by position; of overlapping ones the first.
pub(super) fn find(text: &str) -> Vec<Secret> {
    let mut found: Vec<Secret> = Vec::new();
    let shapes = SHAPES.iter().enumerate().zip(candidates(text));
    for ((at, shape), _) in shapes.filter(|(_, candidate)| *candidate) {
        let Some(regex) = compiled(at) else {
            continue;
        };
        for captures in regex.captures_iter(text) {
            let Some(secret) = captures.get(1).or_else(|| captures.get(0)) else {
                continue;
            };
            if (shape.accept)(secret.as_str()) {
                found.push(Secret {
                    what: shape.what,
                    span: Span::from_usize(secret.start(), secret.end()),
                });
            }
        }
    }
    found.sort_by_key(|secret| (secret.span.start, std::cmp::Reverse(secret.span.end)));
    let mut end = 0;
    found.retain(|secret| {
        let apart = secret.span.start >= end;
        if apart {
            end = secret.span.end;
        }
        apart
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::starter;

    fn what(text: &str) -> Vec<&'static str> {
        find(text).into_iter().map(|secret| secret.what).collect()
    }

    #[test]
    fn every_shape_compiles() {
        assert!(MARKS.all.is_some());
        for (at, shape) in SHAPES.iter().enumerate() {
            assert!(compiled(at).is_some(), "{}", shape.what);
        }
    }

    // Written in two parts, so that scanners of repositories do not take these tests for leaks.
    #[test]
    fn tokens_are_recognised_by_their_shape() {
        for (text, expected) in [
            ("AKIA", "an AWS access key"),
            ("ghp_", "a GitHub token"),
            ("AIza", "a Google API key"),
            ("sk_live_", "a Stripe key"),
            ("npm_", "an npm token"),
            ("xoxb-", "a Slack token"),
        ] {
            let length = match text {
                "AKIA" => 16,
                "AIza" => 35,
                _ => 36,
            };
            let rest: String = "Q7".chars().cycle().take(length).collect();
            let rest = if text == "xoxb-" {
                "4f8Zq1Lm92Kx".to_owned()
            } else {
                rest
            };
            assert_eq!(what(&format!("x: {text}{rest} y")), [expected], "{text}");
        }
        let header = ["-----BEGIN", "OPENSSH PRIVATE KEY-----"].join(" ");
        assert_eq!(what(&header), ["a private key"]);
    }

    #[test]
    fn assignments_need_a_value_nobody_would_choose() {
        for secret in [
            "password: hT7k2Lq9Zx4W",
            "API_KEY=\"q8Zt5Vn2Lw9Rk4Xs7Bd1\"",
            "token: 9f86d081884c7d659a2feaa0c55ad015",
            "postgres://app:s3cr3tPassw0rdX@db:5432/x",
        ] {
            assert_eq!(what(secret).len(), 1, "{secret}");
        }
        for harmless in [
            "password: see-the-vault",
            "token: k8s.rollout-undo",
            "secret: checkout-tls-2026",
            "token: ${DEPLOY_TOKEN}",
            "token: {{ params.token }}",
            "api_key: your-api-key-here",
            "credentials: ServiceAccountName",
            "the token: incident-commanders decide",
            "https://wiki.example/a:b@c",
            "postgres://app:password@db/x",
            "xoxb-your-token-here",
            "digest: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "panic: nil currency in cart 8f2",
        ] {
            assert_eq!(what(harmless), Vec::<&str>::new(), "{harmless}");
        }
    }

    #[test]
    fn the_starter_library_holds_none() {
        for (path, text) in starter::FILES {
            assert_eq!(find(text), [], "{path}");
        }
    }
}
