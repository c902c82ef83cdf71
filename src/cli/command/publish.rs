//! `rbk publish`

use std::collections::BTreeMap;
use std::fs;

use camino::Utf8PathBuf;
use clap::Args;

use super::Run;
use super::gate::refused as refused_by_gate;
use super::shared::{key, now, read_file};
use crate::bundle::index::INDEX_FILE;
use crate::bundle::{Bundle, demands_evidence, marked_without_evidence};
use crate::cli::{CliError, Console, Exit};
use crate::distribution::signer::Signer;
use crate::distribution::{
    Lifetimes, PublicKey, PublishError, Published, Reason, Refusal, Repository,
};

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
    /// Public key (PEM) that may halt agents and withdraw documents from this release on; those of the release before may when
    /// it is left out
    #[arg(long, value_name = "FILE", conflicts_with = "refresh_timestamp")]
    emergency_key: Vec<Utf8PathBuf>,
    /// How many of the emergency keys have to sign an order
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 1,
        requires = "emergency_key"
    )]
    emergency_threshold: u64,
    /// Only sign the timestamp anew: what a scheduled job does
    #[arg(long, conflicts_with = "bundle")]
    refresh_timestamp: bool,
    /// Publish a bundle without evidence although its policy demands approvals; its index then says so to every agent
    #[arg(long, conflicts_with = "refresh_timestamp")]
    without_evidence: bool,
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
                let mut files = release_files(bundle)?;
                if let Some(exit) = self.admit(&mut files, console)? {
                    return Ok(exit);
                }
                let keys: Result<Vec<PublicKey>, CliError> =
                    self.emergency_key.iter().map(public_key).collect();
                let keys = keys?;
                let repository = match keys.is_empty() {
                    true => repository,
                    false => repository.with_emergency_keys(&keys, self.emergency_threshold),
                };
                repository.publish(&files, &signers, &lifetimes, now())
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

fn public_key(file: &Utf8PathBuf) -> Result<PublicKey, CliError> {
    let text = String::from_utf8_lossy(&read_file(file)?).into_owned();
    PublicKey::from_pem(&text).map_err(|error| {
        CliError::usage(format!("{file}: {error}"))
            .help("give the `.pub` file that `rbk keys new` wrote")
    })
}

impl Publish {
    /// Whether the evidence shows that everything in the bundle was approved, where its policy demands that. Nothing is read
    /// but the bundle, so that who signs needs no repository.
    fn admit(
        &self,
        files: &mut BTreeMap<String, Vec<u8>>,
        console: &mut Console,
    ) -> Result<Option<Exit>, CliError> {
        let bundle = opened(files)?;
        let demands = demands_evidence(&bundle.governance.spec);
        if bundle.evidence.is_some() {
            if self.without_evidence {
                return Err(CliError::usage("the bundle carries evidence")
                    .help("leave out `--without-evidence`"));
            }
            let found = bundle.unapproved(now());
            return Ok(match found.is_empty() {
                true => None,
                false => {
                    refused_by_gate(&found, console);
                    console.line(
                        "nothing is published: the evidence does not show that this was approved",
                    );
                    Some(Exit::Findings)
                }
            });
        }
        match (demands, self.without_evidence) {
            (false, false) => Ok(None),
            (false, true) => Err(CliError::usage("the policy of the bundle demands no evidence")
                .help("leave out `--without-evidence`")),
            (true, false) => Err(CliError::refused(
                "nothing is published: the policy says who has to approve changes of a repository, and the bundle carries no evidence \
                 that they did",
            )
            .help(
                "build it with `rbk bundle build --records FILE`, or publish it with `--without-evidence`, which every agent will see",
            )),
            (true, true) => {
                mark(files)?;
                eprintln!("warning: nothing shows that this release was approved; its index says so to every agent");
                Ok(None)
            }
        }
    }
}

/// The bundle in files.
fn opened(files: &BTreeMap<String, Vec<u8>>) -> Result<Bundle, CliError> {
    let read = |name: &str| {
        let file = files.get(name).cloned();
        file.ok_or_else(|| "it is missing".to_owned())
    };
    Bundle::open(&read)
        .map_err(|error| CliError::could_not(error).help("build it again with `rbk bundle build`"))
}

/// Marks the index of a bundle as published without evidence.
pub(super) fn mark(files: &mut BTreeMap<String, Vec<u8>>) -> Result<(), CliError> {
    let index = files.get(INDEX_FILE).map(Vec::as_slice).unwrap_or_default();
    let index = marked_without_evidence(index)
        .map_err(|error| CliError::could_not(format!("{INDEX_FILE}: {error}")))?;
    files.insert(INDEX_FILE.to_owned(), index);
    Ok(())
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
    if !files.contains_key(INDEX_FILE) {
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
