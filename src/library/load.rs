//! Reading a library from disk or from bytes.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;

use super::discovery::{self, CONFIGURATION, Discovered};
use super::entry::Entry;
use super::failure::{Failure, LoadError};
use super::selection::Selection;
use super::{AT_ONCE, Library, path_order};
use crate::document::model::Repository;
use crate::document::{MAX_SOURCE_BYTES, SchemaSet, Source};

/// Most bytes read into one library.
pub const MAX_TOTAL_BYTES: usize = 1024 * 1024 * 1024;

/// How a library is read.
#[derive(Clone, Debug)]
pub struct LoadOptions {
    /// Whether files left out by `.gitignore` are left out here. In a clean check-out, as in continuous
    /// integration, there are none but those that were added in spite of it; reading them then shows
    /// what a commit really holds.
    pub honour_gitignore: bool,
    /// Contents that take the place of files on disk, or of files that do not exist yet: the unsaved
    /// buffers of an editor. Paths are relative to the root.
    pub overlay: BTreeMap<Utf8PathBuf, Vec<u8>>,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            honour_gitignore: true,
            overlay: BTreeMap::new(),
        }
    }
}

/// What reading one file gave.
type ReadFile = Result<Vec<Arc<Entry>>, Failure>;

/// Reads the repository at `root`.
pub(super) fn from_disk(root: &Utf8Path, options: &LoadOptions) -> Library {
    // Both are work for one thread, and neither needs the other.
    let (found, schemas) = rayon::join(
        || discovery::discover(root, options.honour_gitignore),
        schemas,
    );
    let Discovered {
        mut files,
        links,
        mut failures,
    } = found;
    let schemas = schemas.map_err(|failure| failures.push(failure)).ok();
    files.extend(options.overlay.keys().cloned());
    files.sort_unstable_by(|a, b| path_order(a, b));
    files.dedup_by(|a, b| a.as_str() == b.as_str());

    let read = |path: &Utf8Path| match options.overlay.get(path) {
        Some(bytes) => entries(path, bytes.clone(), schemas),
        None => bytes_of(&root.join(path))
            .map_err(|error| failed(path, error))
            .and_then(|bytes| entries(path, bytes, schemas)),
    };
    let configuration = Utf8Path::new(CONFIGURATION);
    let configured = files
        .binary_search_by(|file| path_order(file, configuration))
        .is_ok()
        .then(|| read(configuration));
    let selection = selection(configured.as_ref(), &mut failures);
    let is_selected = |path: &Utf8PathBuf| path != configuration && selection.selects(path);
    let linked = links.iter().filter(|path| is_selected(path));
    failures.extend(linked.map(|path| failed(path, LoadError::SymbolicLink)));

    let (selected, unselected): (Vec<_>, Vec<_>) = files.into_iter().partition(is_selected);
    let budget = within_budget(root, &selected, &mut failures);
    let reading = budget.par_iter().with_max_len(AT_ONCE);
    let mut results: Vec<ReadFile> = reading.map(|path| read(path)).collect();
    results.extend(configured);
    let mut library = assemble(results, failures);
    library.root = Some(root.to_owned());
    library.unselected = unselected
        .into_iter()
        .filter(|path| path != configuration)
        .collect();
    library
}

/// Reads documents from memory. Every file whose name ends in `.yaml`, `.yml` or `.md` is read, the
/// others are kept as data.
pub(super) fn from_sources(sources: BTreeMap<Utf8PathBuf, Vec<u8>>) -> Library {
    let mut failures = Vec::new();
    let schemas = schemas().map_err(|failure| failures.push(failure)).ok();
    let (documents, data): (BTreeMap<_, _>, BTreeMap<_, _>) =
        sources.into_iter().partition(|(path, _)| is_document(path));
    let results = Vec::from_iter(documents)
        .into_par_iter()
        .map(|(path, bytes)| entries(&path, bytes, schemas))
        .collect();
    let mut library = assemble(results, failures);
    library.data = data
        .into_iter()
        .map(|(path, bytes)| (path, bytes.into()))
        .collect();
    library
}

fn is_document(path: &Utf8Path) -> bool {
    matches!(path.extension(), Some("yaml" | "yml" | "md"))
}

/// The library with the content of some files replaced; all other documents are shared.
pub(super) fn with_sources(library: &Library, sources: BTreeMap<Utf8PathBuf, Vec<u8>>) -> Library {
    let replaced = |path: &Utf8Path| sources.contains_key(path);
    let failures = library.failures.iter();
    let failures = failures.filter(|failure| !replaced(&failure.path));
    let failures = failures.cloned().collect();
    let kept = library.entries.iter();
    let kept = kept.filter(|entry| !replaced(entry.path()));
    let mut results = vec![Ok(kept.cloned().collect())];
    let mut data = library.data.clone();
    let schemas = SchemaSet::shipped().ok();
    for (path, bytes) in sources {
        if is_document(&path) {
            results.push(entries(&path, bytes, schemas));
        } else {
            data.insert(path, bytes.into());
        }
    }
    let mut changed = assemble(results, failures);
    changed.root.clone_from(&library.root);
    changed.data = data;
    changed.unselected.clone_from(&library.unselected);
    changed
}

fn schemas() -> Result<&'static SchemaSet, Failure> {
    SchemaSet::shipped().map_err(|error| {
        failed(
            Utf8Path::new("schema"),
            LoadError::Schema(error.to_string()),
        )
    })
}

fn selection(configured: Option<&ReadFile>, failures: &mut Vec<Failure>) -> Selection {
    let configured = configured.and_then(|read| read.as_ref().ok());
    let repository = configured
        .and_then(|entries| entries.first()?.document::<Repository>())
        .map(|document| document.spec.clone())
        .filter(|repository| !repository.include.is_empty())
        .unwrap_or_else(Repository::conventional);
    let (selection, errors) = Selection::new(&repository);
    let errors = errors.into_iter().map(LoadError::Pattern);
    failures.extend(errors.map(|error| failed(Utf8Path::new(CONFIGURATION), error)));
    selection
}

fn failed(path: &Utf8Path, error: LoadError) -> Failure {
    Failure {
        path: path.to_owned(),
        error,
    }
}

// Sizes are added up before anything is read, so that the limit does not depend on the order of threads.
fn within_budget<'f>(
    root: &Utf8Path,
    files: &'f [Utf8PathBuf],
    failures: &mut Vec<Failure>,
) -> &'f [Utf8PathBuf] {
    let size = |path: &Utf8PathBuf| std::fs::metadata(root.join(path)).map_or(0, |file| file.len());
    let sizes: Vec<u64> = files.par_iter().map(size).collect();
    let mut total = 0_u64;
    for (at, size) in sizes.into_iter().enumerate() {
        total = total.saturating_add(size.min(MAX_SOURCE_BYTES as u64 + 1));
        if total > MAX_TOTAL_BYTES as u64 {
            let (kept, rest) = files.split_at(at);
            failures.extend(
                rest.iter()
                    .map(|path| failed(path, LoadError::TooManyBytes)),
            );
            return kept;
        }
    }
    files
}

fn bytes_of(path: &Utf8Path) -> Result<Vec<u8>, LoadError> {
    let unreadable = |error: std::io::Error| LoadError::Unreadable(error.to_string());
    let file = File::open(path).map_err(unreadable)?;
    // One byte more than a source may have, so that a file that is too large is seen to be.
    let limit = MAX_SOURCE_BYTES as u64 + 1;
    let size = file.metadata().map_or(0, |file| file.len().min(limit));
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default() + 1);
    file.take(limit)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    Ok(bytes)
}

fn entries(path: &Utf8Path, bytes: Vec<u8>, schemas: Option<&SchemaSet>) -> ReadFile {
    match Source::from_bytes(path, bytes) {
        Ok(source) => Ok(Entry::read(&source, schemas)
            .into_iter()
            .map(Arc::new)
            .collect()),
        Err(error) => Err(failed(path, LoadError::Source(error))),
    }
}

fn assemble(results: Vec<ReadFile>, mut failures: Vec<Failure>) -> Library {
    let mut all = Vec::new();
    for result in results {
        match result {
            Ok(entries) => all.extend(entries),
            Err(failure) => failures.push(failure),
        }
    }
    all.sort_by(|a, b| path_order(a.path(), b.path()).then(a.position().cmp(&b.position())));
    failures.sort_by(|a, b| a.path.cmp(&b.path));
    Library::new(all, failures)
}
