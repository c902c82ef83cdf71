//! The commands, one per file, and the table that names them.

mod approvals;
mod baseline;
mod bundle;
mod check;
mod completions;
mod decide;
mod demo;
mod diff;
#[cfg(feature = "github")]
mod doctor;
mod explain;
mod fmt;
mod gate;
#[cfg(feature = "github")]
mod github;
mod init;
mod keys;
mod lint;
#[cfg(feature = "lsp")]
mod lsp;
mod new;
mod orders;
mod publication;
mod publish;
mod push;
mod reporting;
#[cfg(feature = "github")]
mod review;
mod root;
mod schema;
mod shared;
mod source;
mod status;
mod sync;
mod test;

use clap::Subcommand;

use super::{CliError, Console, Exit};

/// What a command is: arguments that can be run.
trait Run {
    /// Does the work and prints the result.
    fn run(self, console: &mut Console) -> Result<Exit, CliError>;
}

macro_rules! commands {
    ($($(#[doc = $doc:literal])* $(#[cfg($cfg:meta)])? $variant:ident($arguments:ty),)*) => {
        /// A command with its arguments.
        #[derive(Subcommand)]
        pub(in crate::cli) enum Command {
            $($(#[doc = $doc])* $(#[cfg($cfg)])? $variant($arguments),)*
        }

        impl Command {
            /// Runs it.
            pub(in crate::cli) fn run(self, console: &mut Console) -> Result<Exit, CliError> {
                match self {
                    $($(#[cfg($cfg)])? Self::$variant(arguments) => arguments.run(console),)*
                }
            }
        }
    };
}

commands! {
    /// Show the whole chain, from documents to a decision
    Demo(demo::Demo),
    /// Write a small working repository
    Init(init::Init),
    /// Write a new document with its fixtures
    New(new::New),
    /// Check documents against every rule
    Lint(lint::Lint),
    /// Lay documents out canonically; comments stay
    Fmt(fmt::Fmt),
    /// Adopt the findings a repository has today, and forget those that are mended
    Baseline(baseline::BaselineCommand),
    /// Say what a rule demands, why, and how to mend what it finds
    Explain(explain::Explain),
    /// Lint and test: what continuous integration runs
    Check(check::Check),
    /// Say what an agent may do after a change that it could not do before
    Diff(diff::DiffCommand),
    /// Run every fixture through the engine
    Test(test::Test),
    /// Say on a pull request what its merge would let agents do, and who still has to approve
    #[cfg(feature = "github")]
    Review(review::ReviewCommand),
    /// Say who approved what, and whether that is enough
    Approvals(approvals::Approvals),
    /// Say whether the repository on GitHub keeps out what the gate would refuse
    #[cfg(feature = "github")]
    Doctor(doctor::Doctor),
    /// Make key pairs
    Keys(keys::Keys),
    /// Say which keys sign what: draft a root, sign it in separate steps, rotate keys
    Root(root::RootCommand),
    /// Build and show bundles
    Bundle(bundle::BundleCommand),
    /// Sign a bundle and publish it to a folder
    Publish(publish::Publish),
    /// Copy what is published into an OCI registry
    Push(push::Push),
    /// Stop agents at their next poll, whatever release they follow
    Halt(orders::HaltCommand),
    /// Withdraw documents from agents at their next poll
    Recall(orders::RecallCommand),
    /// Fetch the newest release, verify it and bring it into force
    Sync(sync::Sync),
    /// Say which release is in force and how fresh it is
    Status(status::Status),
    /// Decide about an incident with the release in force: JSON in, JSON out
    Decide(decide::Decide),
    /// Judge a proposed call with the release in force: JSON in, JSON out
    Authorize(decide::Authorize),
    /// Serve an editor over standard input and output
    #[cfg(feature = "lsp")]
    Lsp(lsp::Lsp),
    /// Print the JSON Schemas of documents, for editors
    Schema(schema::Schema),
    /// Print a completion script for a shell
    Completions(completions::Completions),
}
