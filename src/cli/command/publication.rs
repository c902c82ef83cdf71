//! What commands have in common that publish: the folder, who is trusted, who signs.

use camino::Utf8PathBuf;
use clap::Args;
use jiff::SignedDuration;

use super::shared::{key, read_file};
use crate::cli::CliError;
use crate::distribution::signer::Signer;
use crate::distribution::{Lifetimes, PublishError, Reason, Refusal, Repository};
use crate::document::unit::Duration;

/// A folder that is published to.
#[derive(Args)]
pub(super) struct Publication {
    /// Folder to publish to; any web server can serve it
    #[arg(long)]
    pub(super) to: Utf8PathBuf,
    /// Root file, complete; give every version, oldest first, when keys were rotated
    #[arg(long, required = true)]
    root: Vec<Utf8PathBuf>,
    /// Private key of a role: `file:PATH`, `env:NAME`, or a command that signs what it reads, `exec:PUBLIC_KEY_FILE:COMMAND`; give it
    /// once for each role
    #[arg(long, required = true)]
    key: Vec<String>,
    /// How long the timestamp is valid: how long a mirror can hide a newer release, or an order
    #[arg(long, value_name = "DURATION", default_value = "3d")]
    timestamp_expires: Duration,
    /// How long snapshot and targets are valid: by then something has to be published again
    #[arg(long, value_name = "DURATION", default_value = "90d")]
    release_expires: Duration,
}

/// Keys that were loaded.
pub(super) struct Signers(Vec<Box<dyn Signer>>);

impl Signers {
    /// Each as who can sign.
    pub(super) fn all(&self) -> Vec<&dyn Signer> {
        self.0.iter().map(AsRef::as_ref).collect()
    }
}

impl Publication {
    /// The keys.
    pub(super) fn signers(&self) -> Result<Signers, CliError> {
        let signers: Result<_, _> = self.key.iter().map(|source| key(source)).collect();
        Ok(Signers(signers?))
    }

    /// How long what is signed now is valid.
    pub(super) fn lifetimes(&self) -> Lifetimes {
        let signed = |duration: Duration| {
            let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
            SignedDuration::from_millis(millis)
        };
        Lifetimes {
            targets: signed(self.release_expires),
            snapshot: signed(self.release_expires),
            timestamp: signed(self.timestamp_expires),
            ..Lifetimes::default()
        }
    }

    /// The folder, verified and locked.
    pub(super) fn open(&self) -> Result<Repository, CliError> {
        open(&self.to, &self.root)
    }
}

/// A folder that is published to, verified and locked.
pub(super) fn open(folder: &Utf8PathBuf, roots: &[Utf8PathBuf]) -> Result<Repository, CliError> {
    let roots: Result<Vec<_>, _> = roots.iter().map(read_file).collect();
    Repository::open(folder.as_std_path(), &roots?).map_err(|error| match error {
        PublishError::Refused { what, refusal } if needs_signing(&refusal) => CliError::could_not(
            format!("{what}: {refusal}"),
        )
        .help("`rbk root show ROOT` says who has to sign; they run `rbk root sign ROOT --key …`"),
        error => refused(error),
    })
}

/// An error of publishing, with what to do.
pub(super) fn refused(error: PublishError) -> CliError {
    let help = match &error {
        PublishError::Refused { refusal, .. } => Some(refusal.reason.remedy().to_owned()),
        PublishError::Keys { role, .. } => Some(format!(
            "give the private keys of the role {role} too: `--key file:PATH`, once for each"
        )),
        _ => None,
    };
    let error = CliError::could_not(error);
    match help {
        Some(help) => error.help(help),
        None => error,
    }
}

fn needs_signing(refusal: &Refusal) -> bool {
    matches!(refusal.reason, Reason::Signature | Reason::Threshold)
}
