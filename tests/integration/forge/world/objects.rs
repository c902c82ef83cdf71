//! Commits and trees, in git and in what the mock knows.

use std::path::Path;

use git2::build::TreeUpdateBuilder;
use git2::{FileMode, Oid, Signature, Time};
use jiff::Timestamp;

use super::World;
use crate::forge::state::{Commit, Id, Signature as Signed};

impl World {
    /// What a file of a commit holds.
    pub(crate) fn read(&self, commit: &str, path: &str) -> String {
        let commit = self.git.find_commit(commit.parse().unwrap()).unwrap();
        let entry = commit.tree().unwrap().get_path(Path::new(path)).unwrap();
        let blob = self.git.find_blob(entry.id()).unwrap();
        String::from_utf8(blob.content().to_vec()).unwrap()
    }

    pub(super) fn merged(&self, base: &str, ours: &str, theirs: &str) -> Oid {
        let tree = |commit: &str| {
            let commit = self.git.find_commit(oid(commit)).unwrap();
            commit.tree().unwrap()
        };
        let merged = self
            .git
            .merge_trees(&tree(base), &tree(ours), &tree(theirs), None);
        merged.unwrap().write_tree_to(&self.git).unwrap()
    }

    /// A commit with these files changed on top of another.
    pub(crate) fn commit_on(
        &mut self,
        parent: Option<&str>,
        author: Id,
        message: &str,
        edits: &[(String, Option<String>)],
    ) -> String {
        self.wait(1);
        let git = &self.git;
        let empty = git.treebuilder(None).unwrap().write().unwrap();
        let before = match parent {
            Some(parent) => git.find_commit(oid(parent)).unwrap().tree_id(),
            None => empty,
        };
        let mut update = TreeUpdateBuilder::new();
        for (path, text) in edits {
            match text {
                Some(text) => {
                    let blob = git.blob(text.as_bytes()).unwrap();
                    update.upsert(path.as_str(), blob, FileMode::Blob);
                }
                None => {
                    update.remove(path.as_str());
                }
            }
        }
        let before = git.find_tree(before).unwrap();
        let tree = update.create_updated(git, &before).unwrap();
        drop(before);
        let parents: Vec<&str> = parent.into_iter().collect();
        self.commit_tree(tree, &parents, (author, author), message)
    }

    /// A commit of a tree.
    pub(crate) fn commit_tree(
        &mut self,
        tree: Oid,
        parents: &[&str],
        (author, committer): (Id, Id),
        message: &str,
    ) -> String {
        let (author, committer) = (self.signature(author), self.signature(committer));
        self.write_commit(tree, parents, &author, &committer, message)
    }

    pub(super) fn write_commit(
        &self,
        tree: Oid,
        parents: &[&str],
        author: &Signature<'_>,
        committer: &Signature<'_>,
        message: &str,
    ) -> String {
        let found = self.git.find_tree(tree).unwrap();
        let commits: Vec<_> = parents
            .iter()
            .map(|id| self.git.find_commit(oid(id)).unwrap())
            .collect();
        let commits: Vec<_> = commits.iter().collect();
        let made = self
            .git
            .commit(None, author, committer, message, &found, &commits);
        let sha = made.unwrap().to_string();
        let commit = Commit {
            sha: sha.clone(),
            tree: tree.to_string(),
            parents: parents.iter().map(|it| (*it).to_owned()).collect(),
            message: message.to_owned(),
            author: signed(author),
            committer: signed(committer),
        };
        self.forge
            .with(|state| state.commits.insert(sha.clone(), commit));
        sha
    }

    pub(super) fn signature(&self, who: Id) -> Signature<'static> {
        let (login, email) = self.forge.with(|state| {
            let account = &state.accounts[&who];
            let email = account.emails.first().cloned();
            (account.login.clone(), email.unwrap_or_default())
        });
        let at = (self.at + self.skew).as_second();
        Signature::new(&login, &email, &Time::new(at, 0)).unwrap()
    }
}

pub(super) fn oid(text: &str) -> Oid {
    text.parse().unwrap()
}

pub(super) fn signed(signature: &Signature<'_>) -> Signed {
    Signed {
        name: signature.name().unwrap().to_owned(),
        email: signature.email().unwrap().to_owned(),
        at: Timestamp::from_second(signature.when().seconds()).unwrap(),
    }
}

pub(super) fn git_signature(signed: &Signed) -> Signature<'static> {
    let when = Time::new(signed.at.as_second(), 0);
    Signature::new(&signed.name, &signed.email, &when).unwrap()
}
