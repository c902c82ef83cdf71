//! S001: text that is not YAML, or says one thing twice.

use crate::diagnostic::Severity;
use crate::lint::{Category, Check, Example, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "S001",
    name: "unreadable-yaml",
    severity: Severity::Error,
    locked: true,
    category: Category::Schema,
    needs: Needs::File,
    summary: "A document is well-formed YAML in which no key appears twice.",
    why: "What cannot be read cannot be checked. A key that appears twice is worse: some programs take the first value, \
          others the last, so a reviewer and an agent may see different runbooks in the same file.",
    remedy: "Mend the text at the place shown. Of two equal keys keep the one that is meant.",
    bad: &[
        Example::edit(
            RUNBOOK,
            "  autonomy: {max_tier: 2, mode: gated}\n",
            "  autonomy: {max_tier: 2, mode: gated, «mode»: auto}\n",
        ),
        Example::file(
            "runbooks/exceptions/flag.yaml",
            "apiVersion: rbk/v1\nkind: Exception\nmetadata:\n«\t»id: flag\n",
        ),
    ],
    good: &[Example::edit(
        RUNBOOK,
        "  autonomy: {max_tier: 2, mode: gated}\n",
        "  autonomy:\n    max_tier: 2\n    mode: gated\n",
    )],
    check: Check::Runner,
};
