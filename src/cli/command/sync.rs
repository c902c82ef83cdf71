//! `rbk sync`: the agent's side of distribution, once or for ever.

mod output;
mod pace;

use std::cell::RefCell;

use clap::Args;
use serde::Serialize;

use super::Run;
use super::shared::{Output, StateOptions, counted, now, print_json, read_file};
use super::source::Connection;
use super::status;
use crate::agent::{AgentReport, Changelog, Refused, Terms, Usable, open_release};
use crate::bundle::{Bundle, Channel};
use crate::cli::{CliError, Console, Exit};
use crate::diagnostic::visible::visible_line;
use crate::distribution::{Outcome, SyncOptions, SyncReport, Transport, sync};
use crate::document::unit::Duration;
use output::Destinations;
use pace::Pace;

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
    #[command(flatten)]
    destinations: Destinations,
    /// Go on for ever: poll every so often, less often while that fails
    #[arg(long, value_name = "INTERVAL", num_args = 0..=1, default_missing_value = "60s")]
    watch: Option<Duration>,
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    format: Output,
}

/// What a synchronisation did, for a program.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    report: &'a SyncReport,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<Channel>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<&'a Changelog>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refused: Vec<Refused>,
}

/// A synchronisation that was made.
struct Done {
    report: SyncReport,
    /// What came into force.
    usable: Option<Usable>,
    changes: Option<Changelog>,
}

impl Run for Sync {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        let transport = self.connection.transport(&self.from)?;
        let anchor = read_file(&self.state.root)?;
        self.state.ensure_id()?;
        let terms = self.state.terms()?;
        let once = || self.synchronise(&*transport, &anchor, &terms);
        let Some(interval) = self.watch else {
            let done = once();
            let failures = u64::from(failed(&done.report.outcome));
            self.write(&anchor, &terms, &done, failures)?;
            return self.tell(&done, console);
        };
        let mut pace = Pace::new(interval)?;
        loop {
            let done = once();
            let is_news = pace.note(&done.report.outcome);
            // A full disk or an unreachable monitor must not end an agent that still follows orders.
            if let Err(error) = self.write(&anchor, &terms, &done, pace.failures()) {
                eprintln!("warning: {error}");
            }
            if is_news && let Err(error) = self.tell(&done, console) {
                eprintln!("{} {error}", now());
            }
            console.flush();
            std::thread::sleep(pace.wait());
        }
    }
}

impl Sync {
    fn synchronise(&self, transport: &dyn Transport, anchor: &[u8], terms: &Terms) -> Done {
        let (state, at) = (self.state.dir(), now());
        let opened = RefCell::new(None);
        let report = sync(
            &state,
            transport,
            anchor,
            at,
            &SyncOptions::default(),
            &|release| match open_release(release, terms, at) {
                Ok(usable) => {
                    // Only now is it sure that something will be different.
                    let before = self.before(anchor, terms);
                    let changes = before.map(|it| Changelog::between(Some(&it), &usable.bundle));
                    opened.replace(Some((usable, changes)));
                    Ok(())
                }
                Err(error) => Err(error.to_string()),
            },
        );
        let is_new = matches!(report.outcome, Outcome::Activated { .. });
        let (usable, changes) = opened.into_inner().filter(|_| is_new).unzip();
        Done {
            report,
            usable,
            changes: changes.flatten(),
        }
    }

    /// What is in force before, to say what is different afterwards. It need not be usable, or there.
    fn before(&self, anchor: &[u8], terms: &Terms) -> Option<Bundle> {
        let release = self.state.dir().current(anchor).ok().flatten()?;
        let read = |name: &str| release.read(name).map_err(|refusal| refusal.to_string());
        Some(Bundle::open_for(&read, &terms.follower).ok()?.0)
    }

    /// Leaves the report where monitoring looks for it.
    fn write(
        &self,
        anchor: &[u8],
        terms: &Terms,
        done: &Done,
        failures: u64,
    ) -> Result<(), CliError> {
        if self.destinations.are_none() {
            return Ok(());
        }
        let report = status::report(&self.state, anchor, terms)?;
        let report: AgentReport = report.after(&done.report.outcome, failures);
        self.destinations.write(&report, &self.connection)
    }

    fn tell(&self, done: &Done, console: &mut Console) -> Result<Exit, CliError> {
        let Done {
            report,
            usable,
            changes,
        } = done;
        let refused = usable.iter().flat_map(|usable| &usable.refused);
        let refused: Vec<Refused> = refused
            .map(|((kind, id), why)| Refused {
                document: format!("{kind}/{id}"),
                why: why.clone(),
            })
            .collect();
        if let Output::Json = self.format {
            let told = Told {
                report,
                channel: usable.as_ref().map(|usable| usable.channel),
                changes: changes.as_ref(),
                refused,
            };
            print_json(console, &told)?;
            return Ok(exit(&report.outcome));
        }
        console.line(words(report)?);
        if usable
            .as_ref()
            .is_some_and(|usable| usable.channel == Channel::Canary)
        {
            console.line("it is the content of the canary channel");
        }
        if let Some(changes) = changes {
            console.line(visible_line(&changes.to_string()));
        }
        status::tell_refused(&refused, console);
        Ok(Exit::Clean)
    }
}

fn failed(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Refused { .. })
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

fn words(report: &SyncReport) -> Result<String, CliError> {
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
