//! What several commands need of the machine: files, keys, the clock.

use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use serde::Serialize;

use crate::agent::{EvidenceDemand, Terms};
use crate::bundle::{Channel, Follower};
use crate::cli::{CliError, Console};
use crate::distribution::signer::{KeySource, Signer};
use crate::distribution::{Refusal, StateDir};

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

/// Writes files that are not there yet below a folder; none if one of them is there with another content.
#[cfg(feature = "author")]
pub(super) fn write_new(
    folder: &Utf8Path,
    files: &[(Utf8PathBuf, String)],
) -> Result<(), CliError> {
    for (name, text) in files {
        let path = folder.join(name);
        let taken = path.symlink_metadata().is_ok()
            && fs::read(&path).ok().as_deref() != Some(text.as_bytes());
        if taken {
            return Err(
                CliError::usage(format!("{path} is there already, with another content"))
                    .help("write to another folder, or remove it; nothing was written"),
            );
        }
    }
    for (name, text) in files {
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(|error| {
            CliError::could_not(format!("{parent} cannot be made: {error}"))
                .help("choose a folder you may write to")
        })?;
        write_file(&path, text.as_bytes())?;
    }
    Ok(())
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
