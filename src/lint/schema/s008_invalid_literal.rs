//! S008: a duration, percentage, quantity, rate or time that is none.

use crate::diagnostic::Severity;
use crate::lint::{Category, Check, Example, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "S008",
    name: "invalid-literal",
    severity: Severity::Error,
    locked: true,
    category: Category::Schema,
    needs: Needs::File,
    summary: "Durations, percentages, quantities, rates, dates and moments are written as the format defines them.",
    why: "`5` may mean seconds or minutes and `0.05` a twentieth or five percent, depending on who reads it. Every literal \
          therefore carries its unit, and every moment its zone.",
    remedy: "Write the unit: `5m`, `5%`, `2GiB`, `40/s`, `2 per 1h`, `2026-11-01T02:00:00Z`.",
    bad: &[
        Example::edit(RUNBOOK, "ack_within: 5m", "ack_within: «5 minutes»"),
        Example::edit(RUNBOOK, "ack_within: 5m", "ack_within: «300»"),
        Example::edit(RUNBOOK, "review_by: 2027-06-01", "review_by: «2027-02-30»"),
    ],
    good: &[Example::edit(
        RUNBOOK,
        "ack_within: 5m",
        "ack_within: 4m30s",
    )],
    check: Check::Runner,
};
