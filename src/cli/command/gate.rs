//! The publish gate: only what was approved becomes a bundle.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use jiff::Timestamp;

use super::approvals::explain;
use super::bundle;
use super::shared::{counted, read_file};
use crate::bundle::Unapproved;
use crate::cli::{CliError, Console, Exit};
use crate::diagnostic::visible::visible_line;
use crate::governance::statement::{Chain, ChainFault, Judged, Open, Standing, judge};
use crate::governance::{Blob, Record, Verdict};

/// The history behind a commit.
#[derive(Args)]
pub(super) struct History {
    /// Records of the landings up to the commit, as `rbk approvals facts` writes them; every one has to be allowed, and the
    /// bundle carries the evidence
    #[arg(long, value_name = "FILE")]
    records: Option<Utf8PathBuf>,
    /// Evidence to go on with: the folder of the bundle published last, or a file of statements
    #[arg(long, value_name = "PATH", requires = "records")]
    previous_evidence: Option<Utf8PathBuf>,
}

/// What became of a history at the gate.
pub(super) enum Gate {
    /// Nobody asked.
    Unasked,
    /// Something may not be published; it was printed.
    Closed(Exit),
    /// Every landing may be published.
    Passed(Passed),
}

/// A history that may be published.
pub(super) struct Passed {
    /// The statements about it.
    pub(super) chain: Chain,
    /// The moment the newest facts are of, for which exceptions hold.
    pub(super) at: Timestamp,
    /// What to publish in place of what was denied: what was approved last, by path.
    pub(super) kept: BTreeMap<String, Option<Blob>>,
}

impl History {
    /// Judges every landing.
    pub(super) fn gate(&self, console: &mut Console) -> Result<Gate, CliError> {
        let Some(file) = &self.records else {
            return Ok(Gate::Unasked);
        };
        let records = read_records(file)?;
        let previous = match &self.previous_evidence {
            Some(path) => statements_at(path)?,
            None => Chain::default(),
        };
        pass(previous, &records, console)
    }
}

/// Judges every landing, and goes on with the chain.
pub(super) fn pass(
    previous: Chain,
    records: &[Record],
    console: &mut Console,
) -> Result<Gate, CliError> {
    let judged = judge(records);
    let Some(at) = records.iter().map(|record| record.facts.now).max() else {
        return Err(CliError::could_not("there are no records")
            .help("gather them with `rbk approvals facts --out FILE`"));
    };
    let unclear: Vec<&Judged<'_>> = judged
        .iter()
        .filter(|landing| landing.evaluation.verdict == Verdict::Error)
        .collect();
    if !unclear.is_empty() {
        for landing in unclear {
            console.print(explain(&landing.evaluation, &landing.record.facts));
        }
        console.line("nothing is built: what cannot be judged is not published");
        return Ok(Gate::Closed(Exit::CouldNotEvaluate));
    }
    let chain = previous.extended(&judged).map_err(|fault| broken(&fault))?;
    let standing = Standing::of(&chain, at);
    let open = &standing.open;
    for landing in open {
        console.print(denial(landing, &judged));
    }
    let policy = records.last().map(|record| &record.policy);
    let on_denied = policy.and_then(|policy| policy.pointer("/spec/publish/on_denied"));
    let keeps = on_denied.is_some_and(|word| word == "keep_previous");
    if open.is_empty() || keeps && standing.kept().is_some() {
        let kept = standing.kept().cloned().unwrap_or_default();
        for (path, blob) in &kept {
            let path = visible_line(path);
            console.line(match blob {
                Some(blob) => format!("kept as it was approved last: {path} ({blob})"),
                None => format!("left out, since it was never approved: {path}"),
            });
        }
        return Ok(Gate::Passed(Passed { chain, at, kept }));
    }
    let landings = counted(open.len() as u64, "landing");
    console.line(format!(
        "nothing is built: {landings} of {} may not be published",
        chain.in_force().count()
    ));
    if keeps {
        console.line(
            "`on_denied: keep_previous` can keep runbooks, fixtures and postmortems; these landings changed something that other \
             documents are resolved with, or were denied for what they are and not for their bytes",
        );
    }
    Ok(Gate::Closed(Exit::Findings))
}

/// A landing that is not allowed: why, and who could approve.
fn denial(open: &Open, judged: &[Judged<'_>]) -> String {
    let mut landings = judged.iter();
    let landing = landings.find(|landing| landing.record.facts.landing.tip == open.tip);
    match landing {
        Some(landing) => explain(&landing.evaluation, &landing.record.facts),
        None => {
            let codes: Vec<_> = open.reasons.iter().map(|reason| reason.code()).collect();
            let tip = visible_line(&open.tip);
            format!("DENY {tip}: {}\n", codes.join(", "))
        }
    }
}

/// Prints what the evidence of a bundle does not show.
pub(super) fn refused(found: &[Unapproved], console: &mut Console) -> Exit {
    for problem in found {
        console.line(visible_line(&problem.to_string()));
    }
    exit(found)
}

/// How a command ends that found this.
pub(super) fn exit(found: &[Unapproved]) -> Exit {
    match (found.is_empty(), found.iter().all(Unapproved::is_unknown)) {
        (true, _) => Exit::Clean,
        (false, true) => Exit::CouldNotEvaluate,
        (false, false) => Exit::Findings,
    }
}

/// Records from a file of JSON lines.
pub(super) fn read_records(file: &Utf8Path) -> Result<Vec<Record>, CliError> {
    Record::read_lines(&read_file(file)?).map_err(|error| {
        CliError::could_not(format!("{file}: {error}"))
            .help("gather records with `rbk approvals facts --out FILE`")
    })
}

/// The statements of a bundle's folder, or of a file.
pub(super) fn statements_at(path: &Utf8Path) -> Result<Chain, CliError> {
    if !path.is_dir() {
        return Chain::read(&read_file(path)?).map_err(|fault| broken(&fault));
    }
    evidence_of(path)
}

/// The chain of the bundle in a folder.
pub(super) fn evidence_of(folder: &Utf8Path) -> Result<Chain, CliError> {
    let bundle = bundle::open(folder)?;
    let evidence = bundle.evidence.ok_or_else(|| {
        CliError::could_not(format!("{folder} carries no evidence of who approved it"))
            .help("build it with `rbk bundle build --records FILE`")
    })?;
    evidence.chain().map_err(|fault| broken(&fault))
}

fn broken(fault: &ChainFault) -> CliError {
    let message = visible_line(&fault.to_string());
    match fault.code.is_unknown() {
        true => CliError::could_not(message),
        false => CliError::refused(message),
    }
}
