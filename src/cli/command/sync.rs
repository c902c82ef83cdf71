//! `rbk sync` and `rbk status`: the agent's side of distribution.

use std::cell::RefCell;
use std::collections::BTreeMap;

use clap::Args;

use super::shared::{Output, StateOptions, counted, now, print_json, read_file};
use super::source::Connection;
use super::{Run, orders};
use crate::agent::{Orders, open_release};
use crate::cli::{CliError, Console, Exit};
use crate::diagnostic::visible::visible_line;
use crate::distribution::{Outcome, SyncOptions, SyncReport, sync};
use crate::document::model::Kind;

/// Arguments of `rbk sync`.
#[derive(Args)]
pub(in crate::cli) struct Sync {
    /// Where releases are published: a folder, an http(s) address or an artifact (oci://REGISTRY/NAME:TAG)
    #[arg(long, env = "RBK_FROM")]
    from: String,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    state: StateOptions,
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    format: Output,
}

impl Run for Sync {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        let transport = self.connection.transport(&self.from)?;
        let anchor = read_file(&self.state.root)?;
        let (demand, at) = (self.state.demand(), now());
        let refused = RefCell::new(BTreeMap::new());
        let report = sync(
            &self.state.dir(),
            &*transport,
            &anchor,
            at,
            &SyncOptions::default(),
            &|release| match open_release(release, demand, at) {
                Ok(usable) => {
                    refused.replace(usable.refused);
                    Ok(())
                }
                Err(error) => Err(error.to_string()),
            },
        );
        if let Output::Json = self.format {
            print_json(console, &report)?;
            return Ok(exit(&report.outcome));
        }
        console.line(told(&report)?);
        tell_refused(&refused.into_inner(), console);
        Ok(Exit::Clean)
    }
}

/// Documents of a release that may not be used, each with why.
fn tell_refused(refused: &BTreeMap<(Kind, String), String>, console: &mut Console) {
    for ((kind, id), why) in refused {
        console.line(visible_line(&format!("{kind}/{id} is not used: {why}")));
    }
}

/// What was offered may be refused, or there was nothing that could be judged: no connection, no room, another
/// synchronisation at work.
fn exit(outcome: &Outcome) -> Exit {
    match outcome {
        Outcome::Activated { .. } | Outcome::Unchanged { .. } => Exit::Clean,
        Outcome::Refused { code, .. } if code.is_about_the_offer() => Exit::Findings,
        Outcome::Refused { .. } => Exit::CouldNotEvaluate,
    }
}

fn told(report: &SyncReport) -> Result<String, CliError> {
    let SyncReport {
        outcome,
        requests,
        bytes,
    } = report;
    let cost = format!("{}, {bytes} bytes", counted(*requests, "request"));
    Ok(match outcome {
        Outcome::Activated {
            from: Some(from),
            to,
        } => format!("release {from} → {to} is in force ({cost})"),
        Outcome::Activated { from: None, to } => format!("release {to} is in force ({cost})"),
        Outcome::Unchanged { release, repaired } => {
            let repaired = if *repaired {
                "; damaged files were replaced"
            } else {
                ""
            };
            format!("release {release} is still the newest ({cost}){repaired}")
        }
        Outcome::Refused {
            code,
            message,
            remedy,
            still_on,
        } => {
            let on = still_on.map_or_else(
                || "nothing is in force".to_owned(),
                |release| format!("release {release} stays in force"),
            );
            let words = format!("[{code}] {message}; {on}");
            let error = if code.is_about_the_offer() {
                CliError::refused(words)
            } else {
                CliError::could_not(words)
            };
            return Err(error.help(remedy));
        }
    })
}

/// Arguments of `rbk status`.
#[derive(Args)]
pub(in crate::cli) struct Status {
    #[command(flatten)]
    state: StateOptions,
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    format: Output,
}

impl Run for Status {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        let anchor = read_file(&self.state.root)?;
        let status = self.state.dir().status(&anchor, now()).map_err(|refusal| {
            CliError::could_not(format!("[{}] {}", refusal.reason, refusal.message))
                .help(refusal.reason.remedy())
        })?;
        if let Output::Json = self.format {
            print_json(console, &status)?;
        } else {
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
            if let Ok(Some(release)) = self.state.dir().current(&anchor) {
                match open_release(&release, self.state.demand(), now()) {
                    Ok(usable) => {
                        tell_refused(&usable.refused, console);
                        let orders = self.state.dir().orders(&anchor);
                        let orders = orders.map_err(|refusal| refusal.to_string());
                        let orders = orders.and_then(|orders| {
                            Orders::read(&orders.files).map_err(|error| error.to_string())
                        });
                        match orders {
                            Ok(orders) if orders == Orders::default() => {}
                            Ok(orders) => orders::tell(&orders, now(), console),
                            Err(error) => {
                                console.line(visible_line(&format!("it cannot be used: {error}")));
                                return Ok(Exit::Findings);
                            }
                        }
                    }
                    Err(error) => {
                        console.line(visible_line(&format!("it cannot be used: {error}")));
                        return Ok(Exit::Findings);
                    }
                }
            }
        }
        Ok(Exit::findings_unless(
            status
                .freshness
                .is_some_and(|freshness| freshness.is_fresh()),
        ))
    }
}

pub(super) fn freshness_words(freshness: &crate::distribution::Freshness) -> String {
    use crate::distribution::Freshness;
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
