//! A log, read in blocks that begin and end with events.

use std::fs::File;
use std::io::{self, Read};

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;

use super::compressed::decompressed;
use super::lines::{MAX_LINES, last_event};
use super::timestamp::stamp_of;

/// Bytes of one block. What is one line beyond that is looked at in parts.
pub const BLOCK: usize = 1 << 20;

/// How much of a log is looked at to learn when it begins.
const HEAD: usize = 64 << 10;

/// A log that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error(
    "{name}: the log cannot be read: {error}; what was found before it in this log is not reported"
)]
pub struct ReadError {
    /// Which.
    pub name: Utf8PathBuf,
    /// Why.
    pub error: io::Error,
}

/// A log that is being read.
pub struct Source {
    name: Utf8PathBuf,
    input: Box<dyn Read + Send>,
    /// The beginning of the next block.
    rest: Vec<u8>,
    ended: bool,
}

impl Source {
    /// A file, compressed or not.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(path: &Utf8Path) -> Result<Self, ReadError> {
        let failed = |error| ReadError {
            name: path.to_owned(),
            error,
        };
        let file = File::open(path).map_err(failed)?;
        let input = decompressed(Box::new(file)).map_err(failed)?;
        Ok(Self::of(path.to_owned(), input))
    }

    /// What something else reads, known by a name.
    #[must_use]
    pub fn of(name: Utf8PathBuf, input: Box<dyn Read + Send>) -> Self {
        Self {
            name,
            input,
            rest: Vec::new(),
            ended: false,
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &Utf8Path {
        &self.name
    }

    /// When its first line with a time was written, if that is near its beginning. What was read for it is part of the next block.
    ///
    /// # Errors
    /// When reading fails.
    pub fn begins(&mut self) -> Result<Option<Timestamp>, ReadError> {
        let mut head = Vec::new();
        let read = self.input.by_ref().take(HEAD as u64).read_to_end(&mut head);
        read.map_err(|error| self.failed(error))?;
        let mut lines = head.split(|byte| *byte == b'\n').take(MAX_LINES);
        let first = lines.find_map(stamp_of).map(|stamp| stamp.at);
        self.rest = head;
        Ok(first)
    }

    fn failed(&self, error: io::Error) -> ReadError {
        let name = self.name.clone();
        ReadError { name, error }
    }

    /// The next block; none at the end.
    ///
    /// # Errors
    /// When reading fails.
    pub fn block(&mut self) -> Result<Option<Vec<u8>>, ReadError> {
        let mut block = std::mem::take(&mut self.rest);
        if !self.ended {
            let wanted = BLOCK.saturating_sub(block.len());
            block.reserve(wanted);
            let read = self
                .input
                .by_ref()
                .take(wanted as u64)
                .read_to_end(&mut block);
            let read = read.map_err(|error| self.failed(error))?;
            self.ended = read < wanted;
        }
        if !self.ended {
            let end = last_event(&block);
            if end > 0 {
                self.rest = block.split_off(end);
            }
        }
        Ok((!block.is_empty()).then_some(block))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn blocks(text: Vec<u8>) -> Vec<Vec<u8>> {
        let mut source = Source::of("log".into(), Box::new(Cursor::new(text)));
        std::iter::from_fn(|| source.block().unwrap()).collect()
    }

    #[test]
    fn blocks_are_cut_between_events_and_lose_nothing() {
        let event = "2026-01-01T00:00:01Z failed\n  caused by something\n";
        let text = event.repeat(3 * BLOCK / event.len());
        let blocks = blocks(text.clone().into_bytes());
        assert!(blocks.len() == 3 || blocks.len() == 4);
        assert!(
            blocks
                .iter()
                .all(|block| block.starts_with(b"2026") && block.ends_with(b"something\n"))
        );
        assert_eq!(blocks.concat(), text.into_bytes());
    }

    #[test]
    fn a_line_without_an_end_is_read_in_parts() {
        let text = vec![b'x'; 2 * BLOCK + 5];
        let blocks = blocks(text.clone());
        assert!(blocks.iter().all(|block| block.len() <= BLOCK));
        assert_eq!(blocks.concat(), text);
    }

    #[test]
    fn a_log_that_cannot_be_read_says_which() {
        let error = Source::open("/nowhere/app.log".into())
            .map(drop)
            .unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("/nowhere/app.log: the log cannot be read")
        );
    }
}
