//! `rbk publish`

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroU64;

use camino::Utf8PathBuf;
use clap::Args;

use super::Run;
use super::gate::refused as refused_by_gate;
use super::publication::{Publication, refused};
use super::shared::{counted, now, read_file};
use crate::bundle::index::INDEX_FILE;
use crate::bundle::{Bundle, canary_of, demands_evidence, marked_without_evidence, with_canary};
use crate::cli::{CliError, Console, Exit};
use crate::distribution::{PublicKey, Published, Repository};

/// Arguments of `rbk publish`.
#[derive(Args)]
#[group(id = "content", required = true, multiple = false, args = ["bundle", "content_of", "refresh_timestamp"])]
pub(in crate::cli) struct Publish {
    /// Folder that `rbk bundle build` wrote
    bundle: Option<Utf8PathBuf>,
    #[command(flatten)]
    publication: Publication,
    /// Publish what an earlier release held, as a new release: takes the releases since back
    #[arg(long, value_name = "RELEASE")]
    content_of: Option<u64>,
    /// Only sign the timestamp anew: what a scheduled job does
    #[arg(long)]
    refresh_timestamp: bool,
    /// Folder with a second bundle, for the agents of the channel `canary`
    #[arg(long, value_name = "BUNDLE", requires = "bundle")]
    canary: Option<Utf8PathBuf>,
    /// Percentage of the other agents that use the second bundle too
    #[arg(long, value_name = "PERCENT", default_value_t = 0, requires = "canary", value_parser = clap::value_parser!(u8).range(..=100))]
    canary_share: u8,
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
    /// Publish a bundle without evidence although its policy demands approvals; its index then says so to every agent
    #[arg(long, conflicts_with = "refresh_timestamp")]
    without_evidence: bool,
    /// Remove releases older than the newest NUMBER afterwards; all are kept when it is left out
    #[arg(long, value_name = "NUMBER")]
    keep: Option<NonZeroU64>,
}

impl Run for Publish {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        let signers = self.publication.signers()?;
        let repository = self.publication.open()?;
        let lifetimes = self.publication.lifetimes();
        let published = match self.files(&repository, console)? {
            Content::Refused => return Ok(Exit::Findings),
            Content::Files(files) => {
                let keys: Result<Vec<PublicKey>, CliError> =
                    self.emergency_key.iter().map(public_key).collect();
                let keys = keys?;
                let repository = match keys.is_empty() {
                    true => repository,
                    false => repository.with_emergency_keys(&keys, self.emergency_threshold),
                };
                repository.publish(&files, &signers.all(), &lifetimes, now())
            }
            Content::AsBefore => repository.refresh_timestamp(&signers.all(), &lifetimes, now()),
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
            self.publication.to
        ));
        console.line(format!("agents take it as fresh until {expires}"));
        if let Some(keep) = self.keep {
            let removed = self.publication.open()?.retain(keep).map_err(refused)?;
            if removed > 0 {
                console.line(format!(
                    "{} of older releases removed",
                    counted(removed, "file")
                ));
            }
        }
        Ok(Exit::Clean)
    }
}

/// What is to be published.
enum Content {
    /// A release of these files.
    Files(BTreeMap<String, Vec<u8>>),
    /// The release that is there.
    AsBefore,
    /// Nothing: the evidence does not hold, which was printed.
    Refused,
}

fn public_key(file: &Utf8PathBuf) -> Result<PublicKey, CliError> {
    let text = String::from_utf8_lossy(&read_file(file)?).into_owned();
    PublicKey::from_pem(&text).map_err(|error| {
        CliError::usage(format!("{file}: {error}"))
            .help("give the `.pub` file that `rbk keys new` wrote")
    })
}

impl Publish {
    fn files(&self, repository: &Repository, console: &mut Console) -> Result<Content, CliError> {
        if let Some(release) = self.content_of {
            let files = repository.content_of(release).map_err(refused)?;
            // Looked at as anew: an exception may have ended since.
            let parts = [files.clone(), canary_of(&files)];
            for mut part in parts.into_iter().filter(|part| !part.is_empty()) {
                if self.admit(&mut part, console)?.is_some() {
                    return Ok(Content::Refused);
                }
            }
            return Ok(Content::Files(files));
        }
        let Some(bundle) = &self.bundle else {
            return Ok(Content::AsBefore);
        };
        let mut files = release_files(bundle)?;
        if self.admit(&mut files, console)?.is_some() {
            return Ok(Content::Refused);
        }
        let Some(canary) = &self.canary else {
            return Ok(Content::Files(files));
        };
        let mut second = release_files(canary)?;
        if self.admit(&mut second, console)?.is_some() {
            return Ok(Content::Refused);
        }
        let files = with_canary(files, second, self.canary_share);
        Ok(Content::Files(files.map_err(CliError::usage)?))
    }

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
