//! B009: a shell by another name.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::template::Template;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const ACTION: &str = "runbooks/catalog/actions/k8s.rollout-undo.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "B009",
    name: "free-shell",
    severity: Severity::Error,
    locked: true,
    category: Category::Scope,
    needs: Needs::File,
    summary: "Actions call named operations; no shell, no pipes, no script fetched by address.",
    why: "A shell command can do anything the account can do, so nothing said about tier, target or undo holds for it.",
    remedy: "Add an action for the operation, with parameters, to the executor.",
    bad: &[Example::edit(
        ACTION,
        "operation: rollout-undo}",
        "operation: «exec»}",
    )],
    good: &[Example::edit(
        ACTION,
        "operation: rollout-undo}",
        "operation: rollout-revert}",
    )],
    check: Check::Document(check),
};

/// Systems and operations that run whatever they are given.
const INTERPRETERS: [&str; 13] = [
    "bash",
    "cmd",
    "command",
    "eval",
    "exec",
    "powershell",
    "run-command",
    "script",
    "sh",
    "shell",
    "ssh",
    "terminal",
    "zsh",
];
/// What a shell reads as more than a word.
const SHELL: [&str; 9] = [
    "$(", "`", "&&", "||", "; ", " | ", "curl ", "wget ", "bash -c",
];

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    if let Some(action) = scope.action() {
        let route = Route::root().key("spec").key("adapter");
        let adapter = &action.spec.adapter;
        for (key, text) in [
            ("system", &adapter.system),
            ("operation", &adapter.operation),
        ] {
            if INTERPRETERS.contains(&text.to_lowercase().as_str()) {
                findings
                    .report(&RULE, scope.value(route.clone().key(key)))
                    .message(format!("`{text}` runs whatever it is given"))
                    .label("anything can happen here")
                    .help("name one operation, with parameters");
            }
        }
    }
    for call in scope.calls() {
        for (name, value) in call.with {
            let found = value.as_str().and_then(|text| {
                let plain = without_placeholders(text);
                SHELL.iter().find(|mark| plain.contains(**mark))
            });
            if let Some(mark) = found {
                findings
                    .report(&RULE, scope.value(call.argument_route(name)))
                    .message(format!(
                        "`{}` looks like a command for a shell",
                        mark.trim()
                    ))
                    .label("not a plain value")
                    .help("pass a plain value; what should be done is said by the action");
            }
        }
    }
}

/// The text around the placeholders: a `|` within one is a filter.
fn without_placeholders(text: &str) -> String {
    let Ok(template) = Template::parse(text) else {
        return text.to_owned();
    };
    let mut rest = text.to_owned();
    for placeholder in template.placeholders().iter().rev() {
        rest.replace_range(placeholder.span.clone(), "");
    }
    rest
}
