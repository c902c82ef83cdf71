//! One synchronisation at a time.

use std::fs::{File, OpenOptions};
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};

use crate::distribution::reason::{Reason, Refusal};

const PAUSE: Duration = Duration::from_millis(50);

/// An advisory lock that ends with this value, or with the process.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of a state directory, waiting at most `wait` for another holder.
    ///
    /// # Errors
    /// [`Reason::StateLocked`] when another holder stays, [`Reason::StateIo`] when there can be no lock file.
    pub(crate) fn acquire(dir: &Path, wait: Duration) -> Result<Self, Refusal> {
        let path = dir.join("lock");
        let failed = |what: &dyn std::fmt::Display| {
            Refusal::new(Reason::StateIo, format!("lock {}: {what}", path.display()))
        };
        std::fs::create_dir_all(dir).map_err(|error| failed(&error))?;
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|error| failed(&error))?;
        let deadline = Instant::now() + wait;
        loop {
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => return Ok(Self { _file: file }),
                Err(rustix::io::Errno::WOULDBLOCK) if Instant::now() < deadline => {
                    std::thread::sleep(PAUSE)
                }
                Err(rustix::io::Errno::WOULDBLOCK) => {
                    return Err(Refusal::new(
                        Reason::StateLocked,
                        format!("another synchronisation holds {}", path.display()),
                    ));
                }
                Err(error) => return Err(failed(&error)),
            }
        }
    }
}
