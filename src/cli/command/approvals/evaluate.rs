//! `rbk approvals evaluate`

use std::io::Read;

use camino::Utf8PathBuf;
use clap::Args;

use super::explained::explain;
use crate::cli::command::Run;
use crate::cli::command::shared::{Output, print_json, read_file};
use crate::cli::{CliError, Console, Exit};
use crate::governance::{
    Evaluation, Facts, MAX_FACTS_BYTES, Reason, Rules, RulesError, Verdict, evaluate,
};
use crate::library::Library;

/// Arguments of `rbk approvals evaluate`.
#[derive(Args)]
pub(super) struct Evaluate {
    /// Facts about one landing, as JSON; `-` reads standard input
    #[arg(long)]
    facts: Utf8PathBuf,
    /// The policy at the landing's parent: a document of kind `Governance`, as YAML or JSON
    #[arg(long)]
    policy: Utf8PathBuf,
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    format: Output,
}

impl Run for Evaluate {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        let policy = Library::from_sources([("policy.yaml".into(), read_file(&self.policy)?)]);
        let facts = self.read_facts()?;
        let evaluation = match (rules(&policy), Facts::from_json(&facts)) {
            (Err(problem), _) => Evaluation::error(Reason::PolicyInvalid, problem),
            (_, Err(problem)) => Evaluation::error(Reason::FactsIncomplete, problem.to_string()),
            (Ok(rules), Ok(facts)) => {
                let evaluation = evaluate(&facts, &rules);
                if let Output::Human = self.format {
                    console.print(explain(&evaluation, &facts));
                    return Ok(exit(evaluation.verdict));
                }
                evaluation
            }
        };
        match self.format {
            Output::Json => print_json(console, &evaluation)?,
            Output::Human => evaluation.details.iter().for_each(|detail| {
                let codes: Vec<_> = evaluation
                    .reasons
                    .iter()
                    .map(|reason| reason.code())
                    .collect();
                console.line(format!("ERROR {}: {detail}", codes.join(", ")));
            }),
        }
        Ok(exit(evaluation.verdict))
    }
}

impl Evaluate {
    fn read_facts(&self) -> Result<Vec<u8>, CliError> {
        if self.facts != "-" {
            return read_file(&self.facts);
        }
        let mut bytes = Vec::new();
        // One byte more than facts may have, so that too many are seen to be.
        std::io::stdin()
            .take(MAX_FACTS_BYTES as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| {
                CliError::could_not(format!("standard input cannot be read: {error}"))
            })?;
        Ok(bytes)
    }
}

/// Nothing is decided by a policy of which a part was not understood.
fn rules(policy: &Library) -> Result<Rules, String> {
    let Some((id, document)) = policy.governance() else {
        let problems = policy.entries().flat_map(|(_, entry)| entry.type_errors());
        let problems: Vec<String> = problems.map(ToString::to_string).collect();
        return Err(match problems.is_empty() {
            true => "the policy is no document of kind Governance".to_owned(),
            false => format!("the policy: {}", problems.join("; ")),
        });
    };
    let entry = policy.entry(id);
    let violations = entry.into_iter().flat_map(|entry| entry.violations());
    let violations: Vec<String> = violations
        .map(|violation| format!("{}: {}", violation.route, violation.message))
        .collect();
    if !violations.is_empty() {
        return Err(format!("the policy: {}", violations.join("; ")));
    }
    Rules::new(&document.spec).map_err(|error: RulesError| error.to_string())
}

fn exit(verdict: Verdict) -> Exit {
    match verdict {
        Verdict::Allow | Verdict::AllowBreakGlass => Exit::Clean,
        Verdict::Deny => Exit::Findings,
        Verdict::Error => Exit::CouldNotEvaluate,
    }
}
