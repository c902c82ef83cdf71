//! Finds a pattern in a stream of events.
//!
//! Of all ways to take events for a pattern that ends with a certain event, the tightest counts: the last events that still
//! fit. It has the shortest span, so that if any way fits the window, this one does.
//!
//! What is kept is bounded by the pattern, not by the stream: the last events of each condition, at most [`MAX_HELD`] times of each
//! negation and at most [`MAX_HELD`] occurrences that a negation could still undo.

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::pattern::{Negation, Order, Pattern};

/// Most times of a negation, and most occurrences that are not settled, that are held.
pub const MAX_HELD: usize = 1_000;

/// A line that is an event of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event<L> {
    /// Which line, as the caller names it; it is cloned as often as it is part of something found.
    pub line: L,
    /// When it was written, if that is known.
    pub at: Option<Timestamp>,
}

/// The first and the last event of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span<L> {
    /// The first.
    pub first: Event<L>,
    /// The last; the same when one is enough.
    pub last: Event<L>,
}

/// A pattern that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<L> {
    /// The events of each condition.
    pub spans: Vec<Span<L>>,
    /// Whether the time of every negation was over when the stream ended.
    pub settled: bool,
}

/// Looks for one pattern in one stream, events of one subject. Events come in the order of their times.
#[derive(Debug)]
pub struct Occurrences<'p, L> {
    pattern: &'p Pattern,
    groups: Vec<Group<L>>,
    negated: Vec<Vec<Range>>,
    open: Vec<Found<L>>,
    found: Vec<Found<L>>,
    now: Option<Timestamp>,
    seen: u64,
    untimed: bool,
}

/// The last events of a condition, as many as its count.
#[derive(Debug)]
struct Group<L> {
    events: VecDeque<(Option<Chain<L>>, Event<L>)>,
    /// The latest events that are enough, and near enough to each other.
    last: Option<Span<L>>,
    /// In a sequence: the tightest way to have all events up to this condition.
    chain: Option<Chain<L>>,
}

type Chain<L> = Arc<[Span<L>]>;
type Range = (Timestamp, Timestamp);

impl<'p, L: Clone> Occurrences<'p, L> {
    /// Looks for a pattern.
    #[must_use]
    pub fn of(pattern: &'p Pattern) -> Self {
        Self {
            pattern,
            groups: (0..pattern.counts.len()).map(|_| Group::new()).collect(),
            negated: vec![Vec::new(); pattern.negations.len()],
            open: Vec::new(),
            found: Vec::new(),
            now: None,
            seen: 0,
            untimed: false,
        }
    }

    /// Takes a line that is an event of some conditions and negations, each a bit of its set.
    pub fn event(&mut self, event: Event<L>, conditions: u64, negations: u64) {
        self.seen |= conditions;
        match event.at {
            None if self.pattern.needs_time() => self.untimed = true,
            None => self.take(event, conditions),
            Some(at) => {
                self.advance(at);
                for number in bits(negations) {
                    self.negate(number, at);
                }
                self.take(event, conditions);
            }
        }
    }

    /// Nothing comes any more that was written before this moment.
    pub fn advance(&mut self, now: Timestamp) {
        if self.now.is_some_and(|before| before >= now) {
            return;
        }
        self.now = Some(now);
        let negations = &self.pattern.negations;
        let over =
            |found: &mut Found<L>| end_of_all(negations, &found.spans).is_none_or(|end| end < now);
        self.found.extend(self.open.extract_if(.., over));
        let forgotten = back(now, self.pattern.memory());
        for ranges in &mut self.negated {
            ranges.retain(|(_, to)| *to >= forgotten);
        }
    }

    /// The stream has ended. What a negation could still have undone is found, and not settled.
    pub fn finish(&mut self) {
        let (now, negations) = (self.now, &self.pattern.negations);
        let left = self.open.drain(..).map(|found| Found {
            settled: end_of_all(negations, &found.spans) <= now,
            ..found
        });
        self.found.extend(left);
    }

    /// What was found since this was last asked.
    pub fn drain(&mut self) -> Vec<Found<L>> {
        std::mem::take(&mut self.found)
    }

    /// Whether every condition had an event, and some of them came without a time: if nothing was found, nothing is known.
    #[must_use]
    pub fn is_inconclusive(&self) -> bool {
        self.untimed && self.seen.count_ones() as usize == self.groups.len()
    }

    fn negate(&mut self, number: usize, at: Timestamp) {
        let Some((negation, ranges)) = self
            .pattern
            .negations
            .get(number)
            .zip(self.negated.get_mut(number))
        else {
            return;
        };
        self.open
            .retain(|found| !contains(negation, &found.spans, (at, at)));
        match ranges.last_mut() {
            Some((_, to)) if *to == at => return,
            _ => ranges.push((at, at)),
        }
        if ranges.len() > MAX_HELD {
            // What lies between the two oldest counts as negated too: rather nothing is found than something wrong.
            let (from, _) = ranges.remove(0);
            if let Some(oldest) = ranges.first_mut() {
                oldest.0 = from;
            }
        }
    }

    fn take(&mut self, event: Event<L>, conditions: u64) {
        let complete = match self.pattern.order {
            Order::Set => self.take_in_set(event, conditions),
            Order::Sequence => self.take_in_sequence(event, conditions),
        };
        if let Some(spans) = complete {
            self.complete(spans);
        }
    }

    fn take_in_set(&mut self, event: Event<L>, conditions: u64) -> Option<Vec<Span<L>>> {
        if conditions == 0 {
            return None;
        }
        for number in bits(conditions) {
            let count = count(self.pattern, number);
            let within = self.pattern.within(number);
            let group = self.groups.get_mut(number)?;
            group.push(None, event.clone(), count);
            if let Some(span) = group.span(count, within) {
                group.last = Some(span);
            }
        }
        let groups = self.groups.iter();
        let spans: Option<Vec<Span<L>>> = groups.map(|group| group.last.clone()).collect();
        spans.filter(|spans| self.fits(spans))
    }

    /// From the last condition to the first, so that a line is one event only.
    fn take_in_sequence(&mut self, event: Event<L>, conditions: u64) -> Option<Vec<Span<L>>> {
        let mut complete = None;
        for number in (0..self.groups.len())
            .rev()
            .filter(|number| conditions & (1 << number) != 0)
        {
            let count = count(self.pattern, number);
            let within = self.pattern.within(number);
            let before = match number.checked_sub(1) {
                Some(before) => self.groups.get(before)?.chain.clone(),
                None => Some(Arc::from([])),
            };
            let group = self.groups.get_mut(number)?;
            group.push(before, event.clone(), count);
            let Some(chain) = group.chain_of(count, within) else {
                continue;
            };
            if !self.fits(&chain) {
                continue;
            }
            if number + 1 == self.groups.len() {
                complete = Some(chain.to_vec());
            }
            self.groups.get_mut(number)?.chain = Some(chain);
        }
        complete
    }

    fn fits(&self, spans: &[Span<L>]) -> bool {
        let Some(window) = self.pattern.window.filter(|_| self.pattern.needs_time()) else {
            return true;
        };
        extent(spans).is_some_and(|(from, to)| to.duration_since(from) <= window)
    }

    fn complete(&mut self, spans: Vec<Span<L>>) {
        let mut negations = self.pattern.negations.iter().zip(&self.negated);
        let happened = negations.any(|(negation, ranges)| {
            ranges
                .iter()
                .any(|range| contains(negation, &spans, *range))
        });
        if happened {
            return;
        }
        let end = end_of_all(&self.pattern.negations, &spans);
        let found = Found {
            spans,
            settled: true,
        };
        match end.zip(self.now) {
            Some((end, now)) if end >= now => {
                if self.open.len() < MAX_HELD {
                    self.open.push(found);
                }
            }
            _ => self.found.push(found),
        }
    }
}

impl<L: Clone> Group<L> {
    fn new() -> Self {
        Self {
            events: VecDeque::new(),
            last: None,
            chain: None,
        }
    }

    fn push(&mut self, before: Option<Chain<L>>, event: Event<L>, count: usize) {
        if self.events.len() >= count {
            self.events.pop_front();
        }
        self.events.push_back((before, event));
    }

    /// The last events, if they are enough and no further apart than they may be.
    fn span(&self, count: usize, within: Option<SignedDuration>) -> Option<Span<L>> {
        let all = self.events.len() >= count;
        let (first, last) = self
            .events
            .front()
            .zip(self.events.back())
            .filter(|_| all)?;
        let span = Span {
            first: first.1.clone(),
            last: last.1.clone(),
        };
        let Some(within) = within.filter(|_| count > 1) else {
            return Some(span);
        };
        let near = |from: Timestamp, to: Timestamp| to.duration_since(from) <= within;
        let near = span
            .first
            .at
            .zip(span.last.at)
            .is_some_and(|(from, to)| near(from, to));
        near.then_some(span)
    }

    fn chain_of(&self, count: usize, within: Option<SignedDuration>) -> Option<Chain<L>> {
        let span = self.span(count, within)?;
        let before = self.events.front()?.0.as_ref()?;
        Some(before.iter().cloned().chain([span]).collect())
    }
}

fn count(pattern: &Pattern, number: usize) -> usize {
    pattern
        .counts
        .get(number)
        .map_or(1, |count| *count as usize)
}

fn bits(set: u64) -> impl Iterator<Item = usize> {
    (0..64).filter(move |number| set & (1 << number) != 0)
}

/// From the first event to the last.
fn extent<L>(spans: &[Span<L>]) -> Option<Range> {
    let from = spans
        .iter()
        .map(|span| span.first.at)
        .collect::<Option<Vec<_>>>()?;
    let to = spans
        .iter()
        .map(|span| span.last.at)
        .collect::<Option<Vec<_>>>()?;
    from.into_iter().min().zip(to.into_iter().max())
}

/// The time in which a negation must not have happened.
fn covered<L>(negation: &Negation, spans: &[Span<L>]) -> Option<Range> {
    let anchor = spans.get(negation.anchor)?.first.at?;
    let (first, last) = extent(spans)?;
    let span = if negation.absolute {
        SignedDuration::ZERO
    } else {
        last.duration_since(first)
    };
    let from = forward(anchor, negation.slide);
    Some((from, forward(from, span.saturating_add(negation.window))))
}

fn contains<L>(negation: &Negation, spans: &[Span<L>], (from, to): Range) -> bool {
    covered(negation, spans).is_some_and(|(first, last)| from <= last && to >= first)
}

/// When the time of the last negation is over.
fn end_of_all<L>(negations: &[Negation], spans: &[Span<L>]) -> Option<Timestamp> {
    negations
        .iter()
        .filter_map(|negation| covered(negation, spans))
        .map(|(_, to)| to)
        .max()
}

fn forward(at: Timestamp, by: SignedDuration) -> Timestamp {
    let end = if by.is_negative() {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    };
    at.checked_add(by).unwrap_or(end)
}

fn back(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_sub(by).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests;
