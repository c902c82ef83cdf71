//! Many patterns in one pass over logs.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::condition::Condition;
use super::merge::{Entry, Quoted};
use super::occurrence::{Event, Found, Occurrences};
use super::pattern::Pattern;
use super::subject::subject_of;
use super::terms::{Terms, TooLarge};
use super::timestamp::Known;

/// Most subjects (services, hosts, …) of one pattern that are followed at a time.
pub const MAX_SUBJECTS: usize = 10_000;

/// Most supports of one query; more are never found.
pub const MAX_SUPPORT: usize = 64;

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Query {
    /// How events belong together.
    pub pattern: Pattern,
    /// What makes a line an event, for each condition of the pattern.
    pub conditions: Vec<Condition>,
    /// The same for its negations.
    pub negations: Vec<Condition>,
    /// What else is worth knowing when the pattern is found.
    pub support: Vec<Support>,
    /// What all events must have in common.
    pub keys: Vec<String>,
}

/// Lines that, when there are enough of them, say more about a pattern that was found.
#[derive(Clone, Debug)]
pub struct Support {
    /// What makes a line one of them.
    pub condition: Condition,
    /// How many there have to be.
    pub count: u32,
    /// Within how long.
    pub within: SignedDuration,
}

/// A pattern that was found.
#[derive(Clone, Debug)]
pub struct Match {
    /// Which.
    pub query: usize,
    /// What its events have in common, as far as they say.
    pub subject: Vec<Option<String>>,
    /// Its events.
    pub found: Found<Arc<Quoted>>,
    /// The last line of each support that held then.
    pub support: Vec<Option<Arc<Quoted>>>,
}

/// Something about a pattern that could not be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Doubts {
    /// All its events are there, and some without a time.
    pub untimed: bool,
    /// Lines that were not looked at, because there were too many subjects.
    pub overlooked: u64,
}

/// Looks for patterns in lines.
#[derive(Debug)]
pub struct Search<'q> {
    queries: &'q [Query],
    uses: Vec<Vec<Use>>,
    subjects: Vec<HashMap<Subject, Followed<'q>>>,
    doubts: Vec<Doubts>,
}

/// The part a condition plays in a query.
#[derive(Clone, Copy, Debug)]
struct Use {
    query: usize,
    role: Role,
}

#[derive(Clone, Copy, Debug)]
enum Role {
    Condition(usize),
    Negation(usize),
    Support(usize),
}

/// Moments of different kinds cannot be compared, and so are kept apart.
type Subject = (Vec<Option<String>>, Option<Known>);

#[derive(Debug)]
struct Followed<'q> {
    occurrences: Occurrences<'q, Arc<Quoted>>,
    support: Vec<VecDeque<Arc<Quoted>>>,
    last: Option<Timestamp>,
}

/// What a line is for one query.
#[derive(Default)]
struct Roles {
    conditions: u64,
    negations: u64,
    support: u64,
}

impl<'q> Search<'q> {
    /// Prepares to look for patterns; the terms are what lines are to be looked through for.
    ///
    /// # Errors
    /// When the conditions take too much memory.
    pub fn new(queries: &'q [Query]) -> Result<(Self, Terms), TooLarge> {
        let mut builder = Terms::builder();
        let mut uses: Vec<Vec<Use>> = Vec::new();
        for (query, number) in queries.iter().zip(0..) {
            let conditions = query.conditions.iter().enumerate();
            let negations = query.negations.iter().enumerate();
            let support = query.support.iter().enumerate().take(MAX_SUPPORT);
            let all = conditions
                .map(|(place, condition)| (condition, Role::Condition(place)))
                .chain(negations.map(|(place, condition)| (condition, Role::Negation(place))))
                .chain(support.map(|(place, support)| (&support.condition, Role::Support(place))));
            for (condition, role) in all {
                let term = builder.number(condition) as usize;
                if uses.len() <= term {
                    uses.resize_with(term + 1, Vec::new);
                }
                if let Some(uses) = uses.get_mut(term) {
                    uses.push(Use {
                        query: number,
                        role,
                    });
                }
            }
        }
        let search = Self {
            queries,
            uses,
            subjects: queries.iter().map(|_| HashMap::new()).collect(),
            doubts: vec![Doubts::default(); queries.len()],
        };
        Ok((search, builder.build()?))
    }

    /// Takes a line in which conditions hold; says what is found with it.
    pub fn take(&mut self, entry: &Entry, out: &mut impl FnMut(Match)) {
        let mut roles: HashMap<usize, Roles> = HashMap::new();
        for term in &entry.terms {
            for each in self.uses.get(*term as usize).into_iter().flatten() {
                let roles = roles.entry(each.query).or_default();
                match each.role {
                    Role::Condition(place) => roles.conditions |= 1 << place,
                    Role::Negation(place) => roles.negations |= 1 << place,
                    Role::Support(place) => roles.support |= 1 << place,
                }
            }
        }
        let mut roles: Vec<(usize, Roles)> = roles.into_iter().collect();
        roles.sort_unstable_by_key(|(query, _)| *query);
        for (query, roles) in roles {
            self.take_for(query, &roles, &entry.line, out);
        }
    }

    /// Nothing is to be expected any more that was written before a moment.
    pub fn advance(&mut self, now: Timestamp, out: &mut impl FnMut(Match)) {
        for ((number, query), subjects) in self.queries.iter().enumerate().zip(&mut self.subjects) {
            let mut comparable: Vec<_> = subjects
                .iter_mut()
                .filter(|((_, known), _)| *known == Some(Known::Moment))
                .collect();
            comparable.sort_by_key(|(subject, _)| *subject);
            for ((subject, _), followed) in comparable {
                followed.occurrences.advance(now);
                followed.report(number, query, subject, out);
            }
        }
    }

    /// There are no more lines.
    pub fn finish(mut self, out: &mut impl FnMut(Match)) -> Vec<Doubts> {
        for ((number, query), subjects) in self.queries.iter().enumerate().zip(&mut self.subjects) {
            let mut subjects: Vec<_> = subjects.drain().collect();
            subjects.sort_by(|(a, _), (b, _)| a.cmp(b));
            for ((subject, _), mut followed) in subjects {
                followed.occurrences.finish();
                followed.report(number, query, &subject, out);
                if let Some(doubts) = self.doubts.get_mut(number) {
                    doubts.untimed |= followed.occurrences.is_inconclusive();
                }
            }
        }
        self.doubts
    }

    fn take_for(
        &mut self,
        number: usize,
        roles: &Roles,
        line: &Arc<Quoted>,
        out: &mut impl FnMut(Match),
    ) {
        let queries = self.queries;
        let Some(((query, subjects), doubts)) = queries
            .get(number)
            .zip(self.subjects.get_mut(number))
            .zip(self.doubts.get_mut(number))
        else {
            return;
        };
        let subject = subject_of(&line.text, &query.keys);
        let key = (subject, line.known);
        if subjects.len() >= MAX_SUBJECTS && !subjects.contains_key(&key) {
            let forgotten = line
                .at
                .and_then(|at| at.checked_sub(query.pattern.memory()).ok());
            subjects.retain(|_, followed| followed.last >= forgotten);
            if subjects.len() >= MAX_SUBJECTS {
                doubts.overlooked += 1;
                return;
            }
        }
        let subject = key.0.clone();
        let followed = subjects.entry(key).or_insert_with(|| Followed {
            occurrences: Occurrences::of(&query.pattern),
            support: query.support.iter().map(|_| VecDeque::new()).collect(),
            last: None,
        });
        followed.last = followed.last.max(line.at);
        for (place, (lines, support)) in followed
            .support
            .iter_mut()
            .zip(&query.support)
            .enumerate()
            .take(MAX_SUPPORT)
        {
            if roles.support & (1 << place) == 0 {
                continue;
            }
            if lines.len() >= support.count as usize {
                lines.pop_front();
            }
            lines.push_back(Arc::clone(line));
        }
        let event = Event {
            line: Arc::clone(line),
            at: line.at,
        };
        followed
            .occurrences
            .event(event, roles.conditions, roles.negations);
        followed.report(number, query, &subject, out);
    }
}

impl Followed<'_> {
    /// Says what was found since this was last asked.
    fn report(
        &mut self,
        number: usize,
        query: &Query,
        subject: &[Option<String>],
        out: &mut impl FnMut(Match),
    ) {
        for found in self.occurrences.drain() {
            let began = found.spans.iter().filter_map(|span| span.first.at).min();
            let held = self.support.iter().zip(&query.support);
            out(Match {
                query: number,
                subject: subject.to_vec(),
                support: held
                    .map(|(lines, support)| support.held(lines, began))
                    .collect(),
                found,
            });
        }
    }
}

impl Support {
    /// The last line, if there were enough of them within their time, and not long before the pattern.
    fn held(&self, lines: &VecDeque<Arc<Quoted>>, began: Option<Timestamp>) -> Option<Arc<Quoted>> {
        let last = lines
            .back()
            .filter(|_| lines.len() >= self.count as usize)?;
        let near = |from: Option<Timestamp>, to: Option<Timestamp>| match from.zip(to) {
            Some((from, to)) => to.duration_since(from) <= self.within,
            None => false,
        };
        let together = self.count <= 1 || near(lines.front()?.at, last.at);
        // Without times it is enough that it happened when one line is.
        let untimed = began.is_none() && self.count <= 1;
        (together && (untimed || near(last.at, began))).then(|| Arc::clone(last))
    }
}

#[cfg(test)]
mod tests;
