//! One log on its way through the pass: blocks, looked at in parallel, become lines in which conditions hold.

use std::sync::Arc;

use camino::Utf8PathBuf;
use jiff::Timestamp;
use memchr::memchr_iter;
use rayon::prelude::*;

use super::lines::{Lines, last_event};
use super::merge::{Entry, Quoted, TOLERANCE};
use super::source::{ReadError, Source};
use super::terms::{Hit, Terms};
use super::timestamp::{Known, Stamp};

/// Longest part of a line that is kept to be shown, in bytes.
const SHOWN: usize = 2_000;

/// Most blocks that are looked at together.
const MAX_BATCH: usize = 16;

/// A log that is being read, and how far.
pub struct Feed {
    source: Source,
    ahead: Vec<Vec<u8>>,
    reader: Reader,
    begun: bool,
    ended: bool,
}

/// Where in a log its blocks are.
#[derive(Debug)]
pub struct Reader {
    name: Arc<Utf8PathBuf>,
    lines: u64,
    known: Option<Known>,
    begun: bool,
    settled: Timestamp,
}

/// What was found in a block.
#[derive(Debug)]
pub struct Scanned {
    hits: Vec<(Hit, String)>,
    lines: u64,
    last: Option<Stamp>,
}

impl Feed {
    /// Reads a log from its beginning.
    #[must_use]
    pub fn of(source: Source) -> Self {
        Self {
            reader: Reader::of(source.name().to_owned()),
            source,
            ahead: Vec::new(),
            begun: false,
            ended: false,
        }
    }

    /// No line that was written before is to be expected.
    #[must_use]
    pub fn read_to(&self) -> Timestamp {
        self.reader.read_to()
    }

    /// Whether all of it was read.
    #[must_use]
    pub fn is_at_end(&self) -> bool {
        self.ended
    }

    /// Looks at some blocks in parallel, if asked to while it reads the next ones.
    ///
    /// # Errors
    /// When reading fails.
    pub fn advance(
        &mut self,
        terms: &Terms,
        ahead: bool,
        out: &mut impl FnMut(Entry),
    ) -> Result<(), ReadError> {
        let batch = match ahead {
            true => MAX_BATCH.min(2 * rayon::current_num_threads()),
            false => 1,
        };
        if !self.begun {
            self.begun = true;
            self.ahead = blocks(&mut self.source, batch)?;
        }
        let blocks_now = std::mem::take(&mut self.ahead);
        let source = &mut self.source;
        let scan = || -> Vec<Scanned> {
            let blocks = blocks_now.par_iter();
            blocks.map(|block| Scanned::of(block, terms)).collect()
        };
        let (scanned, next) = rayon::join(scan, || blocks(source, batch));
        for block in scanned {
            self.reader.take(block, out);
        }
        self.ahead = next?;
        self.ended = self.ahead.is_empty();
        Ok(())
    }
}

fn blocks(source: &mut Source, most: usize) -> Result<Vec<Vec<u8>>, ReadError> {
    let mut blocks = Vec::with_capacity(most);
    while blocks.len() < most {
        match source.block()? {
            Some(block) => blocks.push(block),
            None => break,
        }
    }
    Ok(blocks)
}

impl Scanned {
    /// Looks at a block.
    #[must_use]
    pub fn of(block: &[u8], terms: &Terms) -> Self {
        let hits = terms.hits(block).into_iter();
        let shown = |hit: Hit| {
            let text = block.get(hit.line.bytes.clone()).unwrap_or_default();
            let text = String::from_utf8_lossy(text.get(..SHOWN).unwrap_or(text));
            (hit, text.trim_end().to_owned())
        };
        let mut lines = Lines::of(block);
        let last = lines.line_at(last_event(block));
        Self {
            hits: hits.map(shown).collect(),
            lines: memchr_iter(b'\n', block).count() as u64,
            last: lines.header(&last).map(|header| header.stamp),
        }
    }
}

impl Reader {
    /// Before the first line of a log.
    #[must_use]
    pub fn of(name: Utf8PathBuf) -> Self {
        Self {
            name: Arc::new(name),
            lines: 0,
            known: None,
            begun: false,
            settled: Timestamp::MIN,
        }
    }

    /// No line that was written before is to be expected. A log without times is nothing that others could wait for.
    #[must_use]
    pub fn read_to(&self) -> Timestamp {
        match self.known {
            None if self.begun => Timestamp::MAX,
            _ => self.settled,
        }
    }

    /// Takes the next block. Moments of another kind than the first in the log cannot be compared with it, and are none.
    pub fn take(&mut self, block: Scanned, out: &mut impl FnMut(Entry)) {
        for (hit, text) in block.hits {
            let at = hit.stamp.and_then(|stamp| self.comparable(stamp));
            let line = Quoted {
                log: Arc::clone(&self.name),
                number: self.lines + hit.line.number + 1,
                text,
                at,
                known: self.known.filter(|_| at.is_some()),
            };
            out(Entry {
                line: Arc::new(line),
                terms: hit.terms,
            });
        }
        self.lines += block.lines;
        self.begun = true;
        if let Some(at) = block.last.and_then(|stamp| self.comparable(stamp)) {
            let settled = at.checked_sub(TOLERANCE).unwrap_or(Timestamp::MIN);
            self.settled = self.settled.max(settled);
        }
    }

    fn comparable(&mut self, stamp: Stamp) -> Option<Timestamp> {
        let known = *self.known.get_or_insert(stamp.known);
        (stamp.known == known).then_some(stamp.at)
    }
}
