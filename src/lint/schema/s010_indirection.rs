//! S010: text that stands for other text.

use crate::diagnostic::Severity;
use crate::lint::{Category, Check, Example, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "S010",
    name: "indirection",
    severity: Severity::Error,
    locked: true,
    category: Category::Schema,
    needs: Needs::File,
    summary: "Documents use no anchors, aliases, merge keys, tags or directives.",
    why: "A reviewer has to see at one place what an agent may do there. An alias shows it somewhere else, a merge key \
          shows it in parts, a tag changes what a value means, and a few nested aliases grow to gigabytes.",
    remedy: "Write the value out where it is used.",
    bad: &[
        Example::edit(
            RUNBOOK,
            "services: [checkout]",
            "services: [«&only» checkout]",
        ),
        Example::edit(RUNBOOK, "title: Roll", "title: «!!str» Roll"),
    ],
    good: &[Example::edit(
        RUNBOOK,
        "services: [checkout]",
        "services:\n      - checkout",
    )],
    check: Check::Runner,
};
