//! `rbk signature`: signatures from what happened.

use camino::Utf8PathBuf;
use clap::{Args, Subcommand};

use super::Run;
use super::library::load;
use super::shared::{counted, write_new};
use crate::cli::{CliError, Console, Exit};
use crate::derive::{Derived, Tried, Wishes, derive, tried};
use crate::diagnostic::visible::visible_line;
use crate::document::id::SignatureId;
use crate::document::model::{Document, FixtureKind, Postmortem};
use crate::engine::signature::Verdict;
use crate::import::draft;
use crate::library::Library;

/// Arguments of `rbk signature`.
#[derive(Args)]
pub(in crate::cli) struct SignatureCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Propose a signature from a postmortem and what was recorded, and try it on every fixture
    Derive(Derive),
}

impl Run for SignatureCommand {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        match self.what {
            What::Derive(arguments) => arguments.run(console),
        }
    }
}

/// Arguments of `rbk signature derive`.
#[derive(Args)]
struct Derive {
    /// Id of the postmortem
    postmortem: String,
    /// A log of the incident; may be said several times
    #[arg(long, value_name = "FILE")]
    log: Vec<Utf8PathBuf>,
    /// A log of when nothing was wrong; may be said several times
    #[arg(long, value_name = "FILE")]
    benign: Vec<Utf8PathBuf>,
    /// Id of the signature; that of the postmortem without its date when left out
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// Folder of the signature; beside the postmortem when left out. Nothing in it is overwritten
    #[arg(long, value_name = "DIR")]
    out: Option<Utf8PathBuf>,
    /// Say what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// A folder of the repository
    #[arg(long, default_value = ".", value_name = "DIR")]
    repository: Utf8PathBuf,
}

impl Run for Derive {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        if let Some(id) = self
            .id
            .as_ref()
            .filter(|id| !SignatureId::new(id.as_str()).is_well_formed())
        {
            return Err(CliError::usage(format!("`{id}` is no id"))
                .help("use lower-case letters, digits, `-`, `.` and `_`, such as lost-quorum"));
        }
        let library = load(&self.repository)?;
        let (folder, postmortem) = self.postmortem(library)?;
        let wishes = Wishes {
            logs: self.log.clone(),
            benign: self.benign.clone(),
            id: self.id.clone(),
        };
        let derived = derive(library, postmortem, &wishes).map_err(|error| {
            CliError::could_not(error)
                .help("a signature is derived from what was recorded, not from words alone")
        })?;
        let derived = derived.map_err(|why| {
            CliError::could_not(format!("nothing tells this incident apart: {why}"))
                .help("give logs of the incident with `--log`, and of a calm day with `--benign`")
        })?;
        let id = &derived.signature.metadata.id;
        if library.signatures().find(id).is_some() {
            return Err(
                CliError::usage(format!("there is a signature `{id}` already"))
                    .help("choose another with `--id`"),
            );
        }
        let below = folder.join("signatures").join(id);
        let tried = tried(library, &derived, &below).map_err(CliError::could_not)?;
        for it in &derived.cited {
            console.line(visible_line(&it.what));
            console.line(format!("    from {}", visible_line(&it.from)));
        }
        for note in &derived.notes {
            console.line(format!("note: {}", visible_line(note)));
        }
        let sound = said(&derived, &tried, postmortem, console);
        let root = library.root().unwrap_or(&self.repository);
        let out = self.out.clone().unwrap_or_else(|| root.join(&below));
        if !self.dry_run {
            write_new(&out, &written(&derived).map_err(CliError::could_not)?)?;
            console.line(format!(
                "wrote {out}: in shadow, so that it is recorded and never acted on"
            ));
        }
        Ok(Exit::findings_unless(sound))
    }
}

impl Derive {
    /// The postmortem and its folder.
    fn postmortem<'l>(
        &self,
        library: &'l Library,
    ) -> Result<(Utf8PathBuf, &'l Document<Postmortem>), CliError> {
        let postmortems = library.postmortems();
        let Some((id, postmortem)) = postmortems.find(&self.postmortem) else {
            let error = CliError::usage(format!("there is no postmortem `{}`", self.postmortem));
            return Err(match postmortems.nearest(&self.postmortem) {
                Some(nearest) => error.help(format!("did you mean `{nearest}`?")),
                None => error.help("write one with `rbk postmortem new`"),
            });
        };
        let folder = library.entry(id).map(|entry| entry.folder().to_owned());
        Ok((folder.unwrap_or_default(), postmortem))
    }
}

/// Says what the signature does on every fixture, and whether that is as it should be.
fn said(
    derived: &Derived,
    tried: &Tried,
    postmortem: &Document<Postmortem>,
    console: &mut Console,
) -> bool {
    let mut sound = tried.failed.is_empty();
    for failed in &tried.failed {
        console.line(format!("failed: {failed}"));
    }
    let (mut same, mut benign, mut calm) = (0, 0, 0);
    for trial in &tried.fixtures {
        // What the postmortem's own signatures recognise is the same failure.
        let known = |other: &SignatureId| postmortem.spec.signatures.contains(other);
        let own = trial.source.as_deref() == Some(postmortem.metadata.id.as_str())
            || trial.others.iter().any(known);
        let matches = trial.verdict == Verdict::Match;
        match (matches, own, trial.kind) {
            (false, ..) => calm += 1,
            (true, _, FixtureKind::Benign) => {
                benign += 1;
                console.line(format!("benign hit: {}", trial.fixture));
            }
            (true, true, _) => same += 1,
            (true, false, _) => {
                sound = false;
                console.line(format!(
                    "cross-fire: it matches {}, which is another incident",
                    trial.fixture
                ));
            }
        }
        if matches && trial.fixture == derived.positive.metadata.id && !trial.others.is_empty() {
            let others: Vec<&str> = trial.others.iter().map(|other| other.as_str()).collect();
            console.line(format!(
                "its incident is matched by {} too",
                others.join(", ")
            ));
        }
    }
    console.line(format!(
        "tried on {}: it matches {same} of this failure and {benign} benign, and leaves {calm} alone",
        counted(tried.fixtures.len() as u64, "fixture"),
    ));
    sound && benign == 0
}

fn written(derived: &Derived) -> Result<Vec<(Utf8PathBuf, String)>, draft::DraftError> {
    let comments: Vec<String> = derived
        .cited
        .iter()
        .map(|it| format!("{}: from {}", it.what, it.from))
        .collect();
    let mut files = vec![(
        "signature.yaml".into(),
        draft::text(&derived.signature, &comments)?,
    )];
    for fixture in [&derived.positive, &derived.twin] {
        let path = format!("fixtures/{}.yaml", fixture.metadata.id);
        files.push((path.into(), draft::text(fixture, &[])?));
    }
    Ok(files)
}
