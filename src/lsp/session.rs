//! One editor at work: its workspace, what it was told, and what it is yet to be told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::SyncSender;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::civil::Date;
use lsp_server::Notification;
use serde_json::{Value, json};

use super::diagnostic::{self, Linted};
use super::fixture::Tally;
use super::server::Event;
use super::workspace::Workspace;
use crate::diagnostic::Located;

/// What an editor can do beyond what every editor can.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Abilities {
    /// It can rename files together with changing texts.
    pub(super) rename_files: bool,
    /// It can be told that code lenses have changed.
    pub(super) lens_refresh: bool,
    /// It watches files for the server if asked to.
    pub(super) watched_files: bool,
}

/// One editor at work.
pub(super) struct Session {
    pub(super) workspace: Workspace,
    pub(super) today: Date,
    pub(super) abilities: Abilities,
    pub(super) events: SyncSender<Event>,
    /// What was found, by file, as the editor was told.
    findings: BTreeMap<Utf8PathBuf, Vec<Located>>,
    /// What was last published, by file.
    published: BTreeMap<Utf8PathBuf, Value>,
    /// Files that were edited and not yet looked at.
    edited: BTreeSet<Utf8PathBuf>,
    /// How often the library has changed.
    generation: u64,
    /// The generation that the whole library was last looked at, or is being looked at.
    looked_at: Option<u64>,
    is_linting: bool,
    /// What came of fixtures since the library last changed, by what was asked to be run.
    tested: BTreeMap<String, Tally>,
    outgoing: Vec<Value>,
    requests: i32,
}

impl Session {
    pub(super) fn new(
        workspace: Workspace,
        today: Date,
        abilities: Abilities,
        events: SyncSender<Event>,
    ) -> Self {
        Self {
            workspace,
            today,
            abilities,
            events,
            findings: BTreeMap::new(),
            published: BTreeMap::new(),
            edited: BTreeSet::new(),
            generation: 0,
            looked_at: None,
            is_linting: false,
            tested: BTreeMap::new(),
            outgoing: Vec::new(),
            requests: 0,
        }
    }

    /// The library has changed, at this file or anywhere.
    pub(super) fn changed(&mut self, path: Option<&Utf8Path>) {
        self.generation += 1;
        self.tested.clear();
        self.edited.extend(path.map(Utf8Path::to_owned));
    }

    /// Whether the whole library is to be looked at once it is quiet.
    pub(super) fn is_stale(&self) -> bool {
        !self.is_linting && self.looked_at != Some(self.generation)
    }

    /// Looks at the files that were edited, each by itself.
    pub(super) fn look_at_edited(&mut self) {
        for path in std::mem::take(&mut self.edited) {
            let known = self.findings.get(&path).map_or(&[][..], Vec::as_slice);
            // What is wrong with the configuration is told when the whole library is looked at.
            let found = diagnostic::of_file(self.workspace.library(), &path, self.today, known);
            if let Ok(found) = found {
                self.findings.insert(path.clone(), found);
                self.publish(&path);
            }
        }
    }

    /// Looks at the whole library, beside everything else.
    pub(super) fn look_at_everything(&mut self) {
        self.is_linting = true;
        self.looked_at = Some(self.generation);
        diagnostic::of_library(
            self.workspace.library(),
            self.today,
            self.generation,
            self.events.clone(),
        );
    }

    /// The whole library was looked at. What was found before the last edit is of no use any more.
    pub(super) fn linted(&mut self, linted: Linted) {
        self.is_linting = false;
        if linted.generation != self.generation {
            return;
        }
        match linted.found {
            Ok(found) => {
                let before = std::mem::replace(&mut self.findings, found);
                let mut paths: BTreeSet<Utf8PathBuf> = before.into_keys().collect();
                paths.extend(self.findings.keys().cloned());
                for path in paths {
                    self.publish(&path);
                }
            }
            Err(error) => {
                let message = format!("{error}; {}", error.help);
                self.say("window/showMessage", 1, &message);
            }
        }
    }

    /// How often the library has changed.
    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    /// Fixtures were run. What came of them is told in any case, and kept while it holds.
    pub(super) fn tested(
        &mut self,
        generation: u64,
        name: String,
        tally: Tally,
        said: Option<Notification>,
    ) {
        let has_run = said.is_some();
        if let Some(said) = said {
            self.notify(&said.method, said.params);
        }
        if has_run && generation == self.generation {
            self.tested.insert(name, tally);
            if self.abilities.lens_refresh {
                self.ask("workspace/codeLens/refresh", Value::Null);
            }
        }
    }

    /// What came of fixtures, if nothing has changed since.
    pub(super) fn tally(&self, name: &str) -> Option<Tally> {
        self.tested.get(name).copied()
    }

    /// What was found in a file, as the editor was told.
    pub(super) fn findings(&self, path: &Utf8Path) -> &[Located] {
        self.findings.get(path).map_or(&[], Vec::as_slice)
    }

    fn publish(&mut self, path: &Utf8Path) {
        let found = self.findings.get(path).map_or(&[][..], Vec::as_slice);
        let diagnostics = diagnostic::rendered(&self.workspace, found);
        let Some(uri) = self.workspace.uri(path) else {
            return;
        };
        let params = json!({
            "uri": uri,
            "version": self.workspace.version(path),
            "diagnostics": diagnostics,
        });
        let before = self.published.get(path);
        let is_new = before.map_or(!diagnostics.is_empty(), |before| *before != params);
        if is_new {
            self.published.insert(path.to_owned(), params.clone());
            self.notify("textDocument/publishDiagnostics", params);
        }
    }

    /// A line for the human: 1 is an error, 2 a warning, 3 information.
    pub(super) fn say(&mut self, method: &str, kind: u8, message: &str) {
        self.notify(method, json!({"type": kind, "message": message}));
    }

    pub(super) fn notify(&mut self, method: &str, params: Value) {
        let message = json!({"jsonrpc": "2.0", "method": method, "params": params});
        self.outgoing.push(message);
    }

    /// Asks something of the editor; its answer does not matter.
    pub(super) fn ask(&mut self, method: &str, params: Value) {
        self.requests += 1;
        let id = format!("rbk-{}", self.requests);
        self.outgoing.push(match params {
            Value::Null => json!({"jsonrpc": "2.0", "id": id, "method": method}),
            _ => json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}),
        });
    }

    pub(super) fn take_outgoing(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.outgoing)
    }
}
