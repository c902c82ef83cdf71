//! M007: something to be done by nobody, some day.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const POSTMORTEM: &str = "postmortems/2026-03-14-null-currency/postmortem.md";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "M007",
    name: "loose-action-item",
    severity: Severity::Warning,
    locked: false,
    category: Category::Postmortem,
    needs: Needs::File,
    summary: "An action item has an owner, a due date and a reference, and is not overdue.",
    why: "What has no owner and no date is not done, and the incident comes again.",
    remedy: "Add what is missing, or mark the item as done.",
    bad: &[
        Example::edit(
            POSTMORTEM,
            "- {kind: prevent, title: Migrate old carts, owner: sre, due: 2026-04-15, status: done, ref: SHOP-412}",
            "- «{kind: prevent, title: Migrate old carts, owner: sre}»",
        ),
        Example::edit(
            POSTMORTEM,
            "due: 2026-04-15, status: done,",
            "due: «2026-04-15», status: open,",
        ),
    ],
    good: &[Example::edit(
        POSTMORTEM,
        "due: 2026-04-15, status: done,",
        "due: 2027-04-15, status: open,",
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(postmortem) = scope.postmortem() else {
        return;
    };
    for (index, item) in postmortem.spec.action_items.iter().enumerate() {
        let route = Route::root().key("spec").key("action_items").index(index);
        let missing: Vec<&str> = [
            ("owner", item.owner.is_none()),
            ("due", item.due.is_none()),
            ("ref", item.reference.is_none()),
        ]
        .into_iter()
        .filter_map(|(key, missing)| missing.then_some(key))
        .collect();
        let done = item.status.as_deref() == Some("done");
        if !missing.is_empty() && !done {
            findings
                .report(&RULE, scope.value(route.clone()))
                .message(format!(
                    "\"{}\" has no {}",
                    item.title,
                    missing.join(", no ")
                ))
                .label("nobody, some day")
                .help("add e.g. `owner: sre, due: 2027-04-15, ref: SHOP-412`");
        }
        if let Some(due) = item
            .due
            .filter(|due| *due < scope.repository.today() && !done)
        {
            findings
                .report(&RULE, scope.value(route.key("due")))
                .message(format!("\"{}\" was due on {due}", item.title))
                .label("overdue")
                .help("do it, mark it as done, or give it another date");
        }
    }
}
