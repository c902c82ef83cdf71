//! How commands reach GitHub: the same arguments for each, most of them set by a workflow.

use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use jiff::Timestamp;

use super::shared::{now, read_file};
use crate::change::GitRepository;
use crate::cli::CliError;
use crate::github::gather::{GatherError, Gatherer};
use crate::github::{Cache, Client, GithubError, PUBLIC_API, Place, Settings, Token};
use crate::library::Library;

/// The wait before a question is asked a second time.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// Which repository on GitHub, and as whom.
#[derive(Args)]
pub(super) struct Connection {
    /// A folder of the clone
    #[arg(long, default_value = ".", value_name = "DIR")]
    path: Utf8PathBuf,
    /// The repository on GitHub: OWNER/NAME
    #[arg(long, env = "GITHUB_REPOSITORY", value_name = "OWNER/NAME")]
    repository: Option<String>,
    /// Address of the API; for GitHub Enterprise Server `https://HOST/api/v3`
    #[arg(long, env = "GITHUB_API_URL", default_value = PUBLIC_API, value_name = "URL")]
    api: String,
    /// File that holds the token; without it the variable RBK_GITHUB_TOKEN or GITHUB_TOKEN is read
    #[arg(long, value_name = "FILE")]
    token_file: Option<Utf8PathBuf>,
    /// Folder to keep answers in, so that asking again costs little; whoever can write to it can forge approvals
    #[arg(long, value_name = "DIR")]
    cache: Option<Utf8PathBuf>,
    /// The moment the facts are dated by; the machine's clock when left out
    #[arg(long, value_name = "TIMESTAMP")]
    now: Option<Timestamp>,
}

/// A clone and the connection to where it came from.
pub(super) struct Connected {
    pub(super) git: GitRepository,
    pub(super) client: Client,
    prefix: Utf8PathBuf,
    now: Timestamp,
}

impl Connection {
    /// A folder of the clone.
    pub(super) fn path(&self) -> &Utf8Path {
        &self.path
    }

    /// Opens the clone and prepares the connection; nothing is asked yet.
    pub(super) fn open(&self) -> Result<Connected, CliError> {
        let start = self
            .path
            .canonicalize_utf8()
            .map_err(|error| CliError::usage(format!("{} cannot be read: {error}", self.path)))?;
        let git = GitRepository::discover(&start).map_err(CliError::could_not)?;
        let root = Library::find_root(&start).unwrap_or(start);
        let repository = self.repository.as_deref().ok_or_else(|| {
            CliError::usage("nothing says which repository on GitHub this is")
                .help("give `--repository OWNER/NAME`, or set GITHUB_REPOSITORY")
        })?;
        let settings = Settings {
            place: Place::new(&self.api, repository).map_err(CliError::usage)?,
            token: self.token()?,
            cache: self.cache.clone().map(Cache::new),
            first_wait: FIRST_WAIT,
        };
        Ok(Connected {
            prefix: git.prefix_of(&root),
            git,
            client: Client::new(settings).map_err(could_not)?,
            now: self.now.unwrap_or_else(now),
        })
    }

    fn token(&self) -> Result<Option<Token>, CliError> {
        if let Some(file) = &self.token_file {
            let bytes = read_file(file)?;
            let token = std::str::from_utf8(&bytes).ok().and_then(Token::new);
            return token.map(Some).ok_or_else(|| {
                CliError::usage(format!("{file} holds no token"))
                    .help("a token is one line of visible characters")
            });
        }
        let named = ["RBK_GITHUB_TOKEN", "GITHUB_TOKEN"];
        let mut set = named
            .into_iter()
            .filter_map(|name| std::env::var(name).ok());
        Ok(set.find_map(|text| Token::new(&text)))
    }
}

impl Connected {
    /// The folder of the library in its repository.
    pub(super) fn folder(&self) -> &Utf8Path {
        &self.prefix
    }

    /// Somebody to gather facts.
    pub(super) fn gatherer(&self) -> Result<Gatherer<'_>, CliError> {
        Gatherer::new(&self.git, &self.client, self.prefix.clone(), self.now).map_err(incomplete)
    }

    /// The documents of a commit or tree.
    pub(super) fn library(&self, treeish: &str) -> Result<Library, String> {
        let library = self.git.library(treeish, &self.prefix);
        library.map_err(|error| error.to_string())
    }
}

/// Facts that could not be had: neither yes nor no.
pub(super) fn incomplete(error: GatherError) -> CliError {
    CliError::could_not(format!("FACTS_INCOMPLETE: {error}"))
}

/// GitHub could not be asked.
pub(super) fn could_not(error: GithubError) -> CliError {
    CliError::could_not(error)
}
