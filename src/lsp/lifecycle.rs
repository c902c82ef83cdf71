//! Texts that are opened, changed, saved and closed.

use camino::Utf8PathBuf;
use lsp_types::{
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, DidSaveTextDocumentParams,
};

use super::fault::Fault;
use super::session::Session;

pub(super) fn did_open(
    session: &mut Session,
    params: DidOpenTextDocumentParams,
) -> Result<(), Fault> {
    let document = params.text_document;
    let path = session.workspace.path(&document.uri)?;
    if session
        .workspace
        .did_open(&path, document.version, document.text)
    {
        session.changed(Some(&path));
    }
    Ok(())
}

pub(super) fn did_change(
    session: &mut Session,
    params: DidChangeTextDocumentParams,
) -> Result<(), Fault> {
    let document = params.text_document;
    let path = session.workspace.path(&document.uri)?;
    let changes = params.content_changes;
    if session
        .workspace
        .did_change(&path, document.version, changes)?
    {
        session.changed(Some(&path));
    }
    Ok(())
}

/// What selects the files of the library counts once it is saved.
pub(super) fn did_save(
    session: &mut Session,
    params: DidSaveTextDocumentParams,
) -> Result<(), Fault> {
    let path = session.workspace.path(&params.text_document.uri)?;
    if path == crate::library::CONFIGURATION {
        session.workspace.reload();
        session.changed(None);
    }
    Ok(())
}

pub(super) fn did_close(
    session: &mut Session,
    params: DidCloseTextDocumentParams,
) -> Result<(), Fault> {
    let path = session.workspace.path(&params.text_document.uri)?;
    session.workspace.did_close(&path);
    session.changed(Some(&path));
    Ok(())
}

pub(super) fn did_change_watched_files(
    session: &mut Session,
    params: DidChangeWatchedFilesParams,
) -> Result<(), Fault> {
    let changes = params.changes.iter();
    // What lies outside is nobody's concern here.
    let paths: Vec<Utf8PathBuf> = changes
        .filter_map(|change| session.workspace.path(&change.uri).ok())
        .collect();
    session.workspace.changed_on_disk(&paths);
    session.changed(None);
    Ok(())
}
