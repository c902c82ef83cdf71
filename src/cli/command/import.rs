//! `rbk import`: what other tools know, as documents.

mod payload;
mod prometheus;

use camino::Utf8PathBuf;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::Run;
use super::shared::{Output, counted, print_json, write_new};
use crate::cli::{CliError, Console, Exit};
use crate::diagnostic::visible::visible_line;
use crate::document::model::{Document, Fixture};
use crate::import::cre::Defaults;
use crate::import::cre::collection::{
    Collection, CollectionError, Crossfire, Imported, Overlap, import,
};
use crate::import::draft::{self, DraftError};
use crate::import::payload::Tool;

/// Arguments of `rbk import`.
#[derive(Args)]
pub(in crate::cli) struct Import {
    #[command(subcommand)]
    from: From,
}

#[derive(Subcommand)]
enum From {
    /// Rules of the Common Reliability Enumeration, as signatures with fixtures of their logs
    Cre(Cre),
    /// Alert rules of Prometheus, as queries and drafts of runbooks that only hand over
    Prometheus(prometheus::Prometheus),
    /// A webhook of Alertmanager, as what `rbk decide` reads or a fixture
    Alertmanager(payload::Payload),
    /// A webhook or event of PagerDuty, as what `rbk decide` reads or a fixture
    Pagerduty(payload::Payload),
    /// Events of CDEvents, as what `rbk decide` reads or a fixture
    Cdevents(payload::Payload),
}

impl Run for Import {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        match self.from {
            From::Cre(arguments) => arguments.run(console),
            From::Prometheus(arguments) => arguments.run(console),
            From::Alertmanager(arguments) => arguments.run(Tool::Alertmanager, console),
            From::Pagerduty(arguments) => arguments.run(Tool::PagerDuty, console),
            From::Cdevents(arguments) => arguments.run(Tool::CdEvents, console),
        }
    }
}

/// Arguments of `rbk import cre`.
#[derive(Args)]
struct Cre {
    /// The folder with the rules
    folder: Utf8PathBuf,
    /// The folder to write to; nothing in it is overwritten
    #[arg(long, value_name = "DIR")]
    out: Utf8PathBuf,
    /// Class of incidents; the rule's own category when left out
    #[arg(long, value_name = "ID")]
    class: Option<String>,
    /// Team that answers for what is imported
    #[arg(long, value_name = "TEAM", default_value = "unassigned")]
    owner: String,
    /// Service of the fixtures; the source of the rule's log when left out
    #[arg(long, value_name = "ID")]
    service: Option<String>,
    /// Environment of the fixtures
    #[arg(long, value_name = "ID", default_value = "production")]
    environment: String,
    /// Licence of the logs, as an SPDX expression
    #[arg(long, value_name = "SPDX")]
    licence: Option<String>,
    /// How to print what was done
    #[arg(long, value_enum, default_value_t)]
    format: Output,
}

/// What was done, for programs.
#[derive(Serialize)]
struct Summary<'c> {
    imported: Vec<&'c str>,
    without_fixture: Vec<&'c str>,
    refused: Vec<Refusal<'c>>,
    crossfire: &'c [Crossfire],
}

#[derive(Serialize)]
struct Refusal<'c> {
    file: &'c Utf8PathBuf,
    rule: &'c str,
    why: &'c str,
}

impl Run for Cre {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        let defaults = Defaults {
            class: self.class,
            owner: self.owner,
            service: self.service,
            environment: self.environment,
            licence: self.licence,
        };
        let collection = import(&self.folder, &defaults).map_err(explained)?;
        let mut files = Vec::new();
        for it in &collection.imported {
            files.extend(written(it).map_err(CliError::could_not)?);
        }
        write_new(&self.out, &files)?;
        match self.format {
            Output::Json => print_json(console, &summary(&collection))?,
            Output::Human => human(&collection, &self.out, console),
        }
        Ok(Exit::Clean)
    }
}

fn explained(error: CollectionError) -> CliError {
    let error = CliError::could_not(error);
    error
        .help("give the folder that holds the rules, each in a folder of its own with its test.log")
}

/// The files of a signature: their names below the folder, and their texts.
fn written(it: &Imported) -> Result<Vec<(Utf8PathBuf, String)>, DraftError> {
    let id = &it.signature.metadata.id;
    let folder = Utf8PathBuf::from(id);
    let source = format!(
        "Imported from {}; {}.",
        it.file.file_name().unwrap_or_default(),
        about(it)
    );
    let mut files = vec![(
        folder.join("signature.yaml"),
        draft::text(&it.signature, &[source])?,
    )];
    for fixture in &it.fixtures {
        files.push((
            folder.join("fixtures").join(name(fixture)),
            draft::text(fixture, &[])?,
        ));
    }
    Ok(files)
}

fn about(it: &Imported) -> &'static str {
    match (&it.log, it.fixtures.as_slice()) {
        (None, _) => "it came without a log, so that nothing shows that it fires",
        (_, []) => "its log has too many of its lines for a fixture",
        _ => "the fixtures are lines of its log",
    }
}

fn name(fixture: &Document<Fixture>) -> String {
    format!("{}.yaml", fixture.metadata.id)
}

fn summary(collection: &Collection) -> Summary<'_> {
    let imported = collection.imported.iter();
    let without = collection
        .imported
        .iter()
        .filter(|it| it.fixtures.is_empty());
    Summary {
        imported: imported
            .map(|it| it.signature.metadata.id.as_str())
            .collect(),
        without_fixture: without
            .map(|it| it.signature.metadata.id.as_str())
            .collect(),
        refused: collection
            .refused
            .iter()
            .map(|(file, refused)| Refusal {
                file,
                rule: &refused.id,
                why: &refused.why,
            })
            .collect(),
        crossfire: &collection.crossfire,
    }
}

fn human(collection: &Collection, out: &Utf8PathBuf, console: &mut Console) {
    for (file, refused) in &collection.refused {
        console.line(visible_line(&format!("refused    {refused} ({file})")));
    }
    for it in collection
        .imported
        .iter()
        .filter(|it| it.fixtures.is_empty())
    {
        console.line(format!(
            "unproven   {}: {}",
            it.signature.metadata.id,
            about(it)
        ));
    }
    for crossfire in &collection.crossfire {
        let because = match crossfire.because {
            Overlap::SameLog => "their logs are the same, byte by byte",
            Overlap::SameConditions => "both look for the same lines",
            Overlap::Generic => "its pattern is generic, and fires on several logs",
            Overlap::SharedLines => "its lines are in that log too",
        };
        console.line(format!(
            "crossfire  {} fires on the log of {}: {because}",
            crossfire.fires, crossfire.of
        ));
    }
    let signatures = counted(collection.imported.len() as u64, "signature");
    let refused = counted(collection.refused.len() as u64, "rule");
    let logs = collection
        .imported
        .iter()
        .filter(|it| it.log.is_some())
        .count();
    let quiet: usize = collection.imported.iter().map(|it| it.quiet.len()).sum();
    console.line(format!(
        "wrote {signatures} below {out}, status shadow; {refused} refused; {logs} fire on their own log, and none on the {quiet} it \
         must be quiet on; {} crossfires",
        collection.crossfire.len(),
    ));
}
