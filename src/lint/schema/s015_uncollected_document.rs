//! S015: a document nobody reads.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use camino::Utf8Path;

use crate::diagnostic::{Location, Severity};
use crate::document::model::{Kind, Repository};
use crate::library::Selection;
use crate::lint::{Category, Check, Example, Findings, Needs, RepositoryScope, Rule};

pub(in crate::lint) static RULE: Rule = Rule {
    code: "S015",
    name: "uncollected-document",
    severity: Severity::Warning,
    locked: false,
    category: Category::Schema,
    needs: Needs::Repository,
    summary: "Every YAML file in a governed folder is collected by a pattern of `rbk.yaml`, or excluded there.",
    why: "A runbook that no pattern collects is reviewed like the others and looks as if it were in force, but no rule \
          has looked at it and no agent will ever get it.",
    remedy: "Add a pattern to `include` that collects the file, name it in `exclude`, or move it out of the governed folder.",
    bad: &[Example::file(
        "runbooks/error-rate-after-deploy/fixtures/calm.yml",
        "«»apiVersion: rbk/v1\nkind: Fixture\nmetadata: {id: calm, title: Nothing is wrong after a release either}\nspec:\n  \
         kind: benign\n  provenance: {origin: written}\n  \
         clock: {start: 2026-11-03T10:00:00Z, step: 30s, end: 2026-11-03T10:40:00Z, begin: 2026-11-03T10:10:00Z}\n  \
         subject: {service: checkout, environment: production, severity: sev2}\n  \
         changes: [{type: deploy, at: 2026-11-03T10:04:00Z, facts: {revision: 43, previous_revision: 42}}]\n  \
         answers:\n    http-error-ratio: {value: 0.3%}\n    dependency-error-ratio: {value: 0.1%}\n    \
         pending-migrations: {value: 0}\n    neighbour-error-ratio: {value: 0.3%}\n    deployment-revision: {value: 43}\n  \
         expect:\n    signatures: {bad-deploy-5xx: no_match}\n    runbook: none\n    path: none\n    forbidden: [\"*\"]\n    \
         escalation: {to: sre, reason: no_signature, within: 1m}\n    outcome: escalated\n",
    )],
    good: &[Example::base()],
    check: Check::Repository(check),
};

fn check(scope: &RepositoryScope<'_>, findings: &mut Findings) {
    let Some(policy) = scope.policy() else { return };
    let library = scope.library();
    let conventional = Repository::conventional();
    let repository = library.repository().map(|(_, document)| &document.spec);
    let repository = repository.unwrap_or(&conventional);
    let (selection, _) = Selection::new(repository);
    let governed = globs(&policy.document.spec.governed);
    let excluded = globs(&repository.exclude);
    let forgotten = |path: &Utf8Path| {
        matches!(path.extension(), Some("yaml" | "yml"))
            && governed.is_match(path)
            && !selection.selects(path)
            && !excluded.is_match(path)
    };
    // A library from memory holds documents that the patterns of its configuration would not collect.
    let read = scope
        .documents()
        .filter(|document| document.entry.position() == 0)
        .filter(|document| document.entry.kind() != Some(Kind::Repository))
        .map(|document| document.entry.path());
    let skipped = library.unselected().iter().map(|path| &**path);
    for path in skipped.chain(read).filter(|path| forgotten(path)) {
        findings
            .report(&RULE, Location::file(path))
            .message(format!(
                "no pattern of `rbk.yaml` collects {path}, so nothing has looked at it"
            ))
            .help(
                "add a pattern to `include`, or name the file in `exclude` when it is no document",
            );
    }
}

fn globs(patterns: &[String]) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        if let Ok(glob) = GlobBuilder::new(pattern).literal_separator(true).build() {
            set.add(glob);
        }
    }
    set.build().unwrap_or_else(|_| GlobSet::empty())
}
