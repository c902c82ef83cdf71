//! Pull requests: opened, reviewed, merged.

use super::objects::{git_signature, oid};
use super::{BASE, How, WEB_FLOW, World};
use crate::forge::state::{Event, Happened, Id, Merged, Pull, Review};

impl World {
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

    /// Merges pull requests by a merge queue: each is merged on top of the one before it, and main moves once for all of them.
    pub(crate) fn queue(&mut self, numbers: &[u64], who: Id) -> Vec<String> {
        let mut tip = self.head("main");
        let mut landed = Vec::new();
        for number in numbers {
            self.event(*number, who, Happened::Simple("added_to_merge_queue"));
            let pull = self.pull(*number);
            let base = self.git.merge_base(oid(&tip), oid(&pull.head)).unwrap();
            let tree = self.merged(&base.to_string(), &tip, &pull.head);
            let message = format!(
                "Merge pull request #{number} from acme/{}",
                pull.head_branch
            );
            let people = (WEB_FLOW, WEB_FLOW);
            tip = self.commit_tree(tree, &[&tip, &pull.head], people, &message);
            landed.push(tip.clone());
        }
        self.set_branch(BASE, "main", &tip, who, "merge_queue_merge");
        for (number, commit) in numbers.iter().zip(&landed) {
            self.note_merge(*number, who, std::slice::from_ref(commit));
        }
        landed
    }

    /// What GitHub notes when these commits became a pull request's, the last of them its merge commit.
    pub(crate) fn land(&mut self, number: u64, who: Id, landed: &[String]) -> String {
        let tip = landed.last().unwrap().clone();
        self.set_branch(BASE, "main", &tip, who, "pr_merge");
        self.note_merge(number, who, landed);
        tip
    }

    fn note_merge(&mut self, number: u64, who: Id, landed: &[String]) {
        let tip = landed.last().unwrap().clone();
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
        self.event(number, who, Happened::Merged { commit: tip });
    }

    pub(crate) fn pull(&self, number: u64) -> Pull {
        self.forge.with(|state| state.pulls[&number].clone())
    }

    /// The commits of a pull request, written anew on `onto`.
    pub(super) fn rebased(&mut self, number: u64, onto: &str) -> Vec<String> {
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

    pub(super) fn pulls_of(&self, branch: &str) -> Vec<u64> {
        self.forge.with(|state| {
            let open = state.pulls.values().filter(|pull| pull.is_open);
            let of_branch = open.filter(|pull| pull.head_branch == branch);
            of_branch.map(|pull| pull.number).collect()
        })
    }

    /// Brings the heads of open pull requests up to date.
    pub(super) fn update_pulls(&mut self, repository: Id, branch: &str) {
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
}
