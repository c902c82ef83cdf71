//! A repository with people who work on it: real git objects, and the mock that tells of them what GitHub would.
//!
//! Everything that happens takes a minute. The clone is a fresh one, made from the bare repository that stands for GitHub's.

mod branches;
mod objects;
mod pulls;

use std::process::Command;

use git2::Repository;
use jiff::{SignedDuration, Timestamp};
use rbk::governance::statement::judge;
use rbk::governance::{Evaluation, Record};

use super::Forge;
use super::state::Id;
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
    /// What the clocks of those who commit are off by.
    skew: SignedDuration,
}

impl World {
    /// The starter repository on GitHub, its policy adopted with the first commit.
    pub(crate) fn new() -> Self {
        Self::with_policy(|policy| policy.to_owned())
    }

    /// The same, with another policy.
    pub(crate) fn with_policy(change: impl Fn(&str) -> String) -> Self {
        Self::on(Forge::start(begin()), change)
    }

    /// The same, on a GitHub Enterprise Server.
    pub(crate) fn enterprise() -> Self {
        Self::on(Forge::start_enterprise(begin()), str::to_owned)
    }

    fn on(forge: Forge, change: impl Fn(&str) -> String) -> Self {
        let at = begin();
        let bench = Workbench::new();
        bench.rbk(&["init", "seed"]).expect(0);
        let git = Repository::init_bare(bench.path("origin.git")).unwrap();
        git.set_head("refs/heads/main").unwrap();
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
            skew: SignedDuration::ZERO,
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

    /// Makes those who commit date their commits otherwise, by this many minutes.
    pub(crate) fn misdate(&mut self, minutes: i64) {
        self.skew = SignedDuration::from_mins(minutes);
    }

    /// Lets time pass.
    pub(crate) fn wait(&mut self, minutes: i64) {
        self.at += SignedDuration::from_mins(minutes);
        let at = self.at;
        self.forge.with(|state| state.now = at);
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
        self.rbk_with(arguments, |_| {})
    }

    /// The same, with further settings.
    pub(crate) fn rbk_with(&self, arguments: &[&str], set: impl FnOnce(&mut Command)) -> Ran {
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
        self.bench.rbk_with(&arguments, set)
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

/// When the repository begins.
fn begin() -> Timestamp {
    "2026-11-02T08:00:00Z".parse().unwrap()
}
