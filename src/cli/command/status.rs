//! `rbk status`: what an agent stands on.

use clap::Args;

use super::Run;
use super::shared::{StateOptions, now, print_json, read_file, refused};
use super::standing_orders::tell as tell_orders;
use crate::agent::{AgentReport, Orders, Refused, Terms, open_release};
use crate::bundle::Channel;
use crate::cli::{CliError, Console, Exit};
use crate::diagnostic::visible::visible_line;
use crate::distribution::Freshness;

/// Arguments of `rbk status`.
#[derive(Args)]
pub(in crate::cli) struct Status {
    #[command(flatten)]
    state: StateOptions,
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    format: StatusFormat,
}

/// How the status is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum StatusFormat {
    /// Words for a human
    #[default]
    Human,
    /// JSON for a program
    Json,
    /// Metrics in the text format of Prometheus
    Prometheus,
}

impl Run for Status {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        let anchor = read_file(&self.state.root)?;
        let report = report(&self.state, &anchor, &self.state.terms()?)?;
        match self.format {
            StatusFormat::Json => print_json(console, &report)?,
            StatusFormat::Prometheus => console.print(report.metrics()),
            StatusFormat::Human => tell(&report, &self.state, &anchor, console),
        }
        let fresh = report.status.freshness.is_some_and(|it| it.is_fresh());
        Ok(Exit::findings_unless(fresh && report.unusable.is_none()))
    }
}

/// What an agent stands on now.
pub(super) fn report(
    state: &StateOptions,
    anchor: &[u8],
    terms: &Terms,
) -> Result<AgentReport, CliError> {
    let at = now();
    let status = state.dir().status(anchor, at).map_err(refused)?;
    let release = state.dir().current(anchor).map_err(refused)?;
    let usable =
        release.map(|release| open_release(&release, terms, at).map_err(|error| error.to_string()));
    let id = terms.follower.id.clone();
    Ok(AgentReport::new(
        id,
        status,
        usable,
        held_orders(state, anchor),
        at,
    ))
}

fn held_orders(state: &StateOptions, anchor: &[u8]) -> Result<Orders, String> {
    let held = state
        .dir()
        .orders(anchor)
        .map_err(|refusal| refusal.to_string())?;
    Orders::read(&held.files).map_err(|error| error.to_string())
}

fn tell(report: &AgentReport, state: &StateOptions, anchor: &[u8], console: &mut Console) {
    let status = &report.status;
    match status.release {
        Some(release) => console.line(format!("release {release} is in force")),
        None => console.line("nothing is in force; run `rbk sync`"),
    }
    if let Some(freshness) = &status.freshness {
        console.line(freshness_words(freshness));
    }
    console.line(format!("root version {}", status.root));
    if let Some(synced) = status.synced {
        console.line(format!("last synchronised {synced}"));
    }
    if let Some(content) = &report.content {
        if content.channel == Channel::Canary {
            console.line("its content of the canary channel is used");
        }
        tell_refused(&content.refused, console);
        if let Ok(orders) = held_orders(state, anchor)
            && orders != Orders::default()
        {
            tell_orders(&orders, report.at, console);
        }
    }
    if let Some(why) = &report.unusable {
        console.line(visible_line(&format!("it cannot be used: {why}")));
    }
}

/// Documents of a release that may not be used, each with why.
pub(super) fn tell_refused(refused: &[Refused], console: &mut Console) {
    for Refused { document, why } in refused {
        console.line(visible_line(&format!("{document} is not used: {why}")));
    }
}

pub(super) fn freshness_words(freshness: &Freshness) -> String {
    match freshness {
        Freshness::Fresh { expires } => format!("fresh until {expires}"),
        Freshness::Stale { role, since, .. } => {
            format!(
                "stale since {since}: the {role} metadata expired, so a newer release may have been kept from this agent"
            )
        }
        Freshness::ClockBehind { synced } => {
            format!("age unknown: the clock is behind {synced}, when a synchronisation succeeded")
        }
        Freshness::Revoked { root } => {
            format!("revoked: root {root} no longer trusts the keys that signed the release")
        }
    }
}
