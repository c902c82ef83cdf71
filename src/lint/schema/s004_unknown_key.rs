//! S004: a key that means nothing.

use crate::diagnostic::Severity;
use crate::lint::{Category, Change, Check, Example, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";
const SERVICE: &str = "runbooks/catalog/services/checkout.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "S004",
    name: "unknown-key",
    severity: Severity::Error,
    locked: true,
    category: Category::Schema,
    needs: Needs::File,
    summary: "Every key of a document is one the schema knows at that place.",
    why: "A misspelt key is a safeguard that is not there: `do_not_tuch` protects nothing, and nothing would ever say so. \
          A key at the wrong level is the same mistake.",
    remedy: "Use the key the message suggests, or move the key to where it belongs. Notes of your own go into \
             `metadata.labels` or a comment.",
    bad: &[
        Example::edit(RUNBOOK, "ack_within: 5m", "ack_within: 5m, «remindes»: 2"),
        Example::edit(RUNBOOK, "page: true}", "page: true, «labels»: {a: b}}"),
        Example::edit(
            RUNBOOK,
            "review_by: 2027-06-01}",
            "«reveiw_by»: 2027-06-01}",
        ),
        Example::edits(&[
            Change::edit(RUNBOOK, "  alerts: [HighRequestErrorRate]\n", ""),
            Change::edit(
                RUNBOOK,
                "  scope:\n",
                "  scope:\n    «alerts»: [HighRequestErrorRate] # what wakes people up\n",
            ),
        ]),
        Example::edits(&[
            Change::edit(SERVICE, "  depends_on: [payments-gateway]\n", ""),
            Change::edit(
                SERVICE,
                "\nspec:\n",
                "\n«depends_on»: [payments-gateway]\nspec:\n",
            ),
        ]),
    ],
    good: &[Example::edit(
        RUNBOOK,
        "review_by: 2027-06-01}",
        "review_by: 2027-06-01, labels: {reminders: \"2\"}}",
    )],
    check: Check::Runner,
};
