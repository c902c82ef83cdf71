//! A repository with people who work on it: real git objects, and the mock that tells of them what GitHub would.
//!
//! Everything that happens takes a minute. The clone is a fresh one, made from the bare repository that stands for GitHub's.

use std::path::Path;

use git2::build::TreeUpdateBuilder;
use git2::{FileMode, Oid, Repository, Signature, Time};
use jiff::{SignedDuration, Timestamp};
use rbk::governance::statement::judge;
use rbk::governance::{Evaluation, Record};

use super::Forge;
use super::state::{
    Activity, Commit, Event, Happened, Id, Merged, Pull, Review, Signature as Signed,
};
use crate::workbench::{Ran, Workbench, files};

pub(crate) const ALICE: Id = 101;
pub(crate) const BOB: Id = 102;
pub(crate) const CAROL: Id = 103;
pub(crate) const DAVE: Id = 104;
pub(crate) const ERIN: Id = 105;
pub(crate) const MALLORY: Id = 108;
const PEOPLE: [(Id, &str); 6] = [
    (ALICE, "alice"),
    (BOB, "bob"),
    (CAROL, "carol"),
    (DAVE, "dave"),
    (ERIN, "erin"),
    (MALLORY, "mallory"),
];
/// GitHub's own committer.
const WEB_FLOW: Id = 19_864_447;
pub(crate) const BASE: Id = 9001;
pub(crate) const FORK: Id = 9100;

pub(crate) const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";
pub(crate) const ACTION: &str = "runbooks/catalog/actions/k8s.rollout-undo.yaml";
pub(crate) const POLICY: &str = "runbooks/governance.yaml";
const ZEROS: &str = "0000000000000000000000000000000000000000";

/// How a pull request is merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    Merge,
    Squash,
    Rebase,
}

pub(crate) struct World {
    pub(crate) bench: Workbench,
    pub(crate) forge: Forge,
    git: Repository,
    at: Timestamp,
}

impl World {
    /// The starter repository on GitHub, its policy adopted with the first commit.
    pub(crate) fn new() -> Self {
        Self::with_policy(|policy| policy.to_owned())
    }

    /// The same, with another policy.
    pub(crate) fn with_policy(change: impl Fn(&str) -> String) -> Self {
        let at: Timestamp = "2026-11-02T08:00:00Z".parse().unwrap();
        let bench = Workbench::new();
        bench.rbk(&["init", "seed"]).expect(0);
        let git = Repository::init_bare(bench.path("origin.git")).unwrap();
        git.set_head("refs/heads/main").unwrap();
        let forge = Forge::start(at);
        forge.with(|state| {
            for (id, login) in PEOPLE {
                let email = format!("{login}@example.org");
                state.account(id, login, "User", &[&email]);
            }
            state.account(WEB_FLOW, "web-flow", "User", &["noreply@github.com"]);
            state.account(9090, "forks", "Organization", &[]);
        });
        let mut world = Self {
            bench,
            forge,
            git,
            at,
        };
        let seed = world.bench.path("seed");
        let repository = "  repository: {host: github.com, id: 9001, full_name: acme/runbooks, branch: main}\n  web_flow_ids: [19864447]\n  governed:";
        let edits: Vec<(String, Option<String>)> = files(&seed)
            .into_iter()
            .filter(|path| !path.starts_with(".git") && !path.starts_with(seed.join(".git")))
            .map(|path| {
                let name = path.strip_prefix(&seed).unwrap_or(&path);
                let text = std::fs::read_to_string(seed.join(name)).unwrap();
                let name = name.to_str().unwrap().to_owned();
                let text = match name == POLICY {
                    true => change(&text.replacen("  governed:", repository, 1)),
                    false => text,
                };
                (name, Some(text))
            })
            .collect();
        let root = world.commit_on(None, ALICE, "Begin", &edits);
        world.set_branch(BASE, "main", &root, ALICE, "branch_creation");
        world
    }

    /// The moment it is.
    pub(crate) fn now(&self) -> Timestamp {
        self.at
    }

    /// Lets time pass.
    pub(crate) fn wait(&mut self, minutes: i64) {
        self.at += SignedDuration::from_mins(minutes);
        let at = self.at;
        self.forge.with(|state| state.now = at);
    }

    /// Head of a branch of the base repository.
    pub(crate) fn head(&self, branch: &str) -> String {
        self.head_in(BASE, branch)
    }

    fn head_in(&self, repository: Id, branch: &str) -> String {
        self.forge
            .with(|state| state.repositories[&repository].branches[branch].clone())
    }

    /// What a file of a commit holds.
    pub(crate) fn read(&self, commit: &str, path: &str) -> String {
        let commit = self.git.find_commit(commit.parse().unwrap()).unwrap();
        let entry = commit.tree().unwrap().get_path(Path::new(path)).unwrap();
        let blob = self.git.find_blob(entry.id()).unwrap();
        String::from_utf8(blob.content().to_vec()).unwrap()
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

    fn repository_of(&self, branch: &str) -> Id {
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

    /// Opens a pull request for main.
    pub(crate) fn open(&mut self, who: Id, branch: &str) -> u64 {
        self.wait(1);
        let repository = self.repository_of(branch);
        let (head, base, at) = (self.head_in(repository, branch), self.head("main"), self.at);
        let number = self.forge.with(|state| {
            let number = u64::try_from(state.pulls.len()).unwrap() + 1;
            let pull = Pull {
                number,
                author: who,
                title: format!("Change {branch}"),
                body: None,
                head_repository: repository,
                head_branch: branch.to_owned(),
                head,
                base_branch: "main".to_owned(),
                base,
                is_draft: false,
                is_open: true,
                created_at: at,
                merged: None,
                commits: Vec::new(),
                reviews: Vec::new(),
                timeline: Vec::new(),
                landed: Vec::new(),
            };
            state.pulls.insert(number, pull);
            number
        });
        self.update_pulls(repository, branch);
        number
    }

    /// Reviews the head of a pull request.
    pub(crate) fn review(&mut self, number: u64, who: Id, state: &str) -> Id {
        self.wait(1);
        let at = self.at;
        let id = self.forge.with(|forge| {
            let id = forge.fresh_id();
            let pull = forge.pulls.get_mut(&number).unwrap();
            pull.reviews.push(Review {
                id,
                user: who,
                state: state.to_owned(),
                commit: Some(pull.head.clone()),
                submitted_at: Some(at),
                body: String::new(),
            });
            id
        });
        self.event(number, who, Happened::Reviewed(id));
        id
    }

    pub(crate) fn approve(&mut self, number: u64, who: Id) -> Id {
        self.review(number, who, "APPROVED")
    }

    /// Something that happened to a pull request.
    pub(crate) fn event(&mut self, number: u64, actor: Id, what: Happened) {
        let at = self.at;
        self.forge.with(|state| {
            let id = state.fresh_id();
            let event = Event {
                id,
                at,
                actor,
                what,
            };
            state.pulls.get_mut(&number).unwrap().timeline.push(event);
        });
    }

    /// Merges a pull request into main.
    pub(crate) fn merge(&mut self, number: u64, who: Id, how: How) -> String {
        let (head, main) = (self.pull(number).head, self.head("main"));
        let base = self
            .git
            .merge_base(oid(&main), oid(&head))
            .unwrap()
            .to_string();
        let landed = match how {
            How::Merge => {
                let tree = self.merged(&base, &main, &head);
                let message = format!("Merge pull request #{number} from acme/x");
                vec![self.commit_tree(tree, &[&main, &head], (who, WEB_FLOW), &message)]
            }
            How::Squash => {
                let tree = self.merged(&base, &main, &head);
                let author = self.pull(number).author;
                let message = format!("Change it (#{number})");
                vec![self.commit_tree(tree, &[&main], (author, WEB_FLOW), &message)]
            }
            How::Rebase => self.rebased(number, &main),
        };
        self.land(number, who, &landed)
    }

    /// What GitHub notes when these commits became a pull request's, the last of them its merge commit.
    pub(crate) fn land(&mut self, number: u64, who: Id, landed: &[String]) -> String {
        let tip = landed.last().unwrap().clone();
        self.set_branch(BASE, "main", &tip, who, "pr_merge");
        let at = self.at;
        self.forge.with(|state| {
            let pull = state.pulls.get_mut(&number).unwrap();
            pull.is_open = false;
            pull.landed = landed.to_vec();
            pull.merged = Some(Merged {
                at,
                by: who,
                commit: tip.clone(),
            });
        });
        let commit = tip.clone();
        self.event(number, who, Happened::Merged { commit });
        tip
    }

    pub(crate) fn pull(&self, number: u64) -> Pull {
        self.forge.with(|state| state.pulls[&number].clone())
    }

    /// The commits of a pull request, written anew on `onto`.
    fn rebased(&mut self, number: u64, onto: &str) -> Vec<String> {
        let mut landed: Vec<String> = Vec::new();
        for sha in self.pull(number).commits {
            let onto = landed.last().cloned().unwrap_or_else(|| onto.to_owned());
            let original = self.forge.with(|state| state.commits[&sha].clone());
            let tree = self.merged(&original.parents[0], &onto, &sha);
            let author = git_signature(&original.author);
            let committer = self.signature(WEB_FLOW);
            let message = original.message;
            landed.push(self.write_commit(tree, &[&onto], &author, &committer, &message));
        }
        landed
    }

    fn merged(&self, base: &str, ours: &str, theirs: &str) -> Oid {
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

    fn write_commit(
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

    fn signature(&self, who: Id) -> Signature<'static> {
        let (login, email) = self.forge.with(|state| {
            let account = &state.accounts[&who];
            let email = account.emails.first().cloned();
            (account.login.clone(), email.unwrap_or_default())
        });
        Signature::new(&login, &email, &Time::new(self.at.as_second(), 0)).unwrap()
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

    fn pulls_of(&self, branch: &str) -> Vec<u64> {
        self.forge.with(|state| {
            let open = state.pulls.values().filter(|pull| pull.is_open);
            let of_branch = open.filter(|pull| pull.head_branch == branch);
            of_branch.map(|pull| pull.number).collect()
        })
    }

    /// Brings the heads of open pull requests up to date.
    fn update_pulls(&mut self, repository: Id, branch: &str) {
        for number in self.pulls_of(branch) {
            if self.pull(number).head_repository != repository {
                continue;
            }
            let (head, main) = (self.head_in(repository, branch), self.head("main"));
            let mut walk = self.git.revwalk().unwrap();
            walk.set_sorting(git2::Sort::TOPOLOGICAL | git2::Sort::REVERSE)
                .unwrap();
            walk.push(oid(&head)).unwrap();
            walk.hide(oid(&main)).unwrap();
            let commits = walk.map(|id| id.unwrap().to_string()).collect();
            let name = format!("refs/pull/{number}/head");
            self.git
                .reference(&name, oid(&head), true, "moved")
                .unwrap();
            self.forge.with(|state| {
                let pull = state.pulls.get_mut(&number).unwrap();
                pull.head = head;
                pull.commits = commits;
            });
        }
    }

    /// A fresh clone of what is on GitHub.
    pub(crate) fn clone_anew(&self) {
        let clone = self.bench.path("clone");
        if clone.exists() {
            std::fs::remove_dir_all(&clone).unwrap();
        }
        self.bench.git(".", &["clone", "-q", "origin.git", "clone"]);
    }

    /// Runs `rbk` in the clone, connected to the mock an hour from now.
    pub(crate) fn rbk(&self, arguments: &[&str]) -> Ran {
        let now = (self.at + SignedDuration::from_hours(1)).to_string();
        let api = self.forge.api();
        let connection = [
            "--api",
            &api,
            "--repository",
            "acme/runbooks",
            "--path",
            "clone",
            "--now",
            &now,
        ];
        let arguments: Vec<&str> = arguments.iter().chain(&connection).copied().collect();
        self.bench.rbk(&arguments)
    }

    /// The records of the landings on main, gathered in a fresh clone.
    pub(crate) fn records(&self, arguments: &[&str]) -> Vec<Record> {
        self.clone_anew();
        let arguments: Vec<&str> = ["approvals", "facts"]
            .iter()
            .chain(arguments)
            .copied()
            .collect();
        let ran = self.rbk(&arguments).expect(0);
        Record::read_lines(ran.stdout.as_bytes()).unwrap()
    }

    /// What is said of the newest landing.
    pub(crate) fn newest(&self) -> Evaluation {
        let records = self.records(&[]);
        judge(&records).pop().unwrap().evaluation
    }
}

fn oid(text: &str) -> Oid {
    text.parse().unwrap()
}

fn signed(signature: &Signature<'_>) -> Signed {
    Signed {
        name: signature.name().unwrap().to_owned(),
        email: signature.email().unwrap().to_owned(),
        at: Timestamp::from_second(signature.when().seconds()).unwrap(),
    }
}

fn git_signature(signed: &Signed) -> Signature<'static> {
    let when = Time::new(signed.at.as_second(), 0);
    Signature::new(&signed.name, &signed.email, &when).unwrap()
}
