//! `rbk match`: which signatures hold in logs, and the lines that prove it.

use std::fmt::Write as _;
use std::io::stdin;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use serde::Serialize;

use super::Run;
use super::library::load;
use super::shared::{Output, counted, print_json};
use crate::cli::console::Tone;
use crate::cli::{CliError, Console, Exit};
use crate::diagnostic::visible::visible_line;
use crate::document::id::SignatureId;
use crate::library::Library;
use crate::recognition::{
    Conclusion, Findings, LogSignature, LookError, NotInLogs, Occurrence, follow, look_through,
};

/// What one line of a log is shown as at most, in characters.
const WIDTH: usize = 160;

/// Arguments of `rbk match`.
#[derive(Args)]
pub(in crate::cli) struct Match {
    /// Logs: files, folders, or `-` for standard input; gzip and zstd are read as they are
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    logs: Vec<Utf8PathBuf>,
    /// A folder of the repository with the signatures
    #[arg(long, default_value = ".", value_name = "DIR")]
    signatures: Utf8PathBuf,
    /// Only these signatures
    #[arg(long, value_name = "ID")]
    only: Vec<String>,
    /// Go on while standard input is being written, and tell each when it is found
    #[arg(long)]
    follow: bool,
    /// How to print what is found
    #[arg(long, value_enum, default_value_t)]
    format: Output,
}

/// A signature that was found while a log was being written.
#[derive(Serialize)]
struct Told<'s> {
    signature: &'s SignatureId,
    conclusion: Conclusion,
    #[serde(flatten)]
    occurrence: Occurrence,
}

impl Run for Match {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        let library = load(&self.signatures)?;
        let (signatures, silent) = self.asked(library)?;
        let from_input = self.logs.iter().any(|log| log == "-");
        if from_input || self.follow {
            if self.logs.len() != 1 || !from_input {
                return Err(CliError::usage("standard input is read alone")
                    .help("write `--logs -`, with nothing else"));
            }
            self.follow(&signatures, console)?;
            return Ok(Exit::Clean);
        }
        let logs = files(&self.logs)?;
        let found = look_through(&signatures, &logs).map_err(explained)?;
        match self.format {
            Output::Json => print_json(console, &found)?,
            Output::Human => {
                human(&found, console);
                let looked = counted(signatures.len() as u64, "signature");
                let logs = counted(logs.len() as u64, "log");
                console.line(format!(
                    "looked for {looked} in {logs}; {silent} others are not about log lines"
                ));
            }
        }
        Ok(Exit::Clean)
    }
}

impl Match {
    /// The signatures that logs can show, and how many others there are.
    fn asked(&self, library: &Library) -> Result<(Vec<LogSignature>, usize), CliError> {
        if let Some(unknown) = self
            .only
            .iter()
            .find(|id| library.signatures().find(id).is_none())
        {
            let nearest = library.signatures().nearest(unknown);
            let error = CliError::usage(format!("there is no signature `{unknown}`"));
            return Err(match nearest {
                Some(nearest) => error.help(format!("did you mean `{nearest}`?")),
                None => error,
            });
        }
        let (mut signatures, mut silent) = (Vec::new(), 0);
        for (_, document) in library.signatures().iter() {
            let id = &document.metadata.id;
            if !self.only.is_empty() && !self.only.contains(id) {
                continue;
            }
            match LogSignature::of(document) {
                Ok(signature) => signatures.push(signature),
                Err(NotInLogs::NoCondition) => silent += 1,
                Err(error) => {
                    return Err(CliError::could_not(format!(
                        "signature `{id}` cannot be looked for: {error}"
                    ))
                    .help("`rbk lint` says where; or name the others with `--only`"));
                }
            }
        }
        match signatures.is_empty() {
            true => Err(
                CliError::could_not("no signature requires a log line").help(
                    "a required condition such as {log: {contains: text}} is what logs can show",
                ),
            ),
            false => Ok((signatures, silent)),
        }
    }

    fn follow(&self, signatures: &[LogSignature], console: &mut Console) -> Result<(), CliError> {
        let mut failed = None;
        let mut tell =
            |signature: &LogSignature, conclusion: Conclusion, occurrence: Occurrence| {
                match self.format {
                    Output::Human => {
                        headline(console, conclusion, &signature.id, &signature.title);
                        show(&occurrence, &signature.unseen, console);
                    }
                    Output::Json => {
                        let signature = &signature.id;
                        let told = Told {
                            signature,
                            conclusion,
                            occurrence,
                        };
                        match serde_json::to_string(&told) {
                            Ok(line) => console.line(line),
                            Err(error) => failed = Some(error),
                        }
                    }
                }
                console.flush();
            };
        let name = Utf8PathBuf::from("standard input");
        follow(signatures, name, Box::new(stdin()), &mut tell).map_err(explained)?;
        match failed {
            Some(error) => Err(CliError::could_not(error)),
            None => Ok(()),
        }
    }
}

fn explained(error: LookError) -> CliError {
    match error {
        LookError::Read(_) => {
            CliError::could_not(error).help("check that it is a log, whole and readable")
        }
        LookError::TooLarge(_) => CliError::could_not(error),
    }
}

fn human(found: &Findings, console: &mut Console) {
    for outcome in &found.signatures {
        headline(
            console,
            outcome.conclusion,
            &outcome.signature,
            &outcome.title,
        );
        for occurrence in &outcome.occurrences {
            show(occurrence, &outcome.unseen, console);
        }
        let more = outcome
            .times
            .saturating_sub(outcome.occurrences.len() as u64);
        if more > 0 {
            console.line(format!(
                "  and {} more",
                counted(more, "time").trim_end_matches("s")
            ));
        }
    }
    for (signature, why) in &found.doubts {
        console.line(format!("unclear    {signature}: {why}"));
    }
}

fn headline(console: &mut Console, conclusion: Conclusion, id: &SignatureId, title: &str) {
    let (word, tone) = match conclusion {
        Conclusion::Match => ("match", Tone::Good),
        Conclusion::Ambiguous => ("ambiguous", Tone::Strong),
        Conclusion::Possible => ("possible", Tone::Strong),
    };
    let word = console.toned(tone, &format!("{word:<9}"));
    console.line(format!("{word}  {id}  {}", visible_line(title)));
}

fn show(occurrence: &Occurrence, unseen: &[String], console: &mut Console) {
    let mut about = String::new();
    for (key, said) in &occurrence.subject {
        let _ = write!(about, "{key} {}, ", visible_line(said));
    }
    console.line(format!("  {about}score {:.2}", occurrence.score));
    for proof in &occurrence.proof {
        let text: String = visible_line(&proof.text).chars().take(WIDTH).collect();
        console.line(format!(
            "    {}: {}:{}: {text}",
            proof.condition,
            visible_line(proof.log.as_str()),
            proof.line
        ));
    }
    if !unseen.is_empty() {
        console.line(format!("    not in logs: {}", unseen.join(", ")));
    }
    if occurrence.unsettled {
        console.line("    the logs end before the time in which something must not happen");
    }
}

/// The files that are meant: those named, and those in folders.
fn files(named: &[Utf8PathBuf]) -> Result<Vec<Utf8PathBuf>, CliError> {
    let mut files = Vec::new();
    for path in named {
        collect(path, &mut files)?;
    }
    files.sort();
    files.dedup();
    match files.is_empty() {
        true => Err(CliError::could_not("there is no log in the folders").help("name files")),
        false => Ok(files),
    }
}

fn collect(path: &Utf8Path, files: &mut Vec<Utf8PathBuf>) -> Result<(), CliError> {
    let failed = |error: std::io::Error| {
        CliError::could_not(format!("{path} cannot be read: {error}"))
            .help("give logs, or folders with logs")
    };
    if !path.metadata().map_err(failed)?.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in path.read_dir_utf8().map_err(failed)? {
        let entry = entry.map_err(failed)?;
        // A link could lead round in circles, or out of the folder.
        if !entry.file_type().map_err(failed)?.is_symlink() {
            collect(entry.path(), files)?;
        }
    }
    Ok(())
}
