//! G011: a pattern with something in it that will not come again.

use std::sync::LazyLock;

use regex::Regex;

use crate::diagnostic::Severity;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const SIGNATURE: &str = "postmortems/2026-03-14-null-currency/signature.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "G011",
    name: "unrecurring-pattern",
    severity: Severity::Warning,
    locked: false,
    category: Category::Signature,
    needs: Needs::File,
    summary: "A pattern holds nothing that belongs to one incident: no ids, addresses, hashes or times.",
    why: "The pod that crashed had a name nobody will see again. A pattern that contains it matches the recording it was copied from, so that its fixture passes, and never anything else.",
    remedy: "Replace it with what is common to all such lines, such as `[0-9a-f]+`.",
    bad: &[
        Example::edit(
            SIGNATURE,
            "regex: \"panic: nil currency\"",
            "regex: «\"panic: nil currency in checkout-7d9c5b8f4d-x2x7p\"»",
        ),
        Example::edit(
            SIGNATURE,
            "regex: \"panic: nil currency\"",
            "contains: «\"2026-03-14T10:02 panic: nil currency\"»",
        ),
    ],
    good: &[Example::edit(
        SIGNATURE,
        "regex: \"panic: nil currency\"",
        "regex: \"panic: nil currency in cart [0-9a-f]+\"",
    )],
    check: Check::Document(check),
};

/// Shapes of text that belongs to one moment or one thing: name and pattern, on text without escapes.
const SHAPES: [(&str, &str); 5] = [
    (
        "a UUID",
        r"(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    ),
    // ReplicaSet hash and pod suffix leave out vowels and what looks like them (Kubernetes' rand package).
    (
        "the name of a pod",
        r"-[bcdf-hj-np-tv-z2-9]{8,10}-[bcdf-hj-np-tv-z2-9]{5}\b",
    ),
    ("an address", r"\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b"),
    (
        "a moment",
        r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}|\b[0-9]{2}:[0-9]{2}:[0-9]{2}\b",
    ),
    ("a hash", r"(?i)\b(?:0x[0-9a-f]{6,}|[0-9a-f]{16,})\b"),
];

static PATTERNS: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    let compiled = SHAPES
        .iter()
        .filter_map(|(name, text)| Some((*name, Regex::new(text).ok()?)));
    compiled.collect()
});

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    for site in scope.checks() {
        let Some(log) = &site.check.log else { continue };
        for (key, text) in [("regex", &log.regex), ("contains", &log.contains)] {
            let Some(text) = text else { continue };
            let plain = text.replace('\\', "");
            let Some((what, found)) = PATTERNS
                .iter()
                .find_map(|(what, pattern)| Some((what, pattern.find(&plain)?.as_str())))
            else {
                continue;
            };
            findings
                .report(&RULE, scope.value(site.route.clone().key("log").key(key)))
                .message(format!("`{found}` is {what} and will not be seen again"))
                .label(format!("holds {what}"))
                .help("replace it with what all such lines have in common");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_compiles() {
        assert_eq!(PATTERNS.len(), SHAPES.len());
    }
}
