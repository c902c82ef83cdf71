//! `rbk doctor`

use clap::Args;

use super::Run;
use super::github::{Connected, Connection, could_not};
use super::library::library_at;
use super::shared::{Output, print_json};
use crate::cli::{CliError, Console, Exit};
use crate::diagnostic::visible::visible_line;
use crate::document::model::Governance;
use crate::github::{Advice, AdviceState, GithubError};
use crate::governance::Rules;
use crate::review::CONTEXT;

/// Arguments of `rbk doctor`.
#[derive(Args)]
pub(in crate::cli) struct Doctor {
    #[command(flatten)]
    connection: Connection,
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    format: Output,
}

impl Run for Doctor {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        let connected = self.connection.open()?;
        let (library, head) = library_at(self.connection.path(), "HEAD")?;
        let (_, policy) = library.governance().ok_or_else(|| {
            CliError::could_not("the library has no usable Governance document")
                .help("run `rbk lint`, which says what is wrong with it")
        })?;
        let mut advice = vec![clone(&connected), rules(&policy.spec)];
        advice.push(baseline(&connected, &policy.spec, &head)?);
        advice.extend(repository(&connected, &policy.spec)?);
        advice.extend(teams(&connected, &policy.spec)?);
        if let Some(repository) = &policy.spec.repository {
            let protection = connected.client.protection(&repository.branch);
            let protection = protection.map_err(could_not)?;
            advice.extend(protection.advise(&repository.branch, CONTEXT));
        }
        match self.format {
            Output::Json => print_json(console, &advice)?,
            Output::Human => advice.iter().for_each(|advice| tell(advice, console)),
        }
        let worst = advice.iter().map(|advice| advice.state).max();
        Ok(match worst {
            Some(AdviceState::Bad) => Exit::Findings,
            Some(AdviceState::Unknown) => Exit::CouldNotEvaluate,
            Some(AdviceState::Good) | None => Exit::Clean,
        })
    }
}

fn tell(advice: &Advice, console: &mut Console) {
    let word = match advice.state {
        AdviceState::Good => "good",
        AdviceState::Unknown => "unknown",
        AdviceState::Bad => "bad",
    };
    let found = visible_line(&advice.found);
    console.line(format!("{word:8} {}: {found}", advice.check));
    if let Some(remedy) = &advice.remedy {
        console.line(format!("         {remedy}"));
    }
}

fn clone(connected: &Connected) -> Advice {
    let is_whole = !connected.git.is_shallow();
    let found = if is_whole {
        "the clone has the whole history"
    } else {
        "the clone leaves out old history"
    };
    Advice::new(
        "whole-history",
        is_whole,
        found,
        "approvals are judged landing by landing: use `fetch-depth: 0`, or run `git fetch --unshallow`",
    )
}

fn rules(policy: &Governance) -> Advice {
    let usable = Rules::new(policy);
    let found = match &usable {
        Ok(_) => "changes can be judged by the policy".to_owned(),
        Err(error) => error.to_string(),
    };
    Advice::new(
        "usable-policy",
        usable.is_ok(),
        found,
        "mend runbooks/governance.yaml",
    )
}

fn baseline(connected: &Connected, policy: &Governance, head: &str) -> Result<Advice, CliError> {
    const CHECK: &str = "baseline";
    let Some(baseline) = &policy.baseline else {
        let remedy = "name the commit from which on landings are judged, as `baseline: {commit: …, date: …}`";
        return Ok(Advice::new(
            CHECK,
            false,
            "the policy has no baseline",
            remedy,
        ));
    };
    let is_there = connected.git.is_ancestor(&baseline.commit, head);
    let is_there = is_there.map_err(CliError::could_not)?;
    let found = format!(
        "commit {} is {}part of the history",
        baseline.commit,
        if is_there { "" } else { "not " }
    );
    let remedy = "every landing since the policy was introduced is judged then; name a commit of this history";
    Ok(Advice::new(CHECK, is_there, found, remedy))
}

/// Whether the policy is for this repository: a pull request of another one must not count.
fn repository(connected: &Connected, policy: &Governance) -> Result<Option<Advice>, CliError> {
    let Some(named) = &policy.repository else {
        return Ok(None);
    };
    let there = connected.client.repository().map_err(could_not)?;
    let is_it = (named.id, named.full_name.as_str()) == (there.0, there.1.as_str());
    let found = format!(
        "the policy is for {} ({}), this is {} ({})",
        named.full_name, named.id, there.1, there.0
    );
    let remedy = "write id and name of this repository into `repository`; the id decides";
    Ok(Some(Advice::new("repository", is_it, found, remedy)))
}

/// Whether the teams that GitHub keeps can be read.
fn teams(connected: &Connected, policy: &Governance) -> Result<Vec<Advice>, CliError> {
    let mut advice = Vec::new();
    for (name, team) in &policy.teams {
        let Some(github) = team.github.as_ref().filter(|_| team.members.is_empty()) else {
            continue;
        };
        let remedy = "list its members in the policy, which works offline and keeps a history, or use the token of an app that may read members";
        let found = match connected.client.team_size(github, team.id) {
            Ok(Some(size)) => {
                Advice::new("team", true, format!("`{name}` has {size} members"), remedy)
            }
            Ok(None) => Advice::new(
                "team",
                false,
                format!("members of `{name}` ({github}) cannot be read, or it is another team now"),
                remedy,
            ),
            Err(error @ GithubError::RateLimited { .. }) => return Err(could_not(error)),
            Err(error) => Advice::unknown("team", format!("`{name}`: {error}"), remedy),
        };
        advice.push(found);
    }
    Ok(advice)
}
