//! `rbk keys`: key pairs.

use std::fs;

use camino::Utf8PathBuf;
use clap::{Args, Subcommand};

use super::Run;
use super::shared::write_file;
use crate::cli::{CliError, Console, Exit};
use crate::distribution::NewKey;

/// Arguments of `rbk keys`.
#[derive(Args)]
pub(in crate::cli) struct Keys {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Make an ed25519 key pair: NAME.pem, readable by its owner only, and NAME.pub
    New {
        /// Name of the two files
        name: String,
        /// Folder to write to
        #[arg(long, default_value = ".")]
        out: Utf8PathBuf,
    },
}

impl Run for Keys {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        match self.action {
            Action::New { name, out } => new(&name, &out, console),
        }
    }
}

fn new(name: &str, out: &Utf8PathBuf, console: &mut Console) -> Result<Exit, CliError> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    if name.is_empty() || name.starts_with('.') || !name.bytes().all(plain) {
        return Err(CliError::usage(format!("`{name}` is not a file name"))
            .help("use letters, digits, `-`, `_` and `.`"));
    }
    let pair = NewKey::ed25519().map_err(CliError::could_not)?;
    let public = pair
        .public_key()
        .to_pem()
        .ok_or_else(|| CliError::could_not("the public key cannot be written as PEM"))?;
    fs::create_dir_all(out).map_err(|error| CliError::could_not(format!("{out}: {error}")))?;
    let (private_file, public_file) = (
        out.join(format!("{name}.pem")),
        out.join(format!("{name}.pub")),
    );
    if private_file.exists() {
        return Err(CliError::usage(format!("{private_file} already exists"))
            .help("choose another name: keys are never overwritten"));
    }
    pair.write(private_file.as_std_path())
        .map_err(CliError::could_not)?;
    write_file(&public_file, public.as_bytes())?;
    console.line(format!(
        "wrote {private_file} (keep it secret) and {public_file}"
    ));
    console.line(format!("key id {}", pair.public_key().key_id()));
    Ok(Exit::Clean)
}
