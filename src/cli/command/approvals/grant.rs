//! `rbk approvals grant`

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use jiff::{SignedDuration, Timestamp};

use crate::change::GitRepository;
use crate::cli::command::Run;
use crate::cli::command::library::{fork_point, library_at};
use crate::cli::command::shared::{counted, now, write_file};
use crate::cli::{CliError, Console, Exit};
use crate::diagnostic::visible::visible_line;
use crate::document::model::Governance;
use crate::document::unit::Duration;
use crate::governance::signature::EXCEPTION_NAMESPACE;
use crate::governance::{Account, Files, GRANTS_FOLDER, Grant, Rules, Unit, foresight};
use crate::library::Library;

/// Arguments of `rbk approvals grant`.
#[derive(Args)]
pub(super) struct GrantCommand {
    /// Its id, which its file is named by, e.g. EXC-2026-001
    #[arg(long)]
    id: String,
    /// The incident it belongs to
    #[arg(long)]
    incident: String,
    /// Why it cannot wait for approval
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Who grants it: a numeric account id, or a login that a team of the policy lists
    #[arg(long, required = true, value_name = "ACCOUNT")]
    by: Vec<String>,
    /// Who made the change; they cannot grant it
    #[arg(long, required = true, value_name = "ACCOUNT")]
    author: Vec<String>,
    /// How long it holds, e.g. 4h
    #[arg(long = "for", value_name = "DURATION")]
    lasts: Duration,
    /// Only for this environment; for all when left out
    #[arg(long, value_name = "NAME")]
    environment: Vec<String>,
    /// Where the change began: a branch, a tag or a commit; `auto` takes the base of the pull request, else the main branch
    #[arg(long, default_value = "auto", value_name = "REVISION")]
    base: String,
    /// The commit that holds the change
    #[arg(long, default_value = "HEAD")]
    commit: String,
    /// A folder of the repository
    #[arg(long, default_value = ".", value_name = "DIR")]
    path: Utf8PathBuf,
    /// The moment from which it holds; the machine's clock when left out
    #[arg(long, value_name = "TIMESTAMP")]
    now: Option<Timestamp>,
    /// File to write to; `break-glass/ID.json` of the library when left out
    #[arg(long, value_name = "FILE")]
    out: Option<Utf8PathBuf>,
}

impl Run for GrantCommand {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        let start = self
            .path
            .canonicalize_utf8()
            .map_err(|error| CliError::usage(format!("{} cannot be read: {error}", self.path)))?;
        let git = GitRepository::discover(&start).map_err(CliError::could_not)?;
        let root = Library::find_root(&start).unwrap_or(start);
        let from = fork_point(&git, &self.base, &self.commit)?;
        let (base, from) = library_at(&self.path, &from.id)?;
        let (head, to) = library_at(&self.path, &self.commit)?;
        let policy = base.governance().map(|(_, policy)| &policy.spec);
        let policy = policy.filter(|policy| policy.break_glass.is_some());
        let policy = policy.ok_or_else(|| {
            CliError::usage(format!("the policy at {from} knows no exceptions"))
                .help("who may grant them, and for how long, is `break_glass` in runbooks/governance.yaml")
        })?;

        let prefix = git.prefix_of(&root);
        let files = [&base, &head].map(|library| Files::of(library, &prefix));
        let units = units(&git, &from, &to, policy, &files)?;
        if units.is_empty() {
            return Err(CliError::usage(format!(
                "between {from} and {to} no file changed that the policy governs"
            ))
            .help("commit the change first, and say with `--base` where it began"));
        }
        let grant = self.grant(policy, &units)?;
        let refusal = foresight::refusal(&grant, &units, policy, grant.granted_at);
        if let Some(reason) = refusal.map_err(CliError::usage)? {
            return Err(CliError::usage(format!(
                "it would not hold: {reason}. {}",
                reason.meaning()
            ))
            .help(
                "`break_glass` in runbooks/governance.yaml says what may be granted, and by whom",
            ));
        }
        let folder = root.join(GRANTS_FOLDER);
        let out = match &self.out {
            Some(out) => out.clone(),
            None => {
                std::fs::create_dir_all(&folder).map_err(|error| {
                    CliError::could_not(format!("{folder} cannot be made: {error}"))
                })?;
                folder.join(format!("{}.json", grant.id))
            }
        };
        let bytes = serde_json::to_string_pretty(&grant).map_err(CliError::could_not)? + "\n";
        write_file(&out, bytes.as_bytes())?;
        report(&grant, &units, &out, console);
        Ok(Exit::Clean)
    }
}

impl GrantCommand {
    fn grant(&self, policy: &Governance, units: &[Unit]) -> Result<Grant, CliError> {
        let accounts = |names: &[String]| -> Result<Vec<Account>, CliError> {
            names.iter().map(|name| account(name, policy)).collect()
        };
        let granted_at = self.now.unwrap_or_else(now);
        // Whole seconds are enough, and easier to read out on a call.
        let granted_at = Timestamp::from_second(granted_at.as_second()).unwrap_or(granted_at);
        let lasts = i64::try_from(self.lasts.as_millis()).unwrap_or(i64::MAX);
        let expires_at = granted_at
            .checked_add(SignedDuration::from_millis(lasts))
            .map_err(|error| CliError::usage(format!("it would end too far ahead: {error}")))?;
        let grant = Grant {
            format: Grant::FORMAT,
            id: self.id.clone(),
            incident: self.incident.clone(),
            reason: self.reason.clone(),
            granted_by: accounts(&self.by)?,
            authors: accounts(&self.author)?,
            granted_at,
            expires_at,
            environments: Some(self.environment.clone()).filter(|names| !names.is_empty()),
            digests: units
                .iter()
                .map(|unit| (unit.path.clone(), unit.landed.clone()))
                .collect(),
        };
        grant.check().map_err(CliError::usage)?;
        Ok(grant)
    }
}

/// The account of a name: policies list logins beside ids.
fn account(name: &str, policy: &Governance) -> Result<Account, CliError> {
    let members = policy.teams.values().flat_map(|team| &team.members);
    let mut named = members.filter(|member| member.login.eq_ignore_ascii_case(name));
    let listed = named.next().map(|member| member.id);
    name.parse().ok().or(listed).ok_or_else(|| {
        CliError::usage(format!("no team of the policy lists `{name}`"))
            .help("give the numeric account id")
    })
}

fn units(
    git: &GitRepository,
    from: &str,
    to: &str,
    policy: &Governance,
    [before, after]: &[Files; 2],
) -> Result<Vec<Unit>, CliError> {
    let rules = Rules::new(policy).map_err(CliError::usage)?;
    let changed = git.changed_between(from, to).map_err(CliError::could_not)?;
    let touched = before.touched(after, &changed, Some(&rules));
    let units = touched.iter().map(|path| {
        let landed = git.content_at(to, path)?;
        Ok(foresight::unit(path, before, after, landed))
    });
    let units: Result<Vec<Unit>, _> = units.collect();
    units.map_err(|error: crate::change::GitError| CliError::could_not(error))
}

fn report(grant: &Grant, units: &[Unit], out: &Utf8Path, console: &mut Console) {
    let here = std::env::current_dir().ok();
    let here = here.and_then(|here| Utf8PathBuf::from_path_buf(here).ok());
    let out = here
        .and_then(|here| out.strip_prefix(here).ok())
        .unwrap_or(out);
    let count = counted(units.len() as u64, "file");
    let (from, to) = (grant.granted_at, grant.expires_at);
    console.line(format!("wrote {out}: {count}, from {from} until {to}"));
    for unit in units {
        let tier = unit.tier_before.max(unit.tier_after);
        let tier = tier.map_or_else(String::new, |tier| format!(", tier {}", tier.get()));
        let landed = unit.landed.as_deref().unwrap_or("taken away");
        let path = visible_line(&unit.path);
        console.line(format!("  {path}{tier}: {landed}"));
    }
    console.line("Nothing holds before it is signed with a key that `break_glass.keys` lists:");
    console.line(format!(
        "  ssh-keygen -Y sign -n {EXCEPTION_NAMESPACE} -f KEY {out}"
    ));
    console.line(format!("Then commit {out} and {out}.sig."));
}
