//! What secrets look like. Shapes are taken from what their issuers document; everything else needs a telling name
//! and a value that no human would choose.

use std::sync::OnceLock;

use regex::{Regex, RegexSet};

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
    pattern: &'static str,
    /// What else the secret has to satisfy.
    accept: fn(&str) -> bool,
}

#[rustfmt::skip]
static SHAPES: &[Shape] = &[
    Shape { what: "a private key", pattern: r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----", accept: any },
    Shape { what: "an AWS access key", pattern: r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b", accept: any },
    Shape { what: "a GitHub token", pattern: r"\bgh[pousr]_[0-9A-Za-z]{36,255}\b", accept: any },
    Shape { what: "a GitHub token", pattern: r"\bgithub_pat_[0-9A-Za-z_]{22,255}\b", accept: any },
    Shape { what: "a GitLab token", pattern: r"\bgl(?:pat|ptt|dt|rt|soat)-[0-9A-Za-z_-]{20,255}", accept: any },
    Shape { what: "a Slack token", pattern: r"\bxox[abeoprs]-[0-9A-Za-z-]{10,255}", accept: varied },
    Shape { what: "a Slack webhook", pattern: r"https://hooks\.slack\.com/services/T[0-9A-Z]{5,20}/B[0-9A-Z]{5,20}/[0-9A-Za-z]{20,60}", accept: any },
    Shape { what: "a Google API key", pattern: r"\bAIza[0-9A-Za-z_-]{35}\b", accept: any },
    Shape { what: "a Stripe key", pattern: r"\b[rs]k_live_[0-9A-Za-z]{20,255}\b", accept: any },
    Shape { what: "an npm token", pattern: r"\bnpm_[0-9A-Za-z]{36}\b", accept: any },
    Shape { what: "a PyPI token", pattern: r"\bpypi-AgEIcHlwaS5vcmc[0-9A-Za-z_-]{50,255}", accept: any },
    Shape { what: "a SendGrid key", pattern: r"\bSG\.[0-9A-Za-z_-]{22}\.[0-9A-Za-z_-]{43}\b", accept: any },
    Shape { what: "a Vault token", pattern: r"\bhv[sbr]\.[0-9A-Za-z_-]{24,255}", accept: any },
    Shape { what: "a model provider's key", pattern: r"\bsk-(?:ant-|proj-)?[0-9A-Za-z_-]{32,255}", accept: varied },
    Shape { what: "a JSON Web Token", pattern: r"\beyJ[0-9A-Za-z_-]{10,2000}\.eyJ[0-9A-Za-z_-]{10,4000}\.[0-9A-Za-z_-]{10,1000}", accept: any },
    Shape { what: "a password in an address", pattern: r#"\b[a-z][a-z0-9+.-]{1,20}://[^\s:/@"'<>]{1,80}:([^\s:/@"'<>]{4,200})@"#, accept: random },
    Shape {
        what: "a secret in plain text",
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

struct Compiled {
    any: RegexSet,
    each: Vec<Regex>,
}

// A shape that does not compile would be missing in silence; a test compiles them all.
fn compiled() -> &'static Compiled {
    static COMPILED: OnceLock<Compiled> = OnceLock::new();
    COMPILED.get_or_init(|| {
        let patterns = || SHAPES.iter().map(|shape| shape.pattern);
        Compiled {
            any: RegexSet::new(patterns()).unwrap_or_else(|_| RegexSet::empty()),
            each: patterns()
                .filter_map(|pattern| Regex::new(pattern).ok())
                .collect(),
        }
    })
}

/// Everything in a text that looks like a secret, by position; of overlapping ones the first.
pub(super) fn find(text: &str) -> Vec<Secret> {
    let compiled = compiled();
    let mut found: Vec<Secret> = Vec::new();
    for at in compiled.any.matches(text) {
        let Some((shape, regex)) = SHAPES.get(at).zip(compiled.each.get(at)) else {
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
        assert_eq!(compiled().each.len(), SHAPES.len());
        assert_eq!(compiled().any.len(), SHAPES.len());
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
