//! From a name to where it is defined, and to where it is used.

use camino::Utf8PathBuf;
use lsp_types::{GotoDefinitionParams, Location, ReferenceParams};
use rayon::prelude::*;

use super::fault::Fault;
use super::occurrence::{self, Occurrence, Symbol, occurrences};
use super::session::Session;
use super::workspace::Workspace;
use crate::library::{Entry, Library};

/// Where the name at a position is defined.
pub(super) fn definition(
    session: &mut Session,
    params: GotoDefinitionParams,
) -> Result<Vec<Location>, Fault> {
    let at = params.text_document_position_params;
    let workspace = &session.workspace;
    let Some(place) = workspace.place(&at.text_document.uri, at.position)? else {
        return Ok(Vec::new());
    };
    let named = occurrence::at(place.entry, place.offset);
    Ok(named.map_or_else(Vec::new, |named| {
        locations(workspace, &named.symbol, |one| one.defines)
    }))
}

/// Where the thing named at a position is used and, if asked for, defined.
pub(super) fn references(
    session: &mut Session,
    params: ReferenceParams,
) -> Result<Vec<Location>, Fault> {
    let at = params.text_document_position;
    let workspace = &session.workspace;
    let Some(place) = workspace.place(&at.text_document.uri, at.position)? else {
        return Ok(Vec::new());
    };
    let with_definition = params.context.include_declaration;
    let named = occurrence::at(place.entry, place.offset);
    Ok(named.map_or_else(Vec::new, |named| {
        let wanted = |one: &Occurrence| with_definition || !one.defines;
        locations(workspace, &named.symbol, wanted)
    }))
}

fn locations(
    workspace: &Workspace,
    symbol: &Symbol,
    wanted: impl Fn(&Occurrence) -> bool,
) -> Vec<Location> {
    let found = everywhere(workspace.library(), symbol).into_iter();
    found
        .filter(|(_, occurrence)| wanted(occurrence))
        .filter_map(|(path, occurrence)| {
            Some(Location {
                range: workspace
                    .encoding
                    .range(workspace.source(&path)?, occurrence.span),
                uri: workspace.uri(&path)?,
            })
        })
        .collect()
}

/// Every place where a name is written, in path order.
pub(super) fn everywhere(library: &Library, symbol: &Symbol) -> Vec<(Utf8PathBuf, Occurrence)> {
    let entries: Vec<&Entry> = library.entries().map(|(_, entry)| entry).collect();
    entries
        .par_iter()
        .filter(|entry| may_name(entry, symbol))
        .flat_map_iter(|entry| {
            let found = occurrences(entry).into_iter();
            let same = found.filter(|one| one.symbol == *symbol);
            same.map(|one| (entry.path().to_owned(), one))
        })
        .collect()
}

/// Whether the name is in the text at all, which is quickly told.
fn may_name(entry: &Entry, symbol: &Symbol) -> bool {
    match symbol {
        Symbol::Check { path, .. } => entry.path() == path.as_str(),
        Symbol::Document(_, name)
        | Symbol::Path { name, .. }
        | Symbol::Team(name)
        | Symbol::Environment(name)
        | Symbol::Class(name) => entry.source().text().contains(name.as_str()),
    }
}
