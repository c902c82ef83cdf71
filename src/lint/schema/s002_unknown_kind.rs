//! S002: a document that does not say what it is.

use crate::diagnostic::Severity;
use crate::lint::{Category, Check, Example, Needs, Rule};

pub(in crate::lint) static RULE: Rule = Rule {
    code: "S002",
    name: "unknown-kind",
    severity: Severity::Error,
    locked: true,
    category: Category::Schema,
    needs: Needs::File,
    summary: "A document says what it is: `apiVersion: rbk/v1` and one of the kinds there are.",
    why: "The kind decides which schema and which rules apply. A document of an unknown kind would be checked by none of \
          them and silently left out of what agents get, which looks the same as a document that is in force.",
    remedy: "Write the kind as the documentation spells it, with a capital letter, and `apiVersion: rbk/v1`.",
    bad: &[
        Example::file(
            "runbooks/catalog/services/cart.yaml",
            "apiVersion: rbk/v1\nkind: «Servce»\n\
             metadata: {id: cart, title: Cart, version: 1.0.0, owner: sre, status: stable}\nspec:\n  \
             purpose: Keeps what a customer wants to order\n  environments: [production]\n  \
             oncall: {team: sre, rotation: sre-primary}\n",
        ),
        Example::file(
            "runbooks/catalog/services/cart.yaml",
            "«apiVersion: rbk/v1»\nmetadata: {id: cart, title: Cart}\n",
        ),
        Example::file(
            "runbooks/exceptions/quiet.yaml",
            "apiVersion: «rbk/v2»\nkind: Exception\n\
             metadata: {id: quiet, title: Quiet, version: 1.0.0, owner: sre, status: stable}\n\
             spec: {rule: S009, object: Runbook/error-rate-after-deploy}\n",
        ),
    ],
    good: &[Example::edit(
        "runbooks/catalog/services/checkout.yaml",
        "apiVersion: rbk/v1\nkind: Service\n",
        "kind: Service\napiVersion: rbk/v1\n",
    )],
    check: Check::Runner,
};
