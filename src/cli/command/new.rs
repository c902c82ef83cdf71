//! `rbk new`

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;

use super::Run;
use super::library::{Day, load};
use super::shared::write_file;
use crate::cli::{CliError, Console, Exit};
use crate::document::id::RunbookId;
use crate::document::model::Kind;
use crate::document::suggest;
use crate::library::Library;
use crate::library::scaffold::{KINDS, Surroundings, SurroundingsError, Wishes, scaffold};

/// Arguments of `rbk new`.
#[derive(Args)]
pub(in crate::cli) struct New {
    /// runbook, action, query, service, signature or postmortem
    kind: String,
    #[command(flatten)]
    wanted: Wanted,
}

/// What a new document is to be.
#[derive(Args)]
pub(super) struct Wanted {
    /// Its id: lower-case letters, digits, `-`, `.` and `_`
    id: String,
    /// Team that answers for it; the service's on-call team when left out
    #[arg(long)]
    owner: Option<String>,
    /// Service it is about; the first of the catalogue when left out
    #[arg(long)]
    service: Option<String>,
    /// Incident class it belongs to; the first of the taxonomy when left out
    #[arg(long)]
    class: Option<String>,
    /// A folder of the repository
    #[arg(long, default_value = ".")]
    repository: Utf8PathBuf,
    #[command(flatten)]
    day: Day,
}

impl Run for New {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        self.wanted.write(kind(&self.kind)?, console)
    }
}

impl Wanted {
    /// Writes a document of a kind with its fixtures.
    pub(super) fn write(self, kind: Kind, console: &mut Console) -> Result<Exit, CliError> {
        if !RunbookId::new(self.id.as_str()).is_well_formed() {
            return Err(CliError::usage(format!("`{}` is no id", self.id))
                .help("use lower-case letters, digits, `-`, `.` and `_`, such as queue-backlog"));
        }
        let library = load(&self.repository)?;
        let root = library.root().unwrap_or(Utf8Path::new(".")).to_owned();
        if library.find(kind, &self.id).is_some() {
            let kind = kind.name().to_lowercase();
            return Err(
                CliError::usage(format!("there is a {kind} `{}` already", self.id))
                    .help("choose another id"),
            );
        }
        let wishes = Wishes {
            owner: self.owner,
            service: self.service,
            class: self.class,
        };
        let around = Surroundings::of(library, &wishes, self.day.date()).map_err(unmet)?;
        let files = scaffold(kind, &self.id, &around).unwrap_or_default();
        write(library, &root, &files)?;
        for (path, _) in &files {
            console.line(format!("wrote {path}"));
        }
        console.line("");
        console.line(format!(
            "Next: say what it is for in {}, then `rbk lint` and `rbk test`.",
            files.first().map_or("it", |(path, _)| path.as_str())
        ));
        Ok(Exit::Clean)
    }
}

fn kind(name: &str) -> Result<Kind, CliError> {
    let names: Vec<String> = KINDS
        .iter()
        .map(|kind| kind.name().to_lowercase())
        .collect();
    let at = names.iter().position(|known| *known == name.to_lowercase());
    at.and_then(|at| KINDS.get(at).copied()).ok_or_else(|| {
        let near = suggest::nearest(name, names.iter().map(String::as_str));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("use one of {}", names.join(", ")),
        };
        CliError::usage(format!("`rbk new` writes no `{name}`")).help(help)
    })
}

fn unmet(error: SurroundingsError) -> CliError {
    let help = match error {
        SurroundingsError::None { .. } => {
            "run `rbk init` in an empty folder for a repository to begin with"
        }
        SurroundingsError::Unknown { .. } => "add it first, or name one of those",
    };
    CliError::usage(error).help(help)
}

/// Writes the files, or none of them when one is there already.
fn write(
    library: &Library,
    root: &Utf8Path,
    files: &[(Utf8PathBuf, String)],
) -> Result<(), CliError> {
    if let Some((path, _)) = files.iter().find(|(path, _)| root.join(path).exists()) {
        return Err(CliError::usage(format!("{path} already exists"))
            .help("choose another id, or move the file away"));
    }
    for (path, text) in files {
        let at = root.join(path);
        if let Some(folder) = at.parent() {
            std::fs::create_dir_all(folder).map_err(|error| {
                CliError::could_not(format!("{folder} cannot be made: {error}"))
                    .help("choose a folder you may write to")
            })?;
        }
        let modeline = modeline(library, path, text);
        write_file(&at, format!("{modeline}{text}").as_bytes())?;
    }
    Ok(())
}

/// Names the schema for editors, in repositories that hold the schemas.
fn modeline(library: &Library, path: &Utf8Path, text: &str) -> String {
    let kind = text.lines().find_map(|line| line.strip_prefix("kind: "));
    let name = format!(
        "schema/{}.schema.json",
        kind.unwrap_or("rbk").to_lowercase()
    );
    let held = library.root().is_some_and(|root| root.join(&name).exists());
    if !held || path.extension() != Some("yaml") {
        return String::new();
    }
    let up = "../".repeat(path.components().count().saturating_sub(1));
    format!("# yaml-language-server: $schema={up}{name}\n")
}
