//! Names of signers, as they are given on a command line.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::{CommandSigner, PemSigner, Signer, file_error};
use crate::distribution::keys::{KeyError, PublicKey};

/// Where signatures come from: `file:PATH` (or just `PATH`), `env:NAME`, or `exec:PUBLIC_KEY_FILE:COMMAND`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// A PEM file.
    File(PathBuf),
    /// An environment variable that holds PEM.
    Env(String),
    /// A command that signs, and the PEM file with the public key of its signatures.
    Command {
        /// The public key.
        public: PathBuf,
        /// Program and arguments.
        words: Vec<String>,
    },
}

impl FromStr for KeySource {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        if text.contains("PRIVATE KEY") {
            return Err(KeyError::Source(
                "a private key was passed as an argument, where other users can see it: \
                 use `file:PATH` or `env:NAME`, and replace that key"
                    .to_owned(),
            ));
        }
        if let Some(name) = text.strip_prefix("env:") {
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
            if name.is_empty() || !name.chars().all(plain) {
                return Err(KeyError::Source(format!(
                    "`{text}` names no environment variable"
                )));
            }
            return Ok(Self::Env(name.to_owned()));
        }
        if let Some(rest) = text.strip_prefix("exec:") {
            let (public, command) = rest.split_once(':').unwrap_or((rest, ""));
            let words: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
            if public.is_empty() || words.is_empty() {
                return Err(KeyError::Source(format!(
                    "`{text}`: give the file of the public key and the command, `exec:PUBLIC_KEY_FILE:COMMAND`"
                )));
            }
            let public = PathBuf::from(public);
            return Ok(Self::Command { public, words });
        }
        match text.strip_prefix("file:").unwrap_or(text) {
            "" => Err(KeyError::Source(
                "no key given; use `file:PATH` or `env:NAME`".to_owned(),
            )),
            path => Ok(Self::File(PathBuf::from(path))),
        }
    }
}

impl KeySource {
    /// Loads the key; `environment` looks a variable up (pass `&|name| std::env::var(name).ok()`).
    ///
    /// # Errors
    /// When the file or variable cannot be read or does not hold a usable key.
    pub fn load(
        &self,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Box<dyn Signer>, KeyError> {
        let signer = match self {
            Self::Command { public, words } => {
                return Ok(Box::new(CommandSigner::new(public_key(public)?, words)));
            }
            Self::Env(name) => {
                let text = environment(name).ok_or_else(|| KeyError::Env(name.clone()))?;
                PemSigner::from_pem(&text).map_err(|error| {
                    KeyError::Unusable(format!("environment variable {name}: {error}"))
                })
            }
            Self::File(path) => {
                let text =
                    std::fs::read_to_string(path).map_err(|error| file_error(path, &error))?;
                PemSigner::from_pem(&text).map_err(|error| KeyError::File {
                    path: path.display().to_string(),
                    message: error.to_string(),
                })
            }
        };
        Ok(Box::new(signer?))
    }
}

fn public_key(path: &Path) -> Result<PublicKey, KeyError> {
    let text = std::fs::read_to_string(path).map_err(|error| file_error(path, &error))?;
    PublicKey::from_pem(&text).map_err(|error| KeyError::File {
        path: path.display().to_string(),
        message: error.to_string(),
    })
}
