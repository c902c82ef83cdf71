//! H005: a link that shows something else tomorrow.

use std::sync::LazyLock;

use regex::Regex;

use crate::diagnostic::Severity;
use crate::lint::texts::texts;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const POSTMORTEM: &str = "postmortems/2026-03-14-null-currency/postmortem.md";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "H005",
    name: "moving-reference",
    severity: Severity::Warning,
    locked: false,
    category: Category::Hygiene,
    needs: Needs::File,
    summary: "References name something that does not change: a commit or a tag, not a branch.",
    why: "The evidence of an incident is what was there on that day. A link to a branch shows what is there today, or nothing.",
    remedy: "Use the permanent link: the commit in place of the branch.",
    bad: &[Example::edit(
        POSTMORTEM,
        "  signatures: [bad-deploy-5xx]\n",
        "  signatures: [bad-deploy-5xx]\n  references: [«\"https://git.example.com/shop/checkout/blob/main/src/cart.go\"»]\n",
    )],
    good: &[Example::edit(
        POSTMORTEM,
        "  signatures: [bad-deploy-5xx]\n",
        "  signatures: [bad-deploy-5xx]\n  references: [\"https://git.example.com/shop/checkout/blob/4f2c1d9a/src/cart.go\"]\n",
    )],
    check: Check::Document(check),
};

static MOVING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)https?://\S*(?:/(?:blob|tree|raw|src|edit)/(?:refs/heads/\S+|HEAD|develop|main|master|trunk)(?:/|$)|[?&]ref=(?:develop|main|master)\b|/-/(?:blob|tree|raw)/(?:develop|main|master)/|/releases/latest\b)").ok()
});

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let links = texts(scope)
        .into_iter()
        .filter(|(_, text)| text.contains("://"));
    for (node, text) in links {
        if let Some(found) = MOVING.as_ref().and_then(|pattern| pattern.find(text)) {
            findings
                .report(&RULE, scope.value(scope.route_to(node)))
                .message(format!(
                    "`{}` shows whatever is there when it is opened",
                    found.as_str()
                ))
                .label("follows a branch")
                .help("use the permanent link, with the commit in place of the branch");
        }
    }
}
