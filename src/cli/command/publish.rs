//! `rbk publish`

use std::collections::BTreeMap;
use std::fs;

use camino::Utf8PathBuf;
use clap::Args;

use super::Run;
use super::shared::{key, now, read_file};
use crate::cli::{CliError, Console, Exit};
use crate::distribution::signer::Signer;
use crate::distribution::{Lifetimes, PublishError, Published, Reason, Refusal, Repository};

/// Arguments of `rbk publish`.
#[derive(Args)]
pub(in crate::cli) struct Publish {
    /// Folder that `rbk bundle build` wrote
    #[arg(required_unless_present = "refresh_timestamp")]
    bundle: Option<Utf8PathBuf>,
    /// Folder to publish to; any web server can serve it
    #[arg(long)]
    to: Utf8PathBuf,
    /// Root file, complete; give every version, oldest first, when keys were rotated
    #[arg(long, required = true)]
    root: Vec<Utf8PathBuf>,
    /// Private key of a role: `file:PATH` or `env:NAME`; give it once for each role
    #[arg(long, required = true)]
    key: Vec<String>,
    /// Only sign the timestamp anew: what a scheduled job does
    #[arg(long, conflicts_with = "bundle")]
    refresh_timestamp: bool,
}

impl Run for Publish {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        let roots = self
            .root
            .iter()
            .map(read_file)
            .collect::<Result<Vec<_>, _>>()?;
        let signers = self
            .key
            .iter()
            .map(|source| key(source))
            .collect::<Result<Vec<_>, _>>()?;
        let signers: Vec<&dyn Signer> =
            signers.iter().map(|signer| signer as &dyn Signer).collect();
        let repository =
            Repository::open(self.to.as_std_path(), &roots).map_err(|error| match error {
                PublishError::Refused { what, refusal } if needs_signing(&refusal) => {
                    CliError::could_not(format!("{what}: {refusal}"))
                        .help("`rbk keys show ROOT` says who has to sign; they run `rbk keys sign ROOT --key …`")
                }
                error => refused(error),
            })?;
        let lifetimes = Lifetimes::default();
        let published = match &self.bundle {
            Some(bundle) => {
                repository.publish(&release_files(bundle)?, &signers, &lifetimes, now())
            }
            None => repository.refresh_timestamp(&signers, &lifetimes, now()),
        };
        let Published {
            release,
            timestamp,
            files,
            bytes,
            expires,
        } = published.map_err(refused)?;
        console.line(format!(
            "release {release} is published in {} (timestamp {timestamp}, {files} files, {bytes} bytes written)",
            self.to
        ));
        console.line(format!("agents take it as fresh until {expires}"));
        Ok(Exit::Clean)
    }
}

fn needs_signing(refusal: &Refusal) -> bool {
    matches!(refusal.reason, Reason::Signature | Reason::Threshold)
}

/// Every regular file of a bundle's folder by name.
fn release_files(folder: &Utf8PathBuf) -> Result<BTreeMap<String, Vec<u8>>, CliError> {
    let broken = |error: std::io::Error| {
        CliError::could_not(format!("{folder} cannot be read: {error}"))
            .help("build it with `rbk bundle build --out DIR`")
    };
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(broken)? {
        let entry = entry.map_err(broken)?;
        let path = Utf8PathBuf::from_path_buf(entry.path()).map_err(|path| {
            CliError::usage(format!("{} has a name that is not UTF-8", path.display()))
        })?;
        let name = path.file_name().unwrap_or_default().to_owned();
        if entry.file_type().map_err(broken)?.is_file() {
            files.insert(name, read_file(&path)?);
        }
    }
    if !files.contains_key("index.json") {
        return Err(
            CliError::usage(format!("{folder} holds no bundle: there is no index.json"))
                .help("build it with `rbk bundle build --out DIR`"),
        );
    }
    Ok(files)
}

fn refused(error: PublishError) -> CliError {
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
