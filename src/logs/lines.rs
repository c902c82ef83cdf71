//! The lines of a block, and the events they belong to.
//!
//! A line with a timestamp begins an event; lines without one belong to the event before them, as those of a stack trace do, and
//! were written when it was. After [`MAX_LINES`] such lines nothing is concluded from the timestamp any more.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memrchr};

use super::timestamp::{Stamp, stamp_of};

/// Most lines of one event.
pub const MAX_LINES: usize = 256;

/// Most bytes of one event.
pub const MAX_BYTES: usize = 64 << 10;

/// A line of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its bytes in the block, without the line break.
    pub bytes: Range<usize>,
    /// How many lines are before it in the block.
    pub number: u64,
}

/// The lines of a block, asked for from the first to the last.
#[derive(Debug)]
pub struct Lines<'b> {
    block: &'b [u8],
    counted: (usize, u64),
    /// Where the last line that was asked about begins, and its event.
    known: Option<(usize, Option<Header>)>,
}

/// The first line of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Where it begins.
    pub start: usize,
    /// When it was written.
    pub stamp: Stamp,
}

impl<'b> Lines<'b> {
    /// The lines of a block.
    #[must_use]
    pub fn of(block: &'b [u8]) -> Self {
        Self {
            block,
            counted: (0, 0),
            known: None,
        }
    }

    /// The line that a byte belongs to; not before one that was asked for.
    pub fn line_at(&mut self, byte: usize) -> Line {
        let before = self.block.get(..byte).unwrap_or(self.block);
        let start = memrchr(b'\n', before).map_or(0, |end| end + 1);
        let (from, number) = self.counted;
        let passed = self.block.get(from..start).unwrap_or_default();
        let number = number + memchr_iter(b'\n', passed).count() as u64;
        self.counted = (start.max(from), number);
        Line {
            bytes: start..self.end(start),
            number,
        }
    }

    /// The first line of the event that a line belongs to. None when no time is known.
    pub fn header(&mut self, line: &Line) -> Option<Header> {
        let asked = line.bytes.start;
        let mut start = asked;
        let mut found = None;
        for _ in 0..MAX_LINES {
            if let Some((_, known)) = self.known.filter(|(place, _)| *place == start) {
                found = known;
                break;
            }
            if let Some(stamp) = stamp_of(self.line(start)) {
                found = Some(Header { start, stamp });
                break;
            }
            let Some(end) = start.checked_sub(1) else {
                break;
            };
            start =
                memrchr(b'\n', self.block.get(..end).unwrap_or_default()).map_or(0, |end| end + 1);
        }
        let found = found.filter(|header| asked - header.start <= MAX_BYTES);
        self.known = Some((asked, found));
        found
    }

    /// The bytes of the event that begins with a line.
    #[must_use]
    pub fn event(&self, header: Header) -> Range<usize> {
        let mut end = self.end(header.start);
        for _ in 1..MAX_LINES {
            let next = end + 1;
            let over = self.end(next);
            if next >= self.block.len()
                || over - header.start > MAX_BYTES
                || stamp_of(self.line(next)).is_some()
            {
                break;
            }
            end = over;
        }
        header.start..end
    }

    fn line(&self, start: usize) -> &'b [u8] {
        self.block.get(start..self.end(start)).unwrap_or_default()
    }

    fn end(&self, start: usize) -> usize {
        let rest = self.block.get(start..).unwrap_or_default();
        memchr(b'\n', rest).map_or(self.block.len(), |length| start + length)
    }
}

/// Where the last event of a block begins, so that it can be cut there; where its last line begins when no event does.
#[must_use]
pub fn last_event(block: &[u8]) -> usize {
    let mut start = block.len();
    let mut last = None;
    for _ in 0..MAX_LINES {
        let Some(end) = start.checked_sub(1) else {
            break;
        };
        start = memrchr(b'\n', block.get(..end).unwrap_or_default()).map_or(0, |end| end + 1);
        last = last.or(Some(start));
        let line = block.get(start..end).unwrap_or_default();
        if stamp_of(line).is_some() {
            return start;
        }
    }
    last.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &[u8] =
        b"no time\n2026-01-01T00:00:01Z failed\ncaused by: x\n  at y\n2026-01-01T00:00:02Z ok";

    fn said(byte: usize) -> (u64, Option<usize>, Option<&'static [u8]>) {
        let mut lines = Lines::of(LOG);
        let line = lines.line_at(byte);
        let header = lines.header(&line);
        let event = header.map(|header| &LOG[lines.event(header)]);
        (line.number, header.map(|header| header.start), event)
    }

    #[test]
    fn lines_without_a_time_belong_to_the_event_before_them() {
        let failure: &[u8] = b"2026-01-01T00:00:01Z failed\ncaused by: x\n  at y";
        assert_eq!(said(3), (0, None, None));
        assert_eq!(said(30), (1, Some(8), Some(failure)));
        assert_eq!(said(50), (3, Some(8), Some(failure)));
        assert_eq!(said(60), (4, Some(56), Some(&LOG[56..])));
    }

    #[test]
    fn what_was_learned_about_a_line_serves_the_next() {
        let mut lines = Lines::of(LOG);
        for (byte, expected) in [(3, None), (37, Some(8)), (50, Some(8)), (60, Some(56))] {
            let line = lines.line_at(byte);
            assert_eq!(lines.header(&line).map(|header| header.start), expected);
        }
    }

    #[test]
    fn a_block_is_cut_where_an_event_begins() {
        assert_eq!(last_event(LOG), 56);
        assert_eq!(last_event(&LOG[..50]), 8);
        assert_eq!(last_event(b"a\nb\nc\n"), 4);
        assert_eq!(last_event(b""), 0);
    }

    #[test]
    fn a_time_is_not_handed_on_for_ever() {
        let log = format!("2026-01-01T00:00:01Z\n{}", "x\n".repeat(300));
        let mut lines = Lines::of(log.as_bytes());
        let line = lines.line_at(21 + 2 * 200);
        assert!(lines.header(&line).is_some());
        let mut lines = Lines::of(log.as_bytes());
        let line = lines.line_at(21 + 2 * 290);
        assert!(lines.header(&line).is_none());
    }
}
