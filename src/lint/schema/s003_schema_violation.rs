//! S003: a document that breaks the schema of its kind.

use crate::diagnostic::Severity;
use crate::lint::{Category, Check, Example, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "S003",
    name: "schema-violation",
    severity: Severity::Error,
    locked: true,
    category: Category::Schema,
    needs: Needs::File,
    summary: "A document has the shape the schema of its kind demands.",
    why: "An agent reads fields, not intentions. A value of the wrong type or a field that is missing is either refused \
          during the incident, when nobody has time, or read as something else than the author meant.",
    remedy: "Write what the message says was expected. `rbk schema <kind>` prints the schema; editors show it while typing.",
    bad: &[
        Example::edit(RUNBOOK, "mode: gated}", "mode: «manual»}"),
        Example::edit(RUNBOOK, "page: true}", "page: «\"true\"»}"),
        Example::edit(
            "runbooks/catalog/services/checkout.yaml",
            "spec:\n  purpose: Turns a cart into an order\n",
            "«spec»:\n",
        ),
    ],
    good: &[Example::edit(RUNBOOK, "mode: gated}", "mode: advise}")],
    check: Check::Runner,
};
