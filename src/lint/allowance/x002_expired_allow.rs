//! X002: a departure in place whose time is over.

use crate::diagnostic::Severity;
use crate::lint::{Category, Check, Example, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "X002",
    name: "expired-allow",
    severity: Severity::Error,
    locked: true,
    category: Category::Allowance,
    needs: Needs::File,
    summary: "A rule is allowed in place until a day that has not passed.",
    why: "A departure was agreed to for a while. When the day has passed, whatever it was waiting for has happened or \
          been forgotten; both need somebody to look.",
    remedy: "Mend what it allowed and remove the comment. If it is still needed, a later day has to be argued for in review.",
    bad: &[Example::edit(
        RUNBOOK,
        "  decide: # first match wins\n",
        "  decide: «# rbk: allow(S009) until=2026-11-30 reason=\"until the importer is gone\"»\n",
    )],
    good: &[Example::edit(
        RUNBOOK,
        "review_by: 2027-06-01}\n",
        "review_by: 2027-06-01, labels: {country: no}} # rbk: allow(S009) until=2026-12-01 reason=\"until the importer is gone\"\n",
    )],
    check: Check::Runner,
};
