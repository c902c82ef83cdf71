//! An open pull request, as if it were merged now (GOVERNANCE §5).

use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::line::Judged;
use super::units::Commits;
use super::{GatherError, Gatherer, Users};
use crate::github::answer;
use crate::governance::{Facts, Landing, Record, Shape};

/// An open pull request and what merging it now would give.
#[derive(Debug)]
pub struct Proposal {
    /// What it is judged by.
    pub record: Record,
    /// Its number.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// The commit of the branch it is for.
    pub base: String,
    /// Its head.
    pub head: String,
    /// The tree that merging gives; none where it conflicts with the branch.
    pub merged: Option<String>,
    /// When the facts were gathered.
    pub at: Timestamp,
}

/// A branch of the forge.
#[derive(Deserialize)]
struct Branch {
    commit: Tip,
}

#[derive(Deserialize)]
struct Tip {
    sha: String,
}

impl Gatherer<'_> {
    /// What is known of an open pull request.
    ///
    /// # Errors
    /// When anything about it cannot be found out.
    pub fn proposal(&mut self, number: u64) -> Result<Proposal, GatherError> {
        let pull: answer::Pull = self.client.get(&self.path(number, ""))?;
        let branch = pull.base.branch.clone();
        let encoded = utf8_percent_encode(&branch, NON_ALPHANUMERIC);
        let at = self
            .client
            .place()
            .path(format_args!("/branches/{encoded}"));
        let base = self.client.get::<Branch>(&at)?.commit.sha;
        self.git.obtain(&base, &format!("refs/heads/{branch}"))?;
        let mut users = Users::new();
        let gathered = self.pull(pull, None, &base, &mut users)?;
        let head = gathered.pull.head_sha.clone();
        let merge_base = self.git.merge_base(&base, &head)?;
        let merged = match &merge_base {
            Some(merge_base) => self.git.merged(merge_base, &base, &head)?,
            None => None,
        };
        let there = Commits {
            parent: base.clone(),
            merge_base,
            reviewed: self.reviewed(&gathered.reviews, Some(&head)),
            landed: merged.clone().unwrap_or_else(|| head.clone()),
            head: Some(head.clone()),
        };
        let Judged {
            policy,
            teams,
            keys,
            units,
        } = self.judged_by(&there, &mut users)?;
        let exceptions = self.grants(&there.landed)?.about(&units, &keys)?;
        let record = Record {
            facts: Facts {
                now: self.now,
                landing: Landing {
                    shape: Shape::Proposed,
                    parent: base.clone(),
                    tip: head.clone(),
                    tip_parents: vec![base.clone()],
                    commits: vec![head.clone()],
                    before_baseline: false,
                },
                units,
                prs: vec![gathered.pull],
                reviews: gathered.reviews,
                teams,
                prev_published_is_ancestor: None,
                users,
                exceptions,
            },
            policy,
            subjects: self.subjects(&there)?,
        };
        Ok(Proposal {
            record,
            number,
            title: gathered.title,
            base,
            head,
            merged,
            at: self.now,
        })
    }
}
