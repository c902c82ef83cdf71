//! What the mock knows: plain data that a test sets up and looks at.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::Value;

/// The id of an account, a repository or anything else.
pub(crate) type Id = u64;

/// Everything the mock answers from.
#[derive(Debug)]
pub(crate) struct State {
    /// The moment it is for the server.
    pub(crate) now: Timestamp,
    pub(crate) accounts: BTreeMap<Id, Account>,
    pub(crate) repositories: BTreeMap<Id, Repository>,
    /// The repository that pull requests are for.
    pub(crate) base: Id,
    pub(crate) pulls: BTreeMap<u64, Pull>,
    pub(crate) commits: BTreeMap<String, Commit>,
    pub(crate) check_runs: Vec<CheckRun>,
    pub(crate) statuses: Vec<Status>,
    pub(crate) comments: Vec<Comment>,
    pub(crate) teams: Vec<Team>,
    pub(crate) runs: BTreeMap<Id, WorkflowRun>,
    /// Rules that apply to a branch, as GitHub writes them.
    pub(crate) branch_rules: BTreeMap<String, Vec<Value>>,
    pub(crate) protection: BTreeMap<String, Value>,
    pub(crate) rulesets: Vec<Value>,
    pub(crate) access: Access,
    next_id: Id,
}

/// Who asks and what they may do.
#[derive(Debug)]
pub(crate) struct Access {
    /// The token that has to be sent; without one, nobody has to say who they are.
    pub(crate) token: Option<String>,
    /// The account of the token: the author of what is written.
    pub(crate) account: Id,
    /// Whether anything may be written.
    pub(crate) may_write: bool,
    /// Whether members of teams may be read. The token of a workflow may not.
    pub(crate) may_read_members: bool,
    /// Whether the protection of a branch may be read, which takes administration.
    pub(crate) may_administrate: bool,
    /// Repositories that the token may not look into. Their activity is not found.
    pub(crate) hidden: BTreeSet<Id>,
    /// Requests of an hour, and how many are left.
    pub(crate) limit: u64,
    pub(crate) remaining: u64,
    /// Whether answers are those of version 2026-03-10 also for who does not ask for it: pull requests have no
    /// `merge_commit_sha` then.
    pub(crate) is_newest_version: bool,
}

/// An account.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) id: Id,
    pub(crate) login: String,
    /// `User`, `Bot`, `Organization`.
    pub(crate) kind: String,
    /// Addresses that commits are attributed by.
    pub(crate) emails: Vec<String>,
    /// A deleted account is nobody.
    pub(crate) is_deleted: bool,
}

/// A repository.
#[derive(Clone, Debug)]
pub(crate) struct Repository {
    pub(crate) id: Id,
    pub(crate) owner: Id,
    pub(crate) full_name: String,
    /// Names it had before: asking for one is redirected.
    pub(crate) former_names: Vec<String>,
    pub(crate) default_branch: String,
    pub(crate) is_fork: bool,
    pub(crate) is_deleted: bool,
    /// Heads by the name of the branch.
    pub(crate) branches: BTreeMap<String, String>,
    /// What happened to its branches, oldest first.
    pub(crate) activity: Vec<Activity>,
}

/// Something that happened to a branch.
#[derive(Clone, Debug)]
pub(crate) struct Activity {
    pub(crate) id: Id,
    pub(crate) branch: String,
    /// All zeros for none.
    pub(crate) before: String,
    pub(crate) after: String,
    pub(crate) at: Timestamp,
    /// `push`, `force_push`, `branch_creation`, `branch_deletion`, `pr_merge`, `merge_queue_merge`.
    pub(crate) kind: String,
    pub(crate) actor: Id,
}

/// A pull request.
#[derive(Clone, Debug)]
pub(crate) struct Pull {
    pub(crate) number: u64,
    pub(crate) author: Id,
    pub(crate) title: String,
    pub(crate) body: Option<String>,
    pub(crate) head_repository: Id,
    pub(crate) head_branch: String,
    pub(crate) head: String,
    pub(crate) base_branch: String,
    pub(crate) base: String,
    pub(crate) is_draft: bool,
    pub(crate) is_open: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) merged: Option<Merged>,
    /// Commits the head has and the base has not, oldest first.
    pub(crate) commits: Vec<String>,
    pub(crate) reviews: Vec<Review>,
    pub(crate) timeline: Vec<Event>,
    /// Commits of the base branch it is found by.
    pub(crate) landed: Vec<String>,
}

/// How a pull request was merged.
#[derive(Clone, Debug)]
pub(crate) struct Merged {
    pub(crate) at: Timestamp,
    pub(crate) by: Id,
    pub(crate) commit: String,
}

/// A review.
#[derive(Clone, Debug)]
pub(crate) struct Review {
    pub(crate) id: Id,
    pub(crate) user: Id,
    /// `APPROVED`, `CHANGES_REQUESTED`, `COMMENTED`, `DISMISSED`, `PENDING`, or a word nobody knows yet.
    pub(crate) state: String,
    pub(crate) commit: Option<String>,
    /// Not there while it is pending.
    pub(crate) submitted_at: Option<Timestamp>,
    pub(crate) body: String,
}

/// An entry of a pull request's timeline.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) id: Id,
    pub(crate) at: Timestamp,
    pub(crate) actor: Id,
    pub(crate) what: Happened,
}

/// What an entry of a timeline says.
#[derive(Clone, Debug)]
pub(crate) enum Happened {
    /// `head_ref_force_pushed`, `base_ref_changed`, `closed`, …
    Simple(&'static str),
    Merged {
        commit: String,
    },
    Committed {
        commit: String,
    },
    /// A review, by its id.
    Reviewed(Id),
    Dismissed {
        review: Id,
        state: String,
    },
}

/// A commit.
#[derive(Clone, Debug)]
pub(crate) struct Commit {
    pub(crate) sha: String,
    pub(crate) tree: String,
    pub(crate) parents: Vec<String>,
    pub(crate) message: String,
    pub(crate) author: Signature,
    pub(crate) committer: Signature,
}

/// Who a commit says it is by, and when.
#[derive(Clone, Debug)]
pub(crate) struct Signature {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) at: Timestamp,
}

/// A check run that is completed.
#[derive(Clone, Debug)]
pub(crate) struct CheckRun {
    pub(crate) id: Id,
    pub(crate) name: String,
    pub(crate) head: String,
    pub(crate) started_at: Timestamp,
}

/// A status of a commit.
#[derive(Clone, Debug)]
pub(crate) struct Status {
    pub(crate) id: Id,
    pub(crate) commit: String,
    pub(crate) state: String,
    pub(crate) context: String,
    pub(crate) description: Option<String>,
    pub(crate) target: Option<String>,
    pub(crate) creator: Id,
    pub(crate) at: Timestamp,
}

/// A comment on a pull request.
#[derive(Clone, Debug)]
pub(crate) struct Comment {
    pub(crate) id: Id,
    pub(crate) number: u64,
    pub(crate) author: Id,
    pub(crate) body: String,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// A team of an organisation.
#[derive(Clone, Debug)]
pub(crate) struct Team {
    pub(crate) id: Id,
    pub(crate) organization: String,
    pub(crate) slug: String,
    pub(crate) members: Vec<Id>,
}

/// A run of a workflow.
#[derive(Clone, Debug)]
pub(crate) struct WorkflowRun {
    pub(crate) id: Id,
    pub(crate) name: String,
    pub(crate) event: String,
    pub(crate) head: String,
    pub(crate) head_branch: String,
    pub(crate) head_repository: Id,
    /// Pull requests it names; none for those of forks.
    pub(crate) pulls: Vec<u64>,
}

impl State {
    /// A forge with one organisation, its repository `acme/runbooks` (id 9001) and a robot that asks.
    pub(crate) fn new(now: Timestamp) -> Self {
        let mut state = Self {
            now,
            accounts: BTreeMap::new(),
            repositories: BTreeMap::new(),
            base: 9001,
            pulls: BTreeMap::new(),
            commits: BTreeMap::new(),
            check_runs: Vec::new(),
            statuses: Vec::new(),
            comments: Vec::new(),
            teams: Vec::new(),
            runs: BTreeMap::new(),
            branch_rules: BTreeMap::new(),
            protection: BTreeMap::new(),
            rulesets: Vec::new(),
            access: Access {
                token: None,
                account: 41_898_282,
                may_write: true,
                may_read_members: true,
                may_administrate: true,
                hidden: BTreeSet::new(),
                limit: 5000,
                remaining: 5000,
                is_newest_version: false,
            },
            next_id: 500_001,
        };
        state.account(9000, "acme", "Organization", &[]);
        state.account(41_898_282, "github-actions[bot]", "Bot", &[]);
        // Whom GitHub shows where it cannot show nobody.
        state.account(10_137, "ghost", "User", &[]);
        state.repository(9001, 9000, "acme/runbooks", false);
        state
    }

    /// An id that nothing else has.
    pub(crate) fn fresh_id(&mut self) -> Id {
        self.next_id += 1;
        self.next_id
    }

    pub(crate) fn account(&mut self, id: Id, login: &str, kind: &str, emails: &[&str]) {
        let account = Account {
            id,
            login: login.to_owned(),
            kind: kind.to_owned(),
            emails: emails.iter().map(|it| (*it).to_owned()).collect(),
            is_deleted: false,
        };
        self.accounts.insert(id, account);
    }

    pub(crate) fn repository(&mut self, id: Id, owner: Id, full_name: &str, is_fork: bool) {
        let repository = Repository {
            id,
            owner,
            full_name: full_name.to_owned(),
            former_names: Vec::new(),
            default_branch: "main".to_owned(),
            is_fork,
            is_deleted: false,
            branches: BTreeMap::new(),
            activity: Vec::new(),
        };
        self.repositories.insert(id, repository);
    }

    /// The repository a path names.
    pub(crate) fn repository_named(&self, owner: &str, name: &str) -> Option<&Repository> {
        let full_name = format!("{owner}/{name}");
        let mut known = self.repositories.values();
        known.find(|it| !it.is_deleted && it.full_name.eq_ignore_ascii_case(&full_name))
    }

    /// The account that is called so today.
    pub(crate) fn account_named(&self, login: &str) -> Option<&Account> {
        let mut known = self.accounts.values();
        known.find(|it| !it.is_deleted && it.login.eq_ignore_ascii_case(login))
    }

    /// The account that an address of a commit belongs to: one it has, or the one GitHub made from its id.
    pub(crate) fn account_by_email(&self, email: &str) -> Option<&Account> {
        let hidden = email.strip_suffix("@users.noreply.github.com");
        let id = hidden.and_then(|it| it.split_once('+')?.0.parse().ok());
        let has = |account: &&Account| {
            Some(account.id) == id || account.emails.iter().any(|it| it == email)
        };
        self.accounts.values().filter(|it| !it.is_deleted).find(has)
    }

    pub(crate) fn review(&self, number: u64, id: Id) -> Option<&Review> {
        self.pulls
            .get(&number)?
            .reviews
            .iter()
            .find(|it| it.id == id)
    }
}
