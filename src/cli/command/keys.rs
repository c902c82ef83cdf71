//! `rbk keys`: keys, and the root that says which of them sign what.

use std::collections::BTreeMap;
use std::fs;

use camino::Utf8PathBuf;
use clap::{Args, Subcommand};

use super::Run;
use super::shared::{key, now, read_file, write_file};
use crate::cli::{CliError, Console, Exit};
use crate::distribution::root::{self, RolePlan, RootError, TopRole};
use crate::distribution::{NewKey, PublicKey, signer::Signer as _};
use crate::document::unit::Duration;

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
    /// Draft a root: who signs what, and how many have to
    Root(RootDraft),
    /// Add a signature to a drafted root
    Sign {
        /// The root file; it is replaced
        root: Utf8PathBuf,
        /// Private key of a root holder: `file:PATH` or `env:NAME`
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
struct RootDraft {
    /// Public key of a root holder; give it once for each
    #[arg(long, required = true)]
    root_key: Vec<Utf8PathBuf>,
    /// How many root holders have to sign
    #[arg(long, default_value_t = 1)]
    root_threshold: u64,
    /// Public key that signs releases
    #[arg(long, required = true)]
    targets_key: Vec<Utf8PathBuf>,
    /// Public key that signs snapshots
    #[arg(long, required = true)]
    snapshot_key: Vec<Utf8PathBuf>,
    /// Public key that signs timestamps
    #[arg(long, required = true)]
    timestamp_key: Vec<Utf8PathBuf>,
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

impl Run for Keys {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        match self.action {
            Action::New { name, out } => new(&name, &out, console),
            Action::Root(draft) => draft.run(console),
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

impl RootDraft {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        let plan = BTreeMap::from([
            (TopRole::Root, role(&self.root_key, self.root_threshold)?),
            (TopRole::Targets, role(&self.targets_key, 1)?),
            (TopRole::Snapshot, role(&self.snapshot_key, 1)?),
            (TopRole::Timestamp, role(&self.timestamp_key, 1)?),
        ]);
        let expires = now() + std::time::Duration::from_millis(self.expires.as_millis());
        let draft = match &self.previous {
            None => root::draft(&plan, expires, now()),
            Some(previous) => root::draft_next(&read_file(previous)?, &plan, expires, now()),
        };
        write_file(&self.out, &draft.map_err(refused)?)?;
        console.line(format!("wrote {}, unsigned", self.out));
        console.line(format!(
            "Next: {} of its root holders run `rbk keys sign {} --key FILE`.",
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
    let signed = root::sign(&read_file(file)?, previous.as_deref(), &signer).map_err(refused)?;
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
