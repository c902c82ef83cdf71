//! Looking at one file of a library, for editors.

use camino::Utf8Path;

use super::allowance::{self, Applied};
use super::findings::Findings;
use super::levels::{ConfigurationError, Levels};
use super::moot::Unreadable;
use super::options::Options;
use super::places::Places;
use super::reader;
use super::rule::Check;
use super::runner::{has_run, with_level};
use super::subject::RepositoryScope;
use crate::diagnostic::Located;
use crate::library::Library;

/// Runs the rules that look at documents one by one over the documents of one file. What only the whole library shows
/// is left out; [`lint`](super::lint()) finds it. Findings are in no particular order.
///
/// # Errors
/// As [`lint`](super::lint()).
pub fn lint_file(
    library: &Library,
    path: &Utf8Path,
    options: &Options<'_>,
) -> Result<Vec<Located>, ConfigurationError> {
    let levels = Levels::of(library)?;
    let chosen = options.rules()?.into_iter();
    let rules: Vec<_> = chosen.filter(|rule| !levels.is_off(rule)).collect();
    let is_run = |code: &str| rules.iter().any(|rule| rule.code == code);

    let scope = RepositoryScope::new(library, options.today);
    let mut findings = Findings::default();
    let failures = library.failures().iter();
    for failure in failures.filter(|failure| failure.path == path) {
        reader::failure(failure, &mut findings);
    }
    for (id, entry) in library.entries_at(path) {
        reader::document(entry, &mut findings);
        let Some(document) = scope.document(id) else {
            continue;
        };
        for rule in &rules {
            if let Check::Document(check) = rule.check {
                check(&document, &mut findings);
            }
        }
    }
    let places = Places::of(library);
    let found = findings.into_vec();
    let nodes = Unreadable::of(library, &found);
    let located = found
        .into_iter()
        .filter(|finding| is_run(finding.code) && !nodes.makes_moot(finding, &places))
        .map(|finding| places.locate(finding))
        .collect();
    let Applied { kept, about, .. } = allowance::apply(&scope, located, |rule| {
        let by_document = matches!(rule.check, Check::Document(_));
        by_document && is_run(rule.code) && has_run(rule, options)
    });
    let about = about.into_vec().into_iter();
    let about = about.filter(|finding| finding.primary.path() == path && is_run(finding.code));
    let all = kept
        .into_iter()
        .chain(about.map(|finding| places.locate(finding)));
    Ok(all
        .filter_map(|located| with_level(located, &levels))
        .collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::library::starter;
    use crate::lint::{TODAY, lint, registry};

    fn found(all: Vec<Located>) -> BTreeSet<(String, String)> {
        let by_document = all.into_iter().filter(|located| {
            let rule = registry::find(located.finding.code).unwrap();
            matches!(rule.check, Check::Document(_))
        });
        by_document
            .map(|located| (located.finding.code.to_owned(), located.finding.message))
            .collect()
    }

    #[test]
    fn a_file_alone_shows_what_the_whole_library_shows_of_it() {
        for rule in registry::all() {
            let is_by_document = matches!(rule.check, Check::Document(_));
            for example in rule.bad.iter().filter(|_| is_by_document) {
                let overlay = example.build().unwrap();
                let files = overlay.files.into_iter();
                let library = Library::from_sources(
                    files.map(|(path, text)| (path.to_owned().into(), text.into_bytes())),
                );
                let options = Options::on(TODAY);
                let whole = lint(&library, &options).unwrap().report.findings;
                let paths: BTreeSet<_> = whole.iter().map(|one| one.primary.path.clone()).collect();
                for path in paths {
                    let here = whole.iter().filter(|one| one.primary.path == path);
                    let alone = lint_file(&library, &path, &options).unwrap();
                    assert_eq!(
                        found(alone),
                        found(here.cloned().collect()),
                        "{} {path}",
                        rule.code
                    );
                }
            }
        }
    }

    #[test]
    fn a_clean_file_shows_nothing() {
        let files = starter::FILES.iter();
        let library = Library::from_sources(
            files.map(|(path, text)| ((*path).into(), text.as_bytes().to_vec())),
        );
        for (path, _) in starter::FILES {
            let findings = lint_file(&library, (*path).into(), &Options::on(TODAY)).unwrap();
            let codes: Vec<_> = findings.iter().map(|one| one.finding.code).collect();
            assert!(codes.is_empty(), "{path}: {codes:?}");
        }
    }
}
