//! A log that is still being written.

use std::io::Read;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use camino::Utf8PathBuf;
use jiff::Timestamp;
use memchr::memrchr;

use super::outcome::LookError;
use super::{Conclusion, LogSignature, Occurrence};
use crate::logs::feed::{Reader, Scanned};
use crate::logs::lines::last_event;
use crate::logs::merge::Merge;
use crate::logs::search::{Match, Query, Search};
use crate::logs::source::{BLOCK, ReadError};

/// How long nothing has to come for the last event to be taken as complete.
const IDLE: Duration = Duration::from_millis(500);

/// Looks for signatures in what an input says, until it ends; each is told when it is found.
///
/// # Errors
/// When the input cannot be read, or the signatures take too much memory.
pub fn follow(
    signatures: &[LogSignature],
    name: Utf8PathBuf,
    mut input: Box<dyn Read + Send>,
    found: &mut impl FnMut(&LogSignature, Conclusion, Occurrence),
) -> Result<(), LookError> {
    let queries: Vec<Query> = signatures
        .iter()
        .map(|signature| signature.query.clone())
        .collect();
    let (mut search, terms) = Search::new(&queries)?;
    let mut tell = |it: Match| {
        if let Some(signature) = signatures.get(it.query)
            && let Some((conclusion, occurrence)) = signature.concluded(it)
        {
            found(signature, conclusion, occurrence);
        }
    };
    let (sender, receiver) = sync_channel(4);
    std::thread::spawn(move || {
        let mut buffer = vec![0; 64 << 10];
        loop {
            let read = input
                .read(&mut buffer)
                .map(|read| buffer.get(..read).unwrap_or_default().to_vec());
            let ended = !matches!(&read, Ok(bytes) if !bytes.is_empty());
            if sender.send(read).is_err() || ended {
                break;
            }
        }
    });
    let (mut reader, mut merge, mut pending) =
        (Reader::of(name.clone()), Merge::default(), Vec::new());
    loop {
        let (end, idle) = match receiver.recv_timeout(IDLE) {
            Ok(Ok(bytes)) if !bytes.is_empty() => {
                pending.extend(bytes);
                let full = pending.len() >= BLOCK;
                let whole = whole_events(&pending);
                (
                    if full && whole == 0 {
                        pending.len()
                    } else {
                        whole
                    },
                    false,
                )
            }
            Ok(Err(error)) => return Err(ReadError { name, error }.into()),
            Err(RecvTimeoutError::Timeout) => (whole_lines(&pending), true),
            Ok(Ok(_)) | Err(RecvTimeoutError::Disconnected) => break,
        };
        let rest = pending.split_off(end);
        let block = std::mem::replace(&mut pending, rest);
        if !block.is_empty() {
            reader.take(Scanned::of(&block, &terms), &mut |entry| {
                merge.take(entry, &mut |entry| search.take(&entry, &mut tell))
            });
        }
        let reached = if idle {
            Timestamp::MAX
        } else {
            reader.read_to()
        };
        merge.release(reached, &mut |entry| search.take(&entry, &mut tell));
        if reader.read_to() < Timestamp::MAX {
            search.advance(reader.read_to(), &mut tell);
        }
    }
    if !pending.is_empty() {
        reader.take(Scanned::of(&pending, &terms), &mut |entry| {
            merge.take(entry, &mut |entry| search.take(&entry, &mut tell))
        });
    }
    merge.release(Timestamp::MAX, &mut |entry| search.take(&entry, &mut tell));
    search.finish(&mut tell);
    Ok(())
}

/// Up to where the last event begins, of what is complete lines.
fn whole_events(pending: &[u8]) -> usize {
    last_event(pending.get(..whole_lines(pending)).unwrap_or_default())
}

fn whole_lines(pending: &[u8]) -> usize {
    memrchr(b'\n', pending).map_or(0, |end| end + 1)
}
