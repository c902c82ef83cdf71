//! A001: approvals that are missing for what a change does.

use crate::diagnostic::Severity;
use crate::lint::{Category, Check, Needs, Rule};

pub(crate) static RULE: Rule = Rule {
    code: "A001",
    name: "missing-approval",
    severity: Severity::Error,
    locked: true,
    category: Category::Authority,
    needs: Needs::PullRequest,
    summary: "What a change does is approved by those the policy at its base asks for, for exactly the bytes that land.",
    why: "An agent acts on a runbook without asking again: whoever can change one unseen acts in production in other people's names. The files alone do not say who approved them, so that `rbk lint` cannot see it. `rbk review` raises this on a pull request, at the beginning of each file that is not accepted, and `rbk approvals` says the same of landings. The message carries the codes: `INSUFFICIENT_APPROVALS` and `TOO_FEW_HUMANS` where approvals are missing, `NO_MATRIX_CELL` where no row of the policy covers the tier and environment, `CONCURRENT_CHANGE`, `LANDED_EXTRA_CHANGE` and `LANDED_BYTES_DIFFER` where other bytes land than were reviewed. `docs/governance.md` lists every code with its meaning.",
    remedy: "Have the people named approve the pull request at its present head. What is denied for another reason is mended as `docs/governance.md` says for its code; approving again does not help there.",
    bad: &[],
    good: &[],
    check: Check::Elsewhere,
};
