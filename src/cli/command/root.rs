//! `rbk root`: who is trusted for what. Each step may happen on another machine, none of them online.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use clap::{Args, Subcommand};

use super::Run;
use super::shared::{key, now, read_file, write_file};
use crate::cli::{CliError, Console, Exit};
use crate::distribution::PublicKey;
use crate::distribution::root::{self, RolePlan, RootError, TopRole};
use crate::document::unit::Duration;

/// Arguments of `rbk root`.
#[derive(Args)]
pub(in crate::cli) struct RootCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Draft a root: who signs what, and how many have to
    Draft(Draft),
    /// Add a signature to a drafted root
    Sign {
        /// The root file; it is replaced
        root: Utf8PathBuf,
        /// Private key of a root holder: `file:PATH`, `env:NAME` or `exec:PUBLIC_KEY_FILE:COMMAND`
        #[arg(long)]
        key: String,
        /// The root it follows, when keys are being rotated
        #[arg(long)]
        previous: Option<Utf8PathBuf>,
    },
    /// Unite the signatures of copies that were signed on separate machines
    Merge {
        /// The signed copies
        #[arg(required = true)]
        copies: Vec<Utf8PathBuf>,
        /// File to write
        #[arg(long)]
        out: Utf8PathBuf,
    },
    /// Say who signed a root and who still has to
    Show {
        /// The root file
        root: Utf8PathBuf,
        /// The root it follows, when keys are being rotated
        #[arg(long)]
        previous: Option<Utf8PathBuf>,
    },
}

#[derive(Args)]
struct Draft {
    /// Public key of a root holder; give it once for each
    #[arg(long, required = true)]
    root_key: Vec<Utf8PathBuf>,
    /// How many root holders have to sign
    #[arg(long, default_value_t = 1)]
    root_threshold: u64,
    /// Public key that signs releases; give it once for each
    #[arg(long, required = true)]
    targets_key: Vec<Utf8PathBuf>,
    /// How many of them have to sign a release
    #[arg(long, default_value_t = 1)]
    targets_threshold: u64,
    /// Public key that signs snapshots; give it once for each
    #[arg(long, required = true)]
    snapshot_key: Vec<Utf8PathBuf>,
    /// How many of them have to sign a snapshot
    #[arg(long, default_value_t = 1)]
    snapshot_threshold: u64,
    /// Public key that signs timestamps; give it once for each
    #[arg(long, required = true)]
    timestamp_key: Vec<Utf8PathBuf>,
    /// How many of them have to sign a timestamp
    #[arg(long, default_value_t = 1)]
    timestamp_threshold: u64,
    /// How long the root is valid
    #[arg(long, default_value = "365d")]
    expires: Duration,
    /// The root it follows, when keys are being rotated
    #[arg(long)]
    previous: Option<Utf8PathBuf>,
    /// File to write
    #[arg(long)]
    out: Utf8PathBuf,
}

impl Run for RootCommand {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        match self.action {
            Action::Draft(draft) => draft.run(console),
            Action::Sign {
                root,
                key,
                previous,
            } => sign(&root, &key, previous, console),
            Action::Merge { copies, out } => {
                let copies = copies
                    .iter()
                    .map(read_file)
                    .collect::<Result<Vec<_>, _>>()?;
                write_file(&out, &root::merge(&copies).map_err(refused)?)?;
                console.line(format!("wrote {out}"));
                Ok(Exit::Clean)
            }
            Action::Show { root, previous } => show(&root, previous, console),
        }
    }
}

impl Draft {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        let plan = BTreeMap::from([
            (TopRole::Root, role(&self.root_key, self.root_threshold)?),
            (
                TopRole::Targets,
                role(&self.targets_key, self.targets_threshold)?,
            ),
            (
                TopRole::Snapshot,
                role(&self.snapshot_key, self.snapshot_threshold)?,
            ),
            (
                TopRole::Timestamp,
                role(&self.timestamp_key, self.timestamp_threshold)?,
            ),
        ]);
        let expires = now() + std::time::Duration::from_millis(self.expires.as_millis());
        let draft = match &self.previous {
            None => root::draft(&plan, expires, now()),
            Some(previous) => root::draft_next(&read_file(previous)?, &plan, expires, now()),
        };
        write_file(&self.out, &draft.map_err(refused)?)?;
        console.line(format!("wrote {}, unsigned", self.out));
        console.line(format!(
            "Next: {} of its root holders run `rbk root sign {} --key FILE`.",
            self.root_threshold, self.out
        ));
        Ok(Exit::Clean)
    }
}

fn role(files: &[Utf8PathBuf], threshold: u64) -> Result<RolePlan, CliError> {
    let keys = files
        .iter()
        .map(|file| {
            let text = String::from_utf8(read_file(file)?)
                .map_err(|_| CliError::usage(format!("{file} is not a PEM file")))?;
            PublicKey::from_pem(&text).map_err(|error| {
                CliError::usage(format!("{file}: {error}")).help("give the .pub file")
            })
        })
        .collect::<Result<_, _>>()?;
    Ok(RolePlan { keys, threshold })
}

fn sign(
    file: &Utf8PathBuf,
    source: &str,
    previous: Option<Utf8PathBuf>,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let previous = previous.as_ref().map(read_file).transpose()?;
    let signer = key(source)?;
    let signed = root::sign(&read_file(file)?, previous.as_deref(), &*signer).map_err(refused)?;
    write_file(file, &signed)?;
    console.line(format!(
        "{file} is signed by {}",
        signer.public_key().key_id()
    ));
    Ok(Exit::Clean)
}

fn show(
    file: &Utf8PathBuf,
    previous: Option<Utf8PathBuf>,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let previous = previous.as_ref().map(read_file).transpose()?;
    let status = root::status(&read_file(file)?, previous.as_deref()).map_err(refused)?;
    console.line(format!("root version {}", status.version));
    console.line(if status.is_complete() {
        "complete: agents accept it"
    } else {
        "incomplete: more signatures are needed"
    });
    for missing in &status.missing {
        console.line(format!("may still sign: {missing}"));
    }
    Ok(Exit::findings_unless(status.is_complete()))
}

fn refused(error: RootError) -> CliError {
    CliError::usage(error)
}
