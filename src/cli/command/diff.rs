//! `rbk diff`

use camino::Utf8PathBuf;
use clap::{Args, ValueEnum};

use super::Run;
use super::library::{fork_point, library_at, load};
use crate::change::GitRepository;
use crate::change::diff::render::{Compared, human, json, markdown};
use crate::change::diff::{Diff, Verdict, compare_and_test};
use crate::cli::{CliError, Console, Exit};
use crate::governance::{Files, requirements};
use crate::library::Library;

/// Arguments of `rbk diff`.
#[derive(Args)]
pub(in crate::cli) struct DiffCommand {
    /// Where the change began: where this branch left a branch, a tag or a commit; `auto` takes the base of the pull
    /// request, else the main branch
    base: String,
    /// The commit to look at; the files as they are on disk when left out
    head: Option<String>,
    /// A folder of the repository
    #[arg(long, default_value = ".")]
    path: Utf8PathBuf,
    /// How to print the difference
    #[arg(long, value_enum, default_value_t)]
    format: Form,
    /// From which verdict on the command fails
    #[arg(long, value_enum, default_value_t)]
    fail_on: FailOn,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Form {
    /// Words for a human
    #[default]
    Human,
    /// JSON for a program: schema/diff.schema.json
    Json,
    /// GitHub-flavoured Markdown for a comment or a job summary
    Markdown,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum FailOn {
    /// Never, whatever the differences are
    #[default]
    Never,
    /// When more may be done, or less safely
    RiskUp,
    /// When behaviour differs, unless it is narrower or safer
    Changed,
}

impl Run for DiffCommand {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        let start = self
            .path
            .canonicalize_utf8()
            .map_err(|error| CliError::usage(format!("{} cannot be read: {error}", self.path)))?;
        let git = GitRepository::discover(&start).map_err(CliError::could_not)?;
        let from = fork_point(&git, &self.base, self.head.as_deref().unwrap_or("HEAD"))?;
        let (base, base_id) = library_at(&self.path, &from.id)?;
        let at;
        let (head, head_id) = match &self.head {
            Some(head) => {
                let (library, id) = library_at(&self.path, head)?;
                at = library;
                (&at, Some(id))
            }
            None => (load(&self.path)?, None),
        };
        let diff = compare_and_test(&base, head);
        let changed = match &head_id {
            Some(head) => git.changed_between(&base_id, head),
            None => git.changed_since(&base_id),
        };
        let changed = changed.map_err(CliError::could_not)?;
        let root = Library::find_root(&start).unwrap_or(start);
        let compared = Compared {
            // Without a policy that says who approves there is nothing to say, and `rbk lint` says that.
            approvals: base.governance().and_then(|(_, policy)| {
                let prefix = git.prefix_of(&root);
                let [before, after] = [&base, head].map(|library| Files::of(library, &prefix));
                requirements(&before, &after, &changed, &policy.spec).ok()
            }),
            base: base_id,
            head: head_id,
        };
        console.print(match self.format {
            Form::Human => human(&diff, &compared, console.colour()),
            Form::Json => json(&diff, &compared),
            Form::Markdown => markdown(&diff, &compared),
        });
        Ok(self.exit(&diff))
    }
}

impl DiffCommand {
    fn exit(&self, diff: &Diff) -> Exit {
        let limit = match (self.fail_on, diff.verdict) {
            (_, Verdict::CouldNotEvaluate) => return Exit::CouldNotEvaluate,
            (FailOn::Never, _) => return Exit::Clean,
            (FailOn::RiskUp, _) => Verdict::RiskUp,
            (FailOn::Changed, _) => Verdict::Changed,
        };
        Exit::findings_unless(diff.verdict < limit)
    }
}
