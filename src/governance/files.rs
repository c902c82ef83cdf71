//! What the documents of a library amount to, file by file: tier, environments, digest of the closure (step 8).

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::record::Subject;
use super::rules::Rules;
use crate::document::Digest;
use crate::document::id::EnvironmentId;
use crate::document::model::{
    Action, Governance, Kind, Metadata, Runbook, Signature, Status, Tier,
};
use crate::library::{DocId, Entry, Library};

/// What the documents of a library amount to.
#[derive(Clone, Debug, Default)]
pub struct Files {
    files: BTreeMap<Utf8PathBuf, FileState>,
    /// Those that hold a document which others are resolved with, or that nobody understands.
    shared: BTreeSet<Utf8PathBuf>,
    subjects: BTreeSet<Subject>,
}

/// What the documents of one file amount to; nothing where it holds none that does anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileState {
    /// The highest tier of any of them.
    pub tier: Option<Tier>,
    /// The environments of all of them.
    pub environments: BTreeSet<String>,
    /// Digest of the closures they resolve to.
    pub closure: Option<Digest>,
}

impl Files {
    /// Of the documents of a library that lies in the folder `prefix` of its repository.
    pub fn of(library: &Library, prefix: &Utf8Path) -> Self {
        let mut subjects = BTreeSet::new();
        let mut shared = BTreeSet::new();
        let mut files: BTreeMap<Utf8PathBuf, (FileState, Vec<Digest>)> = BTreeMap::new();
        for (id, entry) in library.entries() {
            let found = resolve(library, id, entry);
            let path = prefix.join(entry.path());
            if !matches!(
                entry.kind(),
                Some(Kind::Runbook | Kind::Fixture | Kind::Postmortem)
            ) {
                shared.insert(path.clone());
            }
            if let Some((closure, metadata)) = &found.bundled {
                subjects.extend(subject(entry, &path, metadata, *closure));
            }
            let (file, closures) = files.entry(path).or_default();
            file.tier = file.tier.max(found.tier);
            file.environments.extend(found.environments);
            closures.extend(found.closure);
        }
        let files = files.into_iter().map(|(path, (file, closures))| {
            let closure = together(&closures);
            (path, FileState { closure, ..file })
        });
        Self {
            files: files.collect(),
            shared,
            subjects,
        }
    }

    /// What a file amounts to.
    pub fn file(&self, path: &Utf8Path) -> FileState {
        self.files.get(path).cloned().unwrap_or_default()
    }

    /// Whether a file holds documents in either library, and in neither one that others are resolved with.
    pub fn is_apart(&self, after: &Self, path: &Utf8Path) -> bool {
        let both = [self, after];
        both.iter().any(|files| files.files.contains_key(path))
            && !both.iter().any(|files| files.shared.contains(path))
    }

    /// The documents that a bundle carries.
    pub fn subjects(&self) -> &BTreeSet<Subject> {
        &self.subjects
    }

    /// What a change to `after` makes a unit: of the files that changed, those that hold documents with power or that the
    /// policy governs (every one without a policy), and those whose documents resolve otherwise afterwards.
    pub fn touched<'p>(
        &self,
        after: &Self,
        changed: impl IntoIterator<Item = &'p Utf8PathBuf>,
        rules: Option<&Rules>,
    ) -> BTreeSet<Utf8PathBuf> {
        let is_governed = |path: &&Utf8PathBuf| {
            let holds_power = [self, after]
                .iter()
                .any(|files| files.file(path) != FileState::default());
            holds_power || rules.is_none_or(|rules| rules.governs(path.as_str()))
        };
        let changed = changed.into_iter().filter(is_governed).cloned();
        changed
            .chain(self.resolved_otherwise(after).cloned())
            .collect()
    }

    /// Files that hold a document with a closure, before or after, which is not the same in another library.
    fn resolved_otherwise<'f>(&'f self, other: &'f Self) -> impl Iterator<Item = &'f Utf8PathBuf> {
        let paths: BTreeSet<&Utf8PathBuf> = self.files.keys().chain(other.files.keys()).collect();
        let closure = |state: &Self, path| state.files.get(path).and_then(|file| file.closure);
        paths
            .into_iter()
            .filter(move |path| closure(self, *path) != closure(other, *path))
    }
}

/// One digest for the closures of a file.
fn together(closures: &[Digest]) -> Option<Digest> {
    match closures {
        [] => None,
        [one] => Some(*one),
        several => {
            let names: Vec<String> = several.iter().map(Digest::to_string).collect();
            Some(Digest::of(names.join("\n").as_bytes()))
        }
    }
}

/// What one document amounts to.
#[derive(Default)]
struct Resolution<'l> {
    tier: Option<Tier>,
    environments: BTreeSet<String>,
    closure: Option<Digest>,
    /// What a bundle carries of it, if it carries it.
    bundled: Option<(Digest, &'l Metadata)>,
}

fn resolve<'l>(library: &'l Library, id: DocId, entry: &'l Entry) -> Resolution<'l> {
    if let Some(runbook) = entry.document::<Runbook>() {
        let found = library.closure(&runbook.metadata.id.as_str().into());
        let closure = found.ok().and_then(|closure| closure.digest().ok());
        return Resolution {
            // What the engine holds it to, whatever its actions would be allowed to others.
            tier: Some(runbook.spec.autonomy.max_tier),
            environments: environments_of(library, runbook.spec.scope.environments.iter()),
            closure,
            bundled: bundled(closure, &runbook.metadata),
        };
    }
    if let Some(signature) = entry.document::<Signature>() {
        let found = library.signature_closure(&signature.metadata.id.as_str().into());
        let closure = found.ok().and_then(|closure| closure.digest().ok());
        let routes = signature.spec.routes.iter();
        let runbooks = routes.filter_map(|route| Some(library.runbooks().get(&route.runbook)?.1));
        let runbooks: Vec<_> = runbooks.collect();
        // Recognising more is doing more: it is judged by what it leads to.
        return Resolution {
            tier: runbooks.iter().map(|it| it.spec.autonomy.max_tier).max(),
            environments: runbooks
                .iter()
                .flat_map(|it| environments_of(library, it.spec.scope.environments.iter()))
                .collect(),
            closure,
            bundled: bundled(closure, &signature.metadata),
        };
    }
    if let Some(action) = entry.document::<Action>() {
        let raised = action.spec.raise_tier.iter().map(|raise| raise.to);
        return Resolution {
            tier: raised
                .chain([crate::engine::tier::floor(&action.spec)])
                .max(),
            environments: environments_of(library, std::iter::empty()),
            ..Resolution::default()
        };
    }
    if let Some(policy) = entry.document::<Governance>() {
        let is_the_one = library.governance().is_some_and(|(other, _)| other == id);
        let digest = entry.digest().ok().filter(|_| is_the_one);
        return Resolution {
            bundled: digest.map(|digest| (digest, &policy.metadata)),
            ..Resolution::default()
        };
    }
    Resolution::default()
}

/// The environments named, or every one the policy knows where none is.
fn environments_of<'l>(
    library: &'l Library,
    named: impl Iterator<Item = &'l EnvironmentId>,
) -> BTreeSet<String> {
    let named: BTreeSet<String> = named.map(ToString::to_string).collect();
    if named.is_empty() {
        library
            .environments()
            .iter()
            .map(ToString::to_string)
            .collect()
    } else {
        named
    }
}

/// Drafts are in no bundle.
fn bundled(closure: Option<Digest>, metadata: &Metadata) -> Option<(Digest, &Metadata)> {
    let closure = closure.filter(|_| metadata.status != Some(Status::Draft))?;
    Some((closure, metadata))
}

fn subject(
    entry: &Entry,
    path: &Utf8Path,
    metadata: &Metadata,
    closure: Digest,
) -> Option<Subject> {
    Some(Subject {
        kind: entry.kind()?,
        id: metadata.id.clone(),
        version: metadata.version.clone().unwrap_or_default(),
        path: path.to_string(),
        source: Digest::of(entry.source().text().as_bytes()),
        closure,
    })
}
