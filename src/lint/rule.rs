//! What a rule is: its documentation, its examples and its check in one value.

use std::fmt;

use crate::diagnostic::Severity;

use super::change::ChangeScope;
use super::example::Example;
use super::findings::Findings;
use super::runs::RunScope;
use super::subject::{DocumentScope, RepositoryScope};

/// A lint rule. Rules are statics, one per file, listed in the table of their group.
#[derive(Debug)]
pub struct Rule {
    /// The letter of its category and three digits, e.g. `T003`. Never used for anything else again.
    pub code: &'static str,
    /// Its name in kebab case: what is wrong, e.g. `read-only-writes`.
    pub name: &'static str,
    /// How much its findings matter, unless the repository says otherwise.
    pub severity: Severity,
    /// Whether only a reviewed `Exception` document can let it pass.
    pub locked: bool,
    /// What it is about.
    pub category: Category,
    /// What it has to look at.
    pub needs: Needs,
    /// What it demands, in one sentence.
    pub summary: &'static str,
    /// Why, in a paragraph: what happens in production when it is broken.
    pub why: &'static str,
    /// How to mend what it finds, in general.
    pub remedy: &'static str,
    /// Libraries that break this rule and no other, with the place it points at.
    pub bad: &'static [Example],
    /// Libraries that break no rule, as near to the bad ones as can be.
    pub good: &'static [Example],
    /// How it is checked.
    pub check: Check,
}

/// How a rule is checked.
#[derive(Clone, Copy)]
pub enum Check {
    /// For each document by itself; what it refers to can be looked up.
    Document(fn(&DocumentScope<'_>, &mut Findings)),
    /// Once for the whole library.
    Repository(fn(&RepositoryScope<'_>, &mut Findings)),
    /// Once, against the library as it was at the base of a change. Not run without one.
    Change(fn(&ChangeScope<'_>, &mut Findings)),
    /// Once, on what running the fixtures showed. Not run without it.
    Runs(fn(&RunScope<'_>, &mut Findings)),
    /// By the runner: what was met while documents were read, and departures from rules.
    Runner,
    /// By the command that has the facts of a pull request.
    Elsewhere,
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Document(_) => "Document",
            Self::Repository(_) => "Repository",
            Self::Change(_) => "Change",
            Self::Runs(_) => "Runs",
            Self::Runner => "Runner",
            Self::Elsewhere => "Elsewhere",
        })
    }
}

/// What a rule has to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Needs {
    /// One document.
    File,
    /// The repository.
    Repository,
    /// The history in git.
    Git,
    /// Fixtures that are run.
    Fixtures,
    /// The pull request.
    PullRequest,
}

impl Needs {
    /// What it looks at, in words.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::File => "one document",
            Self::Repository => "the repository",
            Self::Git => "the change against its base",
            Self::Fixtures => "fixtures that are run",
            Self::PullRequest => "the pull request",
        }
    }
}

/// What a rule is about; each category is a folder and the first letter of its codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// Schema and text.
    Schema,
    /// What documents refer to.
    Reference,
    /// Tier and reversibility.
    Tier,
    /// Preflight and verification.
    Preflight,
    /// Escalation and stop conditions.
    Escalation,
    /// Scope and blast radius.
    Scope,
    /// Queries.
    Query,
    /// Signatures.
    Signature,
    /// Fixtures.
    Fixture,
    /// Authority.
    Authority,
    /// Postmortems.
    Postmortem,
    /// Hygiene.
    Hygiene,
    /// Departures from rules.
    Allowance,
}

impl Category {
    /// The first letter of the codes.
    pub const fn letter(self) -> char {
        match self {
            Self::Schema => 'S',
            Self::Reference => 'R',
            Self::Tier => 'T',
            Self::Preflight => 'P',
            Self::Escalation => 'E',
            Self::Scope => 'B',
            Self::Query => 'Q',
            Self::Signature => 'G',
            Self::Fixture => 'F',
            Self::Authority => 'A',
            Self::Postmortem => 'M',
            Self::Hygiene => 'H',
            Self::Allowance => 'X',
        }
    }

    /// The category in words.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Schema => "schema and text",
            Self::Reference => "references",
            Self::Tier => "tier and reversibility",
            Self::Preflight => "preflight and verification",
            Self::Escalation => "escalation and stop conditions",
            Self::Scope => "scope and blast radius",
            Self::Query => "queries",
            Self::Signature => "signatures",
            Self::Fixture => "fixtures",
            Self::Authority => "authority",
            Self::Postmortem => "postmortems",
            Self::Hygiene => "hygiene",
            Self::Allowance => "departures from rules",
        }
    }
}

impl Rule {
    /// Whether a repository may set its level and authors may allow it in place.
    pub fn is_adjustable(&self) -> bool {
        !self.locked
    }

    /// Whether an `Exception` document can let it pass. Text that could not be read correctly cannot be excepted,
    /// because nobody knows what would be let through; neither can the rules about departures themselves.
    pub fn can_be_excepted(&self) -> bool {
        // What the facts of a pull request say is excepted by the policy, not by the linter.
        let elsewhere = matches!(self.check, Check::Runner | Check::Elsewhere);
        !((self.locked && elsewhere) || self.category == Category::Allowance || self.code == "A005")
    }
}
