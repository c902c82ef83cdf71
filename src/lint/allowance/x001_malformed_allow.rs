//! X001: a comment for this program that it cannot read.

use crate::diagnostic::Severity;
use crate::lint::{Category, Check, Example, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "X001",
    name: "malformed-allow",
    severity: Severity::Error,
    locked: true,
    category: Category::Allowance,
    needs: Needs::File,
    summary: "A comment that begins with `rbk:` names rules that exist, the last day it holds and a reason.",
    why: "A departure nobody can read is either without effect, which its author does not know, or without end, which \
          nobody agreed to.",
    remedy: "Write `# rbk: allow(H006) until=2027-01-01 reason=\"why\"` on the line of the finding or the line above it.",
    bad: &[
        Example::edit(
            RUNBOOK,
            "  decide: # first match wins\n",
            "  decide: # rbk: allow(«H999») until=2027-01-01 reason=\"first match wins\"\n",
        ),
        Example::edit(
            RUNBOOK,
            "  decide: # first match wins\n",
            "  decide: # «rbk: allow(S009) until=2027-01-01»\n",
        ),
        Example::edit(
            RUNBOOK,
            "  decide: # first match wins\n",
            "  decide: # rbk: «ignore S009»\n",
        ),
    ],
    good: &[Example::edit(
        RUNBOOK,
        "review_by: 2027-06-01}\n",
        "review_by: 2027-06-01, labels: {country: no}} # rbk: allow(S009) until=2027-01-01 reason=\"read by our own tool\"\n",
    )],
    check: Check::Runner,
};
