//! S007: a version that cannot be compared.

use crate::diagnostic::Severity;
use crate::lint::{Category, Check, Example, Needs, Rule};

const SERVICE: &str = "runbooks/catalog/services/payments-gateway.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "S007",
    name: "version-not-semantic",
    severity: Severity::Error,
    locked: false,
    category: Category::Schema,
    needs: Needs::File,
    summary: "A version is semantic: major.minor.patch.",
    why: "The version says how much a change matters: a major step means that agents may do something they could not do \
          before. A version that is not three numbers cannot be compared with the one before it.",
    remedy: "Write three whole numbers, such as `1.4.0`; begin with `0.1.0` for something new.",
    bad: &[
        Example::edit(SERVICE, "version: 1.0.0", "version: «1.0»"),
        Example::edit(SERVICE, "version: 1.0.0", "version: «v1.0.0»"),
    ],
    good: &[Example::edit(
        SERVICE,
        "version: 1.0.0",
        "version: 1.0.1-rc.1",
    )],
    check: Check::Runner,
};
