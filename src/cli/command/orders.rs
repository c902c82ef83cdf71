//! `rbk halt` and `rbk recall`: orders of incident commanders, which take effect at every agent's next poll.

use clap::{Args, ValueEnum};
use jiff::Timestamp;

use super::Run;
use super::publication::Publication;
use super::shared::{counted, now};
use super::standing_orders::tell;
use crate::agent::{Halt, Orders, Recall};
use crate::cli::{CliError, Console, Exit};
use crate::distribution::PublishError;
use crate::document::Digest;
use crate::document::model::{HaltLevel, ObjectRef};

/// Where orders are published, and by whom.
#[derive(Args)]
struct Order {
    #[command(flatten)]
    publication: Publication,
    /// Who gives the order
    #[arg(long, value_name = "NAME")]
    by: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

impl Order {
    /// Publishes the orders that are there with a change.
    fn change(
        &self,
        change: impl FnOnce(&mut Orders, Timestamp) -> Result<(), CliError>,
        console: &mut Console,
    ) -> Result<Exit, CliError> {
        let said = [("--by", &self.by), ("--reason", &self.reason)];
        if let Some((name, _)) = said.iter().find(|(_, text)| text.trim().is_empty()) {
            return Err(CliError::usage(format!("{name} says nothing")));
        }
        let signers = self.publication.signers()?;
        let repository = self.publication.open()?;
        let files = repository.orders().map_err(CliError::could_not)?;
        let mut orders = Orders::read(&files).map_err(CliError::could_not)?;
        let at = now();
        let at = Timestamp::from_second(at.as_second()).unwrap_or(at);
        change(&mut orders, at)?;
        let files = orders.to_files();
        let published =
            repository.publish_orders(&files, &signers.all(), &self.publication.lifetimes(), at);
        published.map_err(|error| match error {
            PublishError::Keys { .. } => {
                CliError::usage(error).help("give `--key` for emergency, snapshot and timestamp")
            }
            other => CliError::could_not(other),
        })?;
        tell(&orders, at, console);
        Ok(Exit::Clean)
    }
}

/// How far agents are stopped.
#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Level {
    /// Agents may only advise
    AdviseOnly,
    /// Runs under way may finish their verification and undo; no write starts
    PauseNew,
    /// Nothing starts, the undo included
    StopNow,
}

impl From<Level> for HaltLevel {
    fn from(level: Level) -> Self {
        match level {
            Level::AdviseOnly => Self::AdviseOnly,
            Level::PauseNew => Self::PauseNew,
            Level::StopNow => Self::StopNow,
        }
    }
}

/// Arguments of `rbk halt`.
#[derive(Args)]
pub(in crate::cli) struct HaltCommand {
    #[command(flatten)]
    order: Order,
    /// How far
    #[arg(long, value_enum, required_unless_present = "lift")]
    level: Option<Level>,
    /// Take every halt back
    #[arg(long, conflicts_with_all = ["level", "until", "environment", "service"])]
    lift: bool,
    /// Until when; until it is lifted when left out
    #[arg(long, value_name = "TIMESTAMP")]
    until: Option<Timestamp>,
    /// Only in this environment
    #[arg(long, value_name = "NAME")]
    environment: Vec<String>,
    /// Only for this service
    #[arg(long, value_name = "NAME")]
    service: Vec<String>,
}

impl Run for HaltCommand {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        let Order { by, reason, .. } = &self.order;
        let change = |orders: &mut Orders, at: Timestamp| {
            let Some(level) = self.level else {
                orders.halts.clear();
                return Ok(());
            };
            if self.until.is_some_and(|until| until <= at) {
                return Err(CliError::usage("--until is over already"));
            }
            let environments = self.environment.iter().map(|name| name.as_str().into());
            let services = self.service.iter().map(|name| name.as_str().into());
            orders.halts.push(Halt {
                level: level.into(),
                reason: reason.clone(),
                by: by.clone(),
                at,
                until: self.until,
                environments: Some(environments.collect())
                    .filter(|names: &Vec<_>| !names.is_empty()),
                services: Some(services.collect()).filter(|names: &Vec<_>| !names.is_empty()),
            });
            Ok(())
        };
        self.order.change(change, console)
    }
}

/// Arguments of `rbk recall`.
#[derive(Args)]
pub(in crate::cli) struct RecallCommand {
    /// What is withdrawn: KIND/ID, KIND/ID@VERSION, or the digest of a source or closure
    #[arg(required = true, value_name = "DOCUMENT")]
    documents: Vec<String>,
    #[command(flatten)]
    order: Order,
    /// Take the withdrawal of these documents back
    #[arg(long)]
    lift: bool,
}

impl Run for RecallCommand {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        let Order { by, reason, .. } = &self.order;
        let change = |orders: &mut Orders, at: Timestamp| {
            for document in &self.documents {
                let recall = Recall {
                    reason: reason.clone(),
                    by: by.clone(),
                    at,
                    ..named(document, at)?
                };
                let same = |other: &Recall| {
                    let key = |it: &Recall| (it.digest, it.kind, it.id.clone(), it.version.clone());
                    key(other) == key(&recall)
                };
                let known = orders.recalled.iter().any(same);
                if self.lift && !known {
                    return Err(CliError::usage(format!("{document} is not withdrawn")));
                }
                orders.recalled.retain(|other| !same(other));
                if !self.lift {
                    orders.recalled.push(recall);
                }
            }
            Ok(())
        };
        let done = self.order.change(change, console)?;
        if !self.lift {
            let count = counted(self.documents.len() as u64, "document");
            console.line(format!("withdrawn from the next poll on: {count}"));
        }
        Ok(done)
    }
}

/// What a name on the command line withdraws.
fn named(document: &str, at: Timestamp) -> Result<Recall, CliError> {
    let nothing = Recall {
        digest: None,
        kind: None,
        id: None,
        version: None,
        reason: String::new(),
        by: String::new(),
        at,
    };
    if let Ok(digest) = document.parse::<Digest>() {
        return Ok(Recall {
            digest: Some(digest),
            ..nothing
        });
    }
    let (name, version) = match document.split_once('@') {
        Some((name, version)) => (name, Some(version.to_owned())),
        None => (document, None),
    };
    let object: ObjectRef = name.parse().map_err(|error| {
        CliError::usage(format!("{document}: {error}"))
            .help("write KIND/ID, KIND/ID@VERSION, or a digest")
    })?;
    Ok(Recall {
        kind: Some(object.kind),
        id: Some(object.id.to_string()),
        version,
        ..nothing
    })
}
