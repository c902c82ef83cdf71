//! `rbk schema`

use camino::Utf8PathBuf;
use clap::Args;

use super::Run;
use super::shared::write_file;
use crate::bundle::schema::SCHEMAS;
use crate::cli::{CliError, Console, Exit};
use crate::document::schema::FILES;
use crate::document::suggest;

/// Arguments of `rbk schema`.
#[derive(Args)]
pub(in crate::cli) struct Schema {
    /// A kind of document, such as runbook, `common` for what kinds share, or a file of a release, such as bundle-index; all are
    /// listed when it is left out
    kind: Option<String>,
    /// Folder to write all schemas to, which refer to each other
    #[arg(long, conflicts_with = "kind", value_name = "DIR")]
    out: Option<Utf8PathBuf>,
}

impl Run for Schema {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        match (self.out, self.kind) {
            (Some(folder), _) => write_all(&folder, console)?,
            (None, Some(kind)) => console.print(text(&kind)?),
            (None, None) => list(console),
        }
        Ok(Exit::Clean)
    }
}

const SUFFIX: &str = ".schema.json";

fn all() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    FILES.iter().chain(SCHEMAS)
}

fn kinds() -> impl Iterator<Item = &'static str> {
    all().map(|(name, _)| name.trim_end_matches(SUFFIX))
}

fn list(console: &mut Console) {
    for kind in kinds() {
        console.line(kind);
    }
    console.line("");
    console
        .line("`rbk schema --out schema` writes them; then begin a document with, relative to it,");
    console.line("# yaml-language-server: $schema=../../schema/runbook.schema.json");
}

fn text(kind: &str) -> Result<&'static str, CliError> {
    let name = format!("{}{SUFFIX}", kind.to_lowercase());
    let found = all().find(|(known, _)| *known == name);
    found.map(|(_, text)| *text).ok_or_else(|| {
        let help = match suggest::nearest(&kind.to_lowercase(), kinds()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "run `rbk schema` for a list".to_owned(),
        };
        CliError::usage(format!("there is no schema for `{kind}`")).help(help)
    })
}

fn write_all(folder: &Utf8PathBuf, console: &mut Console) -> Result<(), CliError> {
    std::fs::create_dir_all(folder).map_err(|error| {
        CliError::could_not(format!("{folder} cannot be made: {error}"))
            .help("choose a folder you may write to")
    })?;
    for (name, text) in all() {
        let path = folder.join(name);
        write_file(&path, text.as_bytes())?;
        console.line(format!("wrote {path}"));
    }
    Ok(())
}
