//! What the documents of a tree amount to, file by file: tier, environments, digest of the closure.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;

use super::GatherError;
use crate::change::GitRepository;
use crate::document::Digest;
use crate::document::model::{
    Action, Governance, Kind, Metadata, Runbook, Signature, Status, Tier,
};
use crate::governance::Subject;
use crate::library::{DocId, Entry, Library};

/// Trees kept with their libraries: a landing has four commits, and its parent is the landing before.
const KEPT: usize = 6;

/// What the documents of one tree amount to.
pub(super) struct State {
    tree: String,
    library: Library,
    /// The documents of a bundle.
    pub(super) subjects: BTreeSet<Subject>,
    files: BTreeMap<Utf8PathBuf, FileState>,
}

/// What the documents of one file amount to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FileState {
    /// The highest tier of any of them.
    pub(super) tier: Option<Tier>,
    /// The environments of all of them.
    pub(super) environments: BTreeSet<String>,
    /// Digest of the closures they resolve to.
    pub(super) closure: Option<Digest>,
}

/// The policy of a tree.
pub(super) enum Policy<'s> {
    /// There is no document that could be one.
    Absent,
    /// There is one, and a part of it is not understood.
    Unusable,
    /// It can be judged by.
    Usable(&'s Value, &'s Governance),
}

impl State {
    /// The policy.
    pub(super) fn policy(&self) -> Policy<'_> {
        let mut candidates = self
            .library
            .entries()
            .filter(|(_, entry)| entry.kind() == Some(Kind::Governance));
        let Some((_, entry)) = candidates.next() else {
            return Policy::Absent;
        };
        match self.library.governance() {
            Some((_, document)) if candidates.next().is_none() && entry.is_sound() => {
                Policy::Usable(entry.value(), &document.spec)
            }
            _ => Policy::Unusable,
        }
    }

    /// What a file amounts to; nothing when it is not there or holds no document.
    pub(super) fn file(&self, path: &Utf8Path) -> FileState {
        self.files.get(path).cloned().unwrap_or_default()
    }

    /// Files that hold a document with a closure, before or after, which is not the same in another tree.
    pub(super) fn resolved_otherwise<'s>(
        &'s self,
        other: &'s Self,
    ) -> impl Iterator<Item = &'s Utf8PathBuf> {
        let paths: BTreeSet<&Utf8PathBuf> = self.files.keys().chain(other.files.keys()).collect();
        let closure = |state: &Self, path| state.files.get(path).and_then(|file| file.closure);
        paths
            .into_iter()
            .filter(move |path| closure(self, *path) != closure(other, *path))
    }
}

/// The states of trees, with those that were looked at last.
pub(super) struct States<'a> {
    git: &'a GitRepository,
    prefix: Utf8PathBuf,
    kept: VecDeque<Rc<State>>,
}

impl<'a> States<'a> {
    pub(super) fn new(git: &'a GitRepository, prefix: Utf8PathBuf) -> Self {
        Self {
            git,
            prefix,
            kept: VecDeque::new(),
        }
    }

    /// The state of a tree.
    pub(super) fn at(&mut self, tree: &str) -> Result<Rc<State>, GatherError> {
        if let Some(at) = self.kept.iter().position(|state| state.tree == tree)
            && let Some(state) = self.kept.remove(at)
        {
            self.kept.push_front(Rc::clone(&state));
            return Ok(state);
        }
        let library = match self.kept.front() {
            Some(near) => {
                let known = (near.tree.as_str(), &near.library);
                self.git.library_after(known, tree, &self.prefix)?
            }
            None => self.git.library(tree, &self.prefix)?,
        };
        let state = Rc::new(State::new(tree, library, &self.prefix));
        self.kept.push_front(Rc::clone(&state));
        self.kept.truncate(KEPT);
        Ok(state)
    }
}

impl State {
    fn new(tree: &str, library: Library, prefix: &Utf8Path) -> Self {
        let mut state = Self {
            tree: tree.to_owned(),
            subjects: BTreeSet::new(),
            files: BTreeMap::new(),
            library,
        };
        let mut files: BTreeMap<Utf8PathBuf, (FileState, Vec<Digest>)> = BTreeMap::new();
        for (id, entry) in state.library.entries() {
            let found = resolve(&state.library, id, entry);
            let path = prefix.join(entry.path());
            if let Some((closure, metadata)) = &found.bundled {
                state
                    .subjects
                    .extend(subject(entry, &path, metadata, *closure));
            }
            let (file, closures) = files.entry(path).or_default();
            file.tier = file.tier.max(found.tier);
            file.environments.extend(found.environments);
            closures.extend(found.closure);
        }
        state.files = files
            .into_iter()
            .map(|(path, (file, closures))| {
                let closure = together(&closures);
                (path, FileState { closure, ..file })
            })
            .collect();
        state
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
    named: impl Iterator<Item = &'l crate::document::id::EnvironmentId>,
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
