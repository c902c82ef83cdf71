//! The governed files that a change touches, at the commits that matter (GOVERNANCE §4, steps 4, 7 and 8).

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;

use super::state::State;
use super::{GatherError, Gatherer};
use crate::document::Digest;
use crate::governance::{Blob, ClosureDigests, Rules, Sha, Subject, Unit};

/// The commits or trees a change is looked at.
pub(super) struct Commits {
    /// Where it began on the published branch.
    pub(super) parent: String,
    /// Where the pull request left that branch; none without a pull request, or where the two have no commit in common.
    pub(super) merge_base: Option<String>,
    /// What was reviewed; none without a pull request.
    pub(super) head: Option<String>,
    /// What landed, or would.
    pub(super) landed: String,
    /// Other heads that were reviewed, as far as they are there.
    pub(super) reviewed: BTreeSet<String>,
}

impl Gatherer<'_> {
    /// The units of a change, by path, under the policy that governs it; without one, every file that changed.
    pub(super) fn units(
        &mut self,
        commits: &Commits,
        rules: Option<&Rules>,
    ) -> Result<Vec<Unit>, GatherError> {
        let before = self.state(&commits.parent)?;
        let after = self.state(&commits.landed)?;
        let changed = self.git.changed_between(&commits.parent, &commits.landed)?;
        let paths = before.files.touched(&after.files, &changed, rules);
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        let merge_base = self.state_of(commits.merge_base.as_deref())?;
        let head = self.state_of(commits.head.as_deref())?;
        let merged = self.merged(commits)?;
        let states = Four {
            before: &before,
            merge_base: merge_base.as_deref(),
            head: head.as_deref(),
            after: &after,
        };
        paths
            .iter()
            .map(|path| self.unit(path, commits, &states, merged.as_deref()))
            .collect()
    }

    /// The documents whose form a change is the last to have given.
    pub(super) fn subjects(&mut self, commits: &Commits) -> Result<Vec<Subject>, GatherError> {
        let before = self.state(&commits.parent)?;
        let after = self.state(&commits.landed)?;
        Ok(after
            .files
            .subjects()
            .difference(before.files.subjects())
            .cloned()
            .collect())
    }

    fn state_of(&mut self, tree: Option<&str>) -> Result<Option<std::rc::Rc<State>>, GatherError> {
        tree.map(|tree| self.state(tree)).transpose()
    }

    /// The tree of a merge that needed no decision, where the branch changed while the pull request was open.
    fn merged(&self, commits: &Commits) -> Result<Option<String>, GatherError> {
        let (Some(base), Some(head)) = (&commits.merge_base, &commits.head) else {
            return Ok(None);
        };
        Ok(self.git.merged(base, &commits.parent, head)?)
    }

    fn unit(
        &self,
        path: &Utf8Path,
        commits: &Commits,
        states: &Four<'_>,
        merged: Option<&str>,
    ) -> Result<Unit, GatherError> {
        let at = |treeish: Option<&str>| match treeish {
            Some(treeish) => self.git.content_at(treeish, path),
            None => Ok(None),
        };
        let parent = at(Some(&commits.parent))?;
        let merge_base = at(commits.merge_base.as_deref())?;
        let clean_merge = if parent == merge_base {
            None
        } else {
            at(merged)?
        };
        let mut reviewed: BTreeMap<Sha, Option<Blob>> = BTreeMap::new();
        for commit in &commits.reviewed {
            reviewed.insert(commit.clone(), at(Some(commit))?);
        }
        let (before, after) = (
            states.before.files.file(path),
            states.after.files.file(path),
        );
        Ok(Unit {
            path: path.to_string(),
            tier_before: before.tier,
            tier_after: after.tier,
            envs: before
                .environments
                .union(&after.environments)
                .cloned()
                .collect(),
            parent,
            merge_base,
            head: at(commits.head.as_deref())?,
            landed: at(Some(&commits.landed))?,
            at: reviewed,
            clean_merge,
            apart: states.before.files.is_apart(&states.after.files, path),
            closure: states.closure(
                path,
                merged == Some(self.git.tree_id(&commits.landed)?.as_str()),
            ),
        })
    }
}

/// The states of a change at the commits that matter.
struct Four<'s> {
    before: &'s State,
    merge_base: Option<&'s State>,
    head: Option<&'s State>,
    after: &'s State,
}

impl Four<'_> {
    /// What a file resolves to; nothing for one that never resolves to anything. A clean merge of files is one of closures
    /// only when all that landed is that merge, since any file may be part of a closure.
    fn closure(&self, path: &Utf8Path, is_merge: bool) -> Option<ClosureDigests> {
        let of = |state: Option<&State>| {
            let digest = state?.files.file(path).closure?;
            Some(digest).as_ref().map(Digest::to_string)
        };
        let digests = ClosureDigests {
            parent: of(Some(self.before)),
            merge_base: of(self.merge_base),
            head: of(self.head),
            landed: of(Some(self.after)),
            clean_merge: of(Some(self.after)).filter(|_| is_merge),
        };
        let is_something = [&digests.parent, &digests.head, &digests.landed]
            .iter()
            .any(|digest| digest.is_some());
        is_something.then_some(digests)
    }
}
