//! S005: an id that is malformed or does not match its file.

use crate::diagnostic::{Applicability, Edit, Severity};
use crate::document::Route;
use crate::document::id::RunbookId;
use crate::document::model::Kind;
use crate::library::Entry;
use crate::lint::correction::respelled;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule, Spelled};

const SERVICE: &str = "runbooks/catalog/services/checkout.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "S005",
    name: "misplaced-id",
    severity: Severity::Error,
    locked: false,
    category: Category::Schema,
    needs: Needs::File,
    summary: "An id is made of lower-case letters, digits, `.`, `-` and `_`, and is the name of its file or folder.",
    why: "People find a document by its path, agents by its id. When the two differ, somebody reads one runbook during an \
          incident while the agent follows another.",
    remedy: "Rename the file or folder, or change the id and everything that refers to it. A file with several documents \
             may have any name.",
    bad: &[
        Example::edit(
            "runbooks/error-rate-after-deploy/fixtures/quiet.yaml",
            "{id: quiet,",
            "{id: «calm»,",
        ),
        Example::edit(
            "runbooks/error-rate-after-deploy/fixtures/quiet.yaml",
            "{id: quiet,",
            "{id: «Quiet»,",
        ),
    ],
    good: &[Example::edit(
        SERVICE,
        "apiVersion: rbk/v1\n",
        "# checkout is the id and the name of the file\napiVersion: rbk/v1\n",
    )],
    check: Check::Document(check),
};

/// Files named after their kind; the flag tells whether the folder then carries the id.
const NAMED_AFTER_KIND: [(&str, Kind, bool); 5] = [
    ("runbook", Kind::Runbook, true),
    ("postmortem", Kind::Postmortem, true),
    ("signature", Kind::Signature, false),
    ("governance", Kind::Governance, false),
    ("taxonomy", Kind::Taxonomy, false),
];

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(id) = scope.entry.id() else { return };
    if scope.entry.kind() == Some(Kind::Repository) || !RunbookId::from(id).is_well_formed() {
        return;
    }
    let Some((what, expected)) = expected(scope) else {
        return;
    };
    if id != expected {
        findings
            .report(&RULE, scope.identity())
            .message(format!(
                "the id is `{id}`, but the {what} is called `{expected}`"
            ))
            .help(format!(
                "rename the {what} or the document, so that both are found under one name"
            ))
            .fix_if(
                format!("call the document `{expected}`"),
                Applicability::Unsafe,
                renamed(scope, expected),
            );
    }
}

/// The id that is expected, where nobody refers to the one that is there.
fn renamed(scope: &DocumentScope<'_>, expected: &str) -> Option<Vec<Edit>> {
    let library = scope.repository.library();
    let is_free = library.find(scope.entry.kind()?, expected).is_none();
    let is_unused = library.references_to(scope.id).next().is_none();
    let is_id = RunbookId::from(expected).is_well_formed();
    let place = Spelled::Value(Route::root().key("metadata").key("id"));
    (is_free && is_unused && is_id)
        .then(|| respelled(scope.entry, &place, expected))
        .flatten()
}

/// What carries the id of a document, and what it is called.
fn expected<'a>(scope: &DocumentScope<'a>) -> Option<(&'static str, &'a str)> {
    let entry: &'a Entry = scope.entry;
    let stem = entry.path().file_stem()?;
    let after_kind = NAMED_AFTER_KIND
        .iter()
        .find(|(name, kind, _)| *name == stem && entry.kind() == Some(*kind));
    match after_kind {
        Some((_, _, true)) => Some(("folder", entry.folder().file_name()?)),
        Some((_, _, false)) => None,
        None => {
            let library = scope.repository.library();
            let alone = library.entries_at(entry.path()).nth(1).is_none();
            alone.then_some(("file", stem))
        }
    }
}
