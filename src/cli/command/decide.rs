//! `rbk decide` and `rbk authorize`: the decision interface for agents.

use std::io::Read;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use serde::de::DeserializeOwned;

use super::Run;
use super::shared::{StateOptions, now, print_json, read_file, refused};
use super::standing_orders::level_name;
use super::status::freshness_words;
use crate::agent::kill_switch::{LocalHalt, local_halts, read_file as read_source};
use crate::agent::{
    AuthorizationInput, DecisionInput, Orders, Reliance, decide, judge, open_release, prepare,
    reliance,
};
use crate::bundle::Bundle;
use crate::cli::{CliError, Console, Exit};
use crate::diagnostic::visible::visible_line;
use crate::document::model::HaltLevel;
use crate::engine::incident::Incident;

/// Largest input read, in bytes.
const MAX_INPUT: u64 = 16 * 1024 * 1024;

/// Arguments of `rbk decide`.
#[derive(Args)]
pub(in crate::cli) struct Decide {
    /// JSON file with the incident and its evidence; `-` is standard input
    #[arg(long)]
    incident: Utf8PathBuf,
    #[command(flatten)]
    state: StateOptions,
}

impl Run for Decide {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        let input: DecisionInput = read_input(&self.incident)?;
        let current = current(&self.state)?;
        let prepared = Arc::new(prepare(&current.bundle));
        let halt = halted(&current, &input.incident);
        let input = DecisionInput {
            halt: input.halt.max(halt),
            ..input
        };
        print_json(console, &decide(&prepared, &input))?;
        Ok(Exit::Clean)
    }
}

/// Arguments of `rbk authorize`.
#[derive(Args)]
pub(in crate::cli) struct Authorize {
    /// JSON file with the proposed call; `-` is standard input
    #[arg(long)]
    proposal: Utf8PathBuf,
    #[command(flatten)]
    state: StateOptions,
}

impl Run for Authorize {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        let input: AuthorizationInput = read_input(&self.proposal)?;
        let current = current(&self.state)?;
        let halt = halted(&current, &input.incident);
        let input = AuthorizationInput {
            halt: input.halt.max(halt),
            ..input
        };
        let verdict = judge(&prepare(&current.bundle), &input);
        print_json(console, &verdict)?;
        Ok(Exit::findings_unless(verdict.allowed))
    }
}

/// How far agents are stopped for an incident: by orders, by what this machine says itself, and by the age of the release.
fn halted(current: &Current, incident: &Incident) -> Option<HaltLevel> {
    let at = now();
    let variable = |name: &str| std::env::var(name).ok();
    let switch = current.bundle.governance.spec.kill_switch.iter();
    let local: Vec<LocalHalt> = switch
        .flat_map(|switch| local_halts(switch, incident, at, &read_source, &variable))
        .collect();
    for LocalHalt { source, why, level } in &local {
        let line = visible_line(&format!("{source}: {why}"));
        eprintln!("note: {line}; agents are stopped: {}", level_name(*level));
    }
    let local = local.into_iter().map(|halt| halt.level).max();
    current
        .orders
        .halt(incident, at)
        .max(local)
        .max(current.stopped)
}

/// What may be acted on now.
struct Current {
    /// The bundle in force without what is refused or withdrawn, and no further than its age allows.
    bundle: Bundle,
    orders: Orders,
    /// How far everything is stopped because the release is too old.
    stopped: Option<HaltLevel>,
}

/// What is in force. A release of which nothing can be said may not be acted on, and neither may any while orders cannot be read.
fn current(state: &StateOptions) -> Result<Current, CliError> {
    let anchor = read_file(&state.root)?;
    let at = now();
    let status = state.dir().status(&anchor, at).map_err(refused)?;
    let release = state.dir().current(&anchor).map_err(refused)?;
    let (Some(release), Some(freshness)) = (release, status.freshness) else {
        return Err(CliError::could_not("no release is in force").help("run `rbk sync` first"));
    };
    let human = "run `rbk sync`; until then hand incidents to a human";
    let usable = open_release(&release, &state.terms()?, at).map_err(|error| {
        CliError::could_not(format!("the release in force cannot be used: {error}")).help(human)
    })?;
    let orders = state.dir().orders(&anchor).map_err(refused)?;
    let orders = Orders::read(&orders.files).map_err(|error| {
        CliError::could_not(format!("the orders of incident commanders: {error}"))
            .help("hand incidents to a human, and install a newer rbk")
    })?;
    let (bundle, withdrawn) = orders.apply(usable.bundle);
    for ((kind, id), why) in usable.refused.iter().chain(&withdrawn) {
        let line = visible_line(&format!("{kind}/{id} is not used: {why}"));
        eprintln!("note: {line}");
    }
    let words = freshness_words(&freshness);
    let (bundle, stopped) = match reliance(&bundle.governance.spec, &freshness, at) {
        Reliance::Whole => (bundle, None),
        Reliance::Grace { mode, until } => {
            eprintln!(
                "warning: {words}; until {until} agents go no further than `{mode}`; run `rbk sync`"
            );
            (bundle.up_to(mode).map_err(CliError::could_not)?, None)
        }
        Reliance::AdviseOnly => {
            eprintln!("warning: {words}; agents only advise; run `rbk sync`");
            (bundle, Some(HaltLevel::AdviseOnly))
        }
        Reliance::None => {
            return Err(CliError::could_not(format!(
                "the release in force cannot be relied on: {words}"
            ))
            .help(human));
        }
    };
    Ok(Current {
        bundle,
        orders,
        stopped,
    })
}

fn read_input<T: DeserializeOwned>(path: &Utf8Path) -> Result<T, CliError> {
    let mut bytes = Vec::new();
    let read = if path == "-" {
        std::io::stdin().take(MAX_INPUT + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(MAX_INPUT + 1).read_to_end(&mut bytes))
    };
    let name = if path == "-" {
        "standard input"
    } else {
        path.as_str()
    };
    read.map_err(|error| {
        CliError::could_not(format!("{name} cannot be read: {error}"))
            .help("give a JSON file, or `-` for standard input")
    })?;
    if bytes.len() as u64 > MAX_INPUT {
        return Err(CliError::usage(format!(
            "{name} has more than {MAX_INPUT} bytes"
        )));
    }
    serde_json::from_slice(&bytes).map_err(|error| {
        CliError::usage(format!("{name} is not the JSON expected: {error}"))
            .help("see docs/decisions.md for its form")
    })
}
