//! What several commands need of the machine: files, keys, the clock.

use std::collections::BTreeMap;
use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::agent::{EvidenceDemand, Terms};
use crate::bundle::{Channel, Follower};
use crate::change::{Commit, GitRepository, LibraryError};
use crate::cli::{CliError, Console};
use crate::distribution::signer::{KeySource, Signer};
use crate::distribution::{Refusal, StateDir};
use crate::governance::Blob;
use crate::library::{Library, LoadOptions};

/// The moment. Only commands that sign, synchronise or decide live ask for it.
pub(super) fn now() -> Timestamp {
    Timestamp::now()
}

/// The content of a file.
pub(super) fn read_file(path: impl AsRef<Utf8Path>) -> Result<Vec<u8>, CliError> {
    let path = path.as_ref();
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

/// The signer that `file:PATH`, `env:NAME` or `exec:PUBLIC_KEY_FILE:COMMAND` names.
pub(super) fn key(source: &str) -> Result<Box<dyn Signer>, CliError> {
    source
        .parse::<KeySource>()
        .and_then(|source| source.load(&|name| std::env::var(name).ok()))
        .map_err(CliError::usage)
}

/// `1 file`, `2 files`.
pub(super) fn counted(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

/// How a command prints its result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Output {
    /// Words for a human
    #[default]
    Human,
    /// JSON for a program
    Json,
}

/// Prints a value as indented JSON.
pub(super) fn print_json(console: &mut Console, value: &impl Serialize) -> Result<(), CliError> {
    let text = serde_json::to_string_pretty(value).map_err(|error| {
        CliError::could_not(format!("the result cannot be written as JSON: {error}"))
    })?;
    console.line(text);
    Ok(())
}

/// Where an agent keeps its releases, and what it trusts.
#[derive(Args)]
pub(super) struct StateOptions {
    /// Folder that holds the agent's state
    #[arg(long, env = "RBK_STATE")]
    state: Utf8PathBuf,
    /// Root file that was installed with the agent
    #[arg(long, env = "RBK_ROOT")]
    pub(super) root: Utf8PathBuf,
    /// How much has to be shown of who approved what is acted on
    #[arg(
        long,
        env = "RBK_EVIDENCE",
        value_enum,
        default_value_t,
        value_name = "WHEN"
    )]
    evidence: Demand,
    /// Which content of a release this agent uses, where one holds two
    #[arg(
        long,
        env = "RBK_CHANNEL",
        value_enum,
        default_value_t,
        value_name = "NAME"
    )]
    channel: ChannelName,
    /// What tells this agent from others when a share of them uses a content first; a random one in the state when left out
    #[arg(long, env = "RBK_AGENT_ID", value_name = "ID")]
    agent_id: Option<String>,
}

/// Names of channels.
#[derive(Clone, Copy, Default, ValueEnum)]
enum ChannelName {
    /// What most agents use
    #[default]
    Stable,
    /// What some agents use first
    Canary,
}

/// How much has to be shown of who approved what is acted on.
#[derive(Clone, Copy, Default, ValueEnum)]
enum Demand {
    /// What the policy in the bundle promises
    #[default]
    Promised,
    /// Approval of every document, whatever the policy promises
    Always,
    /// Nothing: for trying things out
    Never,
}

/// Why a synchronisation, or reading its state, was refused, and what to do.
pub(super) fn refused(refusal: Refusal) -> CliError {
    CliError::could_not(format!("[{}] {}", refusal.reason, refusal.message))
        .help(refusal.reason.remedy())
}

impl StateOptions {
    /// Makes an id for this agent, unless its operator gave one.
    pub(super) fn ensure_id(&self) -> Result<(), CliError> {
        if self.agent_id.is_none() {
            self.dir().ensure_agent_id().map_err(refused)?;
        }
        Ok(())
    }

    /// The state folder.
    pub(super) fn dir(&self) -> StateDir {
        StateDir::new(self.state.as_std_path())
    }

    /// What this agent's operator says of it.
    pub(super) fn terms(&self) -> Result<Terms, CliError> {
        let id = match &self.agent_id {
            Some(id) => Some(id.clone()),
            None => self.dir().agent_id().map_err(refused)?,
        };
        Ok(Terms {
            evidence: match self.evidence {
                Demand::Promised => EvidenceDemand::Promised,
                Demand::Always => EvidenceDemand::Always,
                Demand::Never => EvidenceDemand::Never,
            },
            follower: Follower {
                channel: match self.channel {
                    ChannelName::Stable => Channel::Stable,
                    ChannelName::Canary => Channel::Canary,
                },
                id,
            },
        })
    }
}

/// The library of the repository that `path` lies in. A command reads one and then ends, so it is never taken apart
/// again: with ten thousand documents that is 3 % of the processor time of `rbk lint`, all on one thread.
pub(super) fn load(path: &Utf8Path) -> Result<&'static Library, CliError> {
    let start = path.canonicalize_utf8().map_err(|error| {
        CliError::usage(format!("{path} cannot be read: {error}"))
            .help("give a folder of the repository")
    })?;
    let root = Library::find_root(&start).unwrap_or(start);
    let library = Library::load(&root, &LoadOptions::default());
    if library.entries().len() == 0 {
        return Err(
            CliError::could_not(format!("no document was found below {root}"))
                .help("run `rbk init` to begin, or check `include` in rbk.yaml"),
        );
    }
    Ok(Box::leak(Box::new(library)))
}

/// The library as a commit holds it, and the commit's id.
pub(super) fn library_at(path: &Utf8Path, revision: &str) -> Result<(Library, String), CliError> {
    library_with(path, revision, &BTreeMap::new())
}

/// The library as a commit holds it but for other content at some paths of the repository, and the commit's id.
pub(super) fn library_with(
    path: &Utf8Path,
    revision: &str,
    content: &BTreeMap<String, Option<Blob>>,
) -> Result<(Library, String), CliError> {
    let start = path
        .canonicalize_utf8()
        .map_err(|error| CliError::usage(format!("{path} cannot be read: {error}")))?;
    let git = GitRepository::discover(&start).map_err(CliError::could_not)?;
    let commit = git.commit(revision).map_err(CliError::could_not)?;
    let root = Library::find_root(&start).unwrap_or(start);
    let tree = match content.is_empty() {
        true => commit.id.clone(),
        false => git
            .with_content(&commit.id, content)
            .map_err(CliError::could_not)?,
    };
    let library = git.library(&tree, &git.prefix_of(&root));
    let library = library.map_err(|error| match error {
        LibraryError::Git(error) => CliError::could_not(error),
        pattern @ LibraryError::Pattern { .. } => CliError::usage(pattern),
    })?;
    Ok((library, commit.id))
}

/// What a change is compared with.
#[derive(Args)]
pub(super) struct Base {
    /// Also what changed since the commit at which this branch left a branch, a tag or a commit; `auto` takes the base
    /// of the pull request, else the main branch
    #[arg(long, value_name = "REVISION")]
    base: Option<String>,
}

impl Base {
    /// The library at the base of the change, when one was asked for.
    pub(super) fn library(&self, path: &Utf8Path) -> Result<Option<Library>, CliError> {
        let Some(revision) = &self.base else {
            return Ok(None);
        };
        let start = path
            .canonicalize_utf8()
            .map_err(|error| CliError::usage(format!("{path} cannot be read: {error}")))?;
        let git = GitRepository::discover(&start).map_err(CliError::could_not)?;
        let commit = fork_point(&git, revision, "HEAD")?;
        Ok(Some(library_at(path, &commit.id)?.0))
    }
}

/// The commit at which the change that ends at `head` began; `auto` takes the base of the pull request, else the main branch.
pub(super) fn fork_point(
    git: &GitRepository,
    revision: &str,
    head: &str,
) -> Result<Commit, CliError> {
    if revision == "auto" {
        let event = std::env::var("GITHUB_EVENT_PATH").ok();
        let event = event.map(Utf8PathBuf::from);
        git.base_of_change(head, event.as_deref())
            .map_err(CliError::could_not)
    } else {
        git.fork_point(revision, head).map_err(CliError::could_not)
    }
}

/// The day on which documents are looked at.
#[derive(Args)]
pub(super) struct Day {
    /// The day that decides what has expired, e.g. 2026-11-01; the machine's day when left out
    #[arg(long, env = "RBK_TODAY", value_name = "DATE")]
    today: Option<Date>,
}

impl Day {
    /// The day asked for, else the machine's, which in continuous integration is said aloud: the same commit may
    /// be clean today and not tomorrow.
    pub(super) fn date(&self) -> Date {
        self.today.unwrap_or_else(|| {
            let today = now().to_zoned(TimeZone::UTC).date();
            if std::env::var_os("CI").is_some() {
                eprintln!("note: today is {today}, taken from the clock; pass --today to make this run repeatable");
            }
            today
        })
    }
}
