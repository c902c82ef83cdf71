//! H006: text that says nothing.

use crate::diagnostic::Severity;
use crate::document::{NodeKind, Segment};
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "H006",
    name: "placeholder-text",
    severity: Severity::Error,
    locked: false,
    category: Category::Hygiene,
    needs: Needs::File,
    summary: "Every text says something: no placeholders such as TODO or \"as needed\", and none that is empty.",
    why: "A placeholder looks finished to everybody but its author. At three in the morning \"as needed\" is no instruction.",
    remedy: "Write what is meant, or leave the key out.",
    bad: &[
        Example::edit(RUNBOOK, "because: no trusted pattern", "because: «TODO»"),
        Example::edit(
            RUNBOOK,
            "because: no trusted pattern",
            "because: «restart as needed»",
        ),
    ],
    good: &[Example::edit(
        RUNBOOK,
        "because: no trusted pattern",
        "because: the todo list of the service explains nothing either",
    )],
    check: Check::Document(check),
};

/// Words that are placeholders when they stand in capitals.
const WORDS: [&str; 5] = ["TODO", "FIXME", "TBD", "XXX", "CHANGEME"];
/// Phrases that leave everything open, in lower case.
const PHRASES: [&str; 6] = [
    "as needed",
    "if necessary",
    "as appropriate",
    "lorem ipsum",
    "to be determined",
    "insert here",
];
/// Keys whose text a person wrote for a person.
const PROSE: [&str; 14] = [
    "title",
    "because",
    "description",
    "purpose",
    "impact",
    "trigger",
    "reason",
    "no_rollback",
    "gap",
    "signal",
    "suggested",
    "note",
    "no_signature_because",
    "contributing_factors",
];

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let mut open = vec![(scope.root(), false)];
    while let Some((node, prose)) = open.pop() {
        match node.kind() {
            NodeKind::Map => {
                let entries = node.entries();
                open.extend(entries.map(|entry| (entry.value, PROSE.contains(&entry.name))));
            }
            NodeKind::Seq => open.extend(node.items().map(|item| (item, prose))),
            NodeKind::Str if prose => {
                let text = node.as_str().unwrap_or_default();
                if let Some(found) = placeholder(text) {
                    findings
                        .report(&RULE, scope.value(scope.route_to(node)))
                        .message(format!("{found} says nothing to whoever has to act on it"))
                        .label("a placeholder")
                        .help("write what is meant, or leave the key out");
                }
            }
            NodeKind::Null if prose => {
                let route = scope.route_to(node);
                if matches!(route.last(), Some(Segment::Key(_))) {
                    findings
                        .report(&RULE, scope.key(route))
                        .message("nothing is written here")
                        .label("empty")
                        .help("write what is meant, or leave the key out");
                }
            }
            _ => {}
        }
    }
}

fn placeholder(text: &str) -> Option<String> {
    if text.trim().is_empty() {
        return Some("an empty text".to_owned());
    }
    let words = || text.split(|c: char| !c.is_alphanumeric());
    if let Some(word) = WORDS
        .iter()
        .find(|word| words().any(|found| found == **word))
    {
        return Some(format!("`{word}`"));
    }
    let lower = text.to_lowercase();
    PHRASES
        .iter()
        .find(|phrase| lower.contains(**phrase))
        .map(|phrase| format!("\"{phrase}\""))
}
