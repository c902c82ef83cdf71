//! Branches, forks and pushes.

use super::objects::oid;
use super::{ALICE, BASE, FORK, MALLORY, World};
use crate::forge::state::{Activity, Happened, Id};

const ZEROS: &str = "0000000000000000000000000000000000000000";

impl World {
    /// Head of a branch of the base repository.
    pub(crate) fn head(&self, branch: &str) -> String {
        self.head_in(BASE, branch)
    }

    pub(super) fn head_in(&self, repository: Id, branch: &str) -> String {
        self.forge
            .with(|state| state.repositories[&repository].branches[branch].clone())
    }

    /// Makes a branch from main.
    pub(crate) fn branch(&mut self, name: &str) {
        let main = self.head("main");
        self.set_branch(BASE, name, &main, ALICE, "branch_creation");
    }

    /// Commits with replaced text and pushes.
    pub(crate) fn push(
        &mut self,
        who: Id,
        branch: &str,
        path: &str,
        old: &str,
        new: &str,
    ) -> String {
        self.push_as(who, (who, "Change it"), branch, path, old, new)
    }

    /// The same, with an author and a message of its own.
    pub(crate) fn push_as(
        &mut self,
        who: Id,
        (author, message): (Id, &str),
        branch: &str,
        path: &str,
        old: &str,
        new: &str,
    ) -> String {
        let repository = self.repository_of(branch);
        let head = self.head_in(repository, branch);
        let text = self.read(&head, path);
        assert!(text.contains(old), "`{old}` is not in {path}");
        let edit = (path.to_owned(), Some(text.replacen(old, new, 1)));
        let commit = self.commit_on(Some(&head), author, message, &[edit]);
        self.set_branch(repository, branch, &commit, who, "push");
        commit
    }

    pub(super) fn repository_of(&self, branch: &str) -> Id {
        let of_fork = self.forge.with(|state| {
            let fork = state.repositories.get(&FORK);
            fork.is_some_and(|it| it.branches.contains_key(branch))
        });
        if of_fork { FORK } else { BASE }
    }

    /// Moves a branch to another commit, whatever it was at.
    pub(crate) fn force_push(&mut self, who: Id, branch: &str, to: &str) {
        let repository = self.repository_of(branch);
        self.set_branch(repository, branch, to, who, "force_push");
        let numbers = self.pulls_of(branch);
        for number in numbers {
            self.event(number, who, Happened::Simple("head_ref_force_pushed"));
        }
    }

    /// Makes a fork with a branch from main.
    pub(crate) fn fork(&mut self, branch: &str) {
        let main = self.head("main");
        self.forge
            .with(|state| state.repository(FORK, 9090, "forks/runbooks", true));
        self.set_branch(FORK, branch, &main, MALLORY, "branch_creation");
    }

    /// Moves a branch, and notes that as GitHub does.
    pub(crate) fn set_branch(
        &mut self,
        repository: Id,
        branch: &str,
        to: &str,
        actor: Id,
        kind: &str,
    ) {
        self.wait(1);
        let at = self.at;
        self.forge.with(|state| {
            let id = state.fresh_id();
            let known = state.repositories.get_mut(&repository).unwrap();
            let before = known.branches.insert(branch.to_owned(), to.to_owned());
            known.activity.push(Activity {
                id,
                branch: branch.to_owned(),
                before: before.unwrap_or_else(|| ZEROS.to_owned()),
                after: to.to_owned(),
                at,
                kind: kind.to_owned(),
                actor,
            });
        });
        if repository == BASE {
            let name = format!("refs/heads/{branch}");
            self.git.reference(&name, oid(to), true, "moved").unwrap();
        }
        self.update_pulls(repository, branch);
    }
}
