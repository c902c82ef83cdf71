//! The repository an editor has open: what is on disk, and the texts the editor holds in its place.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use lsp_types::{Position, Range, TextDocumentContentChangeEvent, Uri};

use super::fault::Fault;
use super::file;
use super::position::Encoding;
use crate::document::Source;
use crate::document::model::Repository;
use crate::library::{CONFIGURATION, Entry, Library, LoadOptions, Selection};

/// A text an editor holds.
#[derive(Debug)]
pub(super) struct Buffer {
    pub(super) version: i32,
    text: String,
}

/// The repository an editor has open.
pub(super) struct Workspace {
    root: Utf8PathBuf,
    /// As the editor writes it, which may lead through symbolic links.
    spelled_root: Utf8PathBuf,
    pub(super) encoding: Encoding,
    library: Arc<Library>,
    selection: Selection,
    buffers: BTreeMap<Utf8PathBuf, Buffer>,
}

/// A place in a document of the library.
pub(super) struct Place<'l> {
    pub(super) entry: &'l Entry,
    pub(super) offset: u32,
}

impl Workspace {
    /// Reads the repository that `folder` lies in.
    pub(super) fn open(folder: &Utf8Path, encoding: Encoding) -> Self {
        let real = folder.canonicalize_utf8();
        let real = real.unwrap_or_else(|_| folder.to_owned());
        let root = Library::find_root(&real).unwrap_or_else(|| real.clone());
        // The folder may be one of the repository's.
        let below = real
            .strip_prefix(&root)
            .map_or(0, |path| path.components().count());
        let spelled = folder.ancestors().nth(below).unwrap_or(folder);
        let library = Arc::new(Library::load(&root, &LoadOptions::default()));
        Self {
            spelled_root: spelled.to_owned(),
            encoding,
            selection: selection(&library),
            library,
            root,
            buffers: BTreeMap::new(),
        }
    }

    pub(super) fn root(&self) -> &Utf8Path {
        &self.root
    }

    /// The library with the editor's texts.
    pub(super) fn library(&self) -> &Arc<Library> {
        &self.library
    }

    /// The path of an address, relative to the root.
    pub(super) fn path(&self, uri: &Uri) -> Result<Utf8PathBuf, Fault> {
        let path = file::path(uri)
            .ok_or_else(|| Fault::params(format!("{} names no file", uri.as_str())))?;
        [&self.spelled_root, &self.root]
            .into_iter()
            .find_map(|root| path.strip_prefix(root).ok())
            .map(Utf8Path::to_owned)
            .ok_or_else(|| Fault::params(format!("{path} lies outside of {}", self.root)))
    }

    /// The address of a path relative to the root, as the editor would write it.
    pub(super) fn uri(&self, path: &Utf8Path) -> Option<Uri> {
        file::uri(&self.spelled_root.join(path))
    }

    /// The version of the text an editor holds.
    pub(super) fn version(&self, path: &Utf8Path) -> Option<i32> {
        self.buffers.get(path).map(|buffer| buffer.version)
    }

    /// The text of a file, as the editor holds it or as it was read.
    pub(super) fn source(&self, path: &Utf8Path) -> Option<&Source> {
        let mut entries = self.library.entries_at(path);
        entries.next().map(|(_, entry)| entry.source())
    }

    /// What stands at a position; none where the library has no document.
    pub(super) fn place(&self, uri: &Uri, position: Position) -> Result<Option<Place<'_>>, Fault> {
        let path = self.path(uri)?;
        Ok(self.place_at(&path, position))
    }

    pub(super) fn place_at(&self, path: &Utf8Path, position: Position) -> Option<Place<'_>> {
        let offset = self.encoding.offset(self.source(path)?, position);
        let entries = self.library.entries_at(path).map(|(_, entry)| entry);
        // Documents follow each other; the last that begins before the place holds it.
        let entry = entries
            .filter(|entry| entry.position() == 0 || entry.tree().span().start <= offset)
            .last()?;
        Some(Place { entry, offset })
    }

    /// The editor opened a file. Whether the library holds it.
    pub(super) fn did_open(&mut self, path: &Utf8Path, version: i32, text: String) -> bool {
        let buffer = Buffer { version, text };
        self.buffers.insert(path.to_owned(), buffer);
        self.read_again(path)
    }

    /// The editor changed a file. Whether the library holds it.
    pub(super) fn did_change(
        &mut self,
        path: &Utf8Path,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
    ) -> Result<bool, Fault> {
        let encoding = self.encoding;
        let buffer = self.buffers.get_mut(path);
        let buffer = buffer.ok_or_else(|| Fault::params(format!("{path} is not open")))?;
        buffer.version = version;
        for change in changes {
            buffer.apply(change, encoding);
        }
        Ok(self.read_again(path))
    }

    /// The editor closed a file: what is on disk counts again.
    pub(super) fn did_close(&mut self, path: &Utf8Path) {
        self.buffers.remove(path);
        self.changed_on_disk(&[path.to_owned()]);
    }

    /// Files were changed, made or removed by somebody else.
    pub(super) fn changed_on_disk(&mut self, paths: &[Utf8PathBuf]) {
        let mut changed = Vec::new();
        for path in paths {
            let known = self.library.entries_at(path).next().is_some();
            match std::fs::read(self.root.join(path)) {
                // What selects files, and what may have been a folder, is read from the start.
                _ if path == CONFIGURATION || path.file_name() == Some(".gitignore") => {
                    return self.reload();
                }
                Ok(bytes) if known => {
                    if !self.buffers.contains_key(path) {
                        changed.push((path.clone(), bytes));
                    }
                }
                _ => return self.reload(),
            }
        }
        if !changed.is_empty() {
            self.library = Arc::new(self.library.with_sources(changed));
        }
    }

    /// Reads everything from disk, with the editor's texts in their place.
    pub(super) fn reload(&mut self) {
        let buffers = self.buffers.iter();
        let overlay = buffers
            .filter(|(path, _)| self.selects(path))
            .map(|(path, buffer)| (path.clone(), buffer.text.clone().into_bytes()))
            .collect();
        let options = LoadOptions {
            overlay,
            ..LoadOptions::default()
        };
        self.library = Arc::new(Library::load(&self.root, &options));
        self.selection = selection(&self.library);
    }

    fn read_again(&mut self, path: &Utf8Path) -> bool {
        let Some(buffer) = self.buffers.get(path).filter(|_| self.selects(path)) else {
            return false;
        };
        let bytes = buffer.text.clone().into_bytes();
        self.library = Arc::new(self.library.with_sources([(path.to_owned(), bytes)]));
        true
    }

    fn selects(&self, path: &Utf8Path) -> bool {
        let is_document = matches!(path.extension(), Some("yaml" | "yml" | "md"));
        path == CONFIGURATION || (is_document && self.selection.selects(path))
    }
}

impl Buffer {
    fn apply(&mut self, change: TextDocumentContentChangeEvent, encoding: Encoding) {
        let Some(Range { start, end }) = change.range else {
            self.text = change.text;
            return;
        };
        let start = encoding.offset_in(&self.text, start);
        let end = encoding.offset_in(&self.text, end).max(start);
        self.text.replace_range(start..end, &change.text);
    }
}

fn selection(library: &Library) -> Selection {
    let conventional = Repository::conventional();
    let repository = library.repository().map(|(_, document)| &document.spec);
    let repository = repository.filter(|repository| !repository.include.is_empty());
    // Patterns that cannot be used are reported by the linter.
    Selection::new(repository.unwrap_or(&conventional)).0
}
