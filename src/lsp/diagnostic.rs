//! Findings as diagnostics: of one file at once, of the whole library beside everything else.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::civil::Date;
use lsp_types::{
    Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location,
    NumberOrString, Range,
};

use super::server::Event;
use super::workspace::Workspace;
use crate::diagnostic::{Located, Position, Severity};
use crate::library::Library;
use crate::lint::{Check, ConfigurationError, Options, lint, lint_file, registry};

/// Most diagnostics published of one file. Nobody reads more, and some editors become slow.
const MOST: usize = 1_000;

/// What looking at the whole library found.
pub(super) struct Linted {
    /// What the library was when it was looked at.
    pub(super) generation: u64,
    pub(super) found: Result<BTreeMap<Utf8PathBuf, Vec<Located>>, ConfigurationError>,
}

/// Looks at the whole library on a thread of its own.
pub(super) fn of_library(
    library: &Arc<Library>,
    today: Date,
    generation: u64,
    events: SyncSender<Event>,
) {
    let library = Arc::clone(library);
    std::thread::spawn(move || {
        let found = lint(&library, &Options::on(today)).map(|outcome| {
            let mut by_path: BTreeMap<Utf8PathBuf, Vec<Located>> = BTreeMap::new();
            for located in outcome.report.findings {
                let path = located.primary.path.clone();
                by_path.entry(path).or_default().push(located);
            }
            by_path
        });
        // Nobody listens when the editor has left meanwhile.
        let _ = events.send(Event::Linted(Linted { generation, found }));
    });
}

/// Looks at one file. What only the whole library shows is taken from what is `known`, at the place where it is now.
pub(super) fn of_file(
    library: &Library,
    path: &Utf8Path,
    today: Date,
    known: &[Located],
) -> Result<Vec<Located>, ConfigurationError> {
    let mut found = lint_file(library, path, &Options::on(today))?;
    let by_library = known.iter().filter(|located| {
        let rule = registry::find(located.finding.code);
        rule.is_ok_and(|rule| matches!(rule.check, Check::Repository(_)))
    });
    found.extend(by_library.map(|located| {
        Located::new(located.finding.clone(), |place| {
            let mut entries = library.entries_at(place.path());
            let entry = entries.find(|(_, entry)| entry.position() == place.document);
            let entry = entry.map(|(_, entry)| entry);
            place.locate(entry.map(|it| it.source()), entry.map(|it| it.tree()))
        })
    }));
    let key = |located: &Located| (located.primary.span, located.finding.code);
    found.sort_by(|a, b| {
        let by_place = key(a).cmp(&key(b));
        by_place.then_with(|| a.finding.message.cmp(&b.finding.message))
    });
    Ok(found)
}

/// Findings of one file as an editor shows them.
pub(super) fn rendered(workspace: &Workspace, found: &[Located]) -> Vec<Diagnostic> {
    let shown = found.iter().take(MOST);
    shown
        .map(|located| diagnostic(workspace, located))
        .collect()
}

/// A finding as an editor shows it.
pub(super) fn diagnostic(workspace: &Workspace, located: &Located) -> Diagnostic {
    let finding = &located.finding;
    let mut message = finding.message.clone();
    for more in [&located.primary.label, &finding.help]
        .into_iter()
        .flatten()
    {
        message.push('\n');
        message.push_str(more);
    }
    let related = located.related.iter();
    let related = related.filter_map(|position| {
        Some(DiagnosticRelatedInformation {
            location: Location {
                uri: workspace.uri(&position.path)?,
                range: range(workspace, position),
            },
            message: position.label.clone().unwrap_or_default(),
        })
    });
    let is_unused = finding.name.starts_with("unused") || finding.name.starts_with("unreach");
    Diagnostic {
        range: range(workspace, &located.primary),
        severity: Some(match finding.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Info => DiagnosticSeverity::INFORMATION,
        }),
        code: Some(NumberOrString::String(finding.code.to_owned())),
        // The pages of rules have no address that is the same for every installation.
        code_description: None,
        source: Some("rbk".to_owned()),
        message,
        related_information: Some(related.collect()),
        tags: is_unused.then(|| vec![DiagnosticTag::UNNECESSARY]),
        data: None,
    }
}

pub(super) fn range(workspace: &Workspace, position: &Position) -> Range {
    match &position.source {
        Some(source) => workspace.encoding.range(source, position.span),
        None => Range::default(),
    }
}
