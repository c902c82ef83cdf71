//! The libraries of trees, and what their documents amount to.

use std::collections::VecDeque;
use std::rc::Rc;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;

use super::GatherError;
use crate::change::GitRepository;
use crate::document::model::{Governance, Kind};
use crate::governance::Files;
use crate::library::Library;

/// Trees kept with their libraries: a landing has four commits, and its parent is the landing before.
const KEPT: usize = 6;

/// What the documents of one tree amount to.
pub(super) struct State {
    tree: String,
    library: Library,
    /// What they amount to, file by file.
    pub(super) files: Files,
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

    /// The folder of the repository that the library lies in.
    pub(super) fn prefix(&self) -> &Utf8Path {
        &self.prefix
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
        let state = Rc::new(State {
            tree: tree.to_owned(),
            files: Files::of(&library, &self.prefix),
            library,
        });
        self.kept.push_front(Rc::clone(&state));
        self.kept.truncate(KEPT);
        Ok(state)
    }
}
