//! X004: a locked rule that is allowed in place.

use crate::diagnostic::Severity;
use crate::lint::{Category, Check, Example, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "X004",
    name: "locked-rule-allowed",
    severity: Severity::Error,
    locked: true,
    category: Category::Allowance,
    needs: Needs::File,
    summary: "A locked rule is let pass by a reviewed `Exception` document only, never by a comment.",
    why: "Locked rules are what makes it safe to let an agent act at all. A comment is written by whoever writes the \
          runbook; an exception is a document of its own, with an owner, a ticket and approvals.",
    remedy: "Mend what the rule found, or write an `Exception` document for it and have that reviewed.",
    bad: &[Example::edit(
        RUNBOOK,
        "  decide: # first match wins\n",
        "  decide: # rbk: allow(«S003») until=2027-01-01 reason=\"the schema is wrong\"\n",
    )],
    good: &[Example::base()],
    check: Check::Runner,
};
