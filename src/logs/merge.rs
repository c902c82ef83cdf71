//! Lines of several logs in the order of their times.
//!
//! The log that is furthest behind is read next, and a line is handed on once no log can hold an earlier one: lines may come out of
//! order within a log by [`TOLERANCE`]. What comes later than that is handed on when it comes.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use camino::Utf8PathBuf;
use jiff::{SignedDuration, Timestamp};

use super::feed::Feed;
use super::source::{ReadError, Source};
use super::terms::Terms;
use super::timestamp::Known;

/// By how much a line may come after one that was written later.
pub const TOLERANCE: SignedDuration = SignedDuration::from_secs(10);

/// Most logs of the same time that are read ahead.
const READ_AHEAD: usize = 4;

/// A line, where it is and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quoted {
    /// The log.
    pub log: Arc<Utf8PathBuf>,
    /// Which line of it; the first is 1.
    pub number: u64,
    /// Its text, as far as it is shown.
    pub text: String,
    /// When it was written, in the log's own scale.
    pub at: Option<Timestamp>,
    /// That scale.
    pub known: Option<Known>,
}

/// A line in which conditions hold.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The line.
    pub line: Arc<Quoted>,
    /// The numbers of the conditions.
    pub terms: Vec<u32>,
}

/// Lines in the order of their times, as soon as nothing earlier can come.
#[derive(Debug, Default)]
pub struct Merge {
    waiting: BinaryHeap<Reverse<Waiting>>,
    taken: u64,
}

#[derive(Debug)]
struct Waiting {
    at: Timestamp,
    order: u64,
    entry: Entry,
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.order) == (other.at, other.order)
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}

impl Merge {
    /// Takes a line; one without a time is handed on at once.
    pub fn take(&mut self, entry: Entry, out: &mut impl FnMut(Entry)) {
        let Some(at) = entry.line.at else {
            return out(entry);
        };
        let order = self.taken;
        self.taken += 1;
        self.waiting.push(Reverse(Waiting { at, order, entry }));
    }

    /// Hands on what was written up to a moment.
    pub fn release(&mut self, to: Timestamp, out: &mut impl FnMut(Entry)) {
        while self
            .waiting
            .peek()
            .is_some_and(|Reverse(first)| first.at <= to)
        {
            if let Some(Reverse(first)) = self.waiting.pop() {
                out(first.entry);
            }
        }
    }
}

/// Hands on the lines of files in which conditions hold, in the order of their times.
///
/// # Errors
/// When a file cannot be read.
pub fn merged(
    paths: &[Utf8PathBuf],
    terms: &Terms,
    out: &mut impl FnMut(Entry),
) -> Result<(), ReadError> {
    let mut later = Vec::with_capacity(paths.len());
    for path in paths {
        later.push((Source::open(path)?.begins()?, path));
    }
    // Those without a time first: nothing is known to be before them.
    later.sort_by(|a, b| b.cmp(a));
    let (mut merge, mut open) = (Merge::default(), Vec::<Feed>::new());
    loop {
        let reached = open.iter().map(Feed::read_to).min();
        let next = later.last().map(|(begins, _)| before(*begins));
        match (reached, next) {
            (None, None) => break,
            (reached, Some(next)) if reached.is_none_or(|reached| next <= reached) => {
                if let Some((_, path)) = later.pop() {
                    open.push(Feed::of(Source::open(path)?));
                }
                continue;
            }
            _ => {}
        }
        let ahead = open.len() <= READ_AHEAD;
        if let Some(feed) = open.iter_mut().min_by_key(|feed| feed.read_to()) {
            feed.advance(terms, ahead, &mut |entry| merge.take(entry, out))?;
        }
        open.retain(|feed| !feed.is_at_end());
        let reached = open
            .iter()
            .map(Feed::read_to)
            .chain(later.last().map(|(begins, _)| before(*begins)));
        merge.release(reached.min().unwrap_or(Timestamp::MAX), out);
    }
    Ok(())
}

/// Up to where nothing is to be expected from a log that begins then.
fn before(begins: Option<Timestamp>) -> Timestamp {
    begins.map_or(Timestamp::MIN, |at| {
        at.checked_sub(TOLERANCE).unwrap_or(Timestamp::MIN)
    })
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use super::*;
    use crate::logs::condition::Condition;

    fn merged_lines(logs: &[&str]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap();
        let paths: Vec<Utf8PathBuf> = (0..logs.len())
            .map(|number| folder.join(format!("{number}.log")))
            .collect();
        for (path, log) in paths.iter().zip(logs) {
            std::fs::write(path, log).unwrap();
        }
        let mut terms = Terms::builder();
        terms.number(&Condition::contains("hit").unwrap());
        let mut found = Vec::new();
        let mut out = |entry: Entry| {
            let log = entry.line.log.file_stem().unwrap();
            found.push(format!("{log}:{}", entry.line.number));
        };
        merged(&paths, &terms.build().unwrap(), &mut out).unwrap();
        found
    }

    fn log(lines: &[(u8, &str)]) -> String {
        let line = |(second, text): &(u8, &str)| format!("2026-01-01T00:00:{second:02}Z {text}\n");
        lines.iter().map(line).collect()
    }

    #[test]
    fn lines_of_several_logs_come_in_the_order_of_their_times() {
        let first = log(&[(1, "hit"), (2, "-"), (30, "hit"), (31, "hit")]);
        let second = log(&[(3, "hit"), (2, "hit"), (50, "hit")]);
        let none = "hit\nno time, hit\n";
        let found = merged_lines(&[&first, &second, none]);
        assert_eq!(
            found,
            ["2:1", "2:2", "0:1", "1:2", "1:1", "0:3", "0:4", "1:3"]
        );
    }

    #[test]
    fn logs_that_follow_each_other_are_one_after_the_other() {
        let logs: Vec<String> = (0..20)
            .rev()
            .map(|second| log(&[(second, "hit")]))
            .collect();
        let logs: Vec<&str> = logs.iter().map(String::as_str).collect();
        let expected: Vec<String> = (0..20).rev().map(|log| format!("{log}:1")).collect();
        assert_eq!(merged_lines(&logs), expected);
    }
}
