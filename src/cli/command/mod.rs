//! The commands, one per file, and the table that names them.

#[cfg(feature = "author")]
mod approvals;
#[cfg(feature = "author")]
mod baseline;
#[cfg(feature = "author")]
mod bundle;
#[cfg(feature = "author")]
mod check;
#[cfg(feature = "author")]
mod completions;
mod decide;
#[cfg(feature = "author")]
mod demo;
#[cfg(feature = "author")]
mod diff;
#[cfg(feature = "github")]
mod doctor;
#[cfg(feature = "author")]
mod explain;
#[cfg(feature = "author")]
mod fmt;
#[cfg(feature = "author")]
mod gate;
#[cfg(feature = "github")]
mod github;
#[cfg(feature = "author")]
mod import;
#[cfg(feature = "author")]
mod init;
#[cfg(feature = "author")]
mod keys;
#[cfg(feature = "author")]
mod library;
#[cfg(feature = "author")]
mod lint;
#[cfg(feature = "lsp")]
mod lsp;
#[cfg(feature = "author")]
mod new;
#[cfg(feature = "author")]
mod orders;
#[cfg(feature = "author")]
mod postmortem;
#[cfg(feature = "author")]
mod publication;
#[cfg(feature = "author")]
mod publish;
#[cfg(feature = "author")]
mod push;
#[cfg(feature = "author")]
mod recognise;
#[cfg(feature = "author")]
mod reporting;
#[cfg(feature = "github")]
mod review;
#[cfg(feature = "author")]
mod root;
#[cfg(feature = "author")]
mod schema;
mod shared;
#[cfg(feature = "author")]
mod signature;
mod source;
mod standing_orders;
mod status;
mod sync;
#[cfg(feature = "author")]
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
    #[cfg(feature = "author")]
    Demo(demo::Demo),
    /// Write a small working repository
    #[cfg(feature = "author")]
    Init(init::Init),
    /// Write a new document with its fixtures
    #[cfg(feature = "author")]
    New(new::New),
    /// Check documents against every rule
    #[cfg(feature = "author")]
    Lint(lint::Lint),
    /// Lay documents out canonically; comments stay
    #[cfg(feature = "author")]
    Fmt(fmt::Fmt),
    /// Adopt the findings a repository has today, and forget those that are mended
    #[cfg(feature = "author")]
    Baseline(baseline::BaselineCommand),
    /// Say what a rule demands, why, and how to mend what it finds
    #[cfg(feature = "author")]
    Explain(explain::Explain),
    /// Lint and test: what continuous integration runs
    #[cfg(feature = "author")]
    Check(check::Check),
    /// Say what an agent may do after a change that it could not do before
    #[cfg(feature = "author")]
    Diff(diff::DiffCommand),
    /// Run every fixture through the engine
    #[cfg(feature = "author")]
    Test(test::Test),
    /// Say which signatures hold in logs, with the lines that prove it
    #[cfg(feature = "author")]
    Match(recognise::Match),
    /// Write and check what is known of an incident
    #[cfg(feature = "author")]
    Postmortem(postmortem::PostmortemCommand),
    /// Propose signatures from what happened
    #[cfg(feature = "author")]
    Signature(signature::SignatureCommand),
    /// Turn rules, alerts and payloads of other tools into documents
    #[cfg(feature = "author")]
    Import(import::Import),
    /// Say on a pull request what its merge would let agents do, and who still has to approve
    #[cfg(feature = "github")]
    Review(review::ReviewCommand),
    /// Say who approved what, and whether that is enough
    #[cfg(feature = "author")]
    Approvals(approvals::Approvals),
    /// Say whether the repository on GitHub keeps out what the gate would refuse
    #[cfg(feature = "github")]
    Doctor(doctor::Doctor),
    /// Make key pairs
    #[cfg(feature = "author")]
    Keys(keys::Keys),
    /// Say which keys sign what: draft a root, sign it in separate steps, rotate keys
    #[cfg(feature = "author")]
    Root(root::RootCommand),
    /// Build and show bundles
    #[cfg(feature = "author")]
    Bundle(bundle::BundleCommand),
    /// Sign a bundle and publish it to a folder
    #[cfg(feature = "author")]
    Publish(publish::Publish),
    /// Copy what is published into an OCI registry
    #[cfg(feature = "author")]
    Push(push::Push),
    /// Stop agents at their next poll, whatever release they follow
    #[cfg(feature = "author")]
    Halt(orders::HaltCommand),
    /// Withdraw documents from agents at their next poll
    #[cfg(feature = "author")]
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
    #[cfg(feature = "author")]
    Schema(schema::Schema),
    /// Print a completion script for a shell
    #[cfg(feature = "author")]
    Completions(completions::Completions),
}
