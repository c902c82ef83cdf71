//! Which states of the world conditions can be in together, decided by trying all that differ.
//!
//! Checks of one query or fact see the same value, checks of one kind of change the same feed; each such group is in
//! one of a few cases, and groups do not depend on each other. Conditions are evaluated in three-valued logic while
//! cases are chosen group by group, so that most of them are ruled out early.

use std::collections::BTreeMap;

use crate::document::condition::{Atom, Condition, Term};
use crate::document::id::CheckName;
use crate::document::logic::Truth;
use crate::document::model::{Check, CheckSource, Query, QueryResult};
use crate::document::unit::{Duration, Unit};
use crate::engine::comparison::Test;

use super::{RepositoryScope, values};

/// What a condition has to come out as: `true` for pass.
pub(super) type Demand<'c> = (&'c Condition, bool);

/// Evaluations after which nothing is claimed; a table of ten rows over ten checks needs a few thousand.
const PATIENCE: usize = 200_000;

/// Groups with more checks that hold for a time than this are not tried.
const LARGEST: usize = 8;

/// Whether there is a state of the world in which every condition comes out as demanded. `None` when something is not
/// known, or when trying would take too long.
pub(super) fn possible(
    demands: &[Demand<'_>],
    checks: &BTreeMap<CheckName, Check>,
    repository: &RepositoryScope<'_>,
) -> Option<bool> {
    let mut named: BTreeMap<&CheckName, &Check> = BTreeMap::new();
    for (condition, _) in demands {
        for (name, _) in condition.names() {
            named.insert(name, checks.get(name)?);
        }
        if condition.calls().next().is_some() {
            return None;
        }
    }
    let groups = groups(&named, repository)?;
    let mut search = Search {
        demands,
        groups: &groups,
        chosen: BTreeMap::new(),
        left: PATIENCE,
    };
    let found = search.from(0);
    (search.left > 0).then_some(found)
}

/// Checks that see the same thing, and the answers they can give together.
struct Group<'d> {
    members: Vec<&'d CheckName>,
    cases: Vec<Vec<Truth>>,
}

struct Search<'s, 'd> {
    demands: &'s [Demand<'s>],
    groups: &'s [Group<'d>],
    chosen: BTreeMap<&'d CheckName, Truth>,
    left: usize,
}

impl Search<'_, '_> {
    fn from(&mut self, depth: usize) -> bool {
        self.left = self.left.saturating_sub(1);
        if self.left == 0 {
            return true;
        }
        let mut open = false;
        for (condition, passes) in self.demands {
            let mut answer = |atom: &Atom| match &atom.term {
                Term::Check(name) => self
                    .chosen
                    .get(name)
                    .copied()
                    .unwrap_or(Truth::Inconclusive),
                Term::Builtin(_) => Truth::Inconclusive,
            };
            match condition.eval(&mut answer) {
                Truth::Inconclusive => open = true,
                truth if truth.is_pass() != *passes => return false,
                _ => {}
            }
        }
        let Some(group) = self.groups.get(depth) else {
            return !open;
        };
        for case in &group.cases {
            self.chosen
                .extend(group.members.iter().copied().zip(case.iter().copied()));
            if self.from(depth + 1) {
                return true;
            }
            for member in &group.members {
                self.chosen.remove(member);
            }
        }
        false
    }
}

fn groups<'d>(
    named: &BTreeMap<&'d CheckName, &'d Check>,
    repository: &RepositoryScope<'_>,
) -> Option<Vec<Group<'d>>> {
    let mut by_source: BTreeMap<String, Vec<(&'d CheckName, &'d Check)>> = BTreeMap::new();
    for (name, check) in named {
        let source = source(name, check);
        by_source.entry(source).or_default().push((*name, *check));
    }
    by_source
        .into_values()
        .map(|members| {
            Some(Group {
                cases: cases(&members, repository)?,
                members: members.iter().map(|(name, _)| *name).collect(),
            })
        })
        .collect()
}

/// The same text for checks that look at the same thing.
fn source(name: &CheckName, check: &Check) -> String {
    match check.source() {
        Some(CheckSource::Query(id)) => format!("query {id} {:?}", check.with),
        Some(CheckSource::Fact(fact)) => format!("fact {fact}"),
        Some(CheckSource::Change(kind)) => format!("change {kind}"),
        _ => format!("check {name}"),
    }
}

/// The answers that the members of a group can give together; `None` when that is not known.
fn cases(
    members: &[(&CheckName, &Check)],
    repository: &RepositoryScope<'_>,
) -> Option<Vec<Vec<Truth>>> {
    let (_, first) = members.first()?;
    let result = match first.source()? {
        CheckSource::Change(_) => return Some(changes(members)),
        CheckSource::Query(id) => repository.find::<Query>(id.as_str())?.document.spec.result,
        CheckSource::Fact(_) => {
            let tests: Vec<Test> = members
                .iter()
                .map(|(_, check)| Test::of_fact(check.comparison()).ok())
                .collect::<Option<_>>()?;
            let tests: Vec<&Test> = tests.iter().collect();
            QueryResult {
                kind: values::kind(&tests),
                unit: Unit::None,
            }
        }
        // Lines, spans and alerts are looked for one by one.
        _ => return Some(vec![vec![Truth::Pass], vec![Truth::Fail]]),
    };
    let is_fact = first.fact.is_some();
    let tests: Vec<Test> = members
        .iter()
        .map(|(_, check)| {
            let comparison = check.comparison();
            if is_fact {
                Test::of_fact(comparison).ok()
            } else {
                Test::of_query(comparison, result).ok()
            }
        })
        .collect::<Option<_>>()?;
    let lasting = members
        .iter()
        .filter(|(_, check)| check.hold.is_some())
        .count();
    if lasting > LARGEST {
        return None;
    }
    let borrowed: Vec<&Test> = tests.iter().collect();
    let mut all = Vec::new();
    for case in values::cases(&borrowed, result) {
        let mut answers: Vec<Vec<Truth>> = vec![Vec::new()];
        for (test, (_, check)) in tests.iter().zip(members) {
            let now = if case.is_none() && !matches!(test, Test::Absent | Test::Present) {
                Truth::Inconclusive
            } else if values::admits(test, &case) {
                Truth::Pass
            } else {
                Truth::Fail
            };
            // What holds now may not have held for long enough.
            let recent = check.hold.is_some() && now.is_pass();
            let mut with = Vec::new();
            for answer in &answers {
                for truth in [Some(now), recent.then_some(Truth::Fail)]
                    .into_iter()
                    .flatten()
                {
                    let mut answer = answer.clone();
                    answer.push(truth);
                    with.push(answer);
                }
            }
            answers = with;
        }
        all.append(&mut answers);
    }
    all.sort();
    all.dedup();
    Some(all)
}

/// A change so many minutes ago, or none, seen by checks that look back differently far.
fn changes(members: &[(&CheckName, &Check)]) -> Vec<Vec<Truth>> {
    let back = |check: &Check| check.within.unwrap_or(Duration::MAX);
    let mut ages: Vec<Option<Duration>> =
        members.iter().map(|(_, check)| Some(back(check))).collect();
    ages.push(None);
    ages.sort();
    ages.dedup();
    let case = |age: &Option<Duration>| {
        let answers = members.iter().map(|(_, check)| {
            let happened = age.is_some_and(|age| age <= back(check));
            if happened == (check.absent != Some(true)) {
                Truth::Pass
            } else {
                Truth::Fail
            }
        });
        answers.collect()
    };
    ages.iter().map(case).collect()
}
