//! Commits, who made them, and how they follow each other.

use git2::{Oid, Sort};

use super::repository::{GitError, GitRepository};

/// Most commits of one pull request that are listed.
pub const MAX_COMMITS: usize = 50_000;

/// A commit with what it says about itself. Names and dates are whatever its makers wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitDetails {
    /// Full object id.
    pub id: String,
    /// Id of its tree.
    pub tree: String,
    /// Ids of its parents, the line it was merged into first.
    pub parents: Vec<String>,
    /// Who wrote it.
    pub author: Person,
    /// Who committed it.
    pub committer: Person,
    /// Its message; bytes that are no UTF-8 are replaced.
    pub message: String,
}

/// Somebody, as a commit names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Seconds since 1970.
    pub seconds: i64,
}

impl CommitDetails {
    /// E-mail addresses of the co-authors that the message names.
    pub fn co_authors(&self) -> impl Iterator<Item = &str> {
        self.message.lines().filter_map(|line| {
            let (key, person) = line.trim().split_once(':')?;
            let (_, address) = person.rsplit_once('<')?;
            let is_trailer = key.eq_ignore_ascii_case("co-authored-by");
            is_trailer.then(|| address.trim_end_matches('>').trim())
        })
    }
}

impl GitRepository {
    /// A commit with who made it.
    ///
    /// # Errors
    /// When it is not there.
    pub fn details(&self, revision: &str) -> Result<CommitDetails, GitError> {
        Ok(details(&self.find(revision)?))
    }

    /// Whether a commit is there.
    pub fn has_commit(&self, id: &str) -> bool {
        Oid::from_str(id).is_ok_and(|id| self.inner.find_commit(id).is_ok())
    }

    /// Whether `ancestor` is `descendant`, or on one of the lines that lead to it.
    ///
    /// # Errors
    /// When the history of `descendant` cannot be read. A commit that is not there is nobody's ancestor.
    pub fn is_ancestor(&self, ancestor: &str, descendant: &str) -> Result<bool, GitError> {
        let descendant = self.find(descendant)?.id();
        let Ok(ancestor) = Oid::from_str(ancestor) else {
            return Ok(false);
        };
        if self.inner.find_commit(ancestor).is_err() {
            return Ok(false);
        }
        Ok(ancestor == descendant || self.inner.graph_descendant_of(descendant, ancestor)?)
    }

    /// The commits that `head` has and `base` does not, over all lines, oldest first.
    ///
    /// # Errors
    /// When one is not there, or they are more than [`MAX_COMMITS`].
    pub fn commits_between(&self, base: &str, head: &str) -> Result<Vec<CommitDetails>, GitError> {
        let mut walk = self.inner.revwalk()?;
        walk.set_sorting(Sort::TOPOLOGICAL | Sort::REVERSE)?;
        walk.push(self.find(head)?.id())?;
        walk.hide(self.find(base)?.id())?;
        let mut commits = Vec::new();
        for id in walk {
            if commits.len() == MAX_COMMITS {
                return Err(GitError::TooManyCommits);
            }
            commits.push(details(&self.inner.find_commit(id?)?));
        }
        Ok(commits)
    }
}

fn details(commit: &git2::Commit<'_>) -> CommitDetails {
    CommitDetails {
        id: commit.id().to_string(),
        tree: commit.tree_id().to_string(),
        parents: commit.parent_ids().map(|id| id.to_string()).collect(),
        author: person(&commit.author()),
        committer: person(&commit.committer()),
        message: String::from_utf8_lossy(commit.message_bytes()).into_owned(),
    }
}

fn person(signature: &git2::Signature<'_>) -> Person {
    Person {
        name: String::from_utf8_lossy(signature.name_bytes()).into_owned(),
        email: String::from_utf8_lossy(signature.email_bytes()).into_owned(),
        seconds: signature.when().seconds(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn co_authors_are_those_the_message_names() {
        let nobody = Person {
            name: String::new(),
            email: String::new(),
            seconds: 0,
        };
        let commit = CommitDetails {
            id: String::new(),
            tree: String::new(),
            parents: Vec::new(),
            author: nobody.clone(),
            committer: nobody,
            message: "Mend\n\nSee: <not@a.person>\nco-authored-by: Bob <bob@x.org>\n Co-Authored-By: C <>\nCo-authored-by: D\n"
                .to_owned(),
        };
        assert_eq!(commit.co_authors().collect::<Vec<_>>(), ["bob@x.org", ""]);
    }
}
