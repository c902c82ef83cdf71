//! What several commands need of the machine: files, keys, the clock.

use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;

use crate::cli::CliError;
use crate::distribution::signer::{KeySource, PemSigner};

/// The moment. Only commands that sign, synchronise or decide live ask for it.
pub(super) fn now() -> Timestamp {
    Timestamp::now()
}

/// The content of a file.
pub(super) fn read_file(path: &Utf8PathBuf) -> Result<Vec<u8>, CliError> {
    fs::read(path).map_err(|error| {
        CliError::could_not(format!("{path} cannot be read: {error}"))
            .help("check the path and its permissions")
    })
}

/// Replaces the content of a file.
pub(super) fn write_file(path: &Utf8Path, bytes: &[u8]) -> Result<(), CliError> {
    fs::write(path, bytes).map_err(|error| {
        CliError::could_not(format!("{path} cannot be written: {error}"))
            .help("choose a place you may write to")
    })
}

/// The private key at `file:PATH` or `env:NAME`.
pub(super) fn key(source: &str) -> Result<PemSigner, CliError> {
    source
        .parse::<KeySource>()
        .and_then(|source| source.load(&|name| std::env::var(name).ok()))
        .map_err(CliError::usage)
}
