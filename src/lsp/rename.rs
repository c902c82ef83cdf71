//! Giving something another name, wherever it is named.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use lsp_types::{RenameParams, TextDocumentPositionParams, TextEdit};
use serde_json::{Value, json};

use super::definition::everywhere;
use super::fault::Fault;
use super::occurrence::{self, Occurrence, Symbol};
use super::session::Session;
use super::workspace::Workspace;
use crate::document::condition::{is_check_name, is_reserved};
use crate::document::id::Id;
use crate::document::model::Kind;
use crate::library::{DocId, Entry, FixtureTarget, Library};

/// Whether something at a position can be renamed, and what is replaced.
pub(super) fn prepare(
    session: &mut Session,
    params: TextDocumentPositionParams,
) -> Result<Option<Value>, Fault> {
    let workspace = &session.workspace;
    let Some(place) = workspace.place(&params.text_document.uri, params.position)? else {
        return Ok(None);
    };
    let Some(named) = occurrence::at(place.entry, place.offset) else {
        return Ok(None);
    };
    let name = renameable(&named.symbol)?;
    let range = workspace.encoding.range(place.entry.source(), named.span);
    Ok(Some(json!({"range": range, "placeholder": name})))
}

/// The edits that rename what stands at a position.
pub(super) fn rename(session: &mut Session, params: RenameParams) -> Result<Value, Fault> {
    let at = params.text_document_position;
    let workspace = &session.workspace;
    let place = workspace.place(&at.text_document.uri, at.position)?;
    let named = place.and_then(|place| occurrence::at(place.entry, place.offset));
    let named = named.ok_or_else(|| Fault::refused("there is no name here that can be changed"))?;
    let old = renameable(&named.symbol)?;
    let new = params.new_name.as_str();
    if new == old {
        return Ok(Value::Null);
    }
    let library = workspace.library();
    well_formed(&named.symbol, new)?;
    readable(library, old)?;
    let found = everywhere(library, &named.symbol);
    if !found.iter().any(|(_, occurrence)| occurrence.defines) {
        return Err(Fault::refused(format!("`{old}` is defined nowhere")));
    }
    free(library, &named.symbol, new, &found)?;
    let moved = moved(workspace, &named.symbol, &found, new);
    let edits = edits(workspace, found, new);
    let Some((what, from, to)) = moved else {
        return Ok(json!({"changes": edits}));
    };
    if !session.abilities.rename_files {
        let message = format!("rename the {what} {from} to {to} too: it carries the id");
        session.say("window/showMessage", 3, &message);
        return Ok(json!({"changes": edits}));
    }
    // Texts are changed under their old names, then the file gets its new one.
    let changes = edits
        .into_iter()
        .map(|(uri, edits)| json!({"textDocument": {"uri": uri, "version": null}, "edits": edits}));
    let (old, new) = (workspace.uri(&from), workspace.uri(&to));
    let rename = json!({"kind": "rename", "oldUri": old, "newUri": new});
    let changes: Vec<Value> = changes.chain([rename]).collect();
    Ok(json!({"documentChanges": changes}))
}

/// The file or folder that carries the id, and what it has to be called then (rule S005).
fn moved(
    workspace: &Workspace,
    symbol: &Symbol,
    found: &[(Utf8PathBuf, Occurrence)],
    new: &str,
) -> Option<(&'static str, Utf8PathBuf, Utf8PathBuf)> {
    let Symbol::Document(kind, old) = symbol else {
        return None;
    };
    let (path, _) = found.iter().find(|(_, occurrence)| occurrence.defines)?;
    let folder = path.parent()?;
    let is_named_after_kind = match kind {
        Kind::Runbook => path.file_stem() == Some("runbook"),
        Kind::Postmortem => path.file_stem() == Some("postmortem"),
        _ => false,
    };
    if is_named_after_kind {
        let is_named = folder.file_name() == Some(old.as_str());
        return is_named.then(|| ("folder", folder.to_owned(), folder.with_file_name(new)));
    }
    let alone = workspace.library().entries_at(path).nth(1).is_none();
    let is_named = path.file_stem() == Some(old.as_str()) && alone;
    let name = format!("{new}.{}", path.extension()?);
    is_named.then(|| ("file", path.clone(), folder.join(name)))
}

fn renameable(symbol: &Symbol) -> Result<&str, Fault> {
    match symbol {
        Symbol::Document(
            Kind::Governance | Kind::Repository | Kind::Service | Kind::Taxonomy,
            _,
        )
        | Symbol::Team(_)
        | Symbol::Environment(_)
        | Symbol::Class(_) => Err(Fault::refused(
            "only checks, paths and ids of documents can be renamed: the name of a service, a team, an environment or a \
             class is known outside of the repository too",
        )),
        Symbol::Document(_, name) | Symbol::Check { name, .. } | Symbol::Path { name, .. } => {
            Ok(name)
        }
    }
}

fn well_formed(symbol: &Symbol, new: &str) -> Result<(), Fault> {
    let is_check = matches!(symbol, Symbol::Check { .. });
    if is_check && (!is_check_name(new) || is_reserved(new)) {
        return Err(Fault::refused(format!(
            "`{new}` cannot name a check: use lower-case letters, digits and `_`, and no word of the condition language"
        )));
    }
    if new == "none" || !Id::<()>::new(new).is_well_formed() {
        return Err(Fault::refused(format!(
            "`{new}` is no id: use lower-case letters, digits, `.`, `-` and `_`, at most 100 characters"
        )));
    }
    Ok(())
}

/// What a document names that could not be read to its end is not known, so nothing is renamed around it.
fn readable(library: &Library, old: &str) -> Result<(), Fault> {
    let is_unread = |entry: &Entry| {
        let is_known = entry.kind().is_none() && entry.is_complete();
        !is_known && (!entry.is_complete() || entry.outlined().is_none())
    };
    let mut entries = library.entries().map(|(_, entry)| entry);
    match entries.find(|entry| is_unread(entry) && entry.source().text().contains(old)) {
        Some(entry) => Err(Fault::refused(format!(
            "{} cannot be read to its end and seems to name `{old}`; mend it first",
            entry.path()
        ))),
        None => Ok(()),
    }
}

fn free(
    library: &Library,
    symbol: &Symbol,
    new: &str,
    found: &[(Utf8PathBuf, Occurrence)],
) -> Result<(), Fault> {
    let taken = match symbol {
        Symbol::Document(Kind::Fixture, _) => {
            let places = found.iter().filter(|(_, occurrence)| occurrence.defines);
            let fixtures = places.flat_map(|(path, _)| library.entries_at(path));
            let targets = fixtures.filter_map(|(id, _)| target(library, id));
            let beside = targets.flat_map(|target| library.fixtures_of(target));
            beside.copied().any(|id| named(library, id, new))
        }
        Symbol::Document(kind, _) => {
            let mut all = library.of_kind(*kind).iter();
            all.any(|id| named(library, *id, new))
        }
        other => {
            let renamed = with_name(other, new);
            let mut all = everywhere(library, &renamed).into_iter();
            all.any(|(_, occurrence)| occurrence.defines)
        }
    };
    if taken {
        return Err(Fault::refused(format!("`{new}` is taken")));
    }
    Ok(())
}

fn target(library: &Library, fixture: DocId) -> Option<DocId> {
    match library.fixture_target(fixture)? {
        FixtureTarget::Document(target) => Some(target),
        _ => None,
    }
}

// Ids are compared without case.
fn named(library: &Library, id: DocId, name: &str) -> bool {
    let known = library.entry(id).and_then(Entry::id);
    known.is_some_and(|known| known.eq_ignore_ascii_case(name))
}

fn with_name(symbol: &Symbol, new: &str) -> Symbol {
    let mut symbol = symbol.clone();
    match &mut symbol {
        Symbol::Document(_, name)
        | Symbol::Check { name, .. }
        | Symbol::Path { name, .. }
        | Symbol::Team(name)
        | Symbol::Environment(name)
        | Symbol::Class(name) => new.clone_into(name),
    }
    symbol
}

fn edits(
    workspace: &Workspace,
    found: Vec<(Utf8PathBuf, Occurrence)>,
    new: &str,
) -> BTreeMap<String, Vec<TextEdit>> {
    let mut edits: BTreeMap<String, Vec<TextEdit>> = BTreeMap::new();
    for (path, occurrence) in found {
        if let (Some(uri), Some(source)) = (workspace.uri(&path), workspace.source(&path)) {
            let range = workspace.encoding.range(source, occurrence.span);
            let of_file = edits.entry(uri.as_str().to_owned()).or_default();
            of_file.push(TextEdit::new(range, new.to_owned()));
        }
    }
    edits
}
