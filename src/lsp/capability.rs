//! What the server offers, and what it makes of what the editor says of itself.

use std::sync::mpsc::SyncSender;

use camino::Utf8PathBuf;
use lsp_types::{ClientCapabilities, InitializeParams, ResourceOperationKind};
use serde_json::{Value, json};

use super::fault::Fault;
use super::file;
use super::fixture;
use super::position::Encoding;
use super::server::{Event, Settings};
use super::session::{Abilities, Session};
use super::workspace::Workspace;

/// Answers `initialize`.
pub(super) fn initialize(
    params: Value,
    settings: &Settings,
    events: SyncSender<Event>,
) -> (Option<Session>, Result<Value, Fault>) {
    let params: InitializeParams = match serde_json::from_value(params) {
        Ok(params) => params,
        Err(error) => {
            let fault = Fault::params(format!("the parameters of `initialize`: {error}"));
            return (None, Err(fault));
        }
    };
    let folder = match folder(&params) {
        Ok(folder) => folder,
        Err(fault) => return (None, Err(fault)),
    };
    let general = params.capabilities.general.as_ref();
    let offered = general.and_then(|it| it.position_encodings.as_deref());
    let encoding = Encoding::negotiated(offered);
    let workspace = Workspace::open(&folder, encoding);
    let abilities = abilities(&params.capabilities);
    let mut session = Session::new(workspace, settings.today, abilities, events);
    if session.workspace.library().entries().len() == 0 {
        let root = session.workspace.root();
        let message = format!(
            "no document was found below {root}; `rbk init` writes a library to begin with"
        );
        session.say("window/showMessage", 2, &message);
    }
    (Some(session), Ok(result(encoding)))
}

/// The folder the editor works in; that of the process if it says none.
#[expect(deprecated, reason = "older editors say `rootUri` or `rootPath` only")]
fn folder(params: &InitializeParams) -> Result<Utf8PathBuf, Fault> {
    let folders = params.workspace_folders.iter().flatten();
    let mut uris = folders.map(|folder| &folder.uri).chain(&params.root_uri);
    if let Some(uri) = uris.next() {
        return file::path(uri).ok_or_else(|| {
            Fault::params(format!("{} is no folder of this machine", uri.as_str()))
        });
    }
    if let Some(path) = &params.root_path {
        return Ok(path.into());
    }
    let current = std::env::current_dir().ok();
    current
        .and_then(|path| Utf8PathBuf::from_path_buf(path).ok())
        .ok_or_else(|| Fault::params("no folder is said to be open"))
}

fn abilities(capabilities: &ClientCapabilities) -> Abilities {
    let workspace = capabilities.workspace.as_ref();
    let lens = workspace.and_then(|it| it.code_lens.as_ref()?.refresh_support);
    let watched = workspace.and_then(|it| it.did_change_watched_files?.dynamic_registration);
    let edits = workspace.and_then(|it| it.workspace_edit.as_ref());
    let operations = edits.filter(|it| it.document_changes == Some(true));
    let operations = operations.and_then(|it| it.resource_operations.as_ref());
    Abilities {
        rename_files: operations.is_some_and(|all| all.contains(&ResourceOperationKind::Rename)),
        lens_refresh: lens == Some(true),
        watched_files: watched == Some(true),
    }
}

fn result(encoding: Encoding) -> Value {
    json!({
        "serverInfo": {"name": "rbk", "version": env!("CARGO_PKG_VERSION")},
        "capabilities": {
            "positionEncoding": encoding.kind(),
            // 2: changes are sent as the parts that changed.
            "textDocumentSync": {"openClose": true, "change": 2, "save": {"includeText": false}},
            "completionProvider": {"triggerCharacters": [" ", "{", "[", ","]},
            "hoverProvider": true,
            "definitionProvider": true,
            "referencesProvider": true,
            "documentSymbolProvider": true,
            "renameProvider": {"prepareProvider": true},
            "codeActionProvider": {"codeActionKinds": ["quickfix"]},
            "codeLensProvider": {},
            "executeCommandProvider": {"commands": [fixture::RUN]},
        },
    })
}

/// Asks an editor that can to say when files change that it has not opened.
pub(super) fn watch_files(session: &mut Session) {
    if !session.abilities.watched_files {
        return;
    }
    let watchers = ["**/*.{yaml,yml,md}", "**/.gitignore"];
    let watchers: Vec<Value> = watchers
        .into_iter()
        .map(|glob| json!({"globPattern": glob}))
        .collect();
    session.ask(
        "client/registerCapability",
        json!({"registrations": [{
            "id": "rbk-files",
            "method": "workspace/didChangeWatchedFiles",
            "registerOptions": {"watchers": watchers},
        }]}),
    );
}
